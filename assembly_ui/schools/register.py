"""The school register: every school that can be chosen, and the search over it.

Reading the file, the index and the marking of matches have modules of their
own; this is the one the rest of the product talks to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assembly_ui.audit.origin import current_origin
from assembly_ui.jobs import worker_pools
from assembly_ui.schools.register_file import RegisterSchool, read_in_force
from assembly_ui.schools.register_index import RegisterIndex
from assembly_ui.schools.register_match import Marked, Match, Part, match
from assembly_ui.schools.register_text import MAX_CHARACTERS
from assembly_ui.schools.website_domain import domain_counts, website_domain

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
        self._urns_of: dict[str, list[str]] = {}
        for school in self._schools:
            if school.dfe_number and school.is_open:
                self._urns_of.setdefault(school.dfe_number, []).append(school.urn)
        self._index = RegisterIndex(self._schools)

    @classmethod
    def load(cls, data_dir: Path) -> Register:
        """The register imported into `data_dir`, or the shipped one. Takes about a second.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a register file.
        """
        register = cls(read_in_force(data_dir))
        # Counted here, where nobody waits for it.
        _ = register._schools_at
        return register

    def __len__(self) -> int:
        return len(self._schools)

    def get(self, urn: str) -> RegisterSchool | None:
        """The school with this URN."""
        return self._by_urn.get(urn)

    def mail_domain(self, urn: str | None) -> str:
        """The domain at which mail reaches this school and no other; empty when there is none.

        A trust, a local authority or a host that more than one open school has its website
        at, or below, speaks for none of them.
        """
        school = self._by_urn.get(urn or "")
        domain = website_domain(school.website) if school and school.is_open else ""
        return domain if domain and self._schools_at[domain] == 1 else ""

    @cached_property
    def _schools_at(self) -> Counter[str]:
        return domain_counts(school.website for school in self._schools if school.is_open)

    def is_shared(self, dfe_number: str, *, besides: str) -> bool:
        """Whether an open school other than the one of URN `besides` has this DfE number."""
        return any(urn != besides for urn in self._urns_of.get(dfe_number, ()))

    def names_of(self, dfe_number: str, *, besides: str) -> list[str]:
        """The open schools of this DfE number other than the one of URN `besides`."""
        urns = self._urns_of.get(dfe_number, ())
        return [f"{self._by_urn[urn].name} ({urn})" for urn in urns if urn != besides]

    def search(self, query: str, limit: int = 10) -> SearchResult:
        """Schools whose name, place, postcode or number begins like `query`, best first.

        Any text is a question; one that asks for nothing finds nothing.
        """
        asked = str(query)[:MAX_CHARACTERS]
        limit = max(1, min(limit, MAX_LIMIT))
        hits = self._index.search(asked, limit + 1)
        found = [self._schools[place] for place in hits.places[:limit]]
        matches = [match(school, hits.words, misspelt=hits.misspelt) for school in found]
        return SearchResult(matches, more=len(hits.places) > limit)

    async def find(self, query: str, limit: int = 10) -> SearchResult:
        """`search` beside the event loop.

        Raises:
            PoolBusy
        """
        return await worker_pools.SCHOOL_SEARCH.run(
            self.search, query, limit, client=current_origin().ip
        )
