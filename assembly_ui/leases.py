"""Claims rows that are due, so that any number of workers share the work.

A claimed row is nobody else's until its lease ends. Whoever claimed it clears
or moves `due_at` when the work is done; if that never happens, because the
process died, the row comes up again by itself. Work that may outlast its lease
renews it, so that leases can be short and others take over soon.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, true
from sqlmodel import col, select, update

from assembly_ui.database import Database, Row

Due = TypeVar("Due", bound=Row)
"""A table with the columns `due_at` and `leased_until`."""

# A range, unlike IS NOT NULL, is looked up in an index by either database.
_EVER = datetime(1, 1, 2, tzinfo=UTC)


async def claim(
    database: Database,
    Model: type[Due],
    *,
    now: datetime,
    limit: int,
    lease: timedelta,
    only: ColumnElement[bool] | None = None,
) -> list[Due]:
    """The rows longest due that nobody holds, now held for `lease`; at most `limit`.

    `only` narrows down which rows are meant.
    """
    wanted = and_(_free(Model, now), true() if only is None else only)
    if not await _any(database, Model, wanted):
        # Looking costs no lock, so an idle process never writes.
        return []
    async with database.transaction() as session:
        query = select(Model).where(wanted).order_by(*_longest_due(Model)).limit(limit)
        rows = (await session.exec(query.with_for_update(skip_locked=True))).all()
        for row in rows:
            _columns(row).leased_until = now + lease
    return list(rows)


async def renew(
    database: Database, Model: type[Due], keys: Collection[int], *, until: datetime
) -> None:
    """Hold rows that are held already for longer, by their keys."""
    if not keys:
        return
    table = _columns(Model)
    (key,) = table.__table__.primary_key
    async with database.transaction() as session:
        await session.exec(
            update(Model)
            .where(key.in_(keys), col(table.leased_until).is_not(None))
            .values(leased_until=until)
        )


async def next_due(
    database: Database, Model: type[Due], *, only: ColumnElement[bool] | None = None
) -> datetime | None:
    """When there will be something to claim, `only` as there: the past if there is already."""
    meant = true() if only is None else only
    moments = [
        await _first_unheld(database, Model, meant),
        await _first_lapse(database, Model, meant),
    ]
    return min((moment for moment in moments if moment), default=None)


async def _first_unheld(
    database: Database, Model: type[Due], meant: ColumnElement[bool]
) -> datetime | None:
    table = _columns(Model)
    due_at, leased_until = col(table.due_at), col(table.leased_until)
    query = (
        select(due_at)
        .where(due_at > _EVER, leased_until.is_(None) | (leased_until <= due_at), meant)
        .order_by(due_at)
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def _first_lapse(
    database: Database, Model: type[Due], meant: ColumnElement[bool]
) -> datetime | None:
    table = _columns(Model)
    due_at, leased_until = col(table.due_at), col(table.leased_until)
    query = (
        select(leased_until)
        .where(leased_until > _EVER, leased_until > due_at, meant)
        .order_by(leased_until)
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def _any(database: Database, Model: type[Due], wanted: ColumnElement[bool]) -> bool:
    async with database.read() as session:
        query = select(col(_columns(Model).due_at)).where(wanted).limit(1)
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
