"""Schools copied from the register before it was cleaned lose a town called nan"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCHOOLS = sa.table("schools", sa.column("urn", sa.String()), sa.column("town", sa.String()))


def upgrade() -> None:
    is_copied = SCHOOLS.c.urn.is_not(None)
    op.execute(sa.update(SCHOOLS).where(is_copied, SCHOOLS.c.town == "nan").values(town=""))


def downgrade() -> None:
    """The value was never right."""
