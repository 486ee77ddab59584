"""Runs Test Connection: layer by layer, each result kept and announced at once.

One run per school at a time: a second press joins the run under way. A run
ends early when nobody who started it is looking any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import col, select, update

from assembly_ui.audit import service as audit
from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.layers import FAIL, LAYERS, SKIP, Examination, Outcome
from assembly_ui.connector.models import ConnectionTest
from assembly_ui.connector.overview import read_overview
from assembly_ui.database import Database, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.xporter.client import XporterClient

log = structlog.get_logger()

LONGEST_RUN = timedelta(minutes=3)
Wanted = Callable[[], bool]


class Tester:
    """Starts and remembers the runs of this process."""

    def __init__(
        self, database: Database, xporter: XporterClient, cipher: Cipher, clock: Clock
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._cipher = cipher
        self._clock = clock
        self._runs: set[asyncio.Task[None]] = set()

    async def start(self, *, school_id: int, by_user_id: int, wanted: Wanted) -> int:
        """Start a run, or join the one under way; returns its id."""
        test_id, is_new = await self._open(school_id, by_user_id)
        if is_new:
            run = asyncio.create_task(self._run(test_id, school_id, wanted))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)
        return test_id

    async def close(self) -> None:
        """Stop every run; what they found so far is kept."""
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)

    async def _open(self, school_id: int, by_user_id: int) -> tuple[int, bool]:
        now = self._clock()
        async with self._database.transaction() as session:
            running = await session.exec(
                select(ConnectionTest.id).where(
                    col(ConnectionTest.school_id) == school_id,
                    col(ConnectionTest.finished_at).is_(None),
                    col(ConnectionTest.cancelled_at).is_(None),
                    col(ConnectionTest.started_at) > now - LONGEST_RUN,
                )
            )
            if (under_way := running.first()) is not None:
                return under_way, False
            test = ConnectionTest(school_id=school_id, started_by=by_user_id, started_at=now)
            session.add(test)
            await session.flush()
            audit.record(
                session,
                audit.Action.CONNECTION_TESTED,
                now=now,
                user_id=by_user_id,
                school_id=school_id,
            )
            announce(session, school_topic(school_id))
            return test.id or 0, True

    async def _run(self, test_id: int, school_id: int, wanted: Wanted) -> None:
        try:
            exam = await self._examination(school_id)
            failed = False
            for name, layer in LAYERS.items():
                if not wanted():
                    await self._close(test_id, school_id, cancelled=True)
                    return
                started = time.perf_counter()
                outcome = Outcome(SKIP) if failed else await layer(exam)
                failed = failed or outcome.result == FAIL
                await self._keep(test_id, school_id, name, outcome, time.perf_counter() - started)
            await self._close(test_id, school_id, cancelled=False)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("connection_test.failed", school_id=school_id)
            await self._close(test_id, school_id, cancelled=True)

    async def _examination(self, school_id: int) -> Examination:
        overview = await read_overview(self._database, school_id=school_id, now=self._clock())
        try:
            locked = overview.connection.secret_encrypted
            secret = self._cipher.unlock(locked) if locked else ""
        except SecretUnreadable:
            secret = ""
        return Examination(overview, secret, self._xporter)

    async def _keep(
        self, test_id: int, school_id: int, name: str, outcome: Outcome, seconds: float
    ) -> None:
        found: dict[str, Any] = {
            "layer": name,
            "result": outcome.result,
            "cause": outcome.cause,
            "detail": outcome.detail,
            "milliseconds": round(seconds * 1000),
        }
        async with self._database.transaction() as session:
            test = await session.get_one(ConnectionTest, test_id)
            test.layers = [*test.layers, found]
            announce(session, school_topic(school_id))

    async def _close(self, test_id: int, school_id: int, *, cancelled: bool) -> None:
        now = self._clock()
        async with self._database.transaction() as session:
            test = await session.get_one(ConnectionTest, test_id)
            if cancelled:
                test.cancelled_at = now
            else:
                test.finished_at = now
                passed = all(layer["result"] != FAIL for layer in test.layers)
                timeline.add(
                    session,
                    timeline.Kind.TESTED,
                    school_id=school_id,
                    at=now,
                    by_user_id=test.started_by,
                    passed=passed,
                )
            announce(session, school_topic(school_id))


async def latest_test(database: Database, *, school_id: int) -> ConnectionTest | None:
    """The newest run of a school, finished or not."""
    query = (
        select(ConnectionTest)
        .where(col(ConnectionTest.school_id) == school_id)
        .order_by(col(ConnectionTest.id).desc())
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def close_interrupted(database: Database, *, now: datetime) -> None:
    """At start: runs that a stopped process left open are over."""
    async with database.transaction() as session:
        await session.exec(
            update(ConnectionTest)
            .where(
                col(ConnectionTest.finished_at).is_(None),
                col(ConnectionTest.cancelled_at).is_(None),
                col(ConnectionTest.started_at) < now,
            )
            .values(cancelled_at=now)
        )
