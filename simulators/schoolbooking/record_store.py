"""What SchoolBooking keeps of a school: records, marks, log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlmodel import col, delete, func, select

from assembly_ui.db.database import Database, Session
from simulators.schoolbooking.api_client import Batch
from simulators.schoolbooking.models import Link, LogLine, Mark, Received
from simulators.schoolbooking.record_mappers import TRIMS

WEEKS = "weeks"
MOST_LINES = 200

Data = dict[str, Any]


async def marks_of(database: Database, link_id: int) -> dict[str, str]:
    """The Last-Modified of every kind."""
    async with database.read() as session:
        marks = (await session.exec(select(Mark).where(Mark.link_id == link_id))).all()
    return {mark.kind: mark.last_modified for mark in marks}


async def keep(database: Database, link_id: int, kind: str, batch: Batch, *, whole: bool) -> int:
    """Keep what a list answered; returns how many records were new or different.

    A `whole` one takes the place of all there was.
    """
    trim = TRIMS[kind]
    given = {record["id"]: trim(record) for record in batch.records}
    async with database.transaction() as session:
        count = await _put(session, link_id, kind, given, whole=whole)
        await session.merge(
            Mark(link_id=link_id, kind=kind, last_modified=batch.last_modified[:60])
        )
    return count


async def keep_weeks(database: Database, link_id: int, weeks: Iterable[Data]) -> int:
    """Keep these weeks and no others; returns how many are new or different."""
    given = {_number(week["monday"]): week for week in weeks}
    async with database.transaction() as session:
        return await _put(session, link_id, WEEKS, given, whole=True)


async def totals(database: Database, link_id: int) -> dict[str, int]:
    """How many records of each kind there are."""
    query = (
        select(Received.kind, func.count())
        .where(Received.link_id == link_id)
        .group_by(Received.kind)
    )
    async with database.read() as session:
        return dict((await session.exec(query)).all())


async def every(database: Database, link_id: int, kind: str) -> dict[int, Data]:
    """Every record of a kind by its number, in the order people expect."""
    query = select(Received).where(Received.link_id == link_id, Received.kind == kind)
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    rows = sorted(rows, key=lambda row: (row.data.get("sorted_by", ""), row.number))
    return {row.number: row.data for row in rows}


async def lacks_week(database: Database, link_id: int, monday: date) -> bool:
    """Whether the weeks that are kept are all over by this Monday."""
    query = select(func.max(Received.number)).where(
        Received.link_id == link_id, Received.kind == WEEKS
    )
    async with database.read() as session:
        newest = (await session.exec(query)).one()
    return newest is not None and newest < _number(monday.isoformat())


async def log(session: Session, link_id: int, words: str, *, at: datetime, tone: str) -> None:
    """Add a line unless it would only repeat the last one; in the caller's transaction."""
    newest = await session.exec(
        select(LogLine.words)
        .where(LogLine.link_id == link_id)
        .order_by(col(LogLine.id).desc())
        .limit(1)
    )
    if newest.first() == words:
        return
    session.add(LogLine(link_id=link_id, at=at, tone=tone, words=words[:500]))
    await session.flush()
    oldest = (
        select(LogLine.id)
        .where(LogLine.link_id == link_id)
        .order_by(col(LogLine.id).desc())
        .offset(MOST_LINES)
        .limit(1)
    )
    if (found := (await session.exec(oldest)).first()) is not None:
        await session.exec(
            delete(LogLine).where(col(LogLine.link_id) == link_id, col(LogLine.id) <= found)
        )


async def lines_of(database: Database, link_id: int) -> list[LogLine]:
    """The log, newest first."""
    query = select(LogLine).where(LogLine.link_id == link_id).order_by(col(LogLine.id).desc())
    async with database.read() as session:
        return list((await session.exec(query)).all())


async def forget(session: Session, link_id: int) -> None:
    """Delete a link and everything received over it; in the caller's transaction."""
    for Table in (Received, Mark, LogLine):
        await session.exec(delete(Table).where(col(Table.link_id) == link_id))
    await session.exec(delete(Link).where(col(Link.id) == link_id))


async def _put(
    session: Session, link_id: int, kind: str, given: dict[int, Data], *, whole: bool
) -> int:
    query = select(Received).where(Received.link_id == link_id, Received.kind == kind)
    present = {row.number: row for row in (await session.exec(query)).all()}
    count = 0
    for number, data in given.items():
        if number not in present:
            session.add(Received(link_id=link_id, kind=kind, number=number, data=data))
        elif present[number].data != data:
            present[number].data = data
        else:
            continue
        count += 1
    for number in present.keys() - given.keys() if whole else ():
        await session.delete(present[number])
    return count


def _number(monday: str) -> int:
    return int(monday.replace("-", ""))
