"""What conditional headers mean, and what is sent along for the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.api.rest.conditional import Standing, read_conditions
from assembly_ui.api.rest.resource import Conditions

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CHANGED = datetime(2026, 11, 22, 9, 0, 0, 250_000, tzinfo=UTC)
LIST = Standing(CHANGED, "0123456789abcdef", NOW)
SECOND = timedelta(seconds=1)


def _next(headers: dict[str, str], *, by: str) -> Conditions:
    """The conditions an app makes of what came along."""
    if by == "tag":
        return read_conditions("", headers["ETag"], NOW)
    return read_conditions(headers["Last-Modified"], "", NOW)


@pytest.mark.parametrize("by", ["tag", "date"])
def test_who_has_read_the_last_change_has_read_everything(by: str) -> None:
    first_new = LIST.first_new(_next(LIST.headers, by=by))
    assert first_new
    assert LIST.is_unchanged(first_new)


@pytest.mark.parametrize("by", ["tag", "date"])
def test_a_later_change_is_new(by: str) -> None:
    later = Standing(CHANGED + SECOND, LIST.question, NOW)
    first_new = later.first_new(_next(LIST.headers, by=by))
    assert first_new
    assert not later.is_unchanged(first_new)
    assert CHANGED < first_new <= CHANGED + SECOND


def test_a_tag_tells_moments_apart_that_a_date_cannot() -> None:
    later = Standing(CHANGED + timedelta(microseconds=1), LIST.question, NOW)
    first_new = later.first_new(_next(LIST.headers, by="tag"))
    assert first_new
    assert not later.is_unchanged(first_new)


def test_a_change_in_the_second_that_was_read_is_not_missed() -> None:
    fresh = Standing(NOW - timedelta(milliseconds=700), LIST.question, NOW)
    same_second = Standing(NOW - timedelta(milliseconds=100), LIST.question, NOW + 9 * SECOND)
    first_new = same_second.first_new(_next(fresh.headers, by="date"))
    assert first_new
    assert not same_second.is_unchanged(first_new)


def test_a_tag_of_another_question_says_nothing() -> None:
    other = Standing(CHANGED, "fedcba9876543210", NOW)
    assert other.first_new(_next(LIST.headers, by="tag")) is None


def test_a_tag_is_heard_before_a_date() -> None:
    conditions = Conditions(since=NOW, tag='"of somebody else"')
    assert LIST.first_new(conditions) is None


@pytest.mark.parametrize("tag", ["W/{}", "{}", '"x", {}'])
def test_a_tag_is_known_in_every_form_it_comes_back_in(tag: str) -> None:
    strong = LIST.tag.removeprefix("W/")
    assert LIST.first_new(Conditions(tag=tag.format(strong)))


def test_a_list_that_never_held_anything_has_no_date() -> None:
    assert "Last-Modified" not in Standing(None, LIST.question, NOW).headers


@pytest.mark.parametrize(
    "header",
    [
        "",
        "yesterday",
        "2026-11-22",
        "2026-11-23T09:00:01Z",
        "2026-99-22T09:00:00Z",
        "Sun, 99 Nov 2026 09:00:00 GMT",
        "Thu, 01 Jan 1960 00:00:00 GMT",
        "Mon, 23 Nov 2026 09:00:01 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1400",
    ],
)
def test_a_date_that_cannot_be_is_as_if_it_had_not_come(header: str) -> None:
    assert not read_conditions(header, "", NOW)


@given(st.text(), st.text())
def test_any_header_is_read_or_ignored(date: str, tag: str) -> None:
    LIST.first_new(read_conditions(date, tag, NOW))


@pytest.mark.parametrize(
    ("header", "since"),
    [
        ("2026-11-22T09:00:00Z", CHANGED.replace(microsecond=0)),
        ("2026-11-22T09:00Z", CHANGED.replace(microsecond=0)),
        ("2026-11-22T09:00:00+00:00", CHANGED.replace(microsecond=0)),
        ("2026-11-22T10:00:00.000+01:00", CHANGED.replace(microsecond=0)),
        ("2026-11-22T09:00:00", CHANGED.replace(microsecond=0)),
        ("2026-11-22T09:00:00.9Z", CHANGED.replace(microsecond=0) - SECOND),
    ],
)
def test_a_date_is_read_as_typed_clients_write_it(header: str, since: datetime) -> None:
    assert read_conditions(header, "", NOW).since == since


_moments = st.datetimes(datetime(2000, 1, 1), datetime(2026, 11, 23))  # noqa: DTZ001


@given(
    _moments,
    st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    ),
)
def test_no_change_is_missed_by_a_date_in_any_time_zone(naive: datetime, zone: timezone) -> None:
    """What changed from that moment on is new, and no more than two seconds before."""
    moment = naive.replace(tzinfo=zone)
    since = read_conditions(moment.isoformat(), "", NOW + timedelta(days=1)).since
    assert since
    assert moment - 2 * SECOND <= since <= moment
    assert since + SECOND <= moment or moment.microsecond == 0
