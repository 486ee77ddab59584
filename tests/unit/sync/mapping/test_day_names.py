"""Days of a timetable are called what people call them, and its cycle has the weeks it has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.sync.mapping import Chosen
from assembly_ui.sync.mapping.timetables import make_timetables
from tests.unit.sync.mapping.read_school import Numbers, Read

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = {
    "Monday": ["Mo", "Mon"],
    "Tuesday": ["Tu", "Tue", "Tues"],
    "Wednesday": ["We", "Wed", "Weds"],
    "Thursday": ["Th", "Thu", "Thur", "Thurs"],
    "Friday": ["Fr", "Fri"],
    "Saturday": ["Sa", "Sat"],
    "Sunday": ["Su", "Sun"],
}
MONDAY = date(2026, 9, 7)


def _timetable(
    names: list[str], *, said: int | None = None, dates: list[date] | None = None
) -> dict[str, Any]:
    """The timetable of a cycle of days with these names, the n-th falling on the n-th date."""
    model = "TimetableModel"
    days = [
        {"Id": f"d{n:03}", "TimetableId": "T", "DayName": name, "Sequence": n}
        for n, name in enumerate(names)
    ]
    instances = [
        {"Id": f"i{n}", "TimetableDayId": f"d{n % len(names):03}", "Date": on.isoformat()}
        for n, on in enumerate(dates or [])
    ]
    read = Read(
        {
            (model, "Timetables"): [{"Id": "T", "Name": "Autumn", "DaysPerCycle": said}],
            (model, "TimetableDays"): days,
            (model, "TimetableDayInstances"): instances,
        }
    )
    (made,) = make_timetables(read, Numbers(), Chosen())
    return made.data


def _long(name: str) -> str:
    return str(_timetable([name])["days"][0]["long_name"])


def _cycle(timetable: dict[str, Any]) -> tuple[int | None, int | None]:
    return timetable["weeks"], timetable["days_per_week"]


def _school_days(weeks: int, *, of: int) -> list[date]:
    return [MONDAY + timedelta(days=7 * n + day) for n in range(weeks) for day in range(of)]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Tues", "Tuesday"),
        ("Weds", "Wednesday"),
        ("Thur", "Thursday"),
        ("THURS", "Thursday"),
        ("TuesB", "Tuesday B"),
        ("MonW1", "Monday W1"),
        ("Mon Week 2", "Monday Week 2"),
        ("Tuesday (B)", "Tuesday B"),
        ("1Mon", "Monday 1"),
        ("A Mon", "Monday A"),
        ("Frid", "Friday"),
        ("Day 6", "Day 6"),
        ("Mon-Fri", "Mon-Fri"),
        ("Month", "Month"),
        ("Sunny", "Sunny"),
    ],
)
def test_a_day_has_the_weekday_it_names_or_its_own_name(short: str, long: str) -> None:
    assert _long(short) == long


@given(
    st.sampled_from(WEEKDAYS),
    st.data(),
    st.sampled_from(["", " ", ":", "-", " - "]),
    st.sampled_from(["", "A", "B", "1", "2", "12"]),
)
def test_a_day_is_its_weekday_and_its_week_however_it_is_shortened(
    day: str, data: st.DataObject, between: str, week: str
) -> None:
    name = data.draw(st.sampled_from([day, *SHORT[day]]))
    short = name + between + week if week else name
    assert _long(short) == " ".join(filter(None, (day, week)))
    assert _long(short.lower() if between.strip() else short) == _long(short).replace(
        week, week.lower() if between.strip() else week
    )


@given(st.text(min_size=1, max_size=12).map(str.strip).filter(bool))
def test_a_name_stays_as_it_is_or_begins_with_a_whole_weekday(name: str) -> None:
    long = _timetable([name])["days"][0]
    first, _, week = (long["long_name"] or "").partition(" ")
    assert long["long_name"] == long["short_name"] or (first in WEEKDAYS and week in name)


@pytest.mark.parametrize(
    ("names", "cycle"),
    [
        (list(WEEKDAYS[:5]), (1, 5)),
        ([day[:3] + week for week in "AB" for day in WEEKDAYS[:5]], (2, 5)),
        ([day[:3] + week for week in "AB" for day in WEEKDAYS[:6]], (2, 6)),
        ([day[:3] + week for week in "123" for day in WEEKDAYS], (3, 7)),
        (["MonA", "TueA", "WedA", "ThuA", "FriA", "MonB", "TueB", "WedB", "ThuB"], (2, 5)),
        ([f"Day {n}" for n in range(1, 11)], (2, 5)),
        ([f"Day {n}" for n in range(1, 22)], (3, 7)),
        ([f"Day {n}" for n in range(1, 7)], (1, 6)),
        ([f"Day {n}" for n in range(1, 9)], (None, None)),
    ],
)
def test_a_cycle_has_the_weeks_that_its_days_fill(
    names: list[str], cycle: tuple[int | None, int | None]
) -> None:
    assert _cycle(_timetable(names, said=len(names))) == _cycle(_timetable(names)) == cycle


def test_dates_say_whether_a_cycle_of_six_days_is_a_week() -> None:
    six = [f"Day {n}" for n in range(1, 7)]
    assert _cycle(_timetable(six, dates=_school_days(6, of=6))) == (1, 6)
    # Six days that go round in a week of five are no number of weeks.
    assert _cycle(_timetable(six, dates=_school_days(6, of=5))) == (None, None)


@given(st.integers(1, 60), st.integers(1, 60))
def test_weeks_times_days_are_the_length_of_the_cycle(length: int, listed: int) -> None:
    weeks, days = _cycle(_timetable([f"Day {n}" for n in range(listed)], said=length))
    assert (weeks is None) is (days is None)
    assert weeks is None or weeks * (days or 0) == length


@given(st.integers(1, 6), st.integers(1, 7))
def test_named_days_say_how_many_weeks_there_are(weeks: int, days: int) -> None:
    names = [f"{day[:3]}{week}" for week in range(weeks) for day in WEEKDAYS[:days]]
    assert _cycle(_timetable(names)) == (weeks, days)
