"""Watches every connection of the deployment, one check per school at a time.

Any number of workers share the schools by leases, which whoever checks a school
renews; those of a worker that died lapse within a minute.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.connector.check import check
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.duties import Duties
from assembly_ui.connector.health import Health
from assembly_ui.connector.models import Connection
from assembly_ui.connector.notices import Links
from assembly_ui.connector.onlookers import is_being_looked_at
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.status import PROBLEM_GRACE
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import LeaseHolder, next_due
from assembly_ui.pubsub.topics import PubSub, Topic, school_topic
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

AT_ONCE = 6
"""Fewer than the client's calls at once, so that whoever presses a button finds room."""

FOR_ONLOOKERS = 2
"""Of these, so many are free for schools that somebody looks at, however many are due."""

LEASE = timedelta(seconds=45)
RENEWED_EVERY = timedelta(seconds=15)
AFTER_FAILURE = timedelta(seconds=5)
LONGEST_SLEEP = timedelta(seconds=30)

CHECK_ENDED: Topic = "check-ended"
"""Put into the watcher's own queue: there is room for another check."""


class Watcher:
    """Claims due connections and checks them until cancelled; has the duties done beside."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        cipher: Cipher,
        clock: Clock,
        pace: Pace,
        links: Links | None = None,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._cipher = cipher
        self._clock = clock
        self._pace = pace
        self._health = Health(database, xporter, clock, pace.jitter)
        self.duties = Duties(database, xporter, cipher, clock, pace.jitter, self._health, links)
        self._is_begun = False
        self._leases = LeaseHolder(
            database,
            Connection,
            clock,
            LEASE,
            renewed_every=RENEWED_EVERY,
            topic=school_topic,
            clearing={"checking_since": None},
        )
        self._looked_at = clock()

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; a change announced anywhere wakes it."""
        async with self._leases.kept(), asyncio.TaskGroup() as work:
            work.create_task(self.duties.run(pubsub))
            await self._watch(pubsub)

    async def check_due(self) -> int:
        """Check every connection that is due now, to the end; returns how many."""
        if (await self._health.look()).is_down:
            return 0
        due = await self._claim()
        await asyncio.gather(*map(self._check_claimed, due))
        return len(due)

    async def _watch(self, pubsub: PubSub) -> None:
        async with pubsub.listen() as topics, asyncio.TaskGroup() as checks:
            while True:
                sleep = await self._look(pubsub, topics, checks)
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep.total_seconds()):
                        await topics.get()
                while not topics.empty():
                    topics.get_nowait()

    async def _look(
        self, pubsub: PubSub, topics: asyncio.Queue[Topic], checks: asyncio.TaskGroup
    ) -> timedelta:
        """Start what is due; how long nothing else will be."""
        try:
            await self._forget_the_dead()
            await self._announce_problems(pubsub)
            is_down = (await self._health.look()).is_down
            for school_id in [] if is_down else await self._claim():
                checks.create_task(self._check_and_tell(school_id, topics))
            return await self._until_next(is_down=is_down)
        except Exception:
            # A database that is away must not end the watching.
            log.exception("watcher.failed")
            return AFTER_FAILURE

    async def _check_and_tell(self, school_id: int, topics: asyncio.Queue[Topic]) -> None:
        await self._check_claimed(school_id)
        topics.put_nowait(CHECK_ENDED)

    async def _check_claimed(self, school_id: int) -> None:
        with self._leases.settling(school_id):
            await self._check(school_id)

    async def _claim(self) -> list[int]:
        """Schools to check now: those looked at first, the others as far as there is room."""
        now, free = self._clock(), AT_ONCE - len(self._leases.held)
        looked_at = await self._claim_some(free, only_looked_at=True, now=now)
        room = free - len(looked_at) - FOR_ONLOOKERS
        return looked_at + await self._claim_some(room, only_looked_at=False, now=now)

    async def _claim_some(self, limit: int, *, only_looked_at: bool, now: datetime) -> list[int]:
        if limit <= 0:
            return []
        only = is_being_looked_at(now) if only_looked_at else None
        return await self._leases.claim(limit, only=only)

    async def _check(self, school_id: int) -> None:
        try:
            await check(
                self._database,
                self._xporter,
                self._cipher,
                school_id=school_id,
                clock=self._clock,
                pace=self._pace,
                health=self._health,
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
        schools = await self._database.glance_all(query)
        self._looked_at = now
        await pubsub.announce(school_topic(school_id) for (school_id,) in schools)

    async def _until_next(self, *, is_down: bool = False) -> timedelta:
        now = self._clock()
        soonest = [now + LONGEST_SLEEP]
        if not is_down and (due := await self._next_claim(now)):
            soonest.append(due)
        if problem := await self._next_problem(now):
            soonest.append(problem)
        return max(min(soonest) - now, timedelta())

    async def _next_claim(self, now: datetime) -> datetime | None:
        """When there is something to check that there is room for."""
        free = AT_ONCE - len(self._leases.held)
        if free <= 0:
            return None
        only = is_being_looked_at(now) if free <= FOR_ONLOOKERS else None
        return await next_due(self._database, Connection, only=only)

    async def _next_problem(self, now: datetime) -> datetime | None:
        query = (
            select(Connection.problem_at)
            .where(col(Connection.problem_at) > now - PROBLEM_GRACE)
            .order_by(col(Connection.problem_at))
            .limit(1)
        )
        began = await self._database.glance(query)
        return began[0] + PROBLEM_GRACE if began else None

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


async def _put_off(database: Database, school_id: int, due_at: datetime) -> None:
    async with database.transaction() as session:
        await session.exec(
            update(Connection)
            .where(col(Connection.school_id) == school_id)
            .values(leased_until=None, checking_since=None, due_at=due_at)
        )
