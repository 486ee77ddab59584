"""What an answer of Xporter on Demand teaches: from it to facts and timeline lines.

A fact is cleared only by an answer that disproves it, so the last good ones
outlive every failure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.security_log import report_after_commit
from assembly_ui.connector import timeline
from assembly_ui.connector.claims import identity_of, is_answered
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.matching import Comparison, SchoolIdentity, compare
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Session
from assembly_ui.schools.models import OwnerProof, School
from assembly_ui.schools.ownership import verify_owner
from assembly_ui.schools.shared_numbers import shares_number
from assembly_ui.xporter.client import SchoolInfo
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    NoDataYet,
    NotAuthorised,
    XporterError,
)

Answer: TypeAlias = SchoolInfo | XporterError

LONGEST_NAME, LONGEST_ESTAB, LONGEST_CODE, LONGEST_STAGE = 200, 16, 40, 120
"""As much as the columns hold."""

SAID = (
    "head",
    "phase",
    "governance",
    "address",
    "telephone",
    "email",
    "web",
    "academic_year",
    "mis_version",
)
"""What the MIS says of the school besides: School-level data, like its name."""
LONGEST_SAID = 500


async def learn(session: Session, connection: Connection, answer: Answer, now: datetime) -> None:
    """Turn an answer into facts of the connection, in the caller's transaction."""
    match answer:
        case SchoolInfo():
            school = await session.get_one(School, connection.school_id)
            is_shared = await shares_number(session, school)
            matches = is_of(school, answer, connection, number_is_shared=is_shared)
            _note_school(session, connection, school, answer, now, matches=matches)
        case NoDataYet() if connection.data_at is None:
            connection.install_stage = answer.detail[:LONGEST_STAGE]
            note_access(session, connection, now)
            _note_answered(session, connection, now)
        case NoDataYet():
            note_access(session, connection, now)
            note_problem(session, connection, answer, now)
        case AuthorisationPaused():
            _note_paused(session, connection, now)
        case NotAuthorised():
            _note_withdrawn(session, connection, now)
        case XporterError():
            note_problem(session, connection, answer, now)


def compared(school: School, info: SchoolInfo) -> Comparison:
    """How number, name and postcode of the MIS compare with the school that was chosen."""
    found = SchoolIdentity(info.estab, info.name, info.address)
    return compare(identity_of(school), found)


def is_of(
    school: School, info: SchoolInfo, connection: Connection, *, number_is_shared: bool
) -> bool:
    """Whether the MIS is that of the school which was chosen.

    What was verified stays so while the MIS says the same of itself: a number that
    has come to be shared since ends no connection.
    """
    name, estab, _, said = described(info)
    known = (connection.mis_school_name, connection.mis_estab)
    address = (connection.mis_says or {}).get("address", "")
    is_verified = connection.school_matches is True
    if is_verified and (name, estab, said.get("address", "")) == (*known, address):
        number_is_shared = False
    return compared(school, info).is_same(number_is_shared=number_is_shared)


def described(info: SchoolInfo) -> tuple[str, str, str, dict[str, str]]:
    """How the MIS describes the school, its own code, and what it says besides, as kept."""
    said = {name: str(getattr(info, name))[:LONGEST_SAID] for name in SAID}
    return (
        info.name[:LONGEST_NAME],
        info.estab[:LONGEST_ESTAB],
        info.mis[:LONGEST_CODE],
        {name: value for name, value in said.items() if value},
    )


def note_access(session: Session, connection: Connection, now: datetime) -> None:
    """Xporter on Demand lets us in: no pause, and no withdrawal, is in force any more."""
    if connection.paused_at or connection.withdrawn_at:
        connection.paused_at = connection.withdrawn_at = None
        _tell(session, connection, timeline.Kind.RESUMED, now)


def _note_answered(session: Session, connection: Connection, now: datetime) -> None:
    if connection.failures > 1:
        _tell(session, connection, timeline.Kind.RECOVERED, now)
    _clear_problem(connection)


def _note_school(
    session: Session,
    connection: Connection,
    school: School,
    info: SchoolInfo,
    now: datetime,
    *,
    matches: bool,
) -> None:
    note_access(session, connection, now)
    _note_answered(session, connection, now)
    if connection.installed_at is None:
        connection.installed_at = now
        _tell(session, connection, timeline.Kind.INSTALLED, now)
    if matches is not connection.school_matches:
        kind = timeline.Kind.SCHOOL_MATCHED if matches else timeline.Kind.SCHOOL_MISMATCHED
        _tell(session, connection, kind, now, name=info.name[:LONGEST_NAME])
        connection.mismatched_at = None if matches else now
    connection.school_matches, connection.school_checked_at = matches, now
    if matches and connection.invited_at and is_answered(connection):
        # It was asked for from here, so whoever let us in runs this school's MIS.
        verify_owner(session, school, OwnerProof.CONNECTION, now=now)
    name, estab, code, said = described(info)
    connection.mis_school_name, connection.mis_estab, connection.mis_code = name, estab, code
    connection.mis_says = said
    connection.data_at, connection.collected_at = now, info.collected_at


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
        withdrawn = SecurityEvent.CONNECTION_WITHDRAWN
        report_after_commit(session, withdrawn, school_id=connection.school_id)
        _tell(session, connection, timeline.Kind.WITHDRAWN, now)


def note_problem(
    session: Session,
    connection: Connection,
    error: XporterError | SecretUnreadable,
    now: datetime,
) -> None:
    """A call failed, or could not even be made."""
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
