"""The school lives: rows change as time passes, and say when they did."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.school_data import Snapshot, Window, school_at
from tests.factories.mis import (
    DATED,
    NOON,
    a_school,
    around,
    by_id,
    content,
    every_table,
    gaps,
    ids,
    moments,
    rows_of,
    utc,
)

SMALL: list[dict[str, Any]] = [
    {"name": "City Sixth Form College", "pupils": 120},
    {"name": "City Sixth Form College", "pupils": 4},
    {"name": "Infant School", "pupils": 60},
    {"pupils": 20},
]
SCHOOLS = [*SMALL, {"pupils": 60}, {"pupils": 150}]
MONDAY = utc(2026, 11, 23, 9)
PEOPLE = ("Students", "Staff", "Group", "Contacts", "PersonComms")
CHANGING = (
    *PEOPLE, "StudentMembers", "StaffMembers", "Lessons", "LessonRooms", "AsmResults",
    "AttendMarks",
)  # fmt: skip


def changed(before: Snapshot, after: Snapshot, names: tuple[str, ...]) -> Counter[str]:
    """How many rows are new, changed or gone, by table; the window is around `after`."""
    window, found = around(after.at), Counter[str]()
    for name in names:
        old = by_id(rows_of(before, name, window))
        new = by_id(rows_of(after, name, window))
        differing = sum(old.get(key) != row for key, row in new.items())
        found[name] = len(old.keys() - new.keys()) + differing
    return found


def was_other(row: dict[str, Any], school: Snapshot, name: str, window: Window) -> bool:
    """Whether the row was another, or not there, in the second before its LastUpdated."""
    before = datetime.fromisoformat(row["LastUpdated"]) - timedelta(seconds=1)
    rows = by_id(rows_of(school_at(school.identity, before), name, window))
    return row["Id"] not in rows or content(rows[row["Id"]]) != content(row)


@given(facts=st.sampled_from(SCHOOLS), moment=moments, gap=gaps)
@settings(max_examples=12, deadline=None)
def test_last_updated_moves_exactly_when_the_row_does(
    facts: dict[str, Any], moment: datetime, gap: timedelta
) -> None:
    one, other = a_school(moment, **facts), a_school(moment + gap, **facts)
    first, last, window = one.stamp, other.stamp, around(other.at)
    before, after = every_table(one, window), every_table(other, window)
    for name, rows in after.items():
        for key, row in rows.items():
            stamp, old = row["LastUpdated"], before[name].get(key)
            assert stamp <= last
            if old is None:
                assert stamp > first or name in DATED
            elif content(old) != content(row):
                assert first < stamp, name
            elif stamp != old["LastUpdated"]:
                # What it is again it was not in between.
                assert first < stamp, name
                assert was_other(row, other, name, window), name


@pytest.mark.parametrize("facts", SMALL)
def test_the_past_is_the_same_whichever_year_it_is_seen_from(facts: dict[str, Any]) -> None:
    years = [a_school(utc(year, 9, 1), **facts) for year in range(2020, 2036)]
    for one, other in pairwise(years):
        for name in ("Contacts", "PersonComms", "Group"):
            old = by_id(rows_of(one, name))
            for row in rows_of(other, name):
                since = old.get(row["Id"], row)["LastUpdated"]
                assert row["LastUpdated"] == since or row["LastUpdated"] > one.stamp


def test_a_contact_who_comes_back_after_a_time_is_new_again() -> None:
    name = "Junior School"
    years = [a_school(utc(year, 10, 1), name=name, pupils=100) for year in range(2020, 2032)]
    returned = 0
    for one, two, three in zip(years, years[1:], years[2:], strict=False):
        here, there = (by_id(rows_of(school, "Contacts")) for school in (one, three))
        for key in here.keys() & there.keys() - ids(two, "Contacts"):
            returned += 1
            assert there[key]["LastUpdated"] > two.stamp
    assert returned


@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_a_row_was_other_than_it_is_until_its_last_update(moment: datetime) -> None:
    after = a_school(moment)
    for name in PEOPLE:
        newest = max(after.table(name), key=lambda row: row["LastUpdated"])
        assert was_other(newest, after, name, around(moment)), name


@given(moment=moments, gap=gaps)
@settings(max_examples=5, deadline=None)
def test_an_id_is_never_given_to_another(moment: datetime, gap: timedelta) -> None:
    for table, lasting in (
        ("Students", ("DateofBirth", "UPN", "ExternalId", "EntryDate", "XID")),
        ("Staff", ("DateOfBirth", "StaffCode", "ExternalId")),
        ("Contacts", ("Forename", "Surname", "ExternalId")),
    ):
        old = {row["Id"]: row for row in a_school(moment).table(table)}
        for row in a_school(moment + gap).table(table):
            if row["Id"] in old:
                assert [row[name] for name in lasting] == [old[row["Id"]][name] for name in lasting]


def test_a_day_changes_a_few_rows_and_a_week_tens() -> None:
    start, names = a_school(MONDAY, pupils=1500), (*PEOPLE, "AsmResults")
    day = changed(start, a_school(MONDAY + timedelta(days=1), pupils=1500), names)
    week = changed(start, a_school(MONDAY + timedelta(days=7), pupils=1500), PEOPLE)
    assert 1 <= sum(day[name] for name in PEOPLE) <= 120
    assert 20 <= sum(week.values()) <= 600
    assert 100 <= day["AsmResults"] <= 1000


def test_something_changes_within_an_hour_of_a_school_day() -> None:
    later = a_school(MONDAY + timedelta(hours=1), pupils=1500)
    assert changed(a_school(MONDAY, pupils=1500), later, ("AsmResults",))["AsmResults"] > 0


def test_within_a_year_everything_that_can_change_does() -> None:
    before, after = a_school(utc(2026, 9, 20), pupils=400), a_school(utc(2027, 7, 1), pupils=400)
    differing = changed(before, after, CHANGING)
    for name in CHANGING:
        assert differing[name], name


def test_in_september_everybody_moves_up_and_keeps_the_id() -> None:
    before = a_school(utc(2026, 8, 31), pupils=120)
    after = a_school(utc(2026, 9, 1), pupils=120)
    old = {row["Id"]: row for row in before.table("Students") if row["StudentStatus"] == "OnRoll"}
    stayed = [row for row in after.table("Students") if row["StudentStatus"] == "OnRoll"]
    for row in stayed:
        if row["Id"] in old:
            was = int(old[row["Id"]]["YearGroup"].split()[1])
            assert row["YearGroup"] == f"Year {was + 1}"
    assert len([row for row in stayed if row["Id"] in old]) > 80


def test_leavers_stay_known_for_the_year_after() -> None:
    gone = ids(a_school(utc(2026, 9, 1)), "Students", StudentStatus="Leaver")
    assert gone & ids(a_school(utc(2026, 8, 31)), "Students", StudentStatus="OnRoll")
    assert gone <= ids(a_school(utc(2026, 9, 1)), "Students")
    known = ids(a_school(utc(2028, 9, 1)), "Students")
    assert not gone & known


def test_a_school_keeps_its_size_through_the_decades() -> None:
    for year in (2010, 2026, 2050):
        counts = a_school(utc(year, 11, 25), pupils=1500).counts()
        assert 1480 <= counts["Students"] <= 1500
        assert 165 <= counts["Staff"] <= 200
        assert 550 <= counts["Groups"] <= 720


def test_assessment_of_the_default_school_is_as_large_as_promised() -> None:
    assert 25_000 <= a_school(NOON, pupils=1500).counts()["AssessmentResults"] <= 36_000


def test_counts_agree_with_tables() -> None:
    school, counts = a_school(), a_school().counts()
    assert counts["Students"] == len(ids(school, "Students", StudentStatus="OnRoll"))
    assert counts["Staff"] == len(ids(school, "Staff", StaffStatus="Current"))
    for area, table in (
        ("Groups", "Group"),
        ("Contacts", "Contacts"),
        ("AssessmentResults", "AsmResults"),
    ):
        assert counts[area] == len(school.table(table))
