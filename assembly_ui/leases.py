"""Claims rows that are due, so that any number of workers share the work.

A claimed row is nobody else's until its lease ends. Whoever claimed it clears
or moves `due_at` when the work is done; if that never happens, because the
process died, the row comes up again by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col, select

from assembly_ui.database import Database, Row

Due = TypeVar("Due", bound=Row)
"""A table with the columns `due_at` and `leased_until`."""


async def claim(
    database: Database, Model: type[Due], *, now: datetime, limit: int, lease: timedelta
) -> list[Due]:
    """The rows longest due that nobody holds, now held for `lease`; at most `limit`."""
    if not await _any_free(database, Model, now):
        # Looking costs no lock, so an idle process never writes.
        return []
    async with database.transaction() as session:
        query = select(Model).where(_free(Model, now)).order_by(*_longest_due(Model)).limit(limit)
        rows = (await session.exec(query.with_for_update(skip_locked=True))).all()
        for row in rows:
            _columns(row).leased_until = now + lease
    return list(rows)


async def next_due(database: Database, Model: type[Due]) -> datetime | None:
    """When there will be something to claim: the past if there is already."""
    table = _columns(Model)
    held = col(table.leased_until) > col(table.due_at)
    free_at = case((held, col(table.leased_until)), else_=col(table.due_at))
    query = select(free_at).where(col(table.due_at).is_not(None)).order_by(free_at).limit(1)
    async with database.read() as session:
        return (await session.exec(query)).first()


async def _any_free(database: Database, Model: type[Due], now: datetime) -> bool:
    async with database.read() as session:
        query = select(col(_columns(Model).due_at)).where(_free(Model, now)).limit(1)
        return (await session.exec(query)).first() is not None


def _free(Model: type[Due], now: datetime) -> ColumnElement[bool]:
    table = _columns(Model)
    unheld = col(table.leased_until).is_(None) | (col(table.leased_until) <= now)
    return and_(col(table.due_at) <= now, unheld)


def _longest_due(Model: type[Due]) -> list[Any]:
    # The key decides between rows due at the same moment: first in, first out.
    return [col(_columns(Model).due_at), *Model.__table__.primary_key]  # type: ignore[attr-defined]


def _columns(of: Any) -> Any:
    # Tables share no base that names these columns; the caller vouches for them.
    return of
