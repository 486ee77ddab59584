"""One check of one connection: ask Xporter on Demand, turn the answer into facts.

Asks for nothing beyond School-level data (name, identifiers): that is the
promise made until an app is authorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of, facts_of
from assembly_ui.connector.matching import same_school
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace, next_check
from assembly_ui.connector.status import Status, derive_status
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import SchoolInfo, XporterClient
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    NoDataYet,
    NotAuthorised,
    XporterError,
)

Answer: TypeAlias = SchoolInfo | XporterError


@dataclass(frozen=True)
class Target:
    """What a check needs to know of the school."""

    school_id: int
    estab: str
    secret: str


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
        await record(session, target.school_id, answer, clock(), pace)


async def _begin(
    database: Database, cipher: Cipher, school_id: int, now: datetime
) -> Target | None:
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        school = await session.get_one(School, school_id)
        if not connection.secret_encrypted or connection.withdrawn_at:
            connection.due_at = None
            return None
        try:
            secret = cipher.unlock(connection.secret_encrypted)
        except SecretUnreadable:
            _note_problem(session, connection, "secret_unreadable", "us", now)
            connection.due_at = now + timedelta(hours=1)
            announce(session, school_topic(school_id))
            return None
        connection.checking_since = now
        announce(session, school_topic(school_id))
        return Target(school_id, school.dfe_number, secret)


async def _ask(xporter: XporterClient, target: Target) -> Answer:
    try:
        return await xporter.school_info(target.estab, target.secret)
    except XporterError as error:
        return error


async def record(
    session: Session, school_id: int, answer: Answer, now: datetime, pace: Pace
) -> None:
    """Write what an answer taught, in the caller's transaction."""
    connection = await connection_of(session, school_id)
    connection.checking_since = None
    connection.checked_at = now
    match answer:
        case SchoolInfo():
            school = await session.get_one(School, school_id)
            _note_school(session, connection, school, answer, now)
        case NoDataYet():
            _note_authorised(session, connection, now)
        case AuthorisationPaused():
            _note_paused(session, connection, now)
        case NotAuthorised():
            _note_withdrawn(session, connection, now)
        case XporterError():
            _note_problem(session, connection, answer.kind, answer.fault, now)
    status = derive_status(facts_of(connection), now)
    if status is Status.CONNECTED and connection.first_connected_at is None:
        connection.first_connected_at = now
        _tell(session, connection, timeline.Kind.CONNECTED, now)
    connection.due_at = next_check(connection, status, now, pace)
    announce(session, school_topic(school_id))


def _note_authorised(session: Session, connection: Connection, now: datetime) -> None:
    if connection.paused_at:
        connection.paused_at = None
        _tell(session, connection, timeline.Kind.RESUMED, now)
    if connection.failures > 1:
        _tell(session, connection, timeline.Kind.RECOVERED, now)
    _clear_problem(connection)


def _note_school(
    session: Session, connection: Connection, school: School, info: SchoolInfo, now: datetime
) -> None:
    _note_authorised(session, connection, now)
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
        _tell(session, connection, kind, now, name=info.name)
    connection.school_matches, connection.school_checked_at = matches, now
    connection.mis_school_name, connection.mis_estab = info.name[:200], info.estab[:16]
    connection.mis_code = info.mis[:40]
    connection.data_at = now


def _note_paused(session: Session, connection: Connection, now: datetime) -> None:
    _clear_problem(connection)
    if connection.paused_at is None:
        connection.paused_at = now
        _tell(session, connection, timeline.Kind.PAUSED, now)


def _note_withdrawn(session: Session, connection: Connection, now: datetime) -> None:
    _clear_problem(connection)
    connection.withdrawn_at = now
    connection.paused_at = None
    _tell(session, connection, timeline.Kind.WITHDRAWN, now)


def _note_problem(
    session: Session, connection: Connection, kind: str, fault: str, now: datetime
) -> None:
    connection.failures += 1
    connection.checking_since = None
    connection.problem_kind, connection.problem_detail = kind[:60], fault
    if connection.problem_at is None:
        connection.problem_at = now
    if connection.failures == 2:
        _tell(session, connection, timeline.Kind.PROBLEM, now, why=kind)


def _clear_problem(connection: Connection) -> None:
    connection.problem_at, connection.problem_kind = None, ""
    connection.problem_detail, connection.failures = "", 0


def _tell(
    session: Session, connection: Connection, kind: timeline.Kind, now: datetime, **detail: Any
) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now, **detail)
