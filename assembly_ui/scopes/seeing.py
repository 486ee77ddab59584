"""What of a record these scopes show. Pure; the one place that decides it.

A record has the shape of the API's model (facts file, section 2.7), with every key.
What is not shown is null, so that clients find the keys they know; names that begin
with an underscore are ours and never leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from assembly_ui.scopes.catalogue import SCOPES

ALWAYS = ("object", "id")
"""What a record or part of one shows whenever it is shown at all."""

_Tree = dict[str, Any]
"""Names of members, each with the tree of its own members; an empty one shows all."""


def visible(kind: str, data: Mapping[str, Any], scopes: Iterable[str]) -> dict[str, Any] | None:
    """The record as these scopes show it; None when they show nothing of it."""
    held = frozenset(scopes)
    tree = _tree(kind, held)
    if tree is None:
        return None
    narrow = _BY_RECORD.get(kind)
    seen = narrow(data, held) if narrow else data
    return None if seen is None else _cut(seen, tree)


def kinds_of(scopes: Iterable[str]) -> tuple[str, ...]:
    """The kinds of records of which these scopes show something."""
    held = frozenset(scopes)
    return tuple(
        dict.fromkeys(
            field.kind
            for scope in SCOPES
            if scope.name in held
            for field in scope.fields
            if held.issuperset(field.also)
        )
    )


def paths_of(kind: str, scopes: Iterable[str]) -> frozenset[str]:
    """The paths within records of a kind that these scopes show."""
    held = frozenset(scopes)
    return frozenset(
        field.path
        for scope in SCOPES
        if scope.name in held
        for field in scope.fields
        if field.kind == kind and held.issuperset(field.also)
    )


@lru_cache(maxsize=4096)
def _tree(kind: str, held: frozenset[str]) -> _Tree | None:
    paths = paths_of(kind, held)
    if not paths:
        return None
    tree: _Tree = {}
    for path in sorted(paths, key=len, reverse=True):
        *parents, last = path.split(".")
        place = tree
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = {}
    return tree


def _cut(data: Mapping[str, Any], tree: _Tree) -> dict[str, Any]:
    # Called for every object of every record that is served, so it is one loop.
    seen: dict[str, Any] = {}
    for name, value in data.items():
        if name in ALWAYS:
            seen[name] = value
        elif not name.startswith("_"):
            part = tree.get(name)
            seen[name] = None if part is None else _cut_part(value, part) if part else value
    return seen


def _cut_part(value: Any, tree: _Tree) -> Any:
    if isinstance(value, dict):
        return _cut(value, tree)
    if isinstance(value, list):
        return [_cut(one, tree) for one in value if isinstance(one, Mapping)]
    return None


def _lesson(data: Mapping[str, Any], held: frozenset[str]) -> Mapping[str, Any] | None:
    """A covered lesson is as planned to who may not see cover."""
    planned = data.get("_planned")
    if planned is None:
        return data if "timetables" in held else None
    if "timetables.cover" in held:
        return data
    return {**data, "type": "Scheduled", **planned}


def _group(data: Mapping[str, Any], held: frozenset[str]) -> Mapping[str, Any] | None:
    scope = "groups.user" if data.get("type") == "UserGroup" else "groups"
    return data if scope in held else None


def _result(data: Mapping[str, Any], held: frozenset[str]) -> Mapping[str, Any] | None:
    return data if data.get("_scope", "assessments.internal") in held else None


_BY_RECORD: Mapping[
    str, Callable[[Mapping[str, Any], frozenset[str]], Mapping[str, Any] | None]
] = {"lesson": _lesson, "group": _group, "result": _result}
"""Kinds of which scopes show some records and not others."""
