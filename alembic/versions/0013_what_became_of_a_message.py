"""Whoever waits for a message learns what became of it"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

THOSE_WHO_WAIT = ("sign_ups", "invitations", "ownership_links")


def upgrade() -> None:
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("recipient_refused", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column(
                "topic",
                sqlmodel.sql.sqltypes.AutoString(length=100),
                nullable=False,
                server_default="",
            )
        )
    for table in THOSE_WHO_WAIT:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("mail_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in THOSE_WHO_WAIT:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("mail_id")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_column("topic")
        batch_op.drop_column("recipient_refused")
