"""Reading values out of rows of Xporter on Demand.

Names of columns differ between its documents and what it sends, in spelling (see
`xporter.wire`) and now and then altogether, so a value is asked for by all its names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from assembly_ui.sync.mapping.making import Source, SourceRow
from assembly_ui.xporter import wire

GROUP_QUERIES = frozenset({"Groups", "Groups RegGrp", "Groups TeachingGrp"})
"""The queries by which groups are read: all of them, or only those of a type."""


def value(row: SourceRow, *names: str) -> Any:
    """The first of these columns that says something; None when none does."""
    for name in names:
        if (found := row.get(name)) is not None:
            return found
    spelt = _spelt(tuple(row))
    for name in names:
        for column in spelt.get(wire.same_name(name), ()):
            if (found := row.get(column)) is not None:
                return found
    return None


def said(row: SourceRow, *names: str) -> bool:
    """Whether any of these columns was read, be it that nothing is in it."""
    spelt = _spelt(tuple(row))
    return any(wire.same_name(name) in spelt for name in names)


def text(row: SourceRow, *names: str) -> str:
    """A text; "" when there is none."""
    return wire.text(value(row, *names))


def maybe(row: SourceRow, *names: str) -> str | None:
    """A text; None when there is none."""
    return text(row, *names) or None


def flag(row: SourceRow, *names: str) -> bool | None:
    """True or False; None when it is not said."""
    return wire.flag(value(row, *names))


def whole(row: SourceRow, *names: str) -> int | None:
    """A whole number; one with a fraction of nothing counts."""
    found = text(row, *names)
    return wire.whole(found[:-2] if found.endswith(".0") else found)


def day(row: SourceRow, *names: str) -> date | None:
    """A date."""
    return wire.day(value(row, *names))


def listed(row: SourceRow, *names: str) -> tuple[str, ...]:
    """Names from a list or a comma-separated text."""
    return wire.names(value(row, *names))


def group_rows(source: Source) -> Iterator[SourceRow]:
    """Groups, each once, however they were read."""
    seen = set()
    for query in sorted(GROUP_QUERIES):
        for row in source.rows(query, "Group"):
            if (key := text(row, "Id")) and key not in seen:
                seen.add(key)
                yield row


def keys_of(source: Source, query: str, table: str) -> frozenset[str]:
    """The ids of the rows of a table."""
    return frozenset(text(row, "Id") for row in source.rows(query, table))


@lru_cache(maxsize=512)
def _spelt(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        name = wire.same_name(column)
        found[name] = (*found.get(name, ()), column)
    return found
