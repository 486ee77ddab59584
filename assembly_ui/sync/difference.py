"""What differs between two states of a record, field by field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = dict[str, list[Any]]
"""By path ("demographics.gender"): what it was and what it is; null for what was not there."""


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Fields:
    """The fields in which two records differ. A list is one field, whatever is in it.

    Names that begin with an underscore are ours, and nobody is told of them.
    """
    found: Fields = {}
    _collect(found, "", before, after)
    return found


def nested(fields: Mapping[str, list[Any]], place: int) -> dict[str, Any]:
    """A record of nothing but these fields, as it was (0) or is (1)."""
    made: dict[str, Any] = {}
    for path, both in fields.items():
        *above, last = path.split(".")
        within = made
        for name in above:
            within = within.setdefault(name, {})
        within[last] = both[place]
    return made


def joined(first: Mapping[str, list[Any]] | None, second: Fields) -> Fields:
    """Two differences, one after the other, as one."""
    found = dict(first or {})
    for path, (was, now) in second.items():
        found[path] = [found[path][0] if path in found else was, now]
    return found


def _collect(
    found: Fields, above: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was == now or name.startswith("_"):
            continue
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            _collect(found, f"{above}{name}.", was, now)
        else:
            found[above + name] = [was, now]
