"""Watches every connection of the deployment, one check per school at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.connector.check import check
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.status import PROBLEM_GRACE
from assembly_ui.database import Database
from assembly_ui.leases import claim, next_due
from assembly_ui.pubsub import PubSub, Topic, school_topic
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

AT_ONCE = 6
"""Fewer than the client's calls at once, so that whoever presses a button finds room."""

LEASE = timedelta(minutes=3)
AFTER_FAILURE = timedelta(seconds=5)
LONGEST_SLEEP = timedelta(seconds=30)

CHECK_ENDED: Topic = "check-ended"
"""Put into the watcher's own queue: there is room for another check."""


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
        self._is_begun = False
        self._under_way = 0
        self._looked_at = clock()

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; a change announced anywhere wakes it."""
        async with pubsub.listen() as topics, asyncio.TaskGroup() as checks:
            while True:
                sleep = await self._look(pubsub, topics, checks)
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep.total_seconds()):
                        await topics.get()
                while not topics.empty():
                    topics.get_nowait()

    async def check_due(self) -> int:
        """Check every connection that is due now, to the end; returns how many."""
        due = await self._claim(AT_ONCE)
        await asyncio.gather(*map(self._check, due))
        return len(due)

    async def _look(
        self, pubsub: PubSub, topics: asyncio.Queue[Topic], checks: asyncio.TaskGroup
    ) -> timedelta:
        """Start what is due; how long nothing else will be."""
        try:
            await self._forget_the_dead()
            await self._announce_problems(pubsub)
            for school_id in await self._claim(AT_ONCE - self._under_way):
                self._under_way += 1
                checks.create_task(self._check(school_id)).add_done_callback(
                    lambda _: self._end(topics)
                )
            return await self._until_next()
        except Exception:
            # A database that is away must not end the watching.
            log.exception("watcher.failed")
            return AFTER_FAILURE

    def _end(self, topics: asyncio.Queue[Topic]) -> None:
        self._under_way -= 1
        topics.put_nowait(CHECK_ENDED)

    async def _claim(self, limit: int) -> list[int]:
        if limit <= 0:
            return []
        rows = await claim(self._database, Connection, now=self._clock(), limit=limit, lease=LEASE)
        return [row.school_id for row in rows]

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
        except Exception:
            # One school that cannot be checked must not end the watching of the others.
            # Its lease lapses by itself, should the database be away for this as well.
            log.exception("watcher.check_failed", school_id=school_id)
            with suppress(Exception):
                await _put_off(self._database, school_id, self._clock() + AFTER_FAILURE)

    async def _announce_problems(self, pubsub: PubSub) -> None:
        """Tell of problems that have by now outlasted the grace: no fact changes then."""
        now = self._clock()
        query = select(Connection.school_id).where(
            col(Connection.problem_at) > self._looked_at - PROBLEM_GRACE,
            col(Connection.problem_at) <= now - PROBLEM_GRACE,
        )
        async with self._database.read() as session:
            schools = (await session.exec(query)).all()
        self._looked_at = now
        await pubsub.announce(map(school_topic, schools))

    async def _until_next(self) -> timedelta:
        now = self._clock()
        soonest = [now + LONGEST_SLEEP]
        if self._under_way < AT_ONCE and (due := await next_due(self._database, Connection)):
            soonest.append(due)
        if problem := await self._next_problem(now):
            soonest.append(problem)
        return max(min(soonest) - now, timedelta())

    async def _next_problem(self, now: datetime) -> datetime | None:
        query = (
            select(Connection.problem_at)
            .where(col(Connection.problem_at) > now - PROBLEM_GRACE)
            .order_by(col(Connection.problem_at))
            .limit(1)
        )
        async with self._database.read() as session:
            began = (await session.exec(query)).first()
        return began + PROBLEM_GRACE if began else None

    async def _forget_the_dead(self) -> None:
        """Once: checks that a stopped process left unfinished are nobody's."""
        if self._is_begun or not self._database.is_sqlite:
            # With others at work, the leases of those that died lapse by themselves.
            return
        self._is_begun = True
        async with self._database.transaction() as session:
            held = col(Connection.leased_until).is_not(None)
            abandoned = col(Connection.checking_since).is_not(None)
            await session.exec(
                update(Connection)
                .where(held | abandoned)
                .values(leased_until=None, checking_since=None)
            )


async def mark_watched(
    database: Database, *, school_ids: set[int], now: datetime, pace: Pace
) -> None:
    """Note that people look at these schools, bringing a distant check nearer."""
    if not school_ids:
        return
    soon = now + pace.onboarding
    looked_at = col(Connection.school_id).in_(school_ids)
    async with database.transaction() as session:
        await session.exec(update(Connection).where(looked_at).values(watched_at=now))
        await session.exec(
            update(Connection)
            .where(looked_at, _is_unsettled(), _may_come_at(soon), col(Connection.due_at) > soon)
            .values(due_at=soon)
        )


def _is_unsettled() -> ColumnElement[bool]:
    return or_(
        col(Connection.data_at).is_(None),
        col(Connection.school_matches).is_not(True),
        col(Connection.paused_at).is_not(None),
        col(Connection.failures) > 0,
    )


def _may_come_at(moment: datetime) -> ColumnElement[bool]:
    unheld = col(Connection.held_until).is_(None) | (col(Connection.held_until) <= moment)
    return col(Connection.withdrawn_at).is_(None) & unheld


async def _put_off(database: Database, school_id: int, due_at: datetime) -> None:
    async with database.transaction() as session:
        await session.exec(
            update(Connection)
            .where(col(Connection.school_id) == school_id)
            .values(leased_until=None, checking_since=None, due_at=due_at)
        )
