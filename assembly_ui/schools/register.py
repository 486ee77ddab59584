"""The school register: every school that can be chosen, and the search over it.

Reading the file, the index and the marking of matches have modules of their
own; this is the one the rest of the product talks to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assembly_ui.schools.register_file import (
    IMPORTED_NAME,
    SHIPPED,
    RegisterSchool,
    read_register,
)
from assembly_ui.schools.register_index import RegisterIndex
from assembly_ui.schools.register_match import Marked, Match, Part, match
from assembly_ui.schools.register_text import MAX_CHARACTERS

__all__ = ["Marked", "Match", "Part", "Register", "RegisterSchool", "SearchResult"]

MAX_LIMIT = 50


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best matches, and whether there are `more`."""

    matches: list[Match]
    more: bool


class Register:
    """Every school by URN, and a search over them. Never changes once made."""

    def __init__(self, schools: Iterable[RegisterSchool]) -> None:
        self._schools = list(schools)
        self._by_urn = {school.urn: school for school in self._schools}
        self._index = RegisterIndex(self._schools)

    @classmethod
    def load(cls, data_dir: Path) -> Register:
        """The register imported into `data_dir`, or the shipped one. Takes about a second.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a register file.
        """
        imported = data_dir / IMPORTED_NAME
        return cls(read_register(imported if imported.exists() else SHIPPED))

    def __len__(self) -> int:
        return len(self._schools)

    def get(self, urn: str) -> RegisterSchool | None:
        """The school with this URN."""
        return self._by_urn.get(urn)

    def search(self, query: str, limit: int = 10) -> SearchResult:
        """Schools whose name, place, postcode or number begins like `query`, best first.

        Any text is a question; one that asks for nothing finds nothing.
        """
        asked = str(query)[:MAX_CHARACTERS]
        limit = max(1, min(limit, MAX_LIMIT))
        hits = self._index.search(asked, limit + 1)
        found = [self._schools[place] for place in hits.places[:limit]]
        matches = [match(school, asked, misspelt=hits.misspelt) for school in found]
        return SearchResult(matches, more=len(hits.places) > limit)

    async def find(self, query: str, limit: int = 10) -> SearchResult:
        """`search` for the event loop: other people are served meanwhile."""
        return await asyncio.to_thread(self.search, query, limit)
