"""Records of which year names, day names or planned lessons are understood otherwise are made anew

It is no change of the MIS, so it waits for no person, however many records it changes.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = sa.table(
    "record_kinds",
    sa.column("kind", sa.String()),
    sa.column("is_stale", sa.Boolean()),
    sa.column("held_in", sa.Integer()),
    sa.column("approved_at", sa.DateTime(timezone=True)),
)
CONCERNED = ("student", "year_group", "result", "timetable", "lesson")


def upgrade() -> None:
    concerned = KINDS.c.kind.in_(CONCERNED)
    # What a person was asked about, or left as it is, stays for a person to decide.
    unasked = sa.and_(KINDS.c.held_in.is_(None), KINDS.c.is_stale.is_(False))
    op.execute(sa.update(KINDS).where(concerned, unasked).values(approved_at=datetime.now(UTC)))
    op.execute(sa.update(KINDS).where(concerned).values(is_stale=True))


def downgrade() -> None:
    """Records that are made anew once too often stay the same."""
