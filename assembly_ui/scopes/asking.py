"""What an app asks for: scopes written as text, in every way that clients are known to.

Facts file, sections 2.2, 2.8 and 3.3: separated by spaces, plus signs (also literal
ones, which arrive after decoding) or commas; `:required` or `:optional` may follow a
name, nothing means required. Coarse names of version 1 stand for today's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assembly_ui.scopes.catalogue import FREE, SCOPES
from assembly_ui.scopes.scope import UnknownScope

__all__ = [
    "ALIASES",
    "Asked",
    "UnknownScope",
    "dependencies_of",
    "in_words_of",
    "parse",
    "with_dependencies",
]

ALIASES: dict[str, tuple[str, ...]] = {
    "students": ("students.basic",),
    "staff_members": ("staff_members.basic",),
    "contacts": ("contacts.basic",),
    "student_demographics": (
        "students.eal",
        "students.ethnicity",
        "students.fsm",
        "students.gender",
        "students.pp",
        "students.sen_provision",
        "students.service_child",
    ),
    "student_care": ("students.care", "students.ever_in_care"),
    "student_addresses": ("students.addresses",),
    "students.languages": (
        "students.first_language",
        "students.home_language",
        "students.proficiency_in_eng",
    ),
}
"""Scopes of version 1 whose names are no longer scopes."""

_SEPARATORS = re.compile(r"[\s+,]+|%2b|%2c|%20", re.IGNORECASE)
_PEOPLE = ("students", "staff_members", "contacts")
_PLACES = {scope.name: place for place, scope in enumerate(SCOPES)}


@dataclass(frozen=True)
class Asked:
    """The scopes asked for, in the order of the catalogue; none is in both."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Both, in the order of the catalogue."""
        return _in_order({*self.required, *self.optional})


def parse(text: str) -> Asked:
    """What a scope parameter asks for. A scope asked for twice is required if it once is.

    Raises:
        UnknownScope: a name that is none.
    """
    required: set[str] = set()
    optional: set[str] = set()
    for word in filter(None, _SEPARATORS.split(text)):
        name, _, how = word.partition(":")
        if how not in ("", "required", "optional"):
            raise UnknownScope(word)
        (optional if how == "optional" else required).update(_meant(name))
    return Asked(_in_order(required), _in_order(optional - required))


def in_words_of(text: str, held: Collection[str]) -> str:
    """The scopes held, named and ordered as `text` asked for them.

    When nothing of it is missing it is `text` itself, word by word: strict clients compare. What
    was not asked for by name (`school`, say) is not in it. Without a `text`, all that is held.
    """
    words = [word for word in _SEPARATORS.split(text) if word]
    kept = [word for word in words if _is_held(word.partition(":")[0], held)]
    if not kept:
        return " ".join(held)
    if len(kept) < len(words):
        kept = [word.partition(":")[0] for word in kept]
    return " ".join(kept)


def _is_held(name: str, held: Collection[str]) -> bool:
    try:
        return set(held).issuperset(_meant(name))
    except UnknownScope:
        return False


def with_dependencies(names: Iterable[str]) -> frozenset[str]:
    """These scopes and those they bring along: always `school`, and the basic of people.

    Raises:
        UnknownScope: a name that is none.
    """
    wanted = {FREE, *names}
    for name in wanted:
        _meant(name)
    return frozenset(wanted.union(*map(dependencies_of, wanted)))


def dependencies_of(name: str) -> tuple[str, ...]:
    """What a scope brings along besides `school`, e.g. `students.basic` for any of students."""
    people = name.partition(".")[0]
    basic = f"{people}.basic"
    return (basic,) if people in _PEOPLE and name != basic else ()


def _meant(name: str) -> tuple[str, ...]:
    if name in _PLACES:
        return (name,)
    if name in ALIASES:
        return ALIASES[name]
    raise UnknownScope(name)


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=_PLACES.__getitem__))
