"""Claims rows that are due, so that any number of workers share the work.

A claimed row is nobody else's until its lease ends. Whoever claimed it clears
or moves `due_at` when the work is done; if that never happens, because the
process died, the row comes up again by itself. Work that may outlast its lease
renews it, so that leases can be short and others take over soon. A process that is
told to stop hands back what it has not finished, and others are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement, and_, true
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Row, announce
from assembly_ui.pubsub.topics import Topic

log = structlog.get_logger()

HAND_BACK_SECONDS = 3
"""Within which a stopping process hands back its leases; otherwise they lapse by themselves."""

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
    rows: Sequence[Due] = []
    try:
        async with database.transaction() as session:
            query = select(Model).where(wanted).order_by(*_longest_due(Model)).limit(limit)
            rows = (await session.exec(query.with_for_update(skip_locked=True))).all()
            for row in rows:
                _columns(row).leased_until = now + lease
    except asyncio.CancelledError:
        # A caller who is cancelled while this commits never learns what it holds.
        await hand_back(database, Model, [_key_of(row) for row in rows], held_until=[now + lease])
        raise
    return list(rows)


async def hand_back(
    database: Database,
    Model: type[Due],
    keys: Collection[int],
    *,
    held_until: Collection[datetime],
    topic: Callable[[int], Topic] | None = None,
    clearing: Mapping[str, None] | None = None,
) -> None:
    """Make rows free at once that are still held until one of these moments.

    What was settled meanwhile, or is somebody else's, stays as it is. `clearing` names further
    columns to set to NULL; `topic` is announced for every row that is free again. A database
    that is away is not waited for long: then the leases lapse.
    """
    if not keys:
        return
    table = _columns(Model)
    (key,) = table.__table__.primary_key
    free = {"leased_until": None, **(clearing or {})}
    try:
        async with asyncio.timeout(HAND_BACK_SECONDS), database.transaction() as session:
            held = key.in_(keys), col(table.leased_until).in_(held_until)
            freed = await session.exec(update(Model).where(*held).values(**free).returning(key))
            for (one,) in freed.all():
                if topic:
                    announce(session, topic(one))
    except Exception:
        log.exception("leases.not_handed_back", table=table.__tablename__)


@asynccontextmanager
async def handed_back_if_cancelled(
    database: Database, rows: Collection[Row], *, topic: Topic = ""
) -> AsyncIterator[None]:
    """Hand claimed rows back when the block, which deals with them, is cancelled.

    For work that may be done again from its beginning.
    """
    try:
        yield
    except asyncio.CancelledError:
        for row in rows:
            until = _columns(row).leased_until
            await hand_back(
                database,
                type(row),
                [_key_of(row)],
                held_until=[until] if until else [],
                topic=(lambda _: topic) if topic else None,
            )
        raise


class LeaseHolder(Generic[Due]):
    """The rows of one table that one worker holds, for work that may outlast its lease."""

    def __init__(
        self,
        database: Database,
        Model: type[Due],
        clock: Clock,
        lease: timedelta,
        *,
        renewed_every: timedelta,
        topic: Callable[[int], Topic],
        clearing: Mapping[str, None] | None = None,
    ) -> None:
        self.held: set[int] = set()
        self._database = database
        self._Model = Model
        self._clock = clock
        self._lease = lease
        self._renewed_every = renewed_every
        self._topic = topic
        self._clearing = clearing
        self._until: set[datetime] = set()

    async def claim(self, limit: int, *, only: ColumnElement[bool] | None = None) -> list[int]:
        """Keys of rows that are due, now held until they are settled; see `claim`."""
        now = self._clock()
        self._note(now + self._lease)
        rows = await claim(
            self._database, self._Model, now=now, limit=limit, lease=self._lease, only=only
        )
        keys = [_key_of(row) for row in rows]
        self.held.update(keys)
        return keys

    @contextmanager
    def settling(self, key: int) -> Iterator[None]:
        """Around the work on a row: held no longer at its end, unless that is cancelled."""
        try:
            yield
        except asyncio.CancelledError:
            # It is handed back.
            raise
        except BaseException:
            self.held.discard(key)
            raise
        self.held.discard(key)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Renew the leases meanwhile; at the end hand back those of unfinished work."""
        renewing = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self.hand_back()

    async def hand_back(self) -> None:
        """Make what is still held free for others, and tell them."""
        held, self.held = self.held, set()
        await hand_back(
            self._database,
            self._Model,
            held,
            held_until=self._until,
            topic=self._topic,
            clearing=self._clearing,
        )

    async def renew(self) -> None:
        """Hold for longer what is held; what others took over is theirs."""
        if not self.held:
            return
        table = _columns(self._Model)
        (key,) = table.__table__.primary_key
        earlier, until = tuple(self._until), self._clock() + self._lease
        self._note(until)
        async with self._database.transaction() as session:
            ours = key.in_(self.held), col(table.leased_until).in_(earlier)
            await session.exec(update(self._Model).where(*ours).values(leased_until=until))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._renewed_every.total_seconds())
            try:
                await self.renew()
            except Exception:
                log.exception("leases.not_renewed", table=_columns(self._Model).__tablename__)

    def _note(self, until: datetime) -> None:
        # Noted before it is written: what was being written at the end may have been committed.
        if not self.held:
            self._until.clear()
        self._until.add(until)


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


def _key_of(row: Row) -> int:
    (key,) = _columns(row).__table__.primary_key
    return int(getattr(row, key.name))


def _columns(of: Any) -> Any:
    # Tables share no base that names these columns; the caller vouches for them.
    return of
