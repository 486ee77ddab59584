"""Requests, codes and refresh tokens keep the scope parameter in the words of the app"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("access_requests", "authorisation_codes", "oauth_tokens")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(
                    "asked_scope",
                    sqlmodel.sql.sqltypes.AutoString(length=4000),
                    nullable=False,
                    server_default="",
                )
            )


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("asked_scope")
