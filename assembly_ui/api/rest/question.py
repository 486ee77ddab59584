"""What a request asks, read from its parameters. Every value is hostile until read here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assembly_ui.api.rest.errors import ParameterUnknown, ParameterUnusable, Wanted
from assembly_ui.api.rest.iso_dates import read_day

DEFAULT_PER_PAGE = 100
MOST_PER_PAGE = 1500
MOST_NUMBERS = 1500
LAST_PAGE = 1_000_000
LARGEST_NUMBER = 2**31 - 1
LONGEST_TEXT = 200
PAGING = ("page", "per_page")
TAG = "if_none_match"

_DIGITS = re.compile(r"[0-9]{1,10}")
_INDEX = re.compile(r"\[[0-9]{0,4}\]$")
_CAPITAL = re.compile(r"(?<=[a-z])([A-Z])")
_BETWEEN_NUMBERS = re.compile(r"[\s,+]+")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Paging:
    """Which part of a list."""

    page: int
    per_page: int

    @property
    def start(self) -> int:
        """How many rows come before."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date


class Question:
    """The parameters of one request. Empty ones count as not given; of several, the last.

    Names are read in the forms of published clients: `start_date` also as `startDate`, and
    `students` also as `students[]` or `students[0]`.

    Raises:
        ParameterUnknown: one is not among those that are `known`.
    """

    def __init__(
        self, pairs: Iterable[tuple[str, str]], known: Collection[str] | None = None
    ) -> None:
        self._values: dict[str, list[str]] = {}
        for said, value in pairs:
            if not value.strip():
                continue
            name = _CAPITAL.sub(r"_\1", _INDEX.sub("", said)).lower()
            if known is not None and name not in known:
                raise ParameterUnknown(said, tuple(sorted(known)))
            self._values.setdefault(name, []).append(value.strip())
        tags = self._values.pop(TAG, [])
        self.tag = tags[-1] if tags else ""

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def pairs(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Everything that was asked, in an order of its own: for telling questions apart."""
        return tuple(sorted((name, tuple(values)) for name, values in self._values.items()))

    def text(self, name: str) -> str | None:
        """Some words."""
        if (value := self._last(name)) is None:
            return None
        if len(value) > LONGEST_TEXT or not value.isprintable():
            raise ParameterUnusable(name, Wanted.TEXT)
        return value

    def flag(self, name: str) -> bool:
        """`true` as the guide has it, or `1` as an SDK sends it (facts, 2.5)."""
        if (value := self._last(name)) is None:
            return False
        if (read := _FLAGS.get(value.lower())) is None:
            raise ParameterUnusable(name, Wanted.FLAG)
        return read

    def number(self, name: str) -> int | None:
        """An id."""
        if (value := self._last(name)) is None:
            return None
        return _number(name, value, Wanted.NUMBER, LARGEST_NUMBER)

    def numbers(self, name: str) -> tuple[int, ...] | None:
        """Ids: the parameter repeated, with `[]` or without, or separated in one value."""
        if name not in self._values:
            return None
        parts = [part for value in self._values[name] for part in _BETWEEN_NUMBERS.split(value)]
        if len(parts) > MOST_NUMBERS:
            raise ParameterUnusable(name, Wanted.NUMBERS)
        return tuple(
            dict.fromkeys(
                _number(name, part, Wanted.NUMBERS, LARGEST_NUMBER) for part in parts if part
            )
        )

    def day(self, name: str) -> date | None:
        """A date."""
        if (value := self._last(name)) is None:
            return None
        if (day := read_day(value)) is None:
            raise ParameterUnusable(name, Wanted.DAY)
        return day

    def days(self) -> Days | None:
        """From `start_date` to `end_date`, or the one day `date`. An end left out is open."""
        day, first, last = self.day("date"), self.day("start_date"), self.day("end_date")
        if first is None and last is None:
            return Days(day, day) if day else None
        first, last = first or date.min, last or date.max
        if last < first:
            raise ParameterUnusable("end_date", Wanted.LATER)
        return Days(first, last)

    def paging(self) -> Paging:
        """Which page."""
        page, size = self._last("page"), self._last("per_page")
        return Paging(
            1 if page is None else _number("page", page, Wanted.PAGE, LAST_PAGE),
            DEFAULT_PER_PAGE
            if size is None
            else _number("per_page", size, Wanted.PER_PAGE, MOST_PER_PAGE),
        )

    def _last(self, name: str) -> str | None:
        values = self._values.get(name)
        return values[-1] if values else None


def week_of(day: date) -> Days:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Days(monday, monday + timedelta(days=6))


def path_number(segment: str) -> int | None:
    """The id that a part of a path is, or None."""
    if not _DIGITS.fullmatch(segment):
        return None
    return number if 0 < (number := int(segment)) <= LARGEST_NUMBER else None


def _number(name: str, value: str, wanted: Wanted, most: int) -> int:
    if not _DIGITS.fullmatch(value) or not 0 < (number := int(value)) <= most:
        raise ParameterUnusable(name, wanted)
    return number
