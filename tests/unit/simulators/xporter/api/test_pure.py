"""Decisions of the API that need no school: pages, scopes, columns, changes, nights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from simulators.xporter.api.columns import left_out
from simulators.xporter.api.endpoints import allows
from simulators.xporter.api.paging import Page
from simulators.xporter.api.tables import Line, Tables
from simulators.xporter.api.tracking import compare
from simulators.xporter.api.view import collected_at, pupils_of


@pytest.mark.parametrize(
    ("needs", "granted", "expected"),
    [
        ("*", "", True),
        ("School, SchoolLite", "SchoolLite", True),
        ("School", "SchoolLite", False),
        ("StaffLite", "Staff", True),
        ("Contact&Student, Contact&StudentLite", "Contact", False),
        ("Contact&Student, Contact&StudentLite", "Contact,StudentLite", True),
    ],
)
def test_what_a_scope_expression_allows(needs: str, granted: str, expected: bool) -> None:
    assert allows(needs, frozenset(granted.split(","))) is expected


def test_columns_need_their_scope_and_their_option() -> None:
    columns = {"Forename", "UPN", "GroupIds"}
    nothing: frozenset[str] = frozenset()
    assert left_out("Students", columns, frozenset({"Student"}), nothing) == {"UPN", "GroupIds"}
    granted = frozenset({"Student", "School", "UPN"})
    assert left_out("Students", columns, granted, frozenset({"includegroupids"})) == set()


@given(some.integers(0, 300), some.integers(1, 50))
def test_following_the_pages_brings_everything_once(rows: int, size: int) -> None:
    table = list(range(rows))
    found: list[int] = []
    number = 1
    while True:
        page = Page(number, size)
        found += page.cut(table)
        said = page.said({"Rows": table})
        if not said["PageNumber"] < said["PageCount"]:
            break
        number += 1
    assert found == table
    assert said["NextPage"] is None


_ROWS = some.dictionaries(some.integers(0, 30).map(str), some.sampled_from("abc"), max_size=30)


@given(_ROWS, _ROWS)
def test_changes_applied_to_the_old_give_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    changed, deleted = compare({"Rows": _lines(old)}, {"Rows": _lines(new)})
    kept = {id_: hash_ for id_, hash_ in old.items() if id_ not in deleted["Rows"]}
    kept |= {line.id: line.hash for line in changed["Rows"]}
    assert kept == new
    assert all(old.get(line.id) != line.hash for line in changed["Rows"])


def test_a_table_that_was_not_there_before_is_all_new() -> None:
    now: Tables = {"Rows": _lines({"1": "a"})}
    assert compare({}, now) == (now, {"Rows": []})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T10:00", "2026-11-23T09:00"),
        ("2026-11-24T02:59", "2026-11-23T09:00"),
        ("2026-11-24T03:00", "2026-11-24T03:00"),
        ("2026-11-26T23:00", "2026-11-26T03:00"),
        # In summer three in the night is two o'clock UTC.
        ("2027-07-01T02:30", "2027-07-01T02:00"),
    ],
)
def test_data_are_collected_at_the_installation_and_every_night(now: str, expected: str) -> None:
    installed = datetime(2026, 11, 23, 9, tzinfo=UTC)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert collected_at(installed, at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_schools_differ_in_size_and_keep_theirs() -> None:
    sizes = {pupils_of(str(3_300_000 + number)) for number in range(200)}
    assert len(sizes) > 100
    assert all(300 <= size <= 1500 for size in sizes)
    assert pupils_of("3302005") == pupils_of("3302005")


def test_no_night_is_skipped_when_the_clocks_change() -> None:
    installed = datetime(2026, 3, 1, tzinfo=UTC)
    nights = {
        collected_at(installed, installed + timedelta(hours=hours)) for hours in range(24, 24 * 60)
    }
    assert len(nights) == 60


def _lines(rows: dict[str, str]) -> list[Line]:
    return [Line(id_, hash_, "{}") for id_, hash_ in rows.items()]
