"""What the pages show, read from what SchoolBooking keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil
from typing import Any

from sqlmodel import col, select

from assembly_ui.db.database import Database
from simulators.schoolbooking import poll_schedule, record_store, weekly_lessons
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.models import Link
from simulators.schoolbooking.record_mappers import TRIMS
from simulators.schoolbooking.requested_scopes import missing_for_parent_meetings

PAGE_SIZE = 50
SHOWN_LINES = 5
LONGEST_NUMBER = 9
LISTED_APART = ("TeachingGroup", "RegistrationGroup")

Data = dict[str, Any]


class Standing(StrEnum):
    """How a connected school stands."""

    WAITING = "waiting"
    """Nothing was read yet."""
    READING = "reading"
    """More may come any moment."""
    CONNECTED = "connected"
    REVOKED = "revoked"
    ENDING = "ending"


@dataclass(frozen=True)
class Shown:
    """The school a browser looks at."""

    id: int
    school_id: int
    name: str
    town: str
    connected_at: datetime
    read_at: datetime | None
    refused_at: datetime | None
    standing: Standing
    missing: list[str]

    @property
    def is_first_reading(self) -> bool:
        """Whether nothing was read to its end yet, so that what is missing may still come."""
        return self.read_at is None


@dataclass(frozen=True)
class Listed:
    """One page of a list."""

    items: Sequence[Any]
    total: int
    page: int
    pages: int


async def links_of(database: Database, me: Me) -> list[Link]:
    """The schools of an account, the one looked at first, then the newest."""
    query = select(Link).where(Link.account_id == me.account_id)
    async with database.read() as session:
        links = (await session.exec(query.order_by(col(Link.connected_at).desc()))).all()
    return sorted(links, key=lambda link: link.school_id != me.school_id)


def shown(link: Link, now: datetime) -> Shown:
    """A link as pages show it."""
    assert link.id is not None
    return Shown(
        id=link.id,
        school_id=link.school_id,
        name=link.school.get("name") or "your school",
        town=link.school.get("town") or "",
        connected_at=link.connected_at,
        read_at=link.read_at,
        refused_at=link.refused_at,
        standing=standing(link, now),
        missing=missing_for_parent_meetings(link.scopes),
    )


def standing(link: Link, now: datetime) -> Standing:
    """How it stands."""
    if link.ending_at:
        return Standing.ENDING
    if link.refused_at:
        return Standing.REVOKED
    if link.read_at is None:
        return Standing.WAITING
    if link.asked_at or poll_schedule.is_awaited(link, now):
        return Standing.READING
    return Standing.CONNECTED


def number_in(typed: str) -> int:
    """A number as typed; 0, which nothing has, for what is none."""
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER
    return int(typed) if is_number else 0


def page_of(items: Sequence[Any], page: str) -> Listed:
    """The page of this number, as typed; the nearest there is."""
    pages = max(ceil(len(items) / PAGE_SIZE), 1)
    number = min(max(number_in(page), 1), pages)
    start = (number - 1) * PAGE_SIZE
    return Listed(items[start : start + PAGE_SIZE], len(items), number, pages)


async def dashboard(database: Database, link: Shown, now: datetime) -> Data:
    """How much there is of each kind, None where that is not known yet; and the newest lines of
    the log.
    """
    kept = await every_week(database, link.id)
    totals = await record_store.totals(database, link.id)
    read = await record_store.marks_of(database, link.id)
    counts: dict[str, int | None] = {
        kind: totals.get(kind, 0) if kind in read or not link.is_first_reading else None
        for kind in TRIMS
    }
    counts["lessons"] = None if link.is_first_reading else 0
    if kept:
        counts["lessons"] = len(weekly_lessons.lessons_of(kept[0]))
    return {
        "counts": counts,
        "week": kept[0]["monday"] if kept else "",
        "is_this_week": bool(kept) and _is_this_week(kept[0], now),
        "lines": (await record_store.lines_of(database, link.id))[:SHOWN_LINES],
        "steps_done": len(read),
        # The lessons come last.
        "steps": len(TRIMS) + 1,
    }


async def rooms(database: Database, link: Shown, asked: str) -> Data:
    """Every room, with how many lessons are in it in the week that was asked for."""
    chosen = _chosen(await every_week(database, link.id), asked)
    counts: dict[int, int] = {}
    for lesson in weekly_lessons.lessons_of(chosen["week"]) if chosen["week"] else ():
        for number in lesson["rooms"]:
            counts[number] = counts.get(number, 0) + 1
    found = await record_store.every(database, link.id, "rooms")
    listed = [
        room | {"number": number, "lessons": counts.get(number, 0)}
        for number, room in found.items()
    ]
    return chosen | {"rooms": listed, "sized": any(kept["capacity"] for kept in listed)}


async def room(database: Database, link: Shown, number: int, asked: str) -> Data | None:
    """One room's week; None when there is no such room."""
    found = await record_store.every(database, link.id, "rooms")
    if number not in found:
        return None
    chosen = _chosen(await every_week(database, link.id), asked)
    days = weekly_lessons.in_room(chosen["week"], number) if chosen["week"] else []
    names = await staff_names(database, link)
    return chosen | {"room": found[number], "number": number, "days": days, "names": names}


async def groups(database: Database, link: Shown, kind: str, page: str) -> Data:
    """Classes, forms or other groups, with the names of who leads them."""
    found = list((await record_store.every(database, link.id, kind)).values())
    if kind == "groups":
        # Classes and forms have lists of their own.
        found = [
            group for group in found if group["type"] not in ("TeachingGroup", "RegistrationGroup")
        ]
    return {
        "listed": page_of(found, page),
        "names": await staff_names(database, link),
        "sized": any(group["size"] is not None for group in found),
    }


async def staff(database: Database, link: Shown, page: str) -> Data:
    """Everybody who works there."""
    found = await record_store.every(database, link.id, "staff_members")
    return {"listed": page_of(list(found.values()), page)}


async def calendar(database: Database, link: Shown, page: str, today: date | None) -> Data:
    """What is on from today; without `today` everything there is."""
    found = (await record_store.every(database, link.id, "calendar_events")).values()
    events = [
        event | {"from": starts, "to": weekly_lessons.day_of(event["ends"]) or starts}
        for event in found
        if (starts := weekly_lessons.day_of(event["starts"]))
    ]
    coming = [event for event in events if today is None or event["to"] >= today]
    return {"listed": page_of(coming, page), "is_whole": today is None}


async def integration(database: Database, link: Shown) -> Data:
    """The whole log."""
    return {"lines": await record_store.lines_of(database, link.id)}


async def staff_names(database: Database, link: Shown) -> dict[int, str]:
    """Names of staff by their numbers."""
    found = await record_store.every(database, link.id, "staff_members")
    return {number: person["name"] for number, person in found.items()}


async def every_week(database: Database, link_id: int) -> list[Data]:
    """The weeks that are kept, the first one first."""
    kept = await record_store.every(database, link_id, record_store.WEEKS)
    return [kept[number] for number in sorted(kept)]


def _chosen(kept: list[Data], asked: str) -> Data:
    week = next((week for week in kept if week["monday"] == asked), kept[0] if kept else None)
    others = [other["monday"] for other in kept if week and other["monday"] != week["monday"]]
    return {"week": week, "others": others}


def _is_this_week(week: Data, now: datetime) -> bool:
    return bool(week["monday"] == weekly_lessons.monday_of(weekly_lessons.today(now)).isoformat())
