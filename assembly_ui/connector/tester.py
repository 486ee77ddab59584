"""Runs Test Connection: layer by layer, each result kept and announced at once.

One run per school at a time: a second press joins the run under way. A run
ends early when nobody who pressed is looking any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select, update

from assembly_ui.audit import service as audit
from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of
from assembly_ui.connector.keys import NoKey, key_of
from assembly_ui.connector.layers import FAIL, LAYERS, SKIP, Examination, Outcome
from assembly_ui.connector.models import Connection, ConnectionTest
from assembly_ui.connector.overview import read_overview
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.membership import lock_school
from assembly_ui.xporter.client import Key, XporterClient

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
        self._opening = asyncio.Lock()
        self._wanted: dict[int, list[Wanted]] = {}
        self._runs: set[asyncio.Task[None]] = set()

    async def start(self, *, school_id: int, by_user_id: int, wanted: Wanted) -> int:
        """Start a run, or join the one under way; returns its id."""
        async with self._opening:
            test_id, is_new = await self._open(school_id, by_user_id)
            if is_new:
                self._wanted[test_id] = [wanted]
                self._begin(self._run(test_id, school_id))
            elif test_id in self._wanted:
                self._wanted[test_id].append(wanted)
        return test_id

    async def close(self) -> None:
        """Stop every run; what they found so far is kept."""
        runs = list(self._runs)
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        run = asyncio.create_task(work)
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    async def _open(self, school_id: int, by_user_id: int) -> tuple[int, bool]:
        now = self._clock()
        async with self._database.transaction() as session:
            # The lock above is this process's; another one's press waits here.
            await lock_school(session, school_id)
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

    async def _run(self, test_id: int, school_id: int) -> None:
        is_complete = False
        try:
            async with asyncio.timeout(LONGEST_RUN.total_seconds()):
                is_complete = await self._examine(test_id, school_id)
        except TimeoutError:
            log.warning("connection_test.too_long", school_id=school_id)
        except Exception:
            log.exception("connection_test.failed", school_id=school_id)
        finally:
            del self._wanted[test_id]
        try:
            await self._close(test_id, school_id, cancelled=not is_complete)
        except SQLAlchemyError:
            # Too old a run counts as ended even so.
            log.exception("connection_test.not_closed", school_id=school_id)

    async def _examine(self, test_id: int, school_id: int) -> bool:
        """Go through the layers; False when nobody wants the rest."""
        exam = await self._examination(school_id)
        failed = False
        for name, layer in LAYERS.items():
            if not any(wanted() for wanted in self._wanted[test_id]):
                return False
            started = time.perf_counter()
            outcome = Outcome(SKIP) if failed else await layer(exam)
            failed = failed or outcome.result == FAIL
            await self._keep(test_id, school_id, name, outcome, time.perf_counter() - started)
        return True

    async def _examination(self, school_id: int) -> Examination:
        overview = await read_overview(self._database, school_id=school_id, now=self._clock())
        return Examination(overview, self._key(overview.connection), self._xporter)

    def _key(self, connection: Connection) -> Key:
        if not connection.has_key:
            return ""
        try:
            return key_of(connection, self._cipher, self._clock()).opens
        except (SecretUnreadable, NoKey):
            return ""

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
            announce(session, school_topic(school_id))
            if cancelled:
                test.cancelled_at = now
                return
            test.finished_at = now
            timeline.add(
                session,
                timeline.Kind.TESTED,
                school_id=school_id,
                at=now,
                by_user_id=test.started_by,
                passed=all(layer["result"] != FAIL for layer in test.layers),
            )
            await _have_checked(session, school_id, now)


async def _have_checked(session: Session, school_id: int, now: datetime) -> None:
    """Have the watcher look at once, so that the badge agrees with what was found."""
    connection = await connection_of(session, school_id)
    if connection.has_key:
        connection.due_at = max(now, connection.held_until or now)


_LATEST: Any = (
    select(ConnectionTest)
    .where(col(ConnectionTest.school_id) == bindparam("school_id"))
    .order_by(col(ConnectionTest.id).desc())
    .limit(1)
)


async def latest_test(database: Database, *, school_id: int) -> ConnectionTest | None:
    """The newest run of a school, finished or not."""
    async with database.read() as session:
        return (await session.exec(_LATEST, params={"school_id": school_id})).first()


async def close_interrupted(database: Database, *, now: datetime) -> None:
    """At start: runs that a stopped process left open are over."""
    # The embedded database has no other process whose runs might still be going on.
    begun_by = now if database.is_sqlite else now - LONGEST_RUN
    async with database.transaction() as session:
        await session.exec(
            update(ConnectionTest)
            .where(
                col(ConnectionTest.finished_at).is_(None),
                col(ConnectionTest.cancelled_at).is_(None),
                col(ConnectionTest.started_at) <= begun_by,
            )
            .values(cancelled_at=now)
        )
