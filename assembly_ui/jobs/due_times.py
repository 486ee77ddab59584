"""Keeps due times and leases near, whatever the clock of the machine has done.

A clock that was wrong and is put right leaves moments behind that lie too far ahead: a check
that is due tomorrow instead of in three hours, a row that nobody may claim for a day. No work
waits longer than its own rules say, so what lies beyond them is brought back.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, true, update
from sqlmodel import col

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Row

log = structlog.get_logger()

LOOK_EVERY = timedelta(minutes=3)
"""Longer than any lease: who holds a row has renewed or settled it from one look to the next."""

AT_ONCE = 500
"""Rows of one statement, which share the moment at which they are due then."""


@dataclass(frozen=True)
class Bound:
    """How far ahead a table's moments may lie: `longest` for `due_at`, `lease` for a lease.

    `only` narrows down which rows are meant by `longest`.
    """

    Model: type[Row]
    longest: timedelta
    lease: timedelta
    only: ColumnElement[bool] | None = None


class DueTimes:
    """Looks for moments beyond their bounds, in every process that does background work."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bounds: Sequence[Bound],
        jitter: random.Random | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds
        self._jitter = jitter or random.Random()  # noqa: S311 (spreads work, guards nothing)
        self._held: dict[type[Row], dict[int, datetime]] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                # A database that is away must not end it.
                log.exception("due_times.failed")
            # A sleep counts seconds that pass, not those of the clock that jumped.
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        """Bring nearer what is due too late, and free what was held too long at the last look."""
        for bound in self._bounds:
            await self._bring_nearer(bound)
        # A table may have several bounds, and one lease.
        for bound in {bound.Model: bound for bound in self._bounds}.values():
            await self._free(bound)

    async def _bring_nearer(self, bound: Bound) -> None:
        now, table = self._clock(), _columns(bound.Model)
        (key,) = table.__table__.primary_key
        only = true() if bound.only is None else bound.only
        beyond = col(table.due_at) > now + bound.longest, only
        keys = [row[0] for row in await self._database.glance_all(select(key).where(*beyond))]
        if not keys:
            return
        log.warning("due_times.brought_nearer", table=table.__tablename__, rows=len(keys))
        # Not all at the same moment: what they wait for is asked by all of them.
        self._jitter.shuffle(keys)
        chunks = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
        for number, chunk in enumerate(chunks):
            due_at = now + bound.longest * (number / len(chunks))
            await self._set(bound, chunk, *beyond, due_at=due_at)

    async def _free(self, bound: Bound) -> None:
        now, table = self._clock(), _columns(bound.Model)
        (key,) = table.__table__.primary_key
        query = select(key, col(table.leased_until)).where(
            col(table.leased_until) > now + 2 * bound.lease
        )
        found = await self._database.glance_all(query)
        held: dict[int, datetime] = {row[0]: row[1] for row in found}
        before = self._held.get(bound.Model, {})
        for one, until in held.items():
            if before.get(one) == until:
                log.warning("due_times.freed", table=table.__tablename__, key=one)
                await self._set(bound, [one], col(table.leased_until) == until, leased_until=None)
        self._held[bound.Model] = held

    async def _set(
        self, bound: Bound, keys: Collection[int], *still: ColumnElement[bool], **values: Any
    ) -> None:
        (key,) = _columns(bound.Model).__table__.primary_key
        async with self._database.transaction() as session:
            await session.exec(update(bound.Model).where(key.in_(keys), *still).values(**values))


def _columns(of: Any) -> Any:
    # Tables share no base that names these columns; the caller vouches for them.
    return of
