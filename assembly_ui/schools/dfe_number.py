"""The 7-digit DfE number, which Xporter on Demand calls `estab`."""

from __future__ import annotations

import re

from assembly_ui.schools.postcodes import digits_meant

LA_DIGITS, ESTABLISHMENT_DIGITS = 3, 4

_LABEL = re.compile(
    r"(?<![a-z])(?:laestab|establishment|estab|dfe|dfes|dcsf|lea|la|number|code|no|nr|ref)"
    r"(?=[\s.:,#/()-]|[0-9oil]+\b|$)",
    re.IGNORECASE,
)
"""What people write before the number or its two parts."""
_BETWEEN = re.compile(r"[\s./:,#()‐-―-]+")
_WRITTEN = re.compile(r"[1-9IL][0-9OIL]{6}", re.ASCII | re.IGNORECASE)
_NONE = frozenset(("", "none", "na", "notknown", "unknown", "notapplicable"))


def read_dfe_number(text: str) -> str:
    """The 7 digits that `text` means ("DfE 202/3614", "2O2 3614"); empty when it says none.

    Raises:
        ValueError: it is something else.
    """
    if _BETWEEN.sub("", text).casefold() in _NONE:
        return ""
    digits = _BETWEEN.sub("", _LABEL.sub(" ", text))
    if not _WRITTEN.fullmatch(digits):
        raise ValueError(text)
    return digits_meant(digits)


def dfe_number_of(la_code: str, establishment_number: str) -> str:
    """The two parts of a DfE number joined; empty unless each is what it should be.

    Registers of other countries use the same columns for other things: in Northern Ireland
    a school's reference has 7 digits by itself, in Scotland a council's code has letters.
    """
    parts = ((la_code, LA_DIGITS), (establishment_number, ESTABLISHMENT_DIGITS))
    if all(len(part) == length and is_digits(part) for part, length in parts):
        return la_code + establishment_number
    return ""


def is_digits(text: str) -> bool:
    """Whether `text` is digits 0 to 9 alone, which `isdigit` does not tell."""
    return text.isascii() and text.isdigit()
