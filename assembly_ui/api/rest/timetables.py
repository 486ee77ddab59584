"""Timetables with their lessons, and the lessons of a room.

What a lesson is like depends on whether the app may see cover, so lessons are looked
through after they have been cut.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from assembly_ui.api.rest.answers import Data, Show, a_list, in_api_pool, to_json
from assembly_ui.api.rest.filters import (
    LESSONS_IN_ROOM,
    LESSONS_OF_TIMETABLE,
    LESSONS_ON,
    days_bound,
)
from assembly_ui.api.rest.lists import the_record
from assembly_ui.api.rest.page_cursors import read_page, source_of
from assembly_ui.api.rest.question import Days, week_of
from assembly_ui.api.rest.reading import read_all
from assembly_ui.api.rest.resource import Answer, Call, Filter
from assembly_ui.api.rest.showing import shows

_Place = tuple[Any, Any]
"""The numbers of a day and a period of the cycle."""


async def with_lessons(call: Call) -> Answer:
    """A timetable with the lessons of the days asked for, in their days and periods."""
    timetable = await the_record(call, "timetable", call.number)
    days = _days(call)
    lessons = await _lessons(call, days, LESSONS_OF_TIMETABLE)
    return Answer(await in_api_pool(_nested, call, timetable, lessons, days))


async def in_room(call: Call) -> Answer:
    """The lessons of a room, on the days asked for."""
    paging = call.asked.paging()
    await the_record(call, "room", call.number)
    lessons = await _lessons(call, _days(call), LESSONS_IN_ROOM)
    rows = await in_api_pool(_in_room, lessons, shows(call, "lesson"), call.number)
    page = await read_page(call, source_of(rows))
    return a_list(call.version, page.rows, paging, page.total, page.pages)


def _days(call: Call) -> Days:
    return call.asked.days() or week_of(call.today)


async def _lessons(call: Call, days: Days, which: Filter) -> Iterable[str]:
    values = {"school_id": call.school_id, "kind": "lesson", **days_bound(days)}
    bound = values | {"of_path": call.number}
    return await read_all(call.services.database, (LESSONS_ON, which), bound)


def _in_room(lessons: Iterable[str], show: Show, room: int) -> list[tuple[int, bytes]]:
    seen = (show(json.loads(text)) for text in lessons)
    return [
        (lesson["id"], to_json(lesson))
        for lesson in seen
        if lesson and any(held_in["id"] == room for held_in in lesson.get("rooms") or ())
    ]


def _nested(call: Call, timetable: str, lessons: Iterable[str], days: Days) -> bytes:
    seen = shows(call, "timetable")(json.loads(timetable)) or {}
    show, by_place = shows(call, "lesson"), defaultdict(list)
    for text in lessons:
        data = json.loads(text)
        if lesson := show(data):
            by_place[data.get("_day_id"), data.get("_period_id")].append(lesson)
    first, last = days.first.isoformat(), days.last.isoformat()
    kept = (_day(day, by_place, first, last) for day in seen.pop("days", None) or ())
    # Day by day: a single large call would not let the event loop in between.
    written = b",".join(to_json(day) for day in kept if day["occurs_on"])
    return to_json(seen)[:-1] + b',"days":[' + written + b"]}"


def _day(day: Data, lessons: dict[_Place, list[Data]], first: str, last: str) -> Data:
    """A day of the cycle, with when it occurs among the days asked for and what is taught."""
    periods = [
        {**period, "lessons": lessons.get((day["id"], period["id"]), [])}
        for period in day.get("periods") or ()
    ]
    occurs_on = [on for on in day.get("occurs_on") or () if first <= on <= last]
    return {**day, "occurs_on": occurs_on, "periods": periods}
