"""The security log: who tried what, from where, how it ended, and how often.

Occurrences are counted in memory and added to the database by one background
task, so that a flood costs neither rows nor time: equal events within a window
share one row, and over a limit of distinct rows they share a single one. Several
processes add to the same rows. While the database is away counts stay in memory.
See docs/decisions/0028.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import structlog
from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, delete, func, select, update

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import AuditEntry, SecurityEventRow
from assembly_ui.audit.origin import COMMAND_LINE, current_origin
from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Session, after_commit

log = structlog.get_logger()

WINDOW = timedelta(hours=1)
DISTINCT_LIMIT = 200
"""Distinct rows of one event and outcome within a window and process; then one row counts all."""
PENDING_LIMIT = 20_000
"""Distinct rows that wait in memory, as when the database is away for hours."""
CLIENT_ID_LIMIT = 64
SUBJECT_LIMIT = 254
SUBJECT_LENGTH = 32
ROWS_AT_ONCE = 100
REPEATS_WRITTEN_AFTER = timedelta(seconds=30)
BETWEEN_WRITES = timedelta(seconds=1)
AFTER_FAILURE = timedelta(seconds=10)
BETWEEN_CLEANINGS = timedelta(hours=1)


@dataclass(frozen=True)
class Retention:
    """How long and how many events are kept, and how long client addresses with them.

    Anybody can cause refusals, so those beyond `rows` go without a success going: that goes
    by age alone. Of the events with the most refused, throttled and failed rows the oldest
    of these go first, so that a flood of one event leaves the rare ones.
    """

    age: timedelta = timedelta(days=365)
    rows: int = 500_000
    ip_age: timedelta = timedelta(days=90)


class _Key(NamedTuple):
    """What occurrences within one row have in common."""

    event: SecurityEvent
    outcome: Outcome
    user_id: int | None
    school_id: int | None
    client_id: str
    subject: str
    ip: str
    is_many: bool
    window: int

    def digest(self) -> str:
        """The same in every process."""
        return hashlib.sha256(repr(tuple(map(str, self))).encode()).hexdigest()


@dataclass
class _Count:
    first_at: datetime
    last_at: datetime
    count: int = 0


@dataclass
class _Window:
    """What was seen within the current window, for the limit of distinct rows and the summary."""

    number: int = 0
    distinct: dict[tuple[SecurityEvent, Outcome], set[_Key]] = field(default_factory=dict)
    totals: dict[tuple[SecurityEvent, Outcome], int] = field(default_factory=dict)


class SecurityLog:
    """Counts security events and writes them. With `writes=False` only `flush` writes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        key: bytes,
        retention: Retention | None = None,
        *,
        writes: bool = True,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hmac_key = key
        self._retention = retention or Retention()
        self._writes = writes
        self._pending: dict[_Key, _Count] = {}
        self._window = _Window()
        self._task: asyncio.Task[None] | None = None
        self._urgent = asyncio.Event()
        self._flushing = asyncio.Lock()

    def count(
        self,
        event: SecurityEvent,
        outcome: Outcome,
        *,
        user_id: int | None = None,
        school_id: int | None = None,
        client_id: str = "",
        subject: str = "",
    ) -> None:
        """Count one occurrence, without waiting for anything.

        What is not given comes from the context (see `origin`), as the client's address
        always does. Of `subject`, such as the email address typed, a keyed hash is kept.
        """
        origin, now = current_origin(), self._clock()
        window = self._window_at(now)
        key = _Key(
            event,
            outcome,
            origin.user_id if user_id is None else user_id,
            origin.school_id if school_id is None else school_id,
            _plain(client_id or origin.client_id),
            self.subject_hash(subject or origin.subject),
            origin.ip,
            False,
            window.number,
        )
        kind = (event, outcome)
        window.totals[kind] = window.totals.get(kind, 0) + 1
        seen = window.distinct.setdefault(kind, set())
        if self._is_full_for(key) or (key not in seen and len(seen) >= DISTINCT_LIMIT):
            key = self._of_many(key)
        is_first = key not in seen
        seen.add(key)
        counted = self._pending.setdefault(key, _Count(now, now))
        counted.last_at = now
        counted.count += 1
        if is_first:
            self._say(key, origin.request_id)
        self._wake(urgent=is_first)

    def subject_hash(self, subject: str) -> str:
        """The keyed hash of a subject, as it is kept."""
        return subject_hash(self._hmac_key, subject)

    async def flush(self) -> None:
        """Write what is counted. What cannot be written stays counted.

        Raises:
            SQLAlchemyError, OSError: the database is away.
        """
        async with self._flushing:
            waiting, self._pending = self._pending, {}
            try:
                # One order for all processes, so that none waits for another in a circle.
                for keys in _chunks(sorted(waiting, key=_Key.digest)):
                    await self._write({key: waiting[key] for key in keys})
                    for key in keys:
                        del waiting[key]
            finally:
                self._put_back(waiting)

    async def run(self) -> None:
        """Delete what is kept long enough, every hour, until cancelled."""
        while True:
            try:
                await self.clean()
            except (SQLAlchemyError, OSError) as error:
                log.warning("security.not_cleaned", error=type(error).__name__)
            await asyncio.sleep(BETWEEN_CLEANINGS.total_seconds())

    async def clean(self) -> None:
        """Delete old events and unsuccessful ones beyond the limit; forget old addresses."""
        now, keep = self._clock(), self._retention
        row = SecurityEventRow
        async with self._database.transaction() as session:
            await session.exec(delete(row).where(col(row.last_at) < now - keep.age))
            await _delete_surplus(session, keep.rows)
        async with self._database.transaction() as session:
            for table, at in (
                (row, col(row.last_at)),
                (AuditEntry, col(AuditEntry.at)),
            ):
                old = (
                    at < now - keep.ip_age,
                    col(table.ip) != "",
                    col(table.ip).not_like(f"{COMMAND_LINE}%"),
                )
                await session.exec(update(table).where(*old).values(ip=""))

    async def close(self) -> None:
        """Stop the background task and write what is left."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._summarise()
        try:
            await self.flush()
        except (SQLAlchemyError, OSError) as error:
            log.error("security.lost", rows=len(self._pending), error=type(error).__name__)

    def _window_at(self, now: datetime) -> _Window:
        number = int(now.timestamp() // WINDOW.total_seconds())
        if number != self._window.number:
            self._summarise()
            self._window = _Window(number)
        return self._window

    def _is_full_for(self, key: _Key) -> bool:
        return len(self._pending) >= PENDING_LIMIT and key not in self._pending

    def _of_many(self, key: _Key) -> _Key:
        many = key._replace(
            user_id=None, school_id=None, client_id="", subject="", ip="", is_many=True
        )
        # The database has been away for long: one row for all that is left of its absence.
        return many._replace(window=0) if self._is_full_for(many) else many

    def _say(self, key: _Key, request_id: str) -> None:
        said = {
            "user": key.user_id,
            "school": key.school_id,
            # Of an app that is not known the id may be anybody's words: it is in the table alone.
            "client": key.client_id if _MADE_BY_US.fullmatch(key.client_id) else "",
            "request": request_id,
            "many": key.is_many,
        }
        known = {name: value for name, value in said.items() if value}
        log.info(f"security.{key.event}", outcome=key.outcome.value, **known)

    def _summarise(self) -> None:
        if self._window.totals:
            counts = {f"{e}.{o}": count for (e, o), count in sorted(self._window.totals.items())}
            log.info("security.summary", counts=counts)

    def _wake(self, *, urgent: bool) -> None:
        if urgent:
            self._urgent.set()
        if self._writes and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._write_until_empty(), name="security-log")

    async def _write_until_empty(self) -> None:
        while self._pending:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPEATS_WRITTEN_AFTER.total_seconds()):
                    await self._urgent.wait()
            self._urgent.clear()
            pause = BETWEEN_WRITES
            try:
                await self.flush()
            except Exception as error:
                # Whatever the reason: what is counted stays, and is written later.
                log.warning("security.not_written", error=type(error).__name__)
                pause = AFTER_FAILURE
            await asyncio.sleep(pause.total_seconds())

    def _put_back(self, unwritten: dict[_Key, _Count]) -> None:
        for key, counted in unwritten.items():
            if (later := self._pending.get(key)) is None:
                self._pending[key] = counted
            else:
                later.first_at = counted.first_at
                later.count += counted.count

    async def _write(self, counts: dict[_Key, _Count]) -> None:
        make = sqlite.insert if self._database.is_sqlite else postgresql.insert
        insert = make(SecurityEventRow).values([_row(*counted) for counted in counts.items()])
        upsert = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": SecurityEventRow.count + insert.excluded.count,
                "last_at": insert.excluded.last_at,
            },
        )
        async with self._database.transaction() as session:
            await session.exec(upsert)


def subject_hash(key: bytes, subject: str) -> str:
    """A keyed hash: equal subjects can be found, none can be read; empty for an empty one."""
    if not (spelling := subject[:SUBJECT_LIMIT].strip().lower()):
        return ""
    digest = hmac.new(key, spelling.encode("utf-8", "replace"), hashlib.sha256)
    return digest.hexdigest()[:SUBJECT_LENGTH]


class _Current:
    log: SecurityLog | None = None


def install(security_log: SecurityLog | None) -> SecurityLog | None:
    """Let `report` count in this log; returns the one before."""
    before, _Current.log = _Current.log, security_log
    return before


def report(
    event: SecurityEvent,
    outcome: Outcome,
    *,
    user_id: int | None = None,
    school_id: int | None = None,
    client_id: str = "",
    subject: str = "",
) -> None:
    """Count one occurrence in this process's security log; see `SecurityLog.count`.

    Without one, as in a script, only the log line is written.
    """
    if _Current.log is None:
        log.info(f"security.{event}", outcome=outcome.value, user=user_id, school=school_id)
        return
    _Current.log.count(
        event, outcome, user_id=user_id, school_id=school_id, client_id=client_id, subject=subject
    )


def report_after_commit(
    session: Session,
    event: SecurityEvent,
    *,
    user_id: int | None = None,
    school_id: int | None = None,
    client_id: str = "",
) -> None:
    """Count a success once the caller's transaction has committed, and not if it fails."""
    succeeded = partial(
        report,
        event,
        Outcome.SUCCEEDED,
        user_id=user_id,
        school_id=school_id,
        client_id=client_id,
    )
    after_commit(session, succeeded)


_UNSUCCESSFUL = col(SecurityEventRow.outcome) != Outcome.SUCCEEDED.value
_MADE_BY_US = re.compile(r"app_[0-9a-f]{24}|app_schoolbooking")


async def _delete_surplus(session: Session, most: int) -> None:
    row = SecurityEventRow
    counts = select(row.event, func.count(), func.sum(case((_UNSUCCESSFUL, 1), else_=0)))
    held = list(await session.exec(counts.group_by(row.event)))
    surplus = sum(number for _, number, _ in held) - most
    level = _level([int(number) for _, _, number in held], surplus)
    for event, _, number in held:
        if number > level:
            these = col(row.event) == event, _UNSUCCESSFUL
            newest = select(row.id).where(*these).order_by(col(row.id).desc())
            beyond = (await session.exec(newest.offset(level).limit(1))).one()
            await session.exec(delete(row).where(*these, col(row.id) <= beyond))


def _level(numbers: list[int], surplus: int) -> int:
    """To how many each number must be cut, so that `surplus` are cut off in all."""
    falling = sorted(numbers, reverse=True)
    for cut, (number, following) in enumerate(pairwise([*falling, 0]), 1):
        off = min(number - following, -(-surplus // cut))
        if surplus <= cut * (number - following):
            return number - max(off, 0)
        surplus -= cut * off
    return 0


def _plain(client_id: str) -> str:
    return "".join(c for c in client_id[:CLIENT_ID_LIMIT] if c.isprintable())


def _row(key: _Key, counted: _Count) -> dict[str, Any]:
    values = key._asdict()
    del values["window"]
    return values | {
        "key": key.digest(),
        "event": key.event.value,
        "outcome": key.outcome.value,
        "first_at": counted.first_at.astimezone(UTC),
        "last_at": counted.last_at.astimezone(UTC),
        "count": counted.count,
    }


def _chunks(keys: Sequence[_Key]) -> Iterable[Sequence[_Key]]:
    for start in range(0, len(keys), ROWS_AT_ONCE):
        yield keys[start : start + ROWS_AT_ONCE]
