"""The authorisation callback: Xporter on Demand says a school authorised us.

Anyone can post to the address once they know it, so nothing posted is
believed: the secret counts only when a token made with it names the same
school (facts file, section 4 and gap 10). Replays and strangers change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import select

from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of
from assembly_ui.connector.models import Connection
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import AuthorisationPaused, NotAuthorised


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
    number = func.concat(School.la_code, School.establishment_number)
    async with database.read() as session:
        return (await session.exec(select(School.id).where(number == estab))).first()


async def _verify(
    xporter: XporterClient, callback: AuthorisationCallback, school_id: int
) -> Verified | None:
    installed = bool(callback.installed or callback.install_completed)
    try:
        details = await xporter.token_details(callback.estab, callback.secret)
    except AuthorisationPaused:
        scopes = tuple(callback.scopes_granted)
        return Verified(school_id, callback.secret, scopes, installed, paused=True)
    except NotAuthorised:
        return None
    if details.estab != callback.estab:
        return None
    scopes = tuple(details.scopes)
    return Verified(school_id, callback.secret, scopes, installed, paused=False)


async def _record(session: Session, cipher: Cipher, verified: Verified, now: datetime) -> None:
    connection = await connection_of(session, verified.school_id)
    if not _is_known(connection, cipher, verified.secret):
        connection.secret_encrypted = cipher.lock(verified.secret)
        connection.authorised_at = now
        connection.withdrawn_at = None
        _add(session, connection, timeline.Kind.AUTHORISED, now)
    connection.scopes = ",".join(verified.scopes)
    connection.paused_at = (connection.paused_at or now) if verified.paused else None
    if verified.installed and connection.installed_at is None:
        connection.installed_at = now
        _add(session, connection, timeline.Kind.INSTALLED, now)
    connection.due_at = now
    announce(session, school_topic(verified.school_id))


def _is_known(connection: Connection, cipher: Cipher, secret: str) -> bool:
    if not connection.secret_encrypted or connection.withdrawn_at:
        return False
    try:
        return cipher.unlock(connection.secret_encrypted) == secret
    except SecretUnreadable:
        return False


def _add(session: Session, connection: Connection, kind: timeline.Kind, now: datetime) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now)
