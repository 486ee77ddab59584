"""Names of the days of a timetable's cycle, and how many weeks the cycle has. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_BY_NAME = {
    day[:letters].casefold(): day for day in WEEKDAYS for letters in range(2, len(day) + 1)
} | {"weds": "Wednesday"}
"""Weekdays by everything they are shortened to: no two begin with the same two letters."""

_LONGEST_FIRST = sorted(_BY_NAME, key=len, reverse=True)
_DAY = "|".join(_LONGEST_FIRST)
_THREE_OR_MORE = "|".join(name for name in _LONGEST_FIRST if len(name) > 2)
_TWO = "|".join(name.title() for name in _LONGEST_FIRST if len(name) == 2)
_APART = r"[ .:/-]+"
_WEEK = r"(?:(?:week|wk|w)[ .:-]*)?[a-z0-9]{1,2}"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<day>(?i:{_DAY}))\.?",
        rf"(?P<day>(?i:{_DAY})){_APART}\(?(?P<week>(?i:{_WEEK}))\)?",
        # In one word, only an upper-case letter or a digit is no part of the day's name.
        rf"(?P<day>(?i:{_THREE_OR_MORE})|{_TWO})(?P<week>(?:W(?:ee)?k?)?[A-Z0-9]{{1,2}})",
        rf"(?P<week>(?i:{_WEEK})){_APART}(?P<day>(?i:{_DAY}))",
        rf"(?P<week>[0-9]{{1,2}}|[A-Z](?=[A-Z][a-z]))(?P<day>(?i:{_DAY}))",
    )
)
_WEEK_LENGTHS = (5, 7, 6)
"""Days of a week that has no Saturday school, boards, or has Saturday school."""


class Cycle(NamedTuple):
    """How many weeks a cycle has, of how many days; None where it is no number of weeks."""

    weeks: int | None
    days_per_week: int | None


@lru_cache(maxsize=256)
def weekday_and_week(name: str) -> tuple[str, str] | None:
    """The weekday of a day of the cycle and which week it is of, "" when there is one only.

    None of what names no weekday ("Day 6"), or two ("Mon-Fri").
    """
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(name.strip()):
            parts = found.groupdict()
            day, week = parts["day"].casefold(), parts.get("week") or ""
            return None if week.casefold() in _BY_NAME else (_BY_NAME[day], week)
    return None


def long_name(name: str) -> str:
    """E.g. "Monday B" of "MonB"; what names no weekday stays as it is."""
    found = weekday_and_week(name)
    return " ".join(filter(None, found)) if found else name


def cycle_of(length: int, names: Sequence[str], dates: Collection[date]) -> Cycle:
    """The weeks of a cycle of `length` days.

    Its days say it by their `names` when all name a weekday, otherwise by the `dates` they
    fall on: a week has as many days as any calendar week of them. Without either the length
    decides: weeks of five, seven or six days, whichever fill it.
    """
    weekdays = [found[0] for name in names if (found := weekday_and_week(name))]
    if length and len(weekdays) == length:
        counts = Counter(weekdays)
        return Cycle(max(counts.values()), len(counts))
    calendar_weeks = Counter(day.isocalendar()[:2] for day in dates)
    lengths = (max(calendar_weeks.values()),) if calendar_weeks else _WEEK_LENGTHS
    for days in lengths:
        if length and length % days == 0:
            return Cycle(length // days, days)
    if 0 < length < min(lengths):
        return Cycle(1, length)
    return Cycle(None, None)
