"""The academic year, and which year group somebody was in before."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from assembly_ui.sync.mapping.catalogue import YEAR_CODES
from assembly_ui.sync.mapping.making import Source
from assembly_ui.sync.mapping.rows import text

_CALENDAR_YEAR = re.compile(r"(?<!\d)(?:19|20)[0-9]{2}(?!\d)")


@lru_cache(maxsize=256)
def earlier(code: str, years: int) -> str | None:
    """The year group somebody of this one was in some years ago."""
    place = YEAR_CODES.index(code) - years if code in YEAR_CODES else -1
    return YEAR_CODES[place] if 0 <= place < len(YEAR_CODES) else None


def current_year(source: Source) -> int | None:
    """The calendar year in which the school's academic year began: 2026 of "2026/2027" too."""
    rows = source.rows("SchoolInfo", "SchoolInfo")
    said = (_CALENDAR_YEAR.search(text(row, "CurrentAcademicYear")) for row in rows)
    return next((int(found[0]) for found in said if found), None)


def first_day(year: int) -> date:
    """Of an academic year, by law."""
    return date(year, 9, 1)


def last_day(year: int) -> date:
    """Of an academic year, by law."""
    return date(year + 1, 8, 31)


def year_of(day: date) -> int:
    """The calendar year in which the academic year of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def term_of(day: date) -> int:
    """0 in autumn, 1 in spring, 2 in summer, by the month."""
    if day.month >= 9:
        return 0
    return 1 if day.month <= 3 else 2
