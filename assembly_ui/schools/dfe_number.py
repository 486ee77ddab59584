"""The 7-digit DfE number, which Xporter on Demand calls `estab`."""

from __future__ import annotations

LA_DIGITS, ESTABLISHMENT_DIGITS = 3, 4


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
