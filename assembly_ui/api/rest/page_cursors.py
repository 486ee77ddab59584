"""Numbered pages over lists that change while they are read.

Published clients ask for page 1, 2, 3 …, so a cursor cannot be handed to them. It is kept here
instead: reading page 1 records after which id every further page begins. A later page starts
there, however many records before it have gone since, and carries the `Last-Modified` and `ETag`
of page 1, so that a change made in between is new to the app afterwards.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from assembly_ui.api.models import PageCursor
from assembly_ui.api.rest.question import PAGING, Paging
from assembly_ui.api.rest.resource import Call
from assembly_ui.db.database import Database, Session

T = TypeVar("T")

LIFE = timedelta(days=1)
"""How long after its first page a list can be read on."""

KEPT = 32
"""How many lists an app can be in the middle of, for one school."""

MOST_BOUNDARIES = 10_000
"""Further pages are found by counting rows from the last boundary."""

_FORGOTTEN_AT_ONCE = 200

_COLUMNS = (
    col(PageCursor.started_at),
    col(PageCursor.last_change),
    col(PageCursor.total),
    col(PageCursor.boundaries),
)
_FIND = select(*_COLUMNS).where(
    col(PageCursor.id) == bindparam("id"), col(PageCursor.started_at) > bindparam("oldest")
)


@dataclass(frozen=True)
class ListSource(Generic[T]):
    """A list in the order of its ids.

    `read(after, skip, limit)` gives rows with their ids; `boundaries(after, size, most)` gives
    every `size`-th id after one, the last row excepted, and how many rows there are after it.
    """

    read: Callable[[int, int, int], Awaitable[Sequence[tuple[int, T]]]]
    boundaries: Callable[[int, int, int], Awaitable[tuple[list[int], int]]]


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page. `last_change` and `started_at` are of the first page of the list."""

    rows: Sequence[T]
    pages: int
    total: int
    last_change: datetime | None
    started_at: datetime


@dataclass(frozen=True)
class _Cursor:
    started_at: datetime
    last_change: datetime | None
    total: int
    boundaries: list[int]


def source_of(rows: Sequence[tuple[int, T]]) -> ListSource[T]:
    """A list that is in memory already."""
    ids = [row[0] for row in rows]

    async def read(after: int, skip: int, limit: int) -> Sequence[tuple[int, T]]:
        first = bisect_right(ids, after) + skip
        return rows[first : first + limit]

    async def boundaries(after: int, size: int, most: int) -> tuple[list[int], int]:
        following = ids[bisect_right(ids, after) :]
        return following[size - 1 : -1 : size][:most], len(following)

    return ListSource(read, boundaries)


async def read_page(
    call: Call,
    source: ListSource[T],
    *,
    last_change: datetime | None = None,
    since: datetime | None = None,
) -> Page[T]:
    """The page that was asked for. With `since` the list is of what has changed from then on."""
    paging, key = call.asked.paging(), _key(call, since)
    if paging.page == 1:
        return await _first_page(call, source, key, last_change)
    cursor = await _find(call, key)
    found = cursor or await _begin(call, source, last_change, paging.per_page)
    rows, after = await _following_page(source, found, paging)
    if after != found or cursor is None:
        await _keep(call, key, after)
    pages = len(after.boundaries) + 1
    if len(after.boundaries) >= MOST_BOUNDARIES:
        pages = max(pages, -(-after.total // paging.per_page))
    return Page([row for _, row in rows], pages, after.total, found.last_change, found.started_at)


async def _first_page(
    call: Call, source: ListSource[T], key: str, last_change: datetime | None
) -> Page[T]:
    size = call.asked.paging().per_page
    rows = await source.read(0, 0, size + 1)
    served = [row for _, row in rows[:size]]
    if len(rows) <= size:
        return Page(served, min(len(rows), 1), len(rows), last_change, call.now)
    # Counted from what was read just now: a sync may have committed since.
    reached = rows[size - 1][0]
    following, left = await source.boundaries(reached, size, MOST_BOUNDARIES - 1)
    cursor = _Cursor(call.now, last_change, size + left, [reached, *following])
    before = await _find(call, key)
    if before != replace(cursor, started_at=before.started_at if before else call.now):
        await _keep(call, key, cursor)
    pages = max(len(cursor.boundaries) + 1, -(-cursor.total // size))
    return Page(served, pages, cursor.total, last_change, call.now)


async def _begin(
    call: Call, source: ListSource[T], last_change: datetime | None, size: int
) -> _Cursor:
    boundaries, total = await source.boundaries(0, size, MOST_BOUNDARIES)
    return _Cursor(call.now, last_change, total, boundaries)


async def _following_page(
    source: ListSource[T], cursor: _Cursor, paging: Paging
) -> tuple[Sequence[tuple[int, T]], _Cursor]:
    """The rows of a page after the first, and the cursor with its end where they end.

    An end only ever moves on, and every page reaches its own: pages read in any order leave
    nothing out between them.
    """
    size, ends, place = paging.per_page, cursor.boundaries, paging.page - 1
    if place > len(ends):
        return await _uncharted_page(source, cursor, paging)
    start, end = ends[place - 1], ends[place] if place < len(ends) else 0
    rows = await source.read(start, 0, size + 1)
    if len(rows) > size and rows[size][0] <= end:
        # Records came back in the middle. The page is longer, within reason.
        rows = await source.read(start, 0, 2 * size + 1)
    many = max(size, min(sum(number <= end for number, _ in rows), 2 * size))
    served, there_is_more = rows[:many], len(rows) > many
    if not there_is_more:
        return served, replace(cursor, boundaries=ends[:place])
    if place >= MOST_BOUNDARIES:
        return served, cursor
    return served, replace(cursor, boundaries=[*ends[:place], served[-1][0], *ends[place + 1 :]])


async def _uncharted_page(
    source: ListSource[T], cursor: _Cursor, paging: Paging
) -> tuple[Sequence[tuple[int, T]], _Cursor]:
    """A page after the last, or one of a list with more pages than there are boundaries."""
    ends, size = cursor.boundaries, paging.per_page
    if len(ends) < MOST_BOUNDARIES:
        return [], cursor
    skip = (paging.page - 1 - len(ends)) * size
    return await source.read(ends[-1], skip, size), cursor


async def _find(call: Call, key: str) -> _Cursor | None:
    row = await call.services.database.glance(_FIND, {"id": key, "oldest": call.now - LIFE})
    return _Cursor(*row) if row else None


async def _keep(call: Call, key: str, cursor: _Cursor) -> None:
    database, reader = call.services.database, call.bearer.counted_as
    values = {
        "reader": reader,
        "started_at": cursor.started_at,
        "last_change": cursor.last_change,
        "total": cursor.total,
        "boundaries": cursor.boundaries,
    }
    async with database.transaction() as session:
        await session.exec(_upsert(database, {"id": key, **values}, values))
        await _forget(session, reader, call.now)


def _upsert(database: Database, row: dict[str, Any], changes: dict[str, Any]) -> Any:
    insert: Any = sqlite.insert if database.is_sqlite else postgresql.insert
    return insert(PageCursor).values(row).on_conflict_do_update(index_elements=["id"], set_=changes)


async def _forget(session: Session, reader: str, now: datetime) -> None:
    """Delete the cursors that nobody reads on: too old, or too many of one reader."""
    newest_first = col(PageCursor.started_at).desc()
    ids = select(col(PageCursor.id)).with_for_update(skip_locked=True).limit(_FORGOTTEN_AT_ONCE)
    of_reader = ids.where(col(PageCursor.reader) == reader).order_by(newest_first)
    for query in (
        ids.where(col(PageCursor.started_at) <= now - LIFE),
        of_reader.offset(KEPT),
    ):
        if found := (await session.exec(query)).scalars().all():  # type: ignore[call-overload]
            await session.exec(delete(PageCursor).where(col(PageCursor.id).in_(found)))


def _key(call: Call, since: datetime | None) -> str:
    """One for each list that one app reads. What it may see of it may change in between."""
    asked = (
        call.bearer.counted_as,
        call.resource.path,
        call.number,
        call.asked.paging().per_page,
        [(name, values) for name, values in call.asked.pairs if name not in PAGING],
        since.isoformat() if since else "",
    )
    return hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()
