"""The timetable as a pattern: TimetableModel and TimetableStructure; columns are mostly ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.curriculum import SUBJECTS
from simulators.school_data.identity import Row, Stamp, Window
from simulators.school_data.lessons import (
    DAY_NAMES,
    Served,
    first_slot,
    period_id,
    period_name,
    room_link,
    slots,
    staff_link,
    timetable_of,
)
from simulators.school_data.rooms import rooms_of
from simulators.school_data.teaching_groups import TeachingGroup
from simulators.school_data.terms import start_of
from simulators.school_data.timetable import CLOCK, DAYS, PERIODS, SLOTS

FOUNDED = start_of(2015)
SESSIONS = (("AM", "08:40", "13:00"), ("PM", "13:50", "15:50"))


def timetable_rows(core: AcademicYearData) -> list[Row]:
    """The table Timetables: one a year."""
    return [
        {
            "Id": str(core.year),
            "Name": f"{core.year}/{core.year + 1} two-week timetable",
            "StartDate": core.days.first.isoformat(),
            "EndDate": core.days.last.isoformat(),
            "LastUpdated": core.first,
        }
    ]


def day_rows(core: AcademicYearData) -> list[Row]:
    """The table TimetableDays: the ten days of the cycle."""
    return [
        {
            "Id": _day_id(core, day),
            "TimetableId": str(core.year),
            "Name": f"{DAY_NAMES[day % 5]}{'AB'[day // 5]}",
            "Week": "AB"[day // 5],
            "DayNumber": day + 1,
            "LastUpdated": core.first,
        }
        for day in range(DAYS)
    ]


def period_rows(core: AcademicYearData) -> list[Row]:
    """The table TimetablePeriods."""
    return [
        {
            "Id": period_id(core, slot),
            "DayId": _day_id(core, slot // PERIODS),
            "Name": period_name(slot),
            "StartTime": CLOCK[slot % PERIODS][0],
            "EndTime": CLOCK[slot % PERIODS][1],
            "DisplayOrder": slot % PERIODS + 1,
            "LastUpdated": core.first,
        }
        for slot in range(SLOTS)
    ]


def lesson_rows(core: AcademicYearData) -> list[Row]:
    """The table TimetableLessons: each class in each slot of the cycle."""
    return [
        {
            "Id": _lesson_id(group, slot),
            "PeriodId": period_id(core, slot),
            "Name": group.name,
            "LastUpdated": core.first,
        }
        for group, slot in _all(core)
    ]


def class_rows(core: AcademicYearData) -> list[Row]:
    """The table LessonClasses."""
    return [
        {
            "Id": f"{_lesson_id(group, slot)}.{group.number}",
            "LessonId": _lesson_id(group, slot),
            "ClassId": str(group.number),
            "ClassName": group.name,
            "SubjectId": str(group.subject.number),
            "SubjectName": group.subject.name,
            "LastUpdated": core.first,
        }
        for group, slot in _all(core)
    ]


def staff_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table TimetableModel.LessonStaff."""
    return [
        staff_link(core, lesson, served.person, served.person_since)
        for lesson, served in pattern(core, at)
        if served.person
    ]


def room_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table TimetableModel.LessonRooms."""
    timetable = timetable_of(core)
    return [
        room_link(core, timetable, lesson, served)
        for lesson, served in pattern(core, at)
        if served.room
    ]


def instance_rows(core: AcademicYearData, window: Window) -> list[Row]:
    """The table TimetableDayInstances: which day of the cycle a date is."""
    return [
        {
            "Id": day.isoformat(),
            "Date": day.isoformat(),
            "DayId": _day_id(core, first_slot(core, day) // PERIODS),
            "LastUpdated": core.first,
        }
        for day in _days(core, window)
    ]


def dated_day_rows(core: AcademicYearData, window: Window) -> list[Row]:
    """The table TTDays. An event is a day of the cycle; the Id is that of its instance."""
    return [
        {
            "Id": day.isoformat(),
            "EventId": _day_id(core, first_slot(core, day) // PERIODS),
            "EventDescription": f"{day:%A}",
            "StartDateTime": f"{day}T00:00:00",
            "EndDateTime": f"{day}T23:59:59",
            "LastUpdated": core.first,
        }
        for day in _days(core, window)
    ]


def session_rows(core: AcademicYearData, window: Window) -> list[Row]:
    """The table TTSessions: morning and afternoon of a date."""
    return [
        {
            "Id": f"{day}.{session}",
            "DayId": day.isoformat(),
            "EventId": f"{_day_id(core, first_slot(core, day) // PERIODS)}.{session}",
            "EventDescription": f"{day:%A} {session}",
            "Session": session,
            "StartDateTime": f"{day}T{begins}:00",
            "EndDateTime": f"{day}T{ends}:00",
            "LastUpdated": core.first,
        }
        for day in _days(core, window)
        for session, begins, ends in SESSIONS
    ]


def dated_period_rows(core: AcademicYearData, window: Window) -> list[Row]:
    """The table TTPeriods. `PeriodId`, which lessons refer to, is ours."""
    return [
        {
            "Id": f"{day}.{period + 1}",
            "DayId": day.isoformat(),
            "SessionId": f"{day}.{_session_at(begins)}",
            "EventId": period_id(core, first_slot(core, day) + period),
            "EventDescription": period_name(first_slot(core, day) + period),
            "Session": _session_at(begins),
            "PeriodId": period_id(core, first_slot(core, day) + period),
            "StartDateTime": f"{day}T{begins}:00",
            "EndDateTime": f"{day}T{ends}:00",
            "LastUpdated": core.first,
        }
        for day in _days(core, window)
        for period, (begins, ends) in enumerate(CLOCK)
    ]


def _session_at(time: str) -> str:
    """The session a time of day, hh:mm, is in: that which began last."""
    return max((begins, name) for name, begins, _ in SESSIONS if begins <= time)[1]


def subject_rows() -> list[Row]:
    """The table TTSubjects: every subject the MIS knows, taught this year or not."""
    subjects = sorted(SUBJECTS.values(), key=lambda subject: subject.number)
    return [
        {
            "Id": str(subject.number),
            "Code": subject.code,
            "Name": subject.name,
            "LastUpdated": FOUNDED,
        }
        for subject in subjects
    ]


def place_rows(core: AcademicYearData) -> list[Row]:
    """The table TTRooms. `Id` is the RoomId of LessonRooms."""
    return [
        {
            "Id": str(room.number),
            "Code": room.code,
            "Name": room.code,
            "LastUpdated": FOUNDED,
        }
        for room in rooms_of(core.identity)
    ]


@lru_cache(maxsize=2)
def pattern(core: AcademicYearData, at: Stamp) -> list[tuple[str, Served]]:
    """Lessons of the cycle by Id and who serves them; the two tables of one answer share them."""
    serve = timetable_of(core).served
    return [(_lesson_id(group, slot), serve(group, slot, at)) for group, slot in _all(core)]


def _all(core: AcademicYearData) -> Iterator[tuple[TeachingGroup, int]]:
    for group in core.classes:
        for slot in slots(group):
            yield group, slot


def _days(core: AcademicYearData, window: Window) -> list[date]:
    return [day for day in core.days.days if window.first <= day <= window.last]


def _lesson_id(group: TeachingGroup, slot: int) -> str:
    return f"{group.number}.{slot}"


def _day_id(core: AcademicYearData, day: int) -> str:
    return str(core.year * 100 + day)
