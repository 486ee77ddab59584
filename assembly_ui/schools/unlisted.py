"""A school that is not in the register, as a person types it in. Pure.

Each problem is a short key by field, for the web to put into words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assembly_ui.accounts.errors import FieldProblem, Missing, TooLong
from assembly_ui.accounts.fields import plain, required
from assembly_ui.schools.dfe_number import read_dfe_number
from assembly_ui.schools.errors import FieldProblems
from assembly_ui.schools.postcodes import read_postcode

FIELDS = ("name", "town", "postcode", "local_authority", "dfe_number")
"""In the order of the page."""

NAME_LIMIT = 200
PLACE_LIMIT = 120
_NUMBER_LIMIT = 40
"""Characters of a number or postcode with the words and spaces people write around it."""

# A school's name travels in our mail to whoever is invited.
_NOT_PLAIN = re.compile(r"[<>{}]|://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class UnlistedForm:
    """What came in, whatever it is."""

    name: object = ""
    town: object = ""
    postcode: object = ""
    local_authority: object = ""
    dfe_number: object = ""


@dataclass(frozen=True)
class UnlistedSchool:
    """What may be kept. `dfe_number` is empty or 7 digits."""

    name: str
    town: str
    postcode: str
    local_authority: str
    dfe_number: str


def check_unlisted(form: UnlistedForm) -> UnlistedSchool:
    """Check every field.

    Raises:
        FieldProblems: with every problem, in the order of the page.
    """
    problems: dict[str, str] = {}
    values: dict[str, str] = {}
    for field in FIELDS:
        try:
            values[field] = _CHECKS[field](getattr(form, field))
        except _Malformed:
            problems[field] = "malformed"
        except FieldProblem as problem:
            problems[field] = _key(problem)
    if problems:
        raise FieldProblems(problems)
    return UnlistedSchool(**values)


class _Malformed(ValueError):
    pass


def _key(problem: FieldProblem) -> str:
    match problem:
        case Missing():
            return "missing"
        case TooLong():
            return "too_long"
        case _:
            return "malformed"


def _name(value: object) -> str:
    return _plain_text(value, NAME_LIMIT)


def _place(value: object) -> str:
    return _plain_text(value, PLACE_LIMIT)


def _plain_text(value: object, limit: int) -> str:
    text = required(value, limit)
    if _NOT_PLAIN.search(text) or not any(character.isalnum() for character in text):
        raise _Malformed
    return text


def _postcode(value: object) -> str:
    postcode = read_postcode(required(value, _NUMBER_LIMIT))
    if not postcode:
        raise _Malformed
    return postcode


def _dfe_number(value: object) -> str:
    try:
        return read_dfe_number(plain(value, _NUMBER_LIMIT))
    except ValueError:
        raise _Malformed from None


_CHECKS: dict[str, Callable[[object], str]] = {
    "name": _name,
    "town": _place,
    "postcode": _postcode,
    "local_authority": _place,
    "dfe_number": _dfe_number,
}
