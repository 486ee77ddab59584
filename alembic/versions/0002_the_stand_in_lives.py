"""the stand in lives"""

from __future__ import annotations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what this revision adds."""


def downgrade() -> None:
    """Take it away again."""
