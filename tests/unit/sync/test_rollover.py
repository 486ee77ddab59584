"""A new school year is told from a MIS that is moved, or that sends too little."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.sync.comparing import Comparison, Ids, Kept, compare
from assembly_ui.sync.guard import is_too_much
from assembly_ui.sync.mapping.making import Made
from assembly_ui.sync.mapping.year_names import YEAR_GROUP_CODES, next_years
from assembly_ui.sync.rollover import is_rollover

Students = dict[str, tuple[str | None, bool]]
"""By key: the year group and whether somebody left."""

SCHOOLS = (
    ["7", "8", "9", "10", "11"],
    ["7", "8", "9", "10", "11", "12", "13"],
    ["N", "R", "1", "2", "3", "4", "5", "6"],
    ["FS1", "FS2", "1", "2"],
    ["12", "13"],
    ["P1", "P2", "P3", "P4", "P5", "P6", "P7"],
    ["S1", "S2", "S3", "S4", "S5", "S6"],
    ["8", "9", "10", "11", "12", "13", "14"],
)
A_YEAR = 20


def _school(years: list[str]) -> Students:
    return {f"{year}-{n}": (year, False) for year in years for n in range(A_YEAR)}


def _moved_up(students: Students, years: list[str]) -> Students:
    """A year later: the last year has left, everybody else moved up, and a first year came."""
    after = {year: next((one for one in years if one in next_years(year)), None) for year in years}
    later: Students = {
        key: (after[year or ""] or year, after[year or ""] is None)
        for key, (year, _) in students.items()
    }
    return later | {f"new-{n}": (years[0], False) for n in range(A_YEAR)}


def _kept(students: Students, ids: Ids) -> dict[int, Kept]:
    return {
        ids.of("student", key): Kept(json.dumps({"year_code": year, "_left": left}), key, True)
        for key, (year, left) in students.items()
    }


def _found(before: Students, now: Students) -> tuple[dict[int, Kept], Comparison]:
    ids = Ids()
    kept = _kept(before, ids)
    made = (Made(key, key, {"year_code": year, "_left": left}) for key, (year, left) in now.items())
    return kept, compare("student", made, kept, ids, lambda data: data)


def _is_rollover(before: Students, now: Students) -> bool:
    return is_rollover(*_found(before, now))


def test_a_year_follows_every_year_but_the_last_of_a_country() -> None:
    last = {code for code in YEAR_GROUP_CODES if not next_years(code)}
    assert last == {"14", "S6"}
    for code in YEAR_GROUP_CODES:
        assert code not in next_years(code) <= set(YEAR_GROUP_CODES)


@given(st.sampled_from(SCHOOLS), st.data())
def test_a_year_on_is_a_new_school_year(years: list[str], data: st.DataObject) -> None:
    before = _school(years)
    now = _moved_up(before, years)
    # Some repeat the year or go early, as some always do, and leavers may be gone at once.
    odd = data.draw(st.sets(st.sampled_from(sorted(before)), max_size=len(before) // 20))
    now |= {key: before[key] for key in odd if data.draw(st.booleans())}
    if data.draw(st.booleans()):
        now = {key: student for key, student in now.items() if not student[1]}
    assert _is_rollover(before, now)


@given(st.sampled_from(SCHOOLS))
def test_leavers_of_the_year_before_are_nobody_who_goes(years: list[str]) -> None:
    former: Students = {f"former-{n}": (years[-1], True) for n in range(A_YEAR)}
    before = _school(years)
    assert _is_rollover(before | former, _moved_up(before, years))


@given(st.sampled_from(SCHOOLS), st.data())
def test_a_school_that_sends_too_little_has_no_new_year(
    years: list[str], data: st.DataObject
) -> None:
    before = _school(years)
    staying = data.draw(st.sets(st.sampled_from(sorted(before)), max_size=len(before) // 3))
    now = _moved_up(before, years)
    assert not _is_rollover(before, {key: now[key] for key in staying})


@given(st.sampled_from(SCHOOLS))
def test_no_other_change_is_a_new_year(years: list[str]) -> None:
    before = _school(years)
    assert not _is_rollover(before, before)
    assert not _is_rollover({}, before)
    assert not _is_rollover(before, {})
    backwards = list(reversed(years))
    down = {year: backwards[(place + 1) % len(years)] for place, year in enumerate(backwards)}
    assert len(years) == 2 or not _is_rollover(
        before, {key: (down[year or ""], left) for key, (year, left) in before.items()}
    )
    assert not _is_rollover(before, {key: (None, left) for key, (_, left) in before.items()})


def test_a_whole_year_that_goes_in_the_middle_is_none() -> None:
    years = SCHOOLS[1]
    before = _school(years)
    now = _moved_up(before, years)
    gone = {key for key, (year, _) in before.items() if year in {"8", "9"}}
    assert not _is_rollover(before, {key: one for key, one in now.items() if key not in gone})


@pytest.mark.parametrize(
    ("removed", "is_rollover", "waits"),
    [(10, False, False), (11, False, True), (60, True, False), (61, True, True)],
)
def test_more_may_go_in_a_new_year(removed: int, is_rollover: bool, waits: bool) -> None:
    found = is_too_much(
        total=100, changed=100 * is_rollover, removed=removed, is_rollover=is_rollover
    )
    assert found is waits
