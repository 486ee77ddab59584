"""How names are compared: pure functions from text to comparable words.

Apostrophes, accents and case are ignored; "St" is "Saint", "CofE" is "Church
of England", "RC" is "Roman Catholic", "&" is "and".
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 100
"""Longest text looked at; the longest name in the register has 96."""

_APOSTROPHES = re.compile("['’‘`´ʼ＇]")
_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"([^\W_]+)['’]s\b", re.IGNORECASE)

# Each abbreviation, however it is dotted or spaced, becomes one word.
_ABBREVIATION = re.compile(
    r"\b(?:"
    r"(?P<cofe>church of england|c\W{0,2}of\W{0,2}e|c\W{0,2}e)"
    r"|(?P<ciw>church in wales|c\W{0,2}in\W{0,2}w|c\W?i\W?w)"
    r"|(?P<rc>roman catholic|r\W{0,2}c)"
    r")\b"
)
_ALSO = {
    "cofe": ("church", "of", "england", "ce"),
    "ciw": ("church", "in", "wales"),
    "rc": ("roman", "catholic"),
    "catholic": ("rc",),
    "saint": ("st",),
    "st": ("saint",),
    "saints": ("ss", "sts"),
    "ss": ("saints", "sts"),
    "sts": ("saints", "ss"),
}
_ONE_FORM = {"saint": "st", "saints": "sts", "ss": "sts", "catholic": "rc"}


def fold(text: str) -> str:
    """Lower case without accents or apostrophes, "&" spelt out."""
    bare = _APOSTROPHES.sub("", text[:MAX_CHARACTERS]).replace("&", " and ")
    if bare.isascii():
        return bare.lower()
    decomposed = unicodedata.normalize("NFKD", bare)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The words of `text` in order, abbreviations joined to one word each."""
    return _WORD.findall(_ABBREVIATION.sub(_joined, fold(text)))


def index_words(text: str, found: list[str]) -> str:
    """The words `found` in `text` with every other way of writing them."""
    also = [other for word in found for other in _ALSO.get(word, ())]
    stems = (
        [fold(match) for match in _POSSESSIVE.findall(text)] if "'" in text or "’" in text else []
    )
    return " ".join([*found, *also, *stems])


def one_form(found: list[str]) -> str:
    """Words in one agreed spelling and run together, for comparing whole names.

    Without spaces "Greycoat" is the beginning of "Grey Coat Hospital".
    """
    if len(found) > 1 and found[0] == "the":
        found = found[1:]
    return "".join(_ONE_FORM.get(word, word) for word in found)


def compact(text: str) -> str:
    """Letters and digits only, lower case: for numbers and postcodes."""
    return "".join(_WORD.findall(text[:MAX_CHARACTERS].lower()))


def also_written(word: str) -> tuple[str, ...]:
    """The other words that stand for `word`, such as "saint" for "st"."""
    return _ALSO.get(word, ())


def _joined(match: re.Match[str]) -> str:
    return f" {match.lastgroup} "
