"""Parameters are read in every form that known clients send, and nothing else passes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.api.rest.errors import ParameterUnknown, ParameterUnusable
from assembly_ui.api.rest.iso_dates import SCHOOL_TIME
from assembly_ui.api.rest.question import (
    Days,
    Paging,
    Question,
    path_number,
    week_of,
)

READERS = ("text", "flag", "number", "numbers", "day")


def _asked(query: str) -> Question:
    return Question(parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize(
    "query",
    [
        "students[]=1&students[]=2",
        "students=1+2",
        "students=1%2B2",
        "students=1,2",
        "students=1&students=2",
    ],
)
def test_lists_come_as_each_client_writes_them(query: str) -> None:
    assert _asked(query).numbers("students") == (1, 2)


def test_a_number_asked_for_twice_is_one() -> None:
    assert _asked("students=2+2+1").numbers("students") == (2, 1)


@pytest.mark.parametrize(
    ("value", "read"), [("true", True), ("1", True), ("TRUE", True), ("false", False), ("0", False)]
)
def test_booleans_come_in_words_or_figures(value: str, read: bool) -> None:
    assert _asked(f"photo={value}").flag("photo") is read


def test_what_is_left_empty_was_not_asked() -> None:
    asked = _asked("year_code=&date=+&students[]=&page=&photo=")
    assert (asked.text("year_code"), asked.day("date"), asked.numbers("students")) == (None,) * 3
    assert not asked.flag("photo")
    assert asked.paging() == Paging(1, 100)


def test_of_one_parameter_given_twice_the_last_counts() -> None:
    assert _asked("year_code=7&year_code=8").text("year_code") == "8"


@pytest.mark.parametrize(
    "value",
    ["01/09/2026", "2026-13-01", "2026-02-30", "20260901", "2026-W36-2", "tomorrow", "٢٠٢٦-٠٩-٠١"],
)
def test_a_malformed_date_is_refused(value: str) -> None:
    with pytest.raises(ParameterUnusable) as caught:
        Question([("date", value)]).day("date")
    assert caught.value.name == "date"


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1e3", "x", "²", "2147483648", "9" * 5000])
def test_a_malformed_number_is_refused(value: str) -> None:
    with pytest.raises(ParameterUnusable):
        Question([("student_id", value)]).number("student_id")


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 201, "a\nb"])
def test_what_is_no_plain_text_is_refused(value: str) -> None:
    with pytest.raises(ParameterUnusable):
        Question([("type", value)]).text("type")


def test_a_list_may_not_be_endless() -> None:
    with pytest.raises(ParameterUnusable):
        Question([("students", " ".join(map(str, range(1, 1502))))]).numbers("students")


@pytest.mark.parametrize("query", ["per_page=0", "per_page=1501", "page=0", "page=-1", "page=x"])
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    with pytest.raises(ParameterUnusable):
        _asked(query).paging()


def test_a_page_says_what_comes_before_it() -> None:
    assert _asked("page=3&per_page=1500").paging().start == 3000


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", None),
        ("date=2026-11-23", Days(date(2026, 11, 23), date(2026, 11, 23))),
        ("start_date=2026-11-23", Days(date(2026, 11, 23), date.max)),
        ("end_date=2026-11-23", Days(date.min, date(2026, 11, 23))),
        (
            "start_date=2026-11-23&end_date=2026-11-29&date=2020-01-01",
            Days(date(2026, 11, 23), date(2026, 11, 29)),
        ),
    ],
)
def test_days_are_one_or_a_period_open_where_nothing_is_said(query: str, days: Days | None) -> None:
    assert _asked(query).days() == days


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ParameterUnusable) as caught:
        _asked("start_date=2026-11-24&end_date=2026-11-23").days()
    assert caught.value.name == "end_date"


def test_a_week_is_from_monday_to_sunday() -> None:
    week = Days(date(2026, 11, 23), date(2026, 11, 29))
    assert {week_of(date(2026, 11, day)) for day in range(23, 30)} == {week}


@pytest.mark.parametrize(
    ("segment", "number"),
    [
        ("12", 12),
        ("0", None),
        ("x", None),
        ("-1", None),
        ("٣", None),
        ("99999999999", None),
        ("", None),
    ],
)
def test_a_part_of_an_address_is_a_number_or_not(segment: str, number: int | None) -> None:
    assert path_number(segment) == number


@given(st.lists(st.tuples(st.sampled_from(["x", "x[]"]), st.text())))
def test_anything_at_all_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    asked = Question(pairs)
    for reader in READERS:
        try:
            getattr(asked, reader)("x")
        except ParameterUnusable:
            continue


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-23T00:00Z", date(2026, 11, 23)),
        ("2026-11-23T00%3A00%3A00%2B00%3A00", date(2026, 11, 23)),
        ("2026-11-23T00:00:00+00:00", date(2026, 11, 23)),
        ("2026-11-23T00:00:00.000Z", date(2026, 11, 23)),
        ("2026-11-23T23:30:00-0100", date(2026, 11, 24)),
        ("2026-06-01T00:00:00%2B01:00", date(2026, 6, 1)),
        ("2026-06-01T00:00Z", date(2026, 6, 1)),
        ("2026-05-31T23:00Z", date(2026, 6, 1)),
        ("2026-06-01T00:00:00", date(2026, 6, 1)),
    ],
)
def test_a_moment_is_the_day_it_is_at_the_school(value: str, day: date) -> None:
    assert _asked(f"date={value}").day("date") == day


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_midnight_at_the_school_is_that_day_however_it_is_written(day: date) -> None:
    midnight = datetime.combine(day, time(), SCHOOL_TIME)
    whole = midnight.utcoffset() == midnight.utcoffset() // timedelta(minutes=1) * timedelta(
        minutes=1
    )
    for moment in [midnight, midnight.astimezone(UTC)] if whole else [midnight.astimezone(UTC)]:
        for written in (moment.isoformat(), moment.isoformat(timespec="milliseconds")):
            assert _asked(urlencode({"date": written})).day("date") == day


@pytest.mark.parametrize(
    "value", ["2026-11-23T24:30Z", "2026-11-23T", "2026-11-23T9:00Z", "0001-01-01T00:00+14:00"]
)
def test_a_malformed_moment_is_refused(value: str) -> None:
    with pytest.raises(ParameterUnusable):
        Question([("date", value)]).day("date")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("startDate=2026-11-23", "start_date"),
        ("senNeeds=0", "sen_needs"),
        ("perPage=100", "per_page"),
        ("academicYearId=1", "academic_year_id"),
        ("students[0]=1", "students"),
        ("students[]=1", "students"),
    ],
)
def test_names_are_read_as_sdks_write_them(query: str, name: str) -> None:
    assert name in Question(parse_qsl(query), {name})


@given(st.text(), st.text(min_size=1))
def test_what_is_not_known_is_refused(name: str, value: str) -> None:
    known = {"start_date", "students"}
    with suppress(ParameterUnknown):
        asked = Question([(name, value)], known)
        assert not value.strip() or known & {key for key, _ in asked.pairs}
