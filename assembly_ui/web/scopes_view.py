"""From scopes to what a page shows of them: words, fields, examples, figures. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypedDict

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import FREE, SCOPES, Scope, UnknownScope, scope_named
from assembly_ui.scopes.collected import collects, is_collected
from assembly_ui.web.apps_words import NEW
from assembly_ui.web.record_words import counted

MOST_FIGURES = 2
"""Of the kinds of records in one scope, those whose numbers are shown."""

_PEOPLE = {"staff_member", "student", "contact"}
_OF_SOME = {"timetables.cover", "groups.user"}
"""Scopes that show some records of their kind and not others: its number is not theirs."""

NOT_COLLECTED = "Not collected"
"""Instead of the number of records, and instead of the example of a field."""

NOTHING_SHARED = "Not available yet: Assembly collects nothing for this, so nothing is shared."


class FieldShown(TypedDict):
    """A field of a scope, and an invented, masked example of it, which is empty where
    `absent` says that nothing is collected."""

    key: str
    words: str
    sample: str
    absent: str


class ScopeShown(TypedDict):
    """A scope in words.

    `figures` is how many records it concerns, `note` a word on it (`is_new`: that it was not
    asked for before), `ticked` whether it is allowed now, `key` differs when `ticked` does.
    """

    key: str
    name: str
    group: str
    title: str
    summary: str
    figures: str
    note: str
    is_new: bool
    ticked: bool
    brings: str
    fields: list[FieldShown]


def shown(
    names: Iterable[str],
    *,
    counts: Mapping[str, int],
    notes: Mapping[str, str] | None = None,
    held: Collection[str] = (),
    beside: Collection[str] = (),
) -> list[ScopeShown]:
    """These scopes in the order of the catalogue.

    `notes` is a word on some of them, `held` those that are allowed now, and `beside`
    those that go with them in any case, so that nothing is said to bring them.
    """
    order = {scope.name: place for place, scope in enumerate(SCOPES)}
    known = sorted(filter(order.__contains__, set(names)), key=order.__getitem__)
    return [_shown(scope_named(name), counts, notes or {}, held, beside) for name in known]


def titles(names: Iterable[str]) -> list[str]:
    """What people call these scopes, in the order of the catalogue."""
    wanted = set(names)
    return [scope.title for scope in SCOPES if scope.name in wanted]


def title_of(name: str) -> str:
    """What people call a scope; its name when it is none of ours any more."""
    try:
        return scope_named(name).title
    except UnknownScope:
        return name


def figures_of(scope: Scope, counts: Mapping[str, int]) -> str:
    """How many records a scope concerns: "61 members of staff"; empty while unknown."""
    if not collects(scope):
        return NOT_COLLECTED
    if scope.name in _OF_SOME:
        return ""
    kinds = list(dict.fromkeys(field.kind for field in scope.fields))
    if kinds and kinds[0] in _PEOPLE:
        # What is said of people may name others; it concerns those it is about.
        kinds = kinds[:1]
    known = [counted(kind, counts[kind]) for kind in kinds if counts.get(kind)]
    return ", ".join(known[:MOST_FIGURES])


def fields_of(scope: Scope) -> list[FieldShown]:
    """The fields of a scope in plain words."""
    return [
        FieldShown(
            key=f"{field.kind}.{field.path}",
            words=field.words,
            sample=field.sample if is_filled else "",
            absent="" if is_filled else NOT_COLLECTED,
        )
        for field in scope.fields
        for is_filled in (collects(scope) and is_collected(field),)
    ]


def summary_of(scope: Scope) -> str:
    """What a scope is, and that nothing is collected for it where that is so."""
    return scope.summary if collects(scope) else f"{scope.summary} {NOTHING_SHARED}"


def _shown(
    scope: Scope,
    counts: Mapping[str, int],
    notes: Mapping[str, str],
    held: Collection[str],
    beside: Collection[str],
) -> ScopeShown:
    ticked = scope.name in held
    return ScopeShown(
        key=f"{scope.name}:{ticked}",
        name=scope.name,
        group=scope.name.partition(".")[0],
        title=scope.title,
        summary=summary_of(scope),
        figures=figures_of(scope, counts),
        note=notes.get(scope.name, ""),
        is_new=notes.get(scope.name) == NEW,
        ticked=ticked,
        brings=_brings(scope.name, beside),
        fields=fields_of(scope),
    )


def _brings(name: str, beside: Collection[str]) -> str:
    brought = with_dependencies([name]) - {name, FREE} - set(beside)
    return " and ".join(titles(brought))
