"""Names of year groups in England, Wales, Scotland and Northern Ireland, and their codes. Pure.

The codes of nursery to Year 14 are those of the Department for Education's common basic
data set (E1, E2, N1, N2, R, 1 to 14); Scottish and Northern Irish primary years and the
Scottish secondary years are called what people call them (P1 to P7, S1 to S6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

YEAR_NAME = "_year_name"
"""The field of a record with a year group nobody knows. Apps are not shown it."""

_YEAR = (
    *("year", "yr", "y", "year group", "nc year", "curriculum year"),
    *("national curriculum year", "blwyddyn", "bl"),
)
_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen"),
)

_NUMBERED: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("E", 2, ("early", "early year", "early years")),
    ("N", 2, ("nursery", "nursery year", "meithrin")),
    ("FS", 2, ("f", "foundation", "foundation stage")),
    ("P", 7, ("primary",)),
    ("S", 6, ("secondary",)),
)
"""A code before its number, how far the numbers go, and other words for the same."""

_UNNUMBERED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("N", ("nursery", "nursery year", "yn", "meithrin")),
    ("R", ("reception", "reception year", "rec", "yr", "derbyn")),
)
"""A nursery of one year, and the year before Year 1."""

_ORDERS = (
    # Nursery of one year or of two, then primary or Reception; secondary after primary.
    *(("N", "R"), ("N", "P1"), ("N1", "N2"), ("N2", "R"), ("N2", "P1")),
    *(("E1", "E2"), ("E2", "N1"), ("FS1", "FS2"), ("FS1", "R"), ("FS2", "1"), ("R", "1")),
    *((str(n), str(n + 1)) for n in range(1, 14)),
    *((f"P{n}", f"P{n + 1}") for n in range(1, 7)),
    *(("P7", "S1"), ("P7", "8")),
    *((f"S{n}", f"S{n + 1}") for n in range(1, 6)),
)
"""Which year follows which, of the codes below."""

_PART = re.compile(r"[0-9]+|[a-z]+")
_ALLOWED = re.compile(r"(?:[a-z0-9\s.:_]|(?<=[a-z])-(?=[0-9]))+")
"""A hyphen joins a word and its number ("Year-7"); "-1" is a number of its own."""


def _names() -> Iterator[tuple[str, str]]:
    """Every known name as `_plain` writes it, with its code."""
    for number, word in enumerate(_WORDS, 1):
        yield str(number), str(number)
        yield from ((f"{year} {said}", str(number)) for year in _YEAR for said in (number, word))
    for letters, last, others in _NUMBERED:
        for number in range(1, last + 1):
            code, short = f"{letters}{number}", f"{letters.lower()} {number}"
            yield from ((f"{year} {short}", code) for year in _YEAR)
            yield from ((name, code) for name in (short, *(f"{one} {number}" for one in others)))
    for code, others in _UNNUMBERED:
        said = (code.lower(), *others)
        yield from ((name, code) for name in said)
        yield from ((f"{year} {name}", code) for year in _YEAR for name in said)


_CODES = dict(_names())

_NEXT = {
    code: frozenset(after for before, after in _ORDERS if before == code)
    for code in _CODES.values()
}

YEAR_GROUP_CODES = tuple(dict.fromkeys(_CODES.values()))
"""Every code `year_code` gives."""


@lru_cache(maxsize=512)
def year_code(name: str) -> str | None:
    """The code of the year group a MIS calls `name`; None of what is no name of one.

    Names of one year share its code ("Year 7", "Yr 07", "Blwyddyn 7"), names of two years
    never do. Nothing is guessed: neither a year within other words ("Class of 2027"), nor a
    class of several years ("Year 1/2"), nor a name that means one year in England and
    another in Northern Ireland ("Lower Sixth").
    """
    return _CODES.get(_plain(name))


def next_years(code: str) -> frozenset[str]:
    """The codes of the years that may follow a year; none after the last of a country."""
    return _NEXT.get(code, frozenset())


def code_and_unknown(name: str) -> tuple[str | None, dict[str, str]]:
    """`year_code`, and the name itself as a field of ours where it is no known one.

    The school is shown those names (`sync.unknown_years`).
    """
    code = year_code(name)
    return code, {YEAR_NAME: name} if name and code is None else {}


def _plain(name: str) -> str:
    """Words and numbers in lower case, one space between them; "" of what has anything else."""
    said = name.strip().lower()
    if not _ALLOWED.fullmatch(said):
        return ""
    parts = _PART.findall(said)
    # Three digits are no year group; a zero in front of one is how lists are sorted.
    return " ".join(part if len(part) > 2 else part.removeprefix("0") for part in parts)
