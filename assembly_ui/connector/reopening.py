"""After Xporter on Demand was down: who is asked first, and who a little later."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, func, select, update

from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import LOOKED_AT
from assembly_ui.db.database import Database

PER_SCHOOL = timedelta(seconds=0.2)
LONGEST_SPREAD = timedelta(minutes=30)
SLOTS = 60
FEW = 10


async def spread_out(database: Database, now: datetime) -> None:
    """Have schools that fell due meanwhile asked one after the other, not all at once.

    Schools that somebody looks at stay first. A few schools are no stampede.
    """
    is_waiting = (
        col(Connection.due_at) <= now,
        col(Connection.watched_at).is_(None) | (col(Connection.watched_at) <= now - LOOKED_AT),
    )
    async with database.read() as session:
        waiting = (await session.exec(select(func.count()).where(*is_waiting))).one()
    if waiting <= FEW:
        return
    step = min(PER_SCHOOL * waiting, LONGEST_SPREAD) / SLOTS
    for slot in range(1, SLOTS):
        # One short transaction each: nobody else's writing waits for all of them.
        async with database.transaction() as session:
            await session.exec(
                update(Connection)
                .where(*is_waiting, col(Connection.school_id) % SLOTS == slot)
                .values(due_at=now + step * slot)
            )
