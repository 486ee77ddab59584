"""Keeps track of whether Xporter on Demand as a whole answers, for every worker.

What is known is one row that all workers share; the rules are in `service.py`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from assembly_ui.clock import Clock, is_recent
from assembly_ui.connector import timeline
from assembly_ui.connector.models import Connection, ServiceHealth, TimelineEvent
from assembly_ui.connector.reopening import spread_out
from assembly_ui.connector.service import (
    SERVICE_KINDS,
    ServiceFacts,
    after_answer,
    after_failure,
    after_probe,
    may_be_the_service,
    opened,
    probe_wait,
)
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.jobs.leases import claim, handed_back_if_cancelled
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import TooSlow, XporterError

log = structlog.get_logger()

SERVICE_TOPIC: Topic = "xporter"
"""Xporter on Demand as a whole began, or ceased, to have problems."""

ONE = 1
LONGEST_PROBING = timedelta(seconds=30)
PROBE_LEASE = timedelta(seconds=45)
FRESH = timedelta(seconds=20)
"""After an answer, or a probe that succeeded, this recent a failing school is probably alone."""

_COLUMNS: tuple[Any, ...] = (
    ServiceHealth.failing_since,
    ServiceHealth.failing_kind,
    ServiceHealth.failed_schools,
    ServiceHealth.opened_at,
    ServiceHealth.closed_at,
    ServiceHealth.probes,
    ServiceHealth.fine_at,
)

Change = Callable[[ServiceFacts, datetime], ServiceFacts]


async def read_service(database: Database) -> ServiceFacts:
    """What is known of the service now."""
    row = await database.glance(columns(*_COLUMNS))
    if row is None:
        return ServiceFacts()
    since, kind, failed, opened_at, closed_at, probes, fine_at = tuple(row)
    return ServiceFacts(since, kind, tuple(failed), opened_at, closed_at, probes, fine_at)


class Health:
    """Notes answers and failures, probes, and says when nobody is to be asked."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._clock = clock
        self._jitter = jitter
        self._seen = ServiceFacts()
        self._fine_at: datetime | None = None
        self._probing = asyncio.Lock()

    async def look(self) -> ServiceFacts:
        """What is known of the service now; other workers may have learnt it."""
        self._seen = await read_service(self._database)
        return self._seen

    async def note_answer(self) -> None:
        """A school answered, whatever it said."""
        self._fine_at = self._clock()
        if self._seen.failed_schools or self._seen.probes:
            await self._change(lambda facts, _: facts if facts.is_down else after_answer(facts))

    async def blame(self, school_id: int, error: XporterError) -> bool:
        """Whether this failure of a school is the service's, and so not counted as the school's.

        Asks the service itself, once, when nothing else has answered lately.
        """
        if not may_be_the_service(error):
            await self.note_answer()
            return False
        facts = await self._change(lambda facts, now: after_failure(facts, school_id, error, now))
        return facts.is_down or not await self.is_fine()

    async def is_fine(self) -> bool:
        """Whether the service answers; probed unless that is known. A failed probe opens."""
        async with self._probing:
            if (await self.look()).is_down:
                return False
            if is_recent(self._fine_at, self._clock(), FRESH):
                return True
            error = await self._ask()
            if error is None:
                self._fine_at = self._clock()
                await self._change(lambda facts, now: replace(facts, fine_at=now))
                return True
            return not (await self._change(lambda facts, now: opened(facts, error, now))).is_down

    async def probe_due(self) -> bool:
        """Probe, if that is due and nobody else does; whether the service answered."""
        if not self._seen.is_down:
            return False
        now = self._clock()
        rows = await claim(self._database, ServiceHealth, now=now, limit=1, lease=PROBE_LEASE)
        if not rows:
            return False
        async with handed_back_if_cancelled(self._database, rows):
            error = await self._ask()
        facts = await self._change(lambda facts, now: after_probe(facts, error, now))
        return not facts.is_down

    async def _ask(self) -> XporterError | None:
        """One cheap call; the error if the service could not answer it."""
        try:
            async with asyncio.timeout(LONGEST_PROBING.total_seconds()):
                await self._xporter.prove()
        except XporterError as error:
            return error if may_be_the_service(error) else None
        except TimeoutError:
            return TooSlow()
        return None

    async def _change(self, change: Change) -> ServiceFacts:
        async with self._database.transaction() as session:
            row, now = await _locked_row(session), self._clock()
            before = _facts(row)
            after = change(before, now)
            if after != before:
                self._keep(row, after, now)
            if after.is_down and not before.is_down:
                await _take_back_blame(session, after)
            if after.is_down != before.is_down:
                announce(session, SERVICE_TOPIC)
        if before.is_down and not after.is_down:
            await spread_out(self._database, now)
        _tell(before, after)
        self._seen = after
        return after

    def _keep(self, row: ServiceHealth, facts: ServiceFacts, now: datetime) -> None:
        row.failing_since, row.failing_kind = facts.failing_since, facts.failing_kind
        row.failed_schools = list(facts.failed_schools)
        row.opened_at, row.closed_at, row.probes = facts.opened_at, facts.closed_at, facts.probes
        row.fine_at = facts.fine_at
        row.leased_until = None
        row.due_at = now + probe_wait(facts.probes, self._jitter) if facts.is_down else None


def _tell(before: ServiceFacts, after: ServiceFacts) -> None:
    if after.is_down and not before.is_down:
        log.error("xporter.down", kind=after.failing_kind)
    elif before.is_down and not after.is_down:
        log.warning("xporter.up", since=str(before.since))


async def _locked_row(session: Session) -> ServiceHealth:
    query = select(ServiceHealth).where(col(ServiceHealth.id) == ONE).with_for_update()
    if (found := (await session.exec(query)).first()) is not None:
        return found
    try:
        async with session.begin_nested():
            session.add(ServiceHealth(id=ONE))
    except IntegrityError:
        log.debug("xporter.health_row_exists")
    return (await session.exec(query)).one()


def _facts(row: ServiceHealth) -> ServiceFacts:
    return ServiceFacts(
        row.failing_since,
        row.failing_kind,
        tuple(row.failed_schools),
        row.opened_at,
        row.closed_at,
        row.probes,
        row.fine_at,
    )


async def _take_back_blame(session: Session, facts: ServiceFacts) -> None:
    """The failures that led here were the service's: no school is to show or tell them."""
    began_then = (
        col(Connection.problem_at) >= facts.since,
        col(Connection.problem_kind).in_(SERVICE_KINDS),
    )
    schools = (await session.exec(select(Connection.school_id).where(*began_then))).all()
    if not schools:
        return
    await session.exec(
        update(Connection)
        .where(*began_then)
        .values(problem_at=None, problem_kind="", problem_detail="", failures=0)
    )
    await session.exec(
        delete(TimelineEvent).where(
            col(TimelineEvent.school_id).in_(schools),
            col(TimelineEvent.kind) == timeline.Kind.PROBLEM,
            col(TimelineEvent.at) >= facts.since,
        )
    )
    for school_id in schools:
        announce(session, school_topic(school_id))
