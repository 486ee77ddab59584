"""The timetable: its days and periods, as they repeat, and the rooms it uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assembly_ui.sync.mapping.day_names import Cycle, cycle_of, long_name
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import day, listed, maybe, text, whole

MODEL, DATED = "TimetableModel", "Timetable"


@dataclass(frozen=True)
class Room:
    """A room of the timetable. `key` is its Id, or its code where only that is known."""

    key: str
    code: str
    name: str

    def shown(self, ids: Ids) -> Json:
        """As it is part of a lesson."""
        return {
            "object": "room",
            "id": ids.of("room", self.key),
            "code": self.code or None,
            "name": self.name or None,
            "description": None,
        }


class Rooms:
    """The rooms of the timetable, and those that only a dated lesson names."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def by_key(self) -> dict[str, Room]:
        """Every room."""
        return {room.key: room for room in (*self._planned.values(), *self._others())}

    @cached_property
    def of_lessons(self) -> dict[str, list[Room]]:
        """The rooms of a lesson of the model, by its id."""
        found: dict[str, list[Room]] = defaultdict(list)
        for row in self._source.rows(MODEL, "LessonRooms"):
            if room := self._planned.get(_room_key(row)):
                found[text(row, "TimetableLessonId", "LessonId")].append(room)
        return found

    def named(self, code: str) -> Room:
        """The room of a code."""
        return self._by_code.get(code) or Room(_code_key(code), code, code)

    @cached_property
    def _planned(self) -> dict[str, Room]:
        found = {}
        for row in self._source.rows(MODEL, "LessonRooms"):
            if (key := _room_key(row)) and key not in found:
                code = text(row, "RoomCode", "Code")
                found[key] = Room(key, code, text(row, "RoomName") or code)
        return found

    @cached_property
    def _by_code(self) -> dict[str, Room]:
        rooms = sorted(self._planned.values(), key=lambda room: room.key, reverse=True)
        return {room.code: room for room in rooms if room.code}

    def _others(self) -> Iterator[Room]:
        rows = self._source.rows(DATED, "Lessons")
        codes = sorted({code for row in rows for code in listed(row, "RoomCodes")})
        return (self.named(code) for code in codes if code not in self._by_code)


def _room_key(row: SourceRow) -> str:
    code = text(row, "RoomCode", "Code")
    return text(row, "RoomId") or (_code_key(code) if code else "")


def _code_key(code: str) -> str:
    return f"code {code}"


def make_rooms(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Every room in which something is taught. How many it holds is not known."""
    for room in Rooms(source).by_key.values():
        yield Made(room.key, room.name, {**room.shown(ids), "maximum_capacity": None})


def make_timetables(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The timetables of the MIS with their days and periods, but without their lessons."""
    days = _days(source, ids)
    for row in source.rows(MODEL, "Timetables"):
        if not (key := text(row, "Id")):
            continue
        own = days.get(key, [])
        cycle = _cycle(row, own)
        name = text(row, "Name", "Description")
        yield Made(
            key,
            name,
            {
                "object": "timetable",
                "id": ids.of("timetable", key),
                "name": name or None,
                "description": maybe(row, "Description"),
                "start_date": of_day(day(row, "StartDate")),
                "end_date": of_day(day(row, "EndDate")),
                **cycle._asdict(),
                "periods_per_day": max((len(one["periods"]) for one in own), default=None),
                "days": own,
            },
        )


def _cycle(row: SourceRow, days: list[Json]) -> Cycle:
    """The weeks of the cycle; days of it that were not read still count."""
    length = whole(row, "DaysPerCycle") or len(days)
    if not days:
        return Cycle(None, None)
    all_read = length == len(days)
    dates = [date.fromisoformat(one) for day in days for one in day["occurs_on"] if all_read]
    return cycle_of(length, [day["short_name"] or "" for day in days], dates)


def _days(source: Source, ids: Ids) -> dict[str, list[Json]]:
    """The days of the cycle in order, by the key of their timetable."""
    dates: dict[str, list[str]] = defaultdict(list)
    for row in source.rows(MODEL, "TimetableDayInstances"):
        if falls_on := day(row, "Date"):
            dates[text(row, "TimetableDayId", "DayId")].append(falls_on.isoformat())
    periods = _periods(source, ids)
    found: dict[str, list[tuple[int, str, Json]]] = defaultdict(list)
    for row in source.rows(MODEL, "TimetableDays"):
        key, order = text(row, "Id"), whole(row, "Sequence", "DayNumber") or 0
        short = text(row, "DayName", "Name")
        data = {
            "object": "day",
            "id": ids.of("day", key),
            "short_name": short or None,
            "long_name": long_name(short) or None,
            "display_order": order,
            "occurs_on": sorted(dates.get(key, ())),
            "periods": periods.get(key, []),
        }
        found[text(row, "TimetableId")].append((order, key, data))
    return _in_order(found)


def _periods(source: Source, ids: Ids) -> dict[str, list[Json]]:
    """The periods of a day in order, by the day's key."""
    found: dict[str, list[tuple[int, str, Json]]] = defaultdict(list)
    for row in source.rows(MODEL, "TimetablePeriods"):
        key, order = text(row, "Id"), whole(row, "PeriodSequence", "DisplayOrder") or 0
        name = maybe(row, "PeriodName", "Name")
        data = {
            "object": "period",
            "id": ids.of("period", key),
            "short_name": name,
            "long_name": name,
            "start_time": maybe(row, "StartTime"),
            "end_time": maybe(row, "EndTime"),
            "display_order": order,
        }
        found[text(row, "TimetableDayId", "DayId")].append((order, key, data))
    return _in_order(found)


def _in_order(found: dict[str, list[tuple[int, str, Json]]]) -> dict[str, list[Json]]:
    return {
        key: [data for _, _, data in sorted(theirs, key=lambda one: one[:2])]
        for key, theirs in found.items()
    }


TIMETABLE_KINDS = (
    Kind("room", frozenset({MODEL, DATED}), make_rooms),
    Kind("timetable", frozenset({MODEL}), make_timetables, is_of_year=True),
)
