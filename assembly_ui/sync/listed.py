"""Short lists, sorted and filtered in memory, shown a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from assembly_ui.db.paging import PAGE_SIZE, Paged
from assembly_ui.sync.suggesting import plain

T = TypeVar("T")


class Show(StrEnum):
    """Which mappings of a list are shown."""

    ALL = "all"
    UNMAPPED = "unmapped"
    SUGGESTED = "suggested"
    CHOSEN = "chosen"


def page_of(rows: Sequence[T], number: int, size: int = PAGE_SIZE) -> Paged[T]:
    """The page with this number, or the nearest there is."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, number), pages)
    return Paged(list(rows[(number - 1) * size : number * size]), number, pages, len(rows))


def containing(rows: Sequence[T], text: str, words: Callable[[T], Sequence[str]]) -> list[T]:
    """The rows of which some words contain a text, however it is written."""
    sought = plain(text)
    return [row for row in rows if not sought or any(sought in plain(one) for one in words(row))]


def by_name(name: str) -> tuple[Any, ...]:
    """Where a name stands in a list: as people sort, numbers among them by their value."""
    return tuple(
        (0, int(word), "") if word.isdecimal() else (1, 0, word) for word in plain(name).split()
    )
