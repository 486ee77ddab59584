"""It is known since when changes are held back, and which sync found a new school year"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("school_syncs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("held_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
    with op.batch_alter_table("changesets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_rollover", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("changesets", schema=None) as batch_op:
        batch_op.drop_column("is_rollover")
    with op.batch_alter_table("school_syncs", schema=None) as batch_op:
        batch_op.drop_column("held_since")
