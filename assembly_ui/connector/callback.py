"""The authorisation callback: Xporter on Demand says a school authorised us.

Anyone can post to the address once they know it, so nothing posted is
believed: the secret counts only for the school that was invited under the number
(see `claims`), and only when a token made with it names the same school (facts
file, section 4 and gap 10). Replays and strangers change nothing. What cannot be
verified now is kept and verified later (see `inbox`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.security_log import report_after_commit
from assembly_ui.clock import Clock
from assembly_ui.connector import inbox, timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.claims import (
    Unmatched,
    forget_unmatched,
    holder_of,
    note_unmatched,
    proves_school,
)
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import (
    connection_of,
    forget_withdrawal,
    note_connected,
    note_trouble,
    status_of,
)
from assembly_ui.connector.health import Health, read_service
from assembly_ui.connector.models import Connection, ReceivedCallback
from assembly_ui.connector.scopes import listed, named
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    NotAuthorised,
    TooSlow,
    XporterError,
)

LONGEST_VERIFYING = timedelta(seconds=40)
"""Shorter than the lease on what is being verified."""


class Receipt(StrEnum):
    """What became of a callback."""

    BELIEVED = "believed"
    REFUSED = "refused"
    KEPT = "kept"


@dataclass(frozen=True)
class Verified:
    """A callback whose secret opens the school of Xporter on Demand it names.

    `xporter_name` is what Xporter on Demand calls that school, if it said.
    """

    school_id: int
    estab: str
    xporter_name: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...]
    scopes_asked: tuple[str, ...]
    installed: bool
    paused: bool
    received_at: datetime


async def receive_callback(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    *,
    callback: AuthorisationCallback,
    clock: Clock,
    sender: str = "",
) -> Receipt:
    """Record an authorisation, if it is true; keep it, if that cannot be told now.

    `sender` is the network address it came from. A number under which no school
    was invited is refused before anything is kept.

    Raises:
        InboxFull: too many wait to be verified; the sender should repeat.
    """
    if await holder_of(database, callback.estab) is None:
        return Receipt.REFUSED
    kept = await inbox.keep(database, cipher, callback, clock(), sender=sender)
    if isinstance(kept, inbox.KnownAlready):
        return Receipt.REFUSED if kept.is_refused else Receipt.KEPT
    if isinstance(kept, inbox.Later):
        return Receipt.KEPT
    if (await read_service(database)).is_down:
        await inbox.put_off(database, kept, "service_down", clock())
        return Receipt.KEPT
    return await verify(database, xporter, cipher, kept=kept, clock=clock)


async def verify(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    *,
    kept: ReceivedCallback,
    clock: Clock,
    health: Health | None = None,
) -> Receipt:
    """Verify one callback of the inbox and record it, drop it, or put it off."""
    school_id = await holder_of(database, kept.estab)
    secret = inbox.secret_of(cipher, kept)
    if school_id is None or not secret:
        await inbox.refuse(database, kept, clock())
        return Receipt.REFUSED
    try:
        async with asyncio.timeout(LONGEST_VERIFYING.total_seconds()):
            verified = await _verify(xporter, kept, secret, school_id)
    except (XporterError, TimeoutError) as error:
        problem = error if isinstance(error, XporterError) else TooSlow()
        await inbox.put_off(database, kept, problem.kind, clock())
        if health:
            await health.blame(school_id, problem)
        return Receipt.KEPT
    if verified is None:
        await inbox.refuse(database, kept, clock())
        return Receipt.REFUSED
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        receipt = await _judge(session, connection, verified, clock())
        if receipt is Receipt.BELIEVED:
            await _record(session, connection, cipher, verified, clock())
            await inbox.drop(session, kept)
        elif receipt is Receipt.REFUSED:
            await inbox.note_refused(session, kept, clock())
    if receipt is Receipt.KEPT:
        await inbox.put_off(database, kept, AuthorisationPaused.kind, clock())
    return receipt


async def _judge(
    session: Session, connection: Connection, verified: Verified, now: datetime
) -> Receipt:
    """Whether the school holds the number still, was invited before, and is the one named."""
    if connection.xporter_estab != verified.estab or connection.claimed_at is None:
        return Receipt.REFUSED
    if verified.received_at < connection.claimed_at:
        return Receipt.REFUSED
    school = await session.get_one(School, connection.school_id)
    if await proves_school(session, school, connection, verified.xporter_name):
        return Receipt.BELIEVED
    if verified.paused:
        # While sharing is paused Xporter on Demand does not say whose it is.
        return Receipt.KEPT
    reason, name = Unmatched.ANOTHER_SCHOOL, verified.xporter_name
    if await note_unmatched(session, verified.estab, reason, now, name=name):
        _tell(session, connection, timeline.Kind.ANSWER_NOT_USED, now)
        announce(session, school_topic(connection.school_id))
    return Receipt.REFUSED


async def _verify(
    xporter: XporterClient, kept: ReceivedCallback, secret: str, school_id: int
) -> Verified | None:
    paused, scopes, name = False, tuple(named(kept.scopes_granted)), ""
    try:
        details = await xporter.token_details(kept.estab, secret)
    except AuthorisationPaused:
        # Said of a good secret only: a wrong one is not found.
        paused = True
    except NotAuthorised:
        return None
    else:
        scopes, name = details.scopes, details.name
        if details.estab != kept.estab:
            return None
    asked, installed = tuple(named(kept.scopes_asked)), kept.installed
    return Verified(
        school_id=school_id,
        estab=kept.estab,
        xporter_name=name,
        secret=secret,
        scopes=scopes,
        scopes_asked=asked,
        installed=installed,
        paused=paused,
        received_at=kept.received_at,
    )


async def _record(
    session: Session, connection: Connection, cipher: Cipher, verified: Verified, now: datetime
) -> None:
    if connection.secret_at and verified.received_at < connection.secret_at:
        # A newer one overtook it, and may have brought a newer secret.
        return
    before = status_of(connection, now)
    if not _is_known(connection, cipher, verified.secret):
        _note_authorised(session, connection, cipher.lock(verified.secret), now)
        connection.secret_at = verified.received_at
    connection.scopes = listed(verified.scopes)
    connection.scopes_asked = listed(verified.scopes_asked)
    _note_pause(session, connection, verified.paused, now)
    if verified.installed and connection.installed_at is None:
        connection.installed_at = now
        _tell(session, connection, timeline.Kind.INSTALLED, now)
    note_connected(session, connection, before, now)
    note_trouble(connection, now)
    connection.due_at = max(now, connection.held_until or now)
    await forget_unmatched(session, verified.estab)
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
        forget_withdrawal(connection)
    connection.token_encrypted, connection.token_expires_at = "", None
    connection.secret_encrypted, connection.secret_unreadable_at = locked, None
    connection.authorised_at = now
    report_after_commit(session, SecurityEvent.SCHOOL_SECRET, school_id=connection.school_id)
    _tell(session, connection, timeline.Kind.AUTHORISED, now)


def _note_pause(session: Session, connection: Connection, paused: bool, now: datetime) -> None:
    if paused == (connection.paused_at is not None):
        return
    connection.paused_at = now if paused else None
    kind = timeline.Kind.PAUSED if paused else timeline.Kind.RESUMED
    _tell(session, connection, kind, now)


def _tell(session: Session, connection: Connection, kind: timeline.Kind, now: datetime) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now)
