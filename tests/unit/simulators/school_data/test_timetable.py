"""The two-week timetable: nobody and nothing is in two places at once."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from hypothesis import given, settings

from simulators.school_data import Snapshot, Window
from simulators.school_data.terms import easter, the_year
from tests.factories.mis import a_school, moments, utc

SCHOOLS = [{}, {"pupils": 300}, {"name": "Hill Prep School", "pupils": 150}, {"pupils": 20}]


@pytest.mark.parametrize("facts", SCHOOLS)
@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_no_teacher_room_or_class_is_used_twice_in_a_period(
    facts: dict[str, object], moment: datetime
) -> None:
    check_periods(a_school(moment, **facts))


def check_periods(school: Snapshot) -> None:
    period = {row["Id"]: row["PeriodId"] for row in school.table("TimetableLessons")}
    for table, column in (
        ("TimetableModel.LessonStaff", "StaffId"),
        ("TimetableModel.LessonRooms", "RoomId"),
        ("LessonClasses", "ClassId"),
    ):
        used = Counter((period[row["LessonId"]], row[column]) for row in school.table(table))
        assert max(used.values()) == 1, table


@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_no_pupil_has_two_lessons_at_once(moment: datetime) -> None:
    school = a_school(moment, pupils=200)
    period = {row["Id"]: row["PeriodId"] for row in school.table("TimetableLessons")}
    periods: dict[str, list[str]] = {}
    for row in school.table("LessonClasses"):
        periods.setdefault(row["ClassId"], []).append(period[row["LessonId"]])
    used = Counter(
        (row["StudentId"], when)
        for row in school.table("StudentMembers")
        for when in periods.get(row["GroupId"], [])
    )
    assert max(used.values()) == 1


def test_nothing_of_the_default_school_is_used_twice_at_once() -> None:
    check_periods(a_school(pupils=1500))


def test_every_lesson_of_the_default_school_has_a_teacher_and_a_room() -> None:
    lessons = a_school(pupils=1500).table("Lessons")
    assert sum(1 for row in lessons if row["StaffCodes"]) / len(lessons) > 0.99
    assert sum(1 for row in lessons if row["RoomCodes"]) / len(lessons) > 0.99


def test_the_cycle_has_two_weeks_and_comes_round() -> None:
    school = a_school()
    days = {row["Id"]: row["Name"] for row in school.table("TimetableDays")}
    assert len(days) == 10
    named = {row["Date"]: days[row["DayId"]] for row in school.table("TimetableDayInstances")}
    assert named["2026-11-23"][:3] == "Mon"
    assert named["2026-11-23"] != named["2026-11-30"]
    assert named["2026-11-23"] == named["2026-12-07"]


def test_lessons_are_those_of_the_window_and_of_school_days() -> None:
    window = Window(date(2026, 10, 16), date(2026, 11, 2))
    days = {row["StartDateTime"][:10] for row in a_school().table("Lessons", window)}
    assert days == {"2026-10-16", "2026-11-02"}


def test_a_lesson_that_was_keeps_its_teacher_and_room() -> None:
    window = Window(date(2026, 11, 2), date(2026, 11, 6))
    then = a_school(utc(2026, 11, 6, 18), pupils=200).table("Lessons", window)
    assert a_school(utc(2027, 7, 1), pupils=200).table("Lessons", window) == then


@pytest.mark.parametrize("year", range(2020, 2040))
def test_terms_are_believable(year: int) -> None:
    terms = the_year(year)
    assert 155 <= len(terms.days) <= 185
    assert not {day for day, _ in terms.public_holidays} & set(terms.days)
    assert [term.name for term in terms.terms] == ["Autumn", "Spring", "Summer"]
    assert all(
        one.last < other.first for one, other in zip(terms.terms, terms.terms[1:], strict=False)
    )


def test_easter_is_when_it_is() -> None:
    assert [easter(year) for year in (2024, 2025, 2027)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2027, 3, 28),
    ]
