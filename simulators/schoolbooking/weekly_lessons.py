"""From a timetable to the lessons of a week. Pure.

A timetable is days of a cycle, each with the dates on which it falls, its periods and
their lessons (facts file, 2.7). A week here is a plain dictionary that can be kept as JSON:

    {"monday": "2026-11-23", "days": [{"date", "name", "periods": [
        {"name", "starts", "ends", "lessons": [
            {"id", "group", "subject", "rooms": [ids], "teachers": [ids], "type"}]}]}]}
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from simulators.xporter.page_templates import UK

Data = dict[str, Any]
WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def today(now: datetime) -> date:
    """The date on a British wall."""
    return now.astimezone(UK).date()


def covers(timetable: Data, monday: date) -> bool:
    """Whether a timetable as kept (see `trims.span`) says anything about a week."""
    starts, ends = day_of(timetable["starts"]), day_of(timetable["ends"])
    return (not starts or starts < monday + WEEK) and (not ends or ends >= monday)


def day_of(moment: str | None) -> date | None:
    """The British date of a date or moment as the API writes them; None for none."""
    if not moment:
        return None
    if len(moment) <= len("2026-11-23"):
        return date.fromisoformat(moment)
    read = datetime.fromisoformat(moment)
    return (read.astimezone(UK) if read.tzinfo else read).date()


def week_of(timetables: Iterable[Data], monday: date) -> Data:
    """The week that begins on this Monday, from the timetables as the API gives them."""
    days: dict[date, Data] = {}
    for timetable in timetables:
        for day in timetable.get("days") or []:
            for falls_on in _dates(day, monday):
                shown = days.setdefault(
                    falls_on, {"date": falls_on.isoformat(), "name": _name(day), "periods": []}
                )
                shown["periods"] += _periods(day, falls_on)
    for day in days.values():
        day["periods"].sort(key=lambda period: period["starts"])
    return {"monday": monday.isoformat(), "days": [days[falls_on] for falls_on in sorted(days)]}


def lessons_of(week: Data) -> list[Data]:
    """Every lesson of a week."""
    return [
        lesson for day in week["days"] for period in day["periods"] for lesson in period["lessons"]
    ]


def in_room(week: Data, room: int) -> list[Data]:
    """The days of a week, with the lessons that are in this room in each period."""
    return [
        day
        | {
            "periods": [
                period | {"lessons": [held for held in period["lessons"] if room in held["rooms"]]}
                for period in day["periods"]
            ]
        }
        for day in week["days"]
    ]


def _dates(day: Data, monday: date) -> list[date]:
    dates = [day_of(falls_on) for falls_on in day.get("occurs_on") or []]
    return [found for found in dates if found and monday <= found < monday + WEEK]


def _periods(day: Data, falls_on: date) -> list[Data]:
    return [
        {
            "name": period.get("short_name") or period.get("long_name") or "",
            "starts": (period.get("start_time") or "")[:5],
            "ends": (period.get("end_time") or "")[:5],
            "lessons": [
                _lesson(lesson)
                for lesson in period.get("lessons") or []
                if _happens_on(lesson, falls_on)
            ],
        }
        for period in day.get("periods") or []
    ]


def _happens_on(lesson: Data, falls_on: date) -> bool:
    starts, ends = day_of(lesson.get("start_date")), day_of(lesson.get("end_date"))
    return (not starts or starts <= falls_on) and (not ends or falls_on <= ends)


def _lesson(lesson: Data) -> Data:
    group = lesson.get("group") or {}
    subject = group.get("subject") or group.get("mis_subject") or {}
    name, taught = group.get("name") or group.get("code") or "", subject.get("name") or ""
    return {
        "id": lesson.get("id"),
        "group": name,
        # Many a MIS names classes by their subject.
        "subject": "" if taught.casefold() in name.casefold() else taught,
        "rooms": [room["id"] for room in lesson.get("rooms") or []],
        "teachers": [held["staff_member_id"] for held in lesson.get("supervisors") or []],
        "type": lesson.get("type") or "",
    }


def _name(day: Data) -> str:
    return day.get("long_name") or day.get("short_name") or ""
