"""Where change tracking stands: what the service calls NextChangedRows, tied to its query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from assembly_ui.xporter.queries import Query


@dataclass(frozen=True)
class Marker:
    """A place in the changes of one query about one school; `str` of it fits a column.

    The service gives false changes for a marker of another query (facts file, section
    9). So `of` names the query, and a reading with any other one begins anew.
    """

    hash: str
    of: str

    def is_for(self, query: Query, estab: str) -> bool:
        """Whether it was given for exactly this query about this school."""
        return self.of == query.key(estab)

    def __str__(self) -> str:
        return f"{self.of}:{self.hash}"

    @classmethod
    def parse(cls, stored: str) -> Self | None:
        """What `str` made; None for anything else, e.g. an empty column."""
        of, _, hash_ = stored.partition(":")
        return cls(hash_, of) if of and hash_ else None
