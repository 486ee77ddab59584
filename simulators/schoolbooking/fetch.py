"""Everything a school shares with SchoolBooking, read and kept: lists, then lessons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from assembly_ui.db.database import Database
from simulators.schoolbooking import log_texts, record_store, weekly_lessons
from simulators.schoolbooking.api_client import Assembly, Batch
from simulators.schoolbooking.errors import NotShared
from simulators.schoolbooking.record_mappers import TRIMS

MOST_WEEKS_AHEAD = 9
"""The summer holidays are shorter."""
WEEKS_KEPT = 2


async def read_all(
    database: Database, api: Assembly, link_id: int, monday: date, *, whole: bool
) -> str:
    """Read what is new since the last time, or the `whole`; returns what the log says of it."""
    marks = {} if whole else await record_store.marks_of(database, link_id)
    changes = {}
    for kind in TRIMS:
        since = marks.get(kind, "")
        batch = await _list(api, kind, since)
        if batch.is_new:
            changes[kind] = await record_store.keep(database, link_id, kind, batch, whole=not since)
    found = await _weeks(database, api, link_id, monday)
    await record_store.keep_weeks(database, link_id, found)
    if not found:
        return log_texts.PAUSED
    if not whole:
        return log_texts.changed(changes)
    lessons = {"lessons": len(weekly_lessons.lessons_of(found[0]))}
    return log_texts.complete(await record_store.totals(database, link_id) | lessons)


async def _list(api: Assembly, kind: str, since: str) -> Batch:
    try:
        return await api.every(f"/{kind}", since=since)
    except NotShared:
        return Batch([], "")


async def _weeks(database: Database, api: Assembly, link_id: int, monday: date) -> list[Any]:
    """This week and the next; in holidays from the first one that has lessons."""
    timetables = await record_store.every(database, link_id, "timetables")
    found: list[Any] = []
    for ahead in range(MOST_WEEKS_AHEAD):
        start = monday + ahead * weekly_lessons.WEEK
        covering = [
            number for number, kept in timetables.items() if weekly_lessons.covers(kept, start)
        ]
        read = [await _timetable(api, number, start) for number in covering]
        week = weekly_lessons.week_of(read, start)
        if found or weekly_lessons.lessons_of(week):
            found.append(week)
        if len(found) == WEEKS_KEPT:
            break
    return found


async def _timetable(api: Assembly, number: int, monday: date) -> dict[str, Any]:
    sunday = monday + weekly_lessons.WEEK - timedelta(days=1)
    return await api.one(
        f"/timetables/{number}", start_date=monday.isoformat(), end_date=sunday.isoformat()
    )
