"""Syncs every school that is due, one sync per school at a time.

Any number of workers share the schools by leases, which whoever syncs a school renews.
A worker that is told to stop hands its leases back, those of one that died lapse within
a minute, and others go on where it ended.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, true
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.health import SERVICE_TOPIC, Health
from assembly_ui.connector.models import Connection
from assembly_ui.connector.notices import Links
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import LeaseHolder, next_due
from assembly_ui.pubsub.topics import EVERYTHING, SCHOOL, SYNC, PubSub, Topic, sync_topic
from assembly_ui.sync.beginning import NOT_CONNECTED
from assembly_ui.sync.ending import give_up
from assembly_ui.sync.models import SchoolSync
from assembly_ui.sync.opening import is_open
from assembly_ui.sync.our_recipe import our_recipe
from assembly_ui.sync.pace import Pace
from assembly_ui.sync.recipe import Recipe
from assembly_ui.sync.requests import FROM_WHAT_IS_THERE
from assembly_ui.sync.run import Tools, sync_school
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

AT_ONCE = 2
"""A sync keeps a processor busy; who waits for a page needs the other."""

LEASE = timedelta(seconds=60)
RENEWED_EVERY = timedelta(seconds=20)
AFTER_FAILURE = timedelta(seconds=5)
LONGEST_SLEEP = timedelta(seconds=60)

SYNC_ENDED: Topic = "sync-ended"
"""Put into the worker's own queue: there is room for another school."""


class SyncWorker:
    """Claims due schools and syncs them until cancelled.

    Emails about changes that are held back point to `links`; without, none are sent.
    """

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        cipher: Cipher,
        clock: Clock,
        pace: Pace,
        recipe: Recipe | None = None,
        *,
        links: Links | None = None,
    ) -> None:
        health = Health(database, xporter, clock, random.Random())  # noqa: S311 (spreads repeats)
        recipe = recipe or our_recipe()
        self.tools = Tools(database, xporter, cipher, clock, recipe, pace, health, links)
        self._database = database
        self._clock = clock
        self._is_begun = False
        self._leases = LeaseHolder(
            database, SchoolSync, clock, LEASE, renewed_every=RENEWED_EVERY, topic=sync_topic
        )

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; what is asked for anywhere wakes it."""
        async with self._leases.kept():
            await self._watch(pubsub)

    async def do_due(self) -> int:
        """Sync every school that is due now, to the end; returns how many."""
        due = await self._claim(AT_ONCE)
        await asyncio.gather(*map(self._sync_claimed, due))
        return len(due)

    async def _watch(self, pubsub: PubSub) -> None:
        heard: set[Topic] = {EVERYTHING}
        async with pubsub.listen() as topics, asyncio.TaskGroup() as syncs:
            while True:
                sleep = await self._look(heard, topics, syncs)
                heard = set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep.total_seconds()):
                        heard.add(await _concerning(topics))
                while not topics.empty():
                    heard.add(topics.get_nowait())

    async def _look(
        self, heard: set[Topic], topics: asyncio.Queue[Topic], syncs: asyncio.TaskGroup
    ) -> timedelta:
        """Start what is due; how long nothing else will be."""
        try:
            await self._forget_the_dead()
            await self._wake(heard)
            for school_id in await self._claim(AT_ONCE - len(self._leases.held)):
                syncs.create_task(self._sync_and_tell(school_id, topics))
            return await self._until_next()
        except Exception:
            # A database that is away must not end the work.
            log.exception("sync.worker_failed")
            return AFTER_FAILURE

    async def _sync_and_tell(self, school_id: int, topics: asyncio.Queue[Topic]) -> None:
        await self._sync_claimed(school_id)
        topics.put_nowait(SYNC_ENDED)

    async def _sync_claimed(self, school_id: int) -> None:
        with self._leases.settling(school_id):
            await self._sync(school_id)

    async def _sync(self, school_id: int) -> None:
        try:
            await sync_school(self.tools, school_id)
        except Exception:
            # One school that cannot be synced must not end the work for others. Its lease
            # lapses by itself, should the database be away for this as well.
            log.exception("sync.crashed", school_id=school_id)
            with suppress(Exception):
                await give_up(self._database, school_id, self._clock(), self.tools.pace)

    async def _claim(self, limit: int) -> list[int]:
        if limit <= 0:
            return []
        return await self._leases.claim(limit, only=await self._only())

    async def _only(self) -> ColumnElement[bool]:
        """While Xporter on Demand is down, only what needs nothing from it is done."""
        if (await self.tools.health.look()).is_down:
            return col(SchoolSync.reason).in_(FROM_WHAT_IS_THERE)
        return true()

    async def _until_next(self) -> timedelta:
        if len(self._leases.held) >= AT_ONCE:
            return LONGEST_SLEEP
        now = self._clock()
        soonest = await next_due(self._database, SchoolSync, only=await self._only())
        return max(min(soonest or now + LONGEST_SLEEP, now + LONGEST_SLEEP) - now, timedelta())

    async def _wake(self, heard: set[Topic]) -> None:
        """Schools that waited for their connection are due once it is there."""
        waiting = [col(SchoolSync.problem_kind) == NOT_CONNECTED]
        if EVERYTHING not in heard:
            waiting.append(col(SchoolSync.school_id).in_(_schools(heard)))
        query = (
            select(Connection)
            .join(SchoolSync, col(SchoolSync.school_id) == col(Connection.school_id))
            .where(*waiting, col(SchoolSync.due_at) > self._clock())
        )
        async with self._database.read() as session:
            found = [one.school_id for one in await session.exec(query) if is_open(one)]
        if found:
            async with self._database.transaction() as session:
                await session.exec(
                    update(SchoolSync)
                    .where(col(SchoolSync.school_id).in_(found), *waiting)
                    .values(due_at=self._clock(), problem_kind="")
                )

    async def _forget_the_dead(self) -> None:
        """Once: syncs that a stopped process left unfinished are nobody's."""
        if self._is_begun or not self._database.is_sqlite:
            # With others at work, the leases of those that died lapse by themselves.
            return
        self._is_begun = True
        async with self._database.transaction() as session:
            held = col(SchoolSync.leased_until).is_not(None)
            await session.exec(update(SchoolSync).where(held).values(leased_until=None))


def _schools(topics: Iterable[Topic]) -> list[int]:
    named = (topic.partition(":") for topic in topics)
    return [int(number) for kind, _, number in named if kind == SCHOOL and number.isdecimal()]


async def _concerning(topics: asyncio.Queue[Topic]) -> Topic:
    while True:
        topic = await topics.get()
        kind = topic.partition(":")[0]
        if kind in (SCHOOL, SYNC) or topic in (SYNC_ENDED, SERVICE_TOPIC, EVERYTHING):
            return topic
