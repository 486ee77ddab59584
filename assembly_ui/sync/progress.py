"""What a sync is doing, as it is kept in `Changeset.doing`. Pure."""

from __future__ import annotations

READING, MAKING = "read", "make"


def reading(query: str) -> str:
    """It is reading what this query of Xporter on Demand answers."""
    return f"{READING}:{query}"[:60]


def making(kind: str) -> str:
    """It is making records of this kind."""
    return f"{MAKING}:{kind}"[:60]


def read_doing(doing: str) -> tuple[str, str]:
    """`READING` and a query, or `MAKING` and a kind; "" and "" when it does nothing yet."""
    what, _, name = doing.partition(":")
    return (what, name) if what in (READING, MAKING) else ("", "")
