"""The school lives: rows change as time passes, and say when they did."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given, settings

from assembly_ui.simulator.school import Snapshot, Window
from tests.factories.mis import (
    DATED,
    NOON,
    a_school,
    around,
    content,
    every_table,
    gaps,
    ids,
    moments,
    utc,
)

MONDAY = utc(2026, 11, 23, 9)


def changed(before: Snapshot, after: Snapshot, window: Window) -> Counter[str]:
    """How many rows are new, changed or gone, by table."""
    old, new = every_table(before, window), every_table(after, window)
    return Counter(
        {
            name: len(old[name].keys() - rows.keys())
            + sum(old[name].get(key) != row for key, row in rows.items())
            for name, rows in new.items()
        }
    )


@given(moment=moments, gap=gaps)
@settings(max_examples=10, deadline=None)
def test_last_updated_moves_exactly_when_the_row_does(moment: datetime, gap: timedelta) -> None:
    later, window = moment + gap, around(moment + gap)
    before, after = every_table(a_school(moment), window), every_table(a_school(later), window)
    first, last = a_school(moment).stamp, a_school(later).stamp
    for name, rows in after.items():
        for key, row in rows.items():
            stamp, old = row["LastUpdated"], before[name].get(key)
            assert stamp <= last
            if old is None:
                assert stamp > first or name in DATED
            elif content(old) == content(row):
                assert stamp == old["LastUpdated"], name
            else:
                assert first < stamp, name


@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_a_row_was_other_than_it_is_until_its_last_update(moment: datetime) -> None:
    after = a_school(moment)
    for name in ("Students", "Staff", "Group", "Contacts", "PersonComms"):
        newest = max(after.table(name), key=lambda row: row["LastUpdated"])
        before = datetime.fromisoformat(newest["LastUpdated"] + "Z") - timedelta(seconds=1)
        old = {row["Id"]: row for row in a_school(before).table(name)}
        assert newest["Id"] not in old or content(old[newest["Id"]]) != content(newest)


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
    start = a_school(MONDAY, pupils=1500)
    day = changed(start, a_school(MONDAY + timedelta(days=1), pupils=1500), around(MONDAY))
    week = changed(start, a_school(MONDAY + timedelta(days=7), pupils=1500), around(MONDAY))
    people = ("Students", "Staff", "Group", "Contacts", "PersonComms")
    assert 1 <= sum(day[name] for name in people) <= 120
    assert 20 <= sum(week[name] for name in people) <= 600
    assert 100 <= day["AsmResults"] <= 1000


def test_something_changes_within_an_hour_of_a_school_day() -> None:
    later = a_school(MONDAY + timedelta(hours=1), pupils=1500)
    assert changed(a_school(MONDAY, pupils=1500), later, around(MONDAY))["AsmResults"] > 0


def test_within_a_year_everything_that_can_change_does() -> None:
    window = around(utc(2027, 7, 1))
    differing = changed(
        a_school(utc(2026, 9, 20), pupils=500), a_school(utc(2027, 7, 1), pupils=500), window
    )
    for name in ("Students", "Staff", "Group", "StudentMembers", "StaffMembers", "Lessons"):
        assert differing[name], name
    for name in ("Contacts", "PersonComms", "AsmResults", "AttendMarks", "LessonRooms"):
        assert differing[name], name


def test_in_september_everybody_moves_up_and_keeps_the_id() -> None:
    before, after = a_school(utc(2026, 8, 31)), a_school(utc(2026, 9, 1))
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
