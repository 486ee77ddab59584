"""Scopes as they are kept: a comma-separated list, as many as the column holds."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 2000


def listed(scopes: Iterable[str]) -> str:
    """The scopes for the column, cut between two of them if they are too many."""
    together = ",".join(scopes)
    return together if len(together) <= LONGEST else together[:LONGEST].rpartition(",")[0]


def named(scopes: str) -> list[str]:
    """The scopes of the column, one by one."""
    return [scope for scope in scopes.split(",") if scope]
