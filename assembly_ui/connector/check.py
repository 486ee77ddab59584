"""One check of one connection: ask Xporter on Demand, turn the answer into facts.

Asks for nothing beyond School-level data (name, identifiers): that is the
promise made until an app is authorised.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of, note_connected, status_of
from assembly_ui.connector.matching import same_school
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace, next_check
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import SchoolInfo, XporterClient
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    NoDataYet,
    NotAuthorised,
    TooSlow,
    XporterError,
)

LONGEST_CHECK = timedelta(seconds=150)
"""After this a check gives up. It must end before the lease on its row does."""

UNREADABLE_AGAIN = timedelta(hours=1)

Answer: TypeAlias = SchoolInfo | XporterError


@dataclass(frozen=True)
class Target:
    """What a check needs to know of the school. `locked` tells one secret from another."""

    school_id: int
    estab: str
    secret: str
    locked: str


async def check(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    *,
    school_id: int,
    clock: Clock,
    pace: Pace,
) -> None:
    """Check one school now and record what was learnt."""
    target = await _begin(database, cipher, school_id, clock())
    if target is None:
        return
    answer = await _ask(xporter, target)
    async with database.transaction() as session:
        await _record(session, target, answer, clock(), pace)


async def _begin(
    database: Database, cipher: Cipher, school_id: int, now: datetime
) -> Target | None:
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        if not connection.secret_encrypted:
            _end(connection, due_at=None)
            return None
        announce(session, school_topic(school_id))
        locked = connection.secret_encrypted
        try:
            secret = cipher.unlock(locked)
        except SecretUnreadable as error:
            _note_problem(session, connection, error, now)
            _end(connection, due_at=now + UNREADABLE_AGAIN)
            return None
        connection.checking_since = now
        school = await session.get_one(School, school_id)
        return Target(school_id, school.dfe_number, secret, locked)


async def _ask(xporter: XporterClient, target: Target) -> Answer:
    try:
        async with asyncio.timeout(LONGEST_CHECK.total_seconds()):
            return await xporter.school_info(target.estab, target.secret)
    except XporterError as error:
        return error
    except TimeoutError:
        return TooSlow()


async def _record(
    session: Session, target: Target, answer: Answer, now: datetime, pace: Pace
) -> None:
    connection = await connection_of(session, target.school_id)
    announce(session, school_topic(target.school_id))
    if connection.secret_encrypted != target.locked:
        # The school authorised anew meanwhile; what the old secret met says nothing of the new.
        _end(connection, due_at=connection.due_at)
        return
    before = status_of(connection, now)
    connection.checked_at = now
    connection.held_until = answer.retry_at if isinstance(answer, XporterError) else None
    await _note(session, connection, answer, now)
    note_connected(session, connection, before, now)
    _end(connection, due_at=next_check(connection, status_of(connection, now), now, pace))


async def _note(session: Session, connection: Connection, answer: Answer, now: datetime) -> None:
    match answer:
        case SchoolInfo():
            school = await session.get_one(School, connection.school_id)
            _note_school(session, connection, school, answer, now)
        case NoDataYet() if connection.data_at is None:
            _note_access(session, connection, now)
            _note_answered(session, connection, now)
        case NoDataYet():
            _note_access(session, connection, now)
            _note_problem(session, connection, answer, now)
        case AuthorisationPaused():
            _note_paused(session, connection, now)
        case NotAuthorised():
            _note_withdrawn(session, connection, now)
        case XporterError():
            _note_problem(session, connection, answer, now)


def _end(connection: Connection, *, due_at: datetime | None) -> None:
    connection.checking_since = connection.leased_until = None
    connection.due_at = due_at


def _note_access(session: Session, connection: Connection, now: datetime) -> None:
    if connection.paused_at or connection.withdrawn_at:
        connection.paused_at = connection.withdrawn_at = None
        _tell(session, connection, timeline.Kind.RESUMED, now)


def _note_answered(session: Session, connection: Connection, now: datetime) -> None:
    if connection.failures > 1:
        _tell(session, connection, timeline.Kind.RECOVERED, now)
    _clear_problem(connection)


def _note_school(
    session: Session, connection: Connection, school: School, info: SchoolInfo, now: datetime
) -> None:
    _note_access(session, connection, now)
    _note_answered(session, connection, now)
    if connection.installed_at is None:
        connection.installed_at = now
        _tell(session, connection, timeline.Kind.INSTALLED, now)
    matches = same_school(
        chosen_estab=school.dfe_number,
        mis_estab=info.estab,
        chosen_name=school.name,
        mis_name=info.name,
    )
    if matches is not connection.school_matches:
        kind = timeline.Kind.SCHOOL_MATCHED if matches else timeline.Kind.SCHOOL_MISMATCHED
        _tell(session, connection, kind, now, name=info.name[:200])
        connection.mismatched_at = None if matches else now
    connection.school_matches, connection.school_checked_at = matches, now
    connection.mis_school_name, connection.mis_estab = info.name[:200], info.estab[:16]
    connection.mis_code = info.mis[:40]
    connection.data_at = now


def _note_paused(session: Session, connection: Connection, now: datetime) -> None:
    _clear_problem(connection)
    connection.withdrawn_at = None
    if connection.paused_at is None:
        connection.paused_at = now
        _tell(session, connection, timeline.Kind.PAUSED, now)


def _note_withdrawn(session: Session, connection: Connection, now: datetime) -> None:
    _clear_problem(connection)
    connection.paused_at = None
    if connection.withdrawn_at is None:
        connection.withdrawn_at = now
        _tell(session, connection, timeline.Kind.WITHDRAWN, now)


def _note_problem(
    session: Session,
    connection: Connection,
    error: XporterError | SecretUnreadable,
    now: datetime,
) -> None:
    connection.failures += 1
    connection.problem_kind, connection.problem_detail = error.kind, str(error)[:300]
    if connection.problem_at is None:
        connection.problem_at = now
    if connection.failures == 2:
        _tell(session, connection, timeline.Kind.PROBLEM, now, why=error.kind)


def _clear_problem(connection: Connection) -> None:
    connection.problem_at, connection.problem_kind = None, ""
    connection.problem_detail, connection.failures = "", 0


def _tell(
    session: Session, connection: Connection, kind: timeline.Kind, now: datetime, **detail: Any
) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now, **detail)
