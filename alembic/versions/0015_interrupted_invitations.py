"""Presses of Grant Access that were interrupted are found by an index"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INDEX = "ix_connections_inviting_until"


def upgrade() -> None:
    op.create_index(INDEX, "connections", ["inviting_until"])


def downgrade() -> None:
    op.drop_index(INDEX, table_name="connections")
