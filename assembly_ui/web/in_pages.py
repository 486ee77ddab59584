"""Lists that are whole in memory, shown a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from assembly_ui.db.paging import PAGE_SIZE, Paged

T = TypeVar("T")


def page_of(rows: Sequence[T], number: int, *, size: int = PAGE_SIZE) -> Paged[T]:
    """The page with this number, or the nearest there is."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, number), pages)
    start = (number - 1) * size
    return Paged(list(rows[start : start + size]), number, pages, len(rows))


def contains(asked: str, *texts: str) -> bool:
    """Whether every word of what is asked is in one of these texts, in whatever case."""
    said = " ".join(texts).casefold()
    return all(word in said for word in asked.casefold().split())
