"""Postcodes as people type them: one spelling, and look-alike characters read as they are meant.

A postcode has letters and digits in known places, so "NW1 OLL" can only mean NW1 0LL. The
formats are those of Royal Mail's Programmer's Guide to the Postcode Address File, with the
British Forces (BFPO 57), Girobank (GIR 0AA) and the overseas territories (ASCN 1ZZ). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

AREAS = frozenset(
    (
        *("AB", "AL", "B", "BA", "BB", "BD", "BF", "BH", "BL", "BN", "BR", "BS", "BT"),
        *("BX", "CA", "CB", "CF", "CH", "CM", "CO", "CR", "CT", "CV", "CW", "DA", "DD"),
        *("DE", "DG", "DH", "DL", "DN", "DT", "DY", "E", "EC", "EH", "EN", "EX", "FK"),
        *("FY", "G", "GL", "GU", "GX", "GY", "HA", "HD", "HG", "HP", "HR", "HS", "HU"),
        *("HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L", "LA", "LD"),
        *("LE", "LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN"),
        *("NP", "NR", "NW", "OL", "OX", "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH"),
        *("RM", "S", "SA", "SE", "SG", "SK", "SL", "SM", "SN", "SO", "SP", "SR", "SS"),
        *("ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS", "TW", "UB", "W"),
        *("WA", "WC", "WD", "WF", "WN", "WR", "WS", "WV", "YO", "ZE"),
    )
)
"""The letters a postcode begins with."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_CHARACTERS = {
    "A": _LETTERS,
    "9": _DIGITS,
    "t": "ABCDEFGHJKPSTUW",
    "f": "ABEHMNPRVWXY",
    "i": "ABDEFGHJLNPQRSTUWXYZ",
}
"""Which characters may stand in a place: `t` the third, `f` the fourth, `i` in the inward part."""

_OUTWARD, _INWARD = ("A9", "A99", "A9t", "AA9", "AA99", "AA9f"), "9ii"
_ALIKE = {sign: group for group in ("0O", "1IL") for sign in group}
_OTHERS = {
    "".join(_ALIKE.get(sign, sign)[0] for sign in whole.replace(" ", "")): whole
    for whole in (
        *("GIR 0AA", "ASCN 1ZZ", "BBND 1ZZ", "BIQQ 1ZZ", "FIQQ 1ZZ", "PCRN 1ZZ", "SIQQ 1ZZ"),
        *("STHL 1ZZ", "TDCU 1ZZ", "TKCA 1ZZ"),
    )
}
_BFPO = re.compile(r"BFP[O0]([0-9OIL]{1,4})")
_PUNCTUATION = re.compile(r"[\s.,;:/()'\"‐-―-]+")
_USUAL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_MOST_CHARACTERS = 8


def read_postcode(text: str) -> str:
    """The postcode that `text` means, such as "SW1A 1AA" for "sw1a.iaa"; empty without one.

    What has the usual form is taken though its letters are not of a known area. A text that
    swaps letters and digits both ways, or is parted in another place, is no postcode: it more
    probably lacks a character.
    """
    compact = _compact(text)
    parts = text.split()
    for found in postcode_readings(compact):
        meant = found.replace(" ", "")
        if meant == compact:
            return found
        swapped = {(a, b) for a, b in zip(compact, meant, strict=True) if a != b}
        is_one_way = len({a.isdigit() for a, _ in swapped}) < 2
        if is_one_way and (len(parts) != 2 or found.index(" ") == len(_compact(parts[0]))):
            return found
    usual = _USUAL.fullmatch(compact)
    return f"{usual[1]} {usual[2]}" if usual else ""


def postcode_readings(text: str) -> Iterator[str]:
    """Every whole postcode of a known area that `text` may mean, the most alike first."""
    compact = _compact(text)
    if len(compact) > _MOST_CHARACTERS:
        return
    if other := _OTHERS.get("".join(_ALIKE.get(sign, sign)[0] for sign in compact)):
        yield other
    elif forces := _BFPO.fullmatch(compact):
        yield f"BFPO {digits_meant(forces[1])}"
    forms = [(outward, outward + _INWARD) for outward in _OUTWARD]
    for reading in _meant(compact, [form for _, form in forms if len(form) == len(compact)]):
        yield f"{reading[:-3]} {reading[-3:]}"


def beginnings_meant(text: str) -> Iterator[str]:
    """What `text` may mean as the beginning of a postcode, without spaces, the most alike first."""
    compact = _compact(text)
    if 2 <= len(compact) < _MOST_CHARACTERS:
        forms = {(outward + _INWARD)[: len(compact)] for outward in _OUTWARD}
        yield from _meant(compact, sorted(form for form in forms if len(form) == len(compact)))


def digits_meant(text: str) -> str:
    """`text` with the letters O, I and L read as the digits they look like."""
    return "".join(_ALIKE.get(sign, sign)[0] for sign in text.upper())


def _meant(compact: str, forms: list[str]) -> list[str]:
    """The readings of `compact` in these forms whose letters are an area, the most alike first."""
    found: dict[str, int] = {}
    if compact.isdigit():
        return []
    for form in forms:
        places = [_may_be(sign, place) for sign, place in zip(compact, form, strict=True)]
        for reading in map("".join, product(*places)):
            if "9" in form and reading[: form.index("9")] in AREAS:
                found[reading] = sum(a != b for a, b in zip(reading, compact, strict=True))
    return sorted(found, key=lambda reading: (found[reading], reading))


def _may_be(sign: str, place: str) -> list[str]:
    return [other for other in _ALIKE.get(sign, sign) if other in _CHARACTERS[place]]


def _compact(text: str) -> str:
    return _PUNCTUATION.sub("", text).upper()
