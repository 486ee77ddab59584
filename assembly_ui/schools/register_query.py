"""What a query may mean: the words to look for, in the order in which they are tried.

People write a number behind its name ("URN100001", "DfE number: 202/3614"), type O for 0
and l for 1, and put spaces and dots where they like. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from assembly_ui.schools.postcodes import beginnings_meant, digits_meant, postcode_readings
from assembly_ui.schools.register_text import words

_MAX_WORDS = 10
_MAX_READINGS = 12
_LABELS = frozenset({"urn", "dfe", "estab", "laestab", "ukprn"})
"""What people type before a number. No name in the register holds one of these words."""
_GLUED = re.compile(r"(urn|dfe|laestab|estab|ukprn)([0-9oil]+)")
_FILLERS = frozenset(
    (
        *("la", "lea", "no", "nr", "num", "number", "code", "ref", "reference", "id", "school"),
        *("establishment", "seed", "gias", "edubase"),
    )
)
"""What may stand around a label, and in names: left out only before a number."""
_NUMBER = re.compile(r"[0-9oil]*[0-9][0-9oil]*")
_LOOK_ALIKES = re.compile(r"[oil]+")
_REFERENCE = re.compile(r"(n[1il]|seed|w)([0-9oil]{6,})([ps]{0,2})")
"""A country's letters and its number for a school, such as NI-1010012 and SEED-1000047SP."""
_POSTCODE_CHARACTERS = range(5, 8)
_WINDOW = 7
"""Words that one postcode may be written in: "N W 1 0 L L" has six."""


@dataclass(frozen=True)
class Readings:
    """The `words` of a query as they are, every way to read them `in_order`, those of them in
    which words may be misspelt (`with_slips`), and the ones that are tried `last`.
    """

    words: list[str]
    in_order: list[list[str]]
    with_slips: list[list[str]]
    last: list[list[str]]


def readings_of(query: str) -> Readings:
    """Every way to read `query`; without any words when it asks for nothing."""
    plain = _plain_words(query)
    if not plain:
        return Readings([], [], [], [])
    postcodes, beginnings = _first(_with_postcode(plain)), _first(_with_beginning(plain))
    # A whole postcode with a digit in it means nothing else; without, names come first.
    has_digit = any(map(str.isdigit, "".join(plain)))
    codes = [*postcodes, *_with_numbers(plain)]
    if not has_digit:
        return Readings(plain, _first([plain, *codes]), [plain], beginnings)
    in_order = _first([*postcodes, plain, *codes, *beginnings, *_without_fillers(plain)])
    return Readings(plain, in_order, _first([plain, *codes], 4), [])


def asks_by_ukprn(query: str) -> bool:
    """Whether `query` is a UKPRN (8 digits, the first 10), which the register does not hold."""
    found = words(query)
    return any(word.startswith("ukprn") for word in found) or bool(
        re.fullmatch("10[0-9]{6}", "".join(found))
    )


def _first(readings: Iterable[list[str]], most: int = _MAX_READINGS) -> list[list[str]]:
    seen: dict[tuple[str, ...], None] = {}
    for reading in islice(readings, 4 * most):
        seen.setdefault(tuple(reading))
    return [list(reading) for reading in islice(seen, most)]


def _plain_words(query: str) -> list[str]:
    plain = []
    for word in words(query):
        glued = _GLUED.fullmatch(word)
        if glued:
            plain.append(glued[2])
        elif word not in _LABELS:
            plain.append(word)
    return plain[:_MAX_WORDS]


def _with_postcode(plain: list[str]) -> Iterator[list[str]]:
    """With the words that make a whole postcode replaced by its two parts."""
    for size in range(min(_WINDOW, len(plain)), 0, -1):
        for start in range(len(plain) - size + 1):
            typed = "".join(plain[start : start + size])
            if len(typed) not in _POSTCODE_CHARACTERS:
                continue
            for postcode in postcode_readings(typed):
                yield _replaced(plain, start, size, postcode.lower().split())


def _with_numbers(plain: list[str]) -> Iterator[list[str]]:
    """With digits written as letters read as digits, and the parts of a number joined."""
    joined = "".join(plain)
    if reference := _REFERENCE.fullmatch(joined):
        country = "ni" if reference[1].startswith("n") else reference[1]
        yield [country + digits_meant(reference[2]) + reference[3]]
    digits = [digits_meant(word) if _NUMBER.fullmatch(word) else "" for word in plain]
    yield [number or word for number, word in zip(digits, plain, strict=True)]
    together: list[str] = []
    are_numbers = _are_numbers(plain)
    for place, (is_number, word) in enumerate(zip(are_numbers, plain, strict=True)):
        meant = digits_meant(word) if is_number else word
        if is_number and place and are_numbers[place - 1]:
            together[-1] += meant
        else:
            together.append(meant)
    yield together
    if re.fullmatch("[0-9oil]{6,}", joined):
        yield [digits_meant(joined)]


def _with_beginning(plain: list[str]) -> Iterator[list[str]]:
    """With the last words read as the beginning of a postcode that is still being typed."""
    has_digit = any(map(str.isdigit, "".join(plain)))
    for size in range(1, min(3, len(plain)) + 1):
        if not has_digit and size < len(plain):
            continue
        last = plain[-size:]
        for meant in beginnings_meant("".join(last)):
            reading, outward = meant.lower(), len(last[0])
            parts = [reading[:outward], reading[outward:]] if size == 2 else [reading]
            yield _replaced(plain, len(plain) - size, size, parts)


def _without_fillers(plain: list[str]) -> Iterator[list[str]]:
    """Without words such as "number" before a number."""
    kept: list[str] = []
    before_number = False
    for word, is_number in zip(reversed(plain), reversed(_are_numbers(plain)), strict=True):
        before_number = is_number or (before_number and word in _FILLERS)
        if not (before_number and word in _FILLERS):
            kept.insert(0, word)
    if kept != plain:
        yield from _with_numbers(kept)


def _are_numbers(plain: list[str]) -> list[bool]:
    """Which words are (parts of) numbers: those with a digit, and beside them, within a number
    that was typed in parts, those of look-alikes alone ("I 00000").
    """
    are_numbers = [bool(_NUMBER.fullmatch(word)) for word in plain]
    for places in (range(1, len(plain)), range(len(plain) - 2, -1, -1)):
        for place in places:
            beside = place - 1 if places.step > 0 else place + 1
            if are_numbers[beside] and _LOOK_ALIKES.fullmatch(plain[place]):
                are_numbers[place] = True
    return are_numbers


def _replaced(plain: list[str], start: int, size: int, parts: list[str]) -> list[str]:
    return [*plain[:start], *parts, *plain[start + size :]]
