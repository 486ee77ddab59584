"""Right school: compares number, name and postcode with the school that was chosen. Pure.

What decides, first line that fits:

    number    name      postcode   same school?
    differs   any       any        no
    agrees    differs   differs    no
    agrees    any       any        yes, unless the number is shared
    unknown   agrees    not "differs"   yes
    unknown   similar   agrees     yes
    unknown   any       any        no

A number that several schools share proves nothing, so then the name must agree
word for word and the postcode must not differ.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

DFE_DIGITS, ESTABLISHMENT_DIGITS = 7, 4
POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) ?([0-9][a-z]{2})\b")


class Agreement(StrEnum):
    """How one thing that the MIS says compares with the register."""

    AGREES = "agrees"
    SIMILAR = "similar"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


AGREES, SIMILAR, DIFFERS, UNKNOWN = Agreement


@dataclass(frozen=True)
class SchoolIdentity:
    """What tells one school from another. Anything not known is empty.

    `postcode` may be a whole address that contains one.
    """

    number: str = ""
    name: str = ""
    postcode: str = ""


@dataclass(frozen=True)
class Comparison:
    """How number, name and postcode of two descriptions compare."""

    number: Agreement
    name: Agreement
    postcode: Agreement

    @property
    def differing(self) -> tuple[str, ...]:
        """Which of the three differ: "number", "name", "postcode"."""
        compared = {"number": self.number, "name": self.name, "postcode": self.postcode}
        return tuple(what for what, agreement in compared.items() if agreement is DIFFERS)

    def is_same(self, *, number_is_shared: bool) -> bool:
        """Whether both descriptions are of one school; see the table above."""
        if self.number is DIFFERS:
            return False
        if number_is_shared:
            return self.name is AGREES and self.postcode is not DIFFERS
        if self.number is AGREES:
            return not (self.name is DIFFERS and self.postcode is DIFFERS)
        if self.name is AGREES:
            return self.postcode is not DIFFERS
        return self.name is SIMILAR and self.postcode is AGREES


def compare(chosen: SchoolIdentity, found: SchoolIdentity) -> Comparison:
    """Compare the chosen school with what the MIS or Xporter on Demand says of its own."""
    return Comparison(
        number=_compare_numbers(chosen.number, found.number),
        name=_compare_names(chosen.name, found.name),
        postcode=_compare_postcodes(chosen.postcode, found.postcode),
    )


def _compare_numbers(chosen: str, found: str) -> Agreement:
    digits = re.sub(r"[^0-9]", "", found)
    if len(chosen) != DFE_DIGITS:
        return UNKNOWN
    if len(digits) == DFE_DIGITS:
        return AGREES if digits == chosen else DIFFERS
    if len(digits) == ESTABLISHMENT_DIGITS and digits != chosen[-ESTABLISHMENT_DIGITS:]:
        return DIFFERS
    # Every local authority has a school with these four digits.
    return UNKNOWN


def _compare_postcodes(chosen: str, found: str) -> Agreement:
    ours, theirs = _postcodes(chosen), _postcodes(found)
    if not ours or not theirs:
        return UNKNOWN
    return AGREES if ours & theirs else DIFFERS


def postcode_in(address: str) -> str:
    """The last postcode of an address, as it is usually written; "" without one."""
    found = POSTCODE.findall(" ".join(address.casefold().split()))
    return " ".join(found[-1]).upper() if found else ""


def _postcodes(text: str) -> set[str]:
    found = POSTCODE.findall(" ".join(text.casefold().split()))
    return {outward + inward for outward, inward in found}


def _compare_names(chosen: str, found: str) -> Agreement:
    ours, theirs = _words(chosen), _words(found)
    if not ours or not theirs:
        return UNKNOWN
    if ours == theirs:
        return AGREES
    shorter, longer = sorted((set(ours), set(theirs)), key=len)
    return SIMILAR if shorter <= longer and shorter - _COMMON else DIFFERS


_SPELLINGS = (
    (r"[’'`´]", ""),
    (r"&", " and "),
    (r"[^a-z0-9]+", " "),
    (r"\bsaint\b", "st"),
    (r"\b(c of e|c e|ce|church of england)\b", "cofe"),
    (r"\b(r c|rc|roman catholic)\b", "catholic"),
)
_LEFT_OUT = frozenset({"the", "school", "schools", "academy", "trust", "and"})
"""Words that come and go: an academy is often still called a school in its MIS."""

_COMMON = frozenset({
    "st", "primary", "secondary", "junior", "infant", "infants", "nursery", "prep",
    "preparatory", "senior", "high", "grammar", "college", "cofe", "catholic", "community",
    "church", "of", "in", "at", "for", "girls", "boys", "voluntary", "aided", "controlled",
    "foundation", "independent", "first", "middle", "lower", "upper", "sixth", "form", "centre",
})  # fmt: skip
"""Words that thousands of schools have; alone they tell no school from another."""


def _words(name: str) -> tuple[str, ...]:
    """The words that make a name, in order, in one spelling."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    for pattern, spelling in _SPELLINGS:
        text = re.sub(pattern, spelling, text)
    words = tuple(text.split())
    return tuple(word for word in words if word not in _LEFT_OUT) or words
