"""Pages: which part of an answer was asked for, and what is said about the whole.

Every table is cut at the same places, and the longest says how many pages there
are, so whoever follows PageNumber < PageCount gets every row once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from simulators.xporter import errors
from simulators.xporter.api.call import Call

DEFAULT_SIZE = 25
Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    """A page, counted from 1."""

    number: int
    size: int

    def cut(self, rows: Sequence[Item]) -> Sequence[Item]:
        """The part of a table that is on it."""
        return rows[(self.number - 1) * self.size : self.number * self.size]

    def said(self, tables: Mapping[str, Sequence[object]]) -> dict[str, Any]:
        """The row of `__pagination__`."""
        rows = max((len(found) for found in tables.values()), default=0)
        count = max(1, -(-rows // self.size))
        following = f"?page={self.number + 1}&pageSize={self.size}"
        return {
            "PageSize": self.size,
            "PageNumber": self.number,
            "PageCount": count,
            "RowCount": rows,
            "NextPage": following if self.number < count else None,
        }


def page_of(call: Call) -> Page | None:
    """The page asked for; None for everything.

    Raises:
        ParameterUnreadable
    """
    if not call.param("page") and not call.param("pageSize"):
        return None
    return Page(_number(call, "page", 1), _number(call, "pageSize", DEFAULT_SIZE))


def _number(call: Call, name: str, otherwise: int) -> int:
    text = call.param(name)
    if not text:
        return otherwise
    # No more digits than any table has rows, so that a hostile one is no work.
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise errors.ParameterUnreadable(name)
    return int(text)
