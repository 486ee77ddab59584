"""Long lists, one page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, bindparam, func, select

from assembly_ui.db.database import Database

PAGE_SIZE = 25

T = TypeVar("T")


@dataclass(frozen=True)
class Paged(Generic[T]):
    """The `rows` of page `number` of `pages`; `total` rows in all."""

    rows: list[T]
    number: int
    pages: int
    total: int


class Listing:
    """A long list of columns, put into words once and read page by page.

    Composing a statement costs ten times what SQLite needs to answer it, so
    what differs from reader to reader is a `bindparam` of the query.
    """

    def __init__(self, query: Any) -> None:
        self._page = query.limit(bindparam("page_size")).offset(bindparam("page_start"))
        self._count = select(func.count()).select_from(query.order_by(None).subquery())

    async def page(
        self, database: Database, values: Mapping[str, Any], *, number: int, size: int = PAGE_SIZE
    ) -> Paged[Any]:
        """The page with this number, or the nearest there is."""
        if number <= 1:
            rows = await self._rows(database, values, 0, size)
            if len(rows) < size:
                # Most lists fit on one page, which then needs no counting.
                return Paged(list(rows), 1, 1, len(rows))
        counted = await database.glance(self._count, values)
        total = counted[0] if counted else 0
        pages = max(1, -(-total // size))
        number = min(max(1, number), pages)
        rows = await self._rows(database, values, (number - 1) * size, size)
        return Paged(list(rows), number, pages, total)

    async def _rows(
        self, database: Database, values: Mapping[str, Any], start: int, size: int
    ) -> Sequence[Row[Any]]:
        paging = {"page_start": start, "page_size": size}
        return await database.glance_all(self._page, {**values, **paging})
