"""The authorisation callback: Xporter on Demand says a school authorised us.

Anyone can post to the address once they know it, so nothing posted is
believed: the secret counts only when a token made with it names the same
school (facts file, section 4 and gap 10). Replays and strangers change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of, note_connected, status_of
from assembly_ui.connector.models import Connection
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import AuthorisationPaused, NotAuthorised

LONGEST_SCOPES = 2000


@dataclass(frozen=True)
class Verified:
    """A callback whose secret was proven to be the school's."""

    school_id: int
    secret: str
    scopes: tuple[str, ...]
    installed: bool
    paused: bool


async def receive_callback(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    *,
    callback: AuthorisationCallback,
    clock: Clock,
) -> bool:
    """Record an authorisation, if it is true. Returns whether it was believed.

    Raises:
        XporterError: the secret could not be verified now; the sender should repeat.
    """
    school_id = await _school_id(database, callback.estab)
    if school_id is None:
        return False
    verified = await _verify(xporter, callback, school_id)
    if verified is None:
        return False
    async with database.transaction() as session:
        await _record(session, cipher, verified, clock())
    return True


async def _school_id(database: Database, estab: str) -> int | None:
    """The school of this number; of several, the one that granted access last."""
    # A school that reopens under a new URN may keep the number of the closed one.
    query = (
        select(School.id)
        .outerjoin(Connection, col(Connection.school_id) == col(School.id))
        .where(col(School.la_code) == estab[:3], col(School.establishment_number) == estab[3:])
        .order_by(
            col(Connection.invited_at).is_(None), col(Connection.invited_at).desc(), col(School.id)
        )
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def _verify(
    xporter: XporterClient, callback: AuthorisationCallback, school_id: int
) -> Verified | None:
    installed = bool(callback.installed or callback.install_completed)
    try:
        details = await xporter.token_details(callback.estab, callback.secret)
    except AuthorisationPaused:
        # Said of a good secret only: a wrong one is not found.
        scopes = callback.scopes_granted
        return Verified(school_id, callback.secret, scopes, installed, paused=True)
    except NotAuthorised:
        return None
    if details.estab != callback.estab:
        return None
    return Verified(school_id, callback.secret, details.scopes, installed, paused=False)


async def _record(session: Session, cipher: Cipher, verified: Verified, now: datetime) -> None:
    connection = await connection_of(session, verified.school_id)
    before = status_of(connection, now)
    if not _is_known(connection, cipher, verified.secret):
        _note_authorised(session, connection, cipher.lock(verified.secret), now)
    connection.scopes = _listed(verified.scopes)
    _note_pause(session, connection, verified.paused, now)
    if verified.installed and connection.installed_at is None:
        connection.installed_at = now
        _tell(session, connection, timeline.Kind.INSTALLED, now)
    note_connected(session, connection, before, now)
    connection.due_at = max(now, connection.held_until or now)
    announce(session, school_topic(verified.school_id))


def _is_known(connection: Connection, cipher: Cipher, secret: str) -> bool:
    if not connection.secret_encrypted or connection.withdrawn_at:
        return False
    try:
        return cipher.unlock(connection.secret_encrypted) == secret
    except SecretUnreadable:
        return False


def _note_authorised(session: Session, connection: Connection, locked: str, now: datetime) -> None:
    if connection.withdrawn_at:
        # It may be another MIS, another school even, that was authorised this time.
        connection.withdrawn_at = connection.installed_at = connection.data_at = None
        connection.school_matches = connection.mismatched_at = None
    connection.secret_encrypted = locked
    connection.authorised_at = now
    _tell(session, connection, timeline.Kind.AUTHORISED, now)


def _note_pause(session: Session, connection: Connection, paused: bool, now: datetime) -> None:
    if paused == (connection.paused_at is not None):
        return
    connection.paused_at = now if paused else None
    kind = timeline.Kind.PAUSED if paused else timeline.Kind.RESUMED
    _tell(session, connection, kind, now)


def _listed(scopes: Sequence[str]) -> str:
    """As many of the scopes as the column holds."""
    listed = ",".join(scopes)
    return listed if len(listed) <= LONGEST_SCOPES else listed[:LONGEST_SCOPES].rpartition(",")[0]


def _tell(session: Session, connection: Connection, kind: timeline.Kind, now: datetime) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now)
