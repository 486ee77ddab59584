"""The clock of the schools' data, which can be moved on.

Only data follow it. Tokens, the queue and callbacks stay on the real clock, so
that moving a school through a term does not end everybody's tokens.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from assembly_ui.db.database import Database
from simulators.xporter.models import Lead

FURTHEST = timedelta(days=366 * 20)
_ONLY_ROW = 1
_LEAD = select(Lead.seconds).where(Lead.id == _ONLY_ROW)


async def school_time(database: Database, now: datetime) -> datetime:
    """What the clock of the schools shows when the real one shows `now`."""
    row = await database.glance(_LEAD)
    return now + timedelta(seconds=row[0]) if row else now


async def advance(database: Database, seconds: float) -> None:
    """Move the clock of the schools on, for every process of the deployment.

    Raises:
        ValueError: backwards, or further than the stand-in's schools go.
    """
    async with database.transaction() as session:
        lead = await session.get(Lead, _ONLY_ROW, with_for_update=True) or Lead(id=_ONLY_ROW)
        if not 0 <= seconds <= FURTHEST.total_seconds() - lead.seconds:
            raise ValueError(f"the clock of the schools cannot move on by {seconds} seconds")
        lead.seconds += seconds
        session.add(lead)
