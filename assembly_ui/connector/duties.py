"""What the engine does beside the checks, one thing after the other.

Settling presses of Grant Access that were interrupted; then probing Xporter on
Demand while that is down, else verifying kept callbacks, asking for the list of
authorised schools, and telling admins of trouble.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import timedelta

import structlog

from assembly_ui.clock import Clock
from assembly_ui.connector import inbox
from assembly_ui.connector.callback import verify
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.health import SERVICE_TOPIC, Health
from assembly_ui.connector.inbox import INBOX_TOPIC
from assembly_ui.connector.interrupted_invitations import next_lapse, settle_interrupted
from assembly_ui.connector.models import ReceivedCallback, Reconciliation, ServiceHealth
from assembly_ui.connector.notices import Links, next_notice_at, tell_due
from assembly_ui.connector.reconciling import Reconciler
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import handed_back_if_cancelled, next_due
from assembly_ui.pubsub.topics import EVERYTHING, PubSub, Topic
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

CALLBACKS_AT_ONCE = 4
LONGEST_SLEEP = timedelta(seconds=10)
SHORTEST_SLEEP = timedelta(seconds=0.2)
AFTER_FAILURE = timedelta(seconds=5)
WAKING = frozenset({SERVICE_TOPIC, INBOX_TOPIC, EVERYTHING})
"""Schools change all the time, and little of that makes anything here due at once."""


class Duties:
    """Does what is due until cancelled. Without `links` nobody is emailed."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        cipher: Cipher,
        clock: Clock,
        jitter: random.Random,
        health: Health,
        links: Links | None,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._cipher = cipher
        self._clock = clock
        self._health = health
        self._links = links
        self._reconciler = Reconciler(database, xporter, cipher, clock, jitter)

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; what concerns the service or its callbacks wakes it."""
        async with pubsub.listen() as topics:
            while True:
                try:
                    await self.do_due()
                    sleep = await self._until_next()
                except Exception:
                    # A database that is away must not end the duties.
                    log.exception("duties.failed")
                    sleep = AFTER_FAILURE
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep.total_seconds()):
                        await _concerned(topics)

    async def do_due(self) -> None:
        """Do, to the end, what is due now."""
        await settle_interrupted(self._database, now=self._clock())
        service = await self._health.look()
        if service.is_down:
            await self._health.probe_due()
            return
        await self._verify_due()
        await self._reconciler.do_due()
        if self._links:
            await tell_due(self._database, self._links, service=service, now=self._clock())

    async def _verify_due(self) -> None:
        now = self._clock()
        rows = await inbox.claim_due(self._database, now=now, limit=CALLBACKS_AT_ONCE)
        async with handed_back_if_cancelled(self._database, rows, topic=INBOX_TOPIC):
            await asyncio.gather(*map(self._verify, rows))

    async def _verify(self, kept: ReceivedCallback) -> None:
        try:
            receipt = await verify(
                self._database,
                self._xporter,
                self._cipher,
                kept=kept,
                clock=self._clock,
                health=self._health,
            )
        except Exception:
            # Its lease lapses by itself.
            log.exception("callback.not_verified", estab=kept.estab)
        else:
            log.info("callback.verified_later", estab=kept.estab, receipt=receipt)

    async def _until_next(self) -> timedelta:
        now = self._clock()
        down = (await self._health.look()).is_down
        moments = (
            [await next_due(self._database, ServiceHealth)]
            if down
            else [
                await next_due(self._database, ReceivedCallback),
                await next_due(self._database, Reconciliation),
                await next_notice_at(self._database) if self._links else None,
            ]
        )
        moments.append(await next_lapse(self._database))
        soonest = min([now + LONGEST_SLEEP, *(moment for moment in moments if moment)])
        return max(soonest - now, SHORTEST_SLEEP)


async def _concerned(topics: asyncio.Queue[Topic]) -> None:
    while await topics.get() not in WAKING:
        pass
