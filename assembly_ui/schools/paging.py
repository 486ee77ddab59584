"""Long lists, one page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import func
from sqlmodel import select

from assembly_ui.database import Session

PAGE_SIZE = 25

T = TypeVar("T")


@dataclass(frozen=True)
class Paged(Generic[T]):
    """The `rows` of page `number` of `pages`; `total` rows in all."""

    rows: list[T]
    number: int
    pages: int
    total: int


async def paged(session: Session, query: Any, *, number: int, size: int = PAGE_SIZE) -> Paged[Any]:
    """The page with this number, or the nearest there is."""
    if number <= 1:
        rows = list(await session.exec(query.limit(size)))
        if len(rows) < size:
            # Most lists fit on one page, which then needs no counting.
            return Paged(rows, 1, 1, len(rows))
    count = select(func.count()).select_from(query.order_by(None).subquery())
    total = (await session.exec(count)).one()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = list(await session.exec(query.limit(size).offset((number - 1) * size)))
    return Paged(rows, number, pages, total)
