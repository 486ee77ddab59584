"""Lessons on their dates: as the timetable plans them, or covered.

The model says who teaches a class in a period and where, the dated lesson who does and
where on that day. What differs is cover, and is read only where cover is shared. What
the dated lesson leaves unsaid is as planned. A class that two teachers share, or that is
in two rooms, may have two lessons of the model in one period, and one dated lesson or two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from assembly_ui.sync.mapping.groups import GROUP, supervisor, type_of
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_wall
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import GROUP_QUERIES, group_rows, listed, said, text
from assembly_ui.sync.mapping.subjects import bare_mis_subject, mis_subject_key, plain_subject
from assembly_ui.sync.mapping.timetables import DATED, MODEL, Room, Rooms

_Slot = tuple[str, str]
"""A class and a period of the cycle."""


class Served(NamedTuple):
    """Who teaches a lesson, by their keys, and where. None for staff when nobody may know."""

    staff: tuple[str, ...] | None
    rooms: tuple[Room, ...]

    def is_within(self, said: Served) -> bool:
        """Whether all of this is said; where nothing is said of staff or rooms, it is."""
        staff = said.staff is None or set(self.staff or ()) <= set(said.staff)
        return staff and (not said.rooms or set(self.rooms) <= set(said.rooms))

    def overlaps(self, said: Served) -> bool:
        """Whether a teacher or a room is said as well."""
        shared = set(self.staff or ()) & set(said.staff or ())
        return bool(shared or set(self.rooms) & set(said.rooms))


def _together(lessons: Iterable[Served]) -> Served:
    """Everybody who teaches these lessons, and everywhere they are."""
    staff = {key for one in lessons for key in one.staff or ()}
    rooms = {room for one in lessons for room in one.rooms}
    is_known = any(one.staff is not None for one in lessons)
    return Served(
        tuple(sorted(staff)) if is_known else None,
        tuple(sorted(rooms, key=lambda room: room.key)),
    )


class _Timetable:
    """What lessons refer to."""

    def __init__(self, source: Source, ids: Ids, chosen: Chosen) -> None:
        self._source, self._ids, self._chosen = source, ids, chosen
        self._rooms = Rooms(source)
        self._supervisors: dict[tuple[str, ...], list[Json]] = {}

    @cached_property
    def plan(self) -> dict[_Slot, list[Served]]:
        """Who teaches which class in which period of the cycle, and where, lesson by lesson."""
        source = self._source
        periods = {
            text(row, "Id"): text(row, "TimetablePeriodId", "PeriodId")
            for row in source.rows(MODEL, "TimetableLessons")
        }
        staff: dict[str, set[str]] = defaultdict(set)
        for row in source.rows(MODEL, "LessonStaff"):
            staff[text(row, "TimetableLessonId", "LessonId")].add(text(row, "StaffId", "Staff"))
        found: dict[_Slot, list[Served]] = defaultdict(list)
        for row in source.rows(MODEL, "LessonClasses"):
            lesson = text(row, "TimetableLessonId", "LessonId")
            rooms = {room.key: room for room in self._rooms.of_lessons.get(lesson, ())}
            found[text(row, "GroupId", "ClassId"), periods.get(lesson, "")].append(
                Served(
                    self._known(staff.get(lesson, set())),
                    tuple(rooms[key] for key in sorted(rooms)),
                )
            )
        return dict(found)

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """The numbers of the timetable and of the day of a period, by the period's key."""
        ids, days = self._ids, {}
        for row in self._source.rows(MODEL, "TimetableDays"):
            key = text(row, "Id")
            days[key] = (ids.of("timetable", text(row, "TimetableId")), ids.of("day", key))
        rows = self._source.rows(MODEL, "TimetablePeriods")
        return {
            text(row, "Id"): days[day]
            for row in rows
            if (day := text(row, "TimetableDayId", "DayId")) in days
        }

    @cached_property
    def groups(self) -> dict[str, SourceRow]:
        """Classes by their keys."""
        return {text(row, "Id"): row for row in group_rows(self._source)}

    @cached_property
    def _staff(self) -> dict[str, str]:
        """The keys of members of staff by themselves and by their codes; who is here wins."""
        rows = sorted(
            self._source.rows("Staff", "Staff"),
            key=lambda row: text(row, "StaffStatus").casefold() != "previous",
        )
        keys = {text(row, "Id") for row in rows}
        codes = {text(row, "StaffCode"): text(row, "Id") for row in rows}
        return codes | {key: key for key in keys}

    def _known(self, named: set[str]) -> tuple[str, ...] | None:
        if not self._staff:
            return None
        return tuple(sorted({self._staff[name] for name in named if name in self._staff}))

    def said(self, row: SourceRow) -> Served:
        """What a dated lesson says: None of staff and no rooms where it says nothing."""
        codes = listed(row, "StaffCodes")
        rooms = {self._rooms.named(code) for code in listed(row, "RoomCodes")}
        return Served(
            self._known(set(codes)) if codes else None,
            tuple(sorted(rooms, key=lambda room: room.key)),
        )

    def planned(self, slot: _Slot, said: Served) -> Served | None:
        """What a dated lesson would be as planned; None when none is planned then.

        Of several planned lessons those are meant whose teachers and rooms it says, all of
        them; with cover those of which it says a teacher or a room; otherwise all.
        """
        lessons = self.plan.get(slot)
        if not lessons:
            return None
        meant = [one for one in lessons if one.is_within(said)]
        if meant and _completed(said, together := _together(meant)) == together:
            return together
        return _together([one for one in lessons if one.overlaps(said)] or lessons)

    def actual(self, said: Served, planned: Served | None) -> Served:
        """Who teaches a dated lesson, and where; as planned where it says nothing."""
        found = _completed(said, planned) if planned else said
        return found._replace(staff=()) if found.staff is None and self._staff else found

    def shown(self, served: Served) -> Json:
        """The same in the shape it has within a lesson."""
        return {
            "supervisors": None if served.staff is None else self._supervise(served.staff),
            "rooms": [room.shown(self._ids) for room in served.rooms],
        }

    def _supervise(self, staff: tuple[str, ...]) -> list[Json]:
        if (found := self._supervisors.get(staff)) is None:
            found = [supervisor(self._ids.of("staff_member", key)) for key in staff]
            self._supervisors[staff] = found
        return found

    def group(self, key: str, called: str) -> Json | None:
        """The class of a lesson."""
        row = self.groups.get(key)
        if not key:
            return None
        named = row if row is not None and said(row, "Name") else {}
        subject = mis_subject_key(row) if row is not None else ""
        ids = self._ids
        return {
            "object": "group",
            "id": ids.of(GROUP, key),
            "name": text(named, "Name") or called or None,
            "code": text(named, "Code") or called or None,
            "type": type_of(named) if named else "TeachingGroup",
            "mis_subject": bare_mis_subject(ids, subject, row) if row and subject else None,
            "subject": plain_subject(ids, self._chosen.subject_of(subject)) if subject else None,
        }


def _completed(said: Served, planned: Served) -> Served:
    """What is said, and what is planned where nothing is."""
    staff = planned.staff if said.staff is None else said.staff
    return Served(staff, said.rooms or planned.rooms)


def make_lessons(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The lessons of the weeks that were read.

    `_timetable_id`, `_day_id` and `_period_id` are the numbers of where in the timetable
    a lesson is; of a covered one `_planned` is who would have taught it, and where.
    """
    timetable = _Timetable(source, ids, chosen)
    groups: dict[str, Json | None] = {}
    for row in source.rows(DATED, "Lessons"):
        key, of = text(row, "Id"), text(row, "ClassId")
        starts = of_wall(text(row, "StartDateTime"))
        if not key or starts is None:
            continue
        if of not in groups:
            groups[of] = timetable.group(of, text(row, "ClassName"))
        label = f"{text(row, 'ClassName') or of} {text(row, 'StartDateTime')[:16]}"
        data = _lesson(timetable, row, ids.of("lesson", key), groups[of], starts)
        period = text(row, "PeriodId")
        data["_timetable_id"], data["_day_id"] = timetable.places.get(period, (None, None))
        data["_period_id"] = ids.of("period", period) if data["_day_id"] else None
        yield Made(key, label.replace("T", " "), data)


def _lesson(
    timetable: _Timetable, row: SourceRow, number: int, group: Json | None, starts: str
) -> Json:
    said = timetable.said(row)
    planned = timetable.planned((text(row, "ClassId"), text(row, "PeriodId")), said)
    actual = timetable.actual(said, planned)
    type_ = _type(actual, planned)
    return {
        "object": "lesson",
        "id": number,
        "type": type_,
        "start_date": starts,
        "end_date": of_wall(text(row, "EndDateTime")),
        "group": group,
        **timetable.shown(actual),
        "_planned": timetable.shown(planned) if planned and type_ != "Scheduled" else None,
    }


def _type(actual: Served, planned: Served | None) -> str:
    if planned is None or actual == planned:
        return "Scheduled"
    return "StaffCover" if actual.staff != planned.staff else "RoomCover"


LESSON_KINDS = (
    Kind(
        "lesson",
        GROUP_QUERIES | {MODEL, DATED, "Staff"},
        make_lessons,
        rolls=True,
        is_of_year=True,
    ),
)
