"""Dated lessons: Lessons, LessonStaff, LessonRooms.

A lesson that has begun keeps who taught it and where; a later one shows what is
planned at the moment. Only the current academic year has lessons. Of LessonStaff
and LessonRooms the columns are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp, Window
from simulators.school_data.posts import Holder, Post, holders, posts_of
from simulators.school_data.rooms import rooms_of
from simulators.school_data.staff_members import staff_code
from simulators.school_data.teaching_groups import Cover, TeachingGroup
from simulators.school_data.timetable import CLOCK, PERIODS, cover_at

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri")


class Served(NamedTuple):
    """Who teaches a class in a slot and where, each with since when."""

    person: int | None
    person_since: Stamp
    room: int | None
    room_since: Stamp


class Lesson(NamedTuple):
    """A class on a day."""

    group: TeachingGroup
    day: str
    slot: int
    served: Served

    @property
    def id(self) -> str:
        """The Id of its row."""
        return f"{self.group.number}.{self.day}.{self.slot % PERIODS + 1}"


class Timetable:
    """Looks up who serves what; remembers what it found, for many lessons ask the same."""

    def __init__(self, core: AcademicYearData) -> None:
        self.core = core
        self.posts = posts_of(core.identity)
        self.rooms = rooms_of(core.identity)
        self.by_slot: dict[int, list[TeachingGroup]] = {}
        for group in core.classes:
            for slot in slots(group):
                self.by_slot.setdefault(slot, []).append(group)

        first, last = core.first, core.last
        self.holders = {
            post.index: [
                (one.starts, one.number) for one in holders_within(core, post, first, last)
            ]
            for post in self.posts
        }

    def served(self, group: TeachingGroup, slot: int, at: Stamp) -> Served:
        """Who teaches a class in a slot, and where, as known at `at`."""
        staff_since, staff = cover_at(group.staff, at)
        room_since, rooms = cover_at(group.rooms, at)
        post, room = in_slot(staff, slot), in_slot(rooms, slot)
        number = None if room is None else self.rooms[room].number
        if post is None:
            return Served(None, staff_since, number, room_since)
        since, person = cover_at(self.holders[post], at)
        return Served(person, max(staff_since, since), number, room_since)

    def lessons(self, window: Window, at: Stamp) -> Iterator[Lesson]:
        """Lessons of the year in a window, as known at `at`."""
        for day in self.core.days.days:
            if window.first <= day <= window.last:
                text, first = day.isoformat(), first_slot(self.core, day)
                for slot, (begins, _) in enumerate(CLOCK, start=first):
                    known = min(at, f"{text}T{begins}:00")
                    for group in self.by_slot.get(slot, []):
                        yield Lesson(group, text, slot, self.served(group, slot, known))


@lru_cache(maxsize=4)
def timetable_of(core: AcademicYearData) -> Timetable:
    """The look-up of a year."""
    return Timetable(core)


@lru_cache(maxsize=2)
def dated_lessons(core: AcademicYearData, window: Window, at: Stamp) -> list[Lesson]:
    """Lessons of a window; the three tables of one answer share them."""
    return list(timetable_of(core).lessons(window, at))


def holders_within(core: AcademicYearData, post: Post, first: Stamp, last: Stamp) -> list[Holder]:
    """Who holds a post at some time between two moments."""
    return [one for one in holders(core.identity, post) if one.starts < last and one.ends > first]


def slots(group: TeachingGroup) -> list[int]:
    """The slots in which a class meets."""
    mask = group.block.mask
    return [slot for slot in range(mask.bit_length()) if mask >> slot & 1]


def in_slot(cover: Cover, slot: int) -> int | None:
    """Who or what of a cover serves a slot."""
    for index, mask in cover:
        if mask >> slot & 1:
            return index
    return None


def first_slot(core: AcademicYearData, day: date) -> int:
    """The slot with which a day of the two-week cycle begins."""
    return (core.days.week_of(day) * len(DAY_NAMES) + day.weekday()) * PERIODS


def period_id(core: AcademicYearData, slot: int) -> str:
    """The Id of a period of the year's timetable."""
    return str(core.year * 1000 + slot)


@lru_cache(maxsize=64)
def period_name(slot: int) -> str:
    """E.g. MonA:1."""
    day = slot // PERIODS
    return f"{DAY_NAMES[day % 5]}{'AB'[day // 5]}:{slot % PERIODS + 1}"


def lesson_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table Lessons."""
    timetable = timetable_of(core)
    return [_lesson_row(core, timetable, lesson) for lesson in dated_lessons(core, window, at)]


def _lesson_row(core: AcademicYearData, timetable: Timetable, lesson: Lesson) -> Row:
    group, day, slot, (person, person_since, room, room_since) = lesson
    begins, ends = CLOCK[slot % PERIODS]
    return {
        "Id": lesson.id,
        "PeriodId": period_id(core, slot),
        "ClassId": str(group.number),
        "JoinedId": None,
        "ClassName": group.name,
        "Period": period_name(slot),
        "StartDateTime": f"{day}T{begins}:00",
        "EndDateTime": f"{day}T{ends}:00",
        "StaffCodes": person and staff_code(core.members[person]),
        "RoomCodes": room and timetable.rooms[room - 1].code,
        "SubjectCode": group.subject.code,
        "SubjectName": group.subject.name,
        "LastUpdated": max(core.first, person_since, room_since),
    }


def lesson_staff_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table LessonStaff."""
    return [
        staff_link(core, lesson.id, lesson.served.person, lesson.served.person_since)
        for lesson in dated_lessons(core, window, at)
        if lesson.served.person
    ]


def lesson_room_rows(core: AcademicYearData, window: Window, at: Stamp) -> list[Row]:
    """The table LessonRooms."""
    timetable = timetable_of(core)
    return [
        room_link(core, timetable, lesson.id, lesson.served)
        for lesson in dated_lessons(core, window, at)
        if lesson.served.room
    ]


def staff_link(core: AcademicYearData, lesson: str, person: int, since: Stamp) -> Row:
    """Who teaches a lesson."""
    return {
        "Id": f"{lesson}.{person}",
        "LessonId": lesson,
        "StaffId": str(person),
        "StaffIdaasId": f"PWT-{person}",
        "StaffCode": staff_code(core.members[person]),
        "LastUpdated": max(core.first, since),
    }


def room_link(core: AcademicYearData, timetable: Timetable, lesson: str, served: Served) -> Row:
    """Where a lesson is."""
    assert served.room is not None
    return {
        "Id": f"{lesson}.{served.room}",
        "LessonId": lesson,
        "RoomId": str(served.room),
        "RoomCode": timetable.rooms[served.room - 1].code,
        "LastUpdated": max(core.first, served.room_since),
    }
