"""The service's JSON is read leniently, and nothing in it can break the reading."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.xporter import wire
from assembly_ui.xporter.answers import Reader
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import WrongShape, XporterError
from assembly_ui.xporter.information import TokenDetailsAnswer
from assembly_ui.xporter.rows.school import SchoolInfoRow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MIDNIGHT = datetime(2018, 6, 24, tzinfo=UTC)

any_text = st.text(st.characters())
"""Half surrogate pairs and NUL included."""
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=10,
)
answers = (wire.TokenAnswer, TokenDetailsAnswer, wire.RegisteredSchool, SchoolInfoRow)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2018-06-24T18:55:26.1234567Z", datetime(2018, 6, 24, 18, 55, 26, 123456, tzinfo=UTC)),
        ("2018-06-24T18:55:26.12Z", datetime(2018, 6, 24, 18, 55, 26, 120000, tzinfo=UTC)),
        ("2018-06-24T18:55:26Z", datetime(2018, 6, 24, 18, 55, 26, tzinfo=UTC)),
        ("2018-06-24T18:55:26", datetime(2018, 6, 24, 18, 55, 26, tzinfo=UTC)),
        ("2018-06-24T19:55:26+01:00", datetime(2018, 6, 24, 18, 55, 26, tzinfo=UTC)),
        ("2018-06-24", MIDNIGHT),
        (" 2018-06-24 ", MIDNIGHT),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2018-13-45T00:00:00", None),
        ("/Date(1529873725000)/", None),
        ("tomorrow", None),
        ("", None),
        (None, None),
        (1529873725, None),
        (True, None),
        (["2018-06-24"], None),
    ],
)
def test_times_are_read_in_every_form_and_null_dates_are_none(
    value: object, moment: datetime | None
) -> None:
    assert wire.moment(value) == moment


def test_a_time_without_a_zone_is_in_the_one_assumed() -> None:
    summer = timezone(timedelta(hours=1))
    assert wire.moment("2018-06-24T01:00:00", summer) == MIDNIGHT
    assert wire.moment("2018-06-24T00:00:00Z", summer) == MIDNIGHT


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (True, True),
        ("True", True),
        ("YES", True),
        (1, True),
        ("1", True),
        (" t ", True),
        (False, False),
        ("false", False),
        (0, False),
        ("No", False),
        ("", None),
        (None, None),
        (2, None),
        ("maybe", None),
        ([], None),
        ([True], None),
        ({}, None),
    ],
)
def test_flags_say_yes_no_or_nothing(value: object, read: bool | None) -> None:
    assert wire.flag(value) is read


@pytest.mark.parametrize(
    ("value", "read"),
    [(7, 7), ("7", 7), ("1,042", 1042), ("7.5", None), (7.5, None), (True, None), (None, None)],
)
def test_whole_numbers_are_whole_or_none(value: object, read: int | None) -> None:
    assert wire.whole(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("School,Student", ("School", "Student")),
        (" School , ,Student,School", ("School", "Student")),
        (["School", None, 7, {}, "School"], ("School", "7")),
        ("", ()),
        (None, ()),
        ({"School": 1}, ()),
        (7, ()),
    ],
)
def test_names_come_as_a_list_or_a_line(value: object, read: tuple[str, ...]) -> None:
    assert wire.names(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Plain words", "Plain words"),
        ("<p>Two\r\n<b>lines</b></p>", "Two lines"),
        ("nul\0 bell\a tab\t", "nul bell tab"),
        ("6f9619ff-8b86-d011-b42d-00cf4fc964ff is wrong", "[hidden] is wrong"),
        ("Secret " + "Ab1+/=" * 20 + " is wrong", "Secret [hidden] is wrong"),
        ("The word is hush-hush.", "The word is [hidden]."),
        ("x " * 300, ("x " * 300)[:200]),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_what_the_service_said_is_made_fit_to_show(value: object, read: str) -> None:
    assert wire.said(value, hide=("hush-hush", "")) == read


@given(value=any_json)
def test_the_small_readers_take_anything(value: Any) -> None:
    assert isinstance(wire.flag(value), bool | None)
    assert isinstance(wire.whole(value), int | None)
    assert isinstance(wire.moment(value), datetime | None)
    for text in (wire.text(value), wire.said(value), *wire.names(value)):
        assert "\0" not in text
        text.encode()


@given(value=any_json, kind=st.sampled_from(answers))
def test_an_object_is_read_or_has_the_wrong_shape(value: Any, kind: type[wire.Wire]) -> None:
    try:
        read = kind.read(value)
    except WrongShape:
        assert not isinstance(value, dict)
        return
    assert isinstance(read, kind)


@given(
    value=any_json,
    status=st.integers(200, 599),
    headers=st.dictionaries(st.just("Retry-After"), st.text("0123456789 GMTmon,:+-", max_size=40)),
)
def test_an_answer_is_an_object_or_an_error_of_ours(
    value: Any, status: int, headers: dict[str, str]
) -> None:
    body = json.dumps(value).encode()
    response = httpx.Response(status, content=body, headers=headers)
    outcome = _outcome(response)
    if isinstance(outcome, XporterError):
        back_at = outcome.retry_at
        assert back_at is None or NOW <= back_at <= NOW + timedelta(days=1)
    else:
        assert status < 400


@given(body=st.binary(max_size=200), status=st.integers(200, 599))
def test_any_bytes_are_an_object_or_an_error_of_ours(body: bytes, status: int) -> None:
    assert _outcome(httpx.Response(status, content=body)) is not None


def _outcome(response: httpx.Response) -> dict | XporterError:
    try:
        return Reader(Dialect(), NOW).read(response, response.content)
    except XporterError as error:
        return error
