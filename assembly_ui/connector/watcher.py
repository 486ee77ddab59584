"""Watches every connection of the deployment, one check per school at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.connector.check import check
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace
from assembly_ui.database import Database
from assembly_ui.leases import claim
from assembly_ui.pubsub import PubSub
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

AT_ONCE = 8
LEASE = timedelta(minutes=3)
LONGEST_SLEEP_SECONDS = 30.0
SHORTEST_SLEEP_SECONDS = 0.05


class Watcher:
    """Claims due connections and checks them until cancelled."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        cipher: Cipher,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._cipher = cipher
        self._clock = clock
        self._pace = pace

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; a change announced anywhere wakes it."""
        async with pubsub.listen() as topics:
            while True:
                try:
                    checked = await self.check_due()
                    sleep = 0.0 if checked else await self._until_next()
                except Exception:
                    # A database that is away must not end the watching.
                    log.exception("watcher.failed")
                    sleep = 5.0
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep):
                        await topics.get()
                while not topics.empty():
                    topics.get_nowait()

    async def check_due(self) -> int:
        """Check every connection that is due now; returns how many."""
        due = await claim(self._database, Connection, now=self._clock(), limit=AT_ONCE, lease=LEASE)
        await asyncio.gather(*(self._check(row.school_id) for row in due))
        return len(due)

    async def check_now(self, school_id: int) -> None:
        """Check one school because somebody asked."""
        await self._check(school_id)

    async def _check(self, school_id: int) -> None:
        try:
            await check(
                self._database,
                self._xporter,
                self._cipher,
                school_id=school_id,
                clock=self._clock,
                pace=self._pace,
            )
        finally:
            await _release(self._database, school_id)

    async def _until_next(self) -> float:
        async with self._database.read() as session:
            soonest = (await session.exec(select(func.min(Connection.due_at)))).first()
        if soonest is None:
            return LONGEST_SLEEP_SECONDS
        seconds = (_aware(soonest, self._clock()) - self._clock()).total_seconds()
        return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)


async def mark_watched(
    database: Database, *, school_ids: set[int], now: datetime, pace: Pace
) -> None:
    """Note that people look at these schools, bringing a distant check nearer."""
    if not school_ids:
        return
    soon = now + pace.onboarding
    async with database.transaction() as session:
        looked_at = col(Connection.school_id).in_(school_ids)
        unsettled = col(Connection.data_at).is_(None) | (col(Connection.failures) > 0)
        await session.exec(update(Connection).where(looked_at).values(watched_at=now))
        await session.exec(
            update(Connection)
            .where(looked_at, unsettled, col(Connection.due_at) > soon)
            .values(due_at=soon)
        )


async def _release(database: Database, school_id: int) -> None:
    async with database.transaction() as session:
        await session.exec(
            update(Connection)
            .where(col(Connection.school_id) == school_id)
            .values(leased_until=None)
        )


def _aware(moment: datetime, like: datetime) -> datetime:
    # SQLite's min() loses the column's type and with it the time zone.
    return moment if moment.tzinfo else moment.replace(tzinfo=like.tzinfo)
