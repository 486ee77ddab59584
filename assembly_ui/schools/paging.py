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
    count = select(func.count()).select_from(query.order_by(None).subquery())
    total = (await session.exec(count)).one()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    rows = await session.exec(query.limit(size).offset((number - 1) * size))
    return Paged(list(rows), number, pages, total)
