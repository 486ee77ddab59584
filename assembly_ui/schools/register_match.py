"""Which parts of a found school answer the query, so that a page can mark them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assembly_ui.schools.register_file import RegisterSchool
from assembly_ui.schools.register_index import allowed_slips
from assembly_ui.schools.register_text import also_written, compact, fold, words

_SHOWN_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text and whether it is what was looked for."""

    text: str
    matched: bool


Marked = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A found school, each text that may be shown of it cut into parts."""

    school: RegisterSchool
    name: Marked
    town: Marked
    local_authority: Marked
    postcode: Marked
    urn: Marked
    dfe_number: Marked


def match(school: RegisterSchool, looked_for: list[str], *, misspelt: bool) -> Match:
    """`school` with the parts marked that answer the words `looked_for`."""
    number = "".join(looked_for)
    numbers = [number, *(word for word in looked_for if word.isdigit())]
    return Match(
        school=school,
        name=_mark_words(school.name, looked_for, misspelt),
        town=_mark_words(school.town, looked_for, misspelt),
        local_authority=_mark_words(school.local_authority, looked_for, misspelt),
        postcode=_mark_postcode(school.postcode, looked_for, number),
        urn=_mark_urn(school.urn, numbers),
        dfe_number=_mark_number(school.dfe_number, numbers),
    )


def _mark_words(text: str, looked_for: list[str], misspelt: bool) -> Marked:
    sought = {*looked_for, *(other for word in looked_for for other in also_written(word))}
    spans = []
    for shown in _SHOWN_WORD.finditer(text):
        length = max((_length(shown.group(), word, misspelt) for word in sought), default=0)
        spans.append((shown.start(), shown.start() + length))
    return _cut(text, spans)


def _length(shown: str, sought: str, misspelt: bool) -> int:
    """How many letters of `shown`, from its beginning, answer `sought`."""
    plain, written = _known(shown)
    if plain.startswith(sought):
        return _letters(shown, len(sought)) if len(plain) > len(sought) else len(shown)
    if sought in written:
        return len(shown)
    slips = allowed_slips(sought) if misspelt else 0
    return len(shown) if slips and _begins_nearly(plain, sought, slips) else 0


@lru_cache(maxsize=32_768)
def _known(shown: str) -> tuple[str, list[str]]:
    # The same few words make up most names.
    return fold(shown), words(shown)


def _letters(shown: str, count: int) -> int:
    """Where in `shown` the first `count` letters or digits end."""
    for place, character in enumerate(shown):
        count -= character.isalnum()
        if count == 0:
            return place + 1
    return len(shown)


def _mark_postcode(postcode: str, looked_for: list[str], number: str) -> Marked:
    whole = compact(postcode)
    if len(number) > 1 and whole.startswith(number):
        return _cut(postcode, [(0, _letters(postcode, len(number)))])
    outward, _, inward = postcode.lower().partition(" ")
    spans = []
    for word in looked_for:
        if not any(character.isdigit() for character in word):
            continue
        if whole.startswith(word):
            spans.append((0, _letters(postcode, len(word))))
        elif inward.startswith(word):
            spans.append((len(outward) + 1, len(outward) + 1 + len(word)))
    return _cut(postcode, spans)


def _mark_urn(urn: str, numbers: list[str]) -> Marked:
    # What stands after the country's letters is the reference people know.
    country, dash, reference = urn.rpartition("-")
    if numbers[0] and compact(country + dash).startswith(numbers[0][:1]):
        return _mark_number(urn, numbers)
    return (*((Part(country + dash, False),) if dash else ()), *_mark_number(reference, numbers))


def _mark_number(shown: str, numbers: list[str]) -> Marked:
    whole = compact(shown)
    found = [number for number in numbers if len(number) > 2 and whole.startswith(number)]
    longest = max(found, key=len, default="")
    return _cut(shown, [(0, _letters(shown, len(longest)))] if longest else [])


def _cut(text: str, spans: list[tuple[int, int]]) -> Marked:
    wanted = [(start, end) for start, end in spans if end > start]
    if not wanted:
        return (Part(text, False),)
    edges = sorted({0, len(text), *(edge for span in wanted for edge in span)})
    return tuple(
        Part(text[a:b], any(start <= a < end for start, end in wanted)) for a, b in pairwise(edges)
    )


def _begins_nearly(word: str, sought: str, slips: int) -> bool:
    """Whether some beginning of `word` is `sought` but for `slips` letters."""
    two_above: list[int] = []
    above: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(sought, 1):
        two_above, above, row = above, row, [i]
        for j, other in enumerate(word, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 < j and letter == word[j - 2] and sought[i - 2] == other:
                cost = min(cost, two_above[j - 2] + 1)
            row.append(cost)
    return min(row) <= slips
