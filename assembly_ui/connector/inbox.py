"""Callbacks on their way to being verified: each a row, so that none is lost.

Strangers who know the address gain nothing. A callback is kept only for a number
under which a school was invited; a school has few places, and of all schools
together only the first place of each is sure. Guesses cannot take the place of the
true callback: what was refused makes room first, and then, for a sender who has no
place yet, a callback of whoever sent the most. A sender whose own refused callback makes
room waits a little to be verified, so that guesses stay slow.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, func, select, update

from assembly_ui.audit.origin import network_of
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import InboxFull, SecretUnreadable
from assembly_ui.connector.models import ReceivedCallback
from assembly_ui.connector.scopes import listed
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.jobs.leases import claim
from assembly_ui.pubsub.topics import Topic
from assembly_ui.xporter.callback import AuthorisationCallback

INBOX_TOPIC: Topic = "xporter-callbacks"
"""A callback waits to be verified."""

PER_SCHOOL, IN_ALL = 6, 1000
PER_SENDER = 3
"""Of a school's places. Xporter on Demand itself sends two: authorised, and installed."""

LEASE = timedelta(seconds=60)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(minutes=15)
KEPT_FOR = timedelta(days=3)
REFUSED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class KnownAlready:
    """The same callback is here: waiting, or refused a moment ago."""

    is_refused: bool


@dataclass(frozen=True)
class Later:
    """It is kept, and verified by background work: its sender was refused often of late."""


async def keep(
    database: Database,
    cipher: Cipher,
    callback: AuthorisationCallback,
    now: datetime,
    *,
    sender: str = "",
) -> ReceivedCallback | KnownAlready | Later:
    """Keep a callback, leased to the caller who is about to verify it unless that is for later.

    Raises:
        InboxFull: of this school, of this sender, or in all, there are too many.
    """
    row = ReceivedCallback(
        estab=callback.estab,
        digest=_digest(callback),
        secret_encrypted=cipher.lock(callback.secret),
        scopes_granted=listed(callback.scopes_granted),
        scopes_asked=listed(callback.scopes_asked),
        installed=bool(callback.installed or callback.install_completed),
        sender=_mark(network_of(sender)),
        received_at=now,
        due_at=now,
        leased_until=now + LEASE,
    )
    try:
        async with database.transaction() as session:
            if (same := await _same(session, row.digest)) is not None:
                return KnownAlready(same.refused_at is not None)
            if replaces_own_guess := await _make_room(session, row, now):
                row.leased_until, row.due_at = None, now + FIRST_RETRY
                announce(session, INBOX_TOPIC)
            session.add(row)
    except IntegrityError:
        # Another process keeps the same callback at this very moment.
        return KnownAlready(is_refused=False)
    return Later() if replaces_own_guess else row


async def claim_due(database: Database, *, now: datetime, limit: int) -> list[ReceivedCallback]:
    """Callbacks to verify now, leased to the caller. Those too old are dropped."""
    rows = await claim(database, ReceivedCallback, now=now, limit=limit, lease=LEASE)
    over = [row for row in rows if row.refused_at or row.received_at <= now - KEPT_FOR]
    if over:
        async with database.transaction() as session:
            for row in over:
                await drop(session, row)
    return [row for row in rows if row not in over]


async def put_off(database: Database, row: ReceivedCallback, why: str, now: datetime) -> None:
    """It cannot be verified now: later, and later still each time."""
    wait = min(FIRST_RETRY * 2 ** min(row.attempts, 12), LONGEST_RETRY)
    async with database.transaction() as session:
        await _set(
            session,
            row,
            attempts=row.attempts + 1,
            last_problem=why,
            due_at=now + wait,
            leased_until=None,
        )
        announce(session, INBOX_TOPIC)


async def refuse(database: Database, row: ReceivedCallback, now: datetime) -> None:
    """It was no true one. It is kept for a while without its secret, unless room is needed."""
    async with database.transaction() as session:
        await note_refused(session, row, now)


async def note_refused(session: Session, row: ReceivedCallback, now: datetime) -> None:
    """As `refuse`, in the caller's transaction."""
    await _set(
        session,
        row,
        secret_encrypted="",
        refused_at=now,
        due_at=now + REFUSED_FOR,
        leased_until=None,
    )


async def drop(session: Session, row: ReceivedCallback) -> None:
    """It is dealt with."""
    await session.exec(delete(ReceivedCallback).where(col(ReceivedCallback.id) == row.id))


def secret_of(cipher: Cipher, row: ReceivedCallback) -> str:
    """The secret it brought; "" if we cannot read it any more."""
    try:
        return cipher.unlock(row.secret_encrypted)
    except SecretUnreadable:
        return ""


async def _same(session: Session, digest: str) -> ReceivedCallback | None:
    query = select(ReceivedCallback).where(col(ReceivedCallback.digest) == digest)
    return (await session.exec(query)).first()


async def _make_room(session: Session, new: ReceivedCallback, now: datetime) -> bool:
    """Find a place for a callback; the first of a school always has one.

    Returns whether it takes the place of one that the same sender was refused.

    Raises:
        InboxFull
    """
    query = select(ReceivedCallback).where(col(ReceivedCallback.estab) == new.estab)
    rows = list(await session.exec(query.order_by(col(ReceivedCallback.received_at))))
    own = [row for row in rows if row.sender == new.sender]
    guesses = [row for row in own if row.refused_at]
    if len(own) - len(guesses) >= PER_SENDER:
        raise InboxFull
    if len(own) < PER_SENDER and (
        not rows or (len(rows) < PER_SCHOOL and await _number_in_all(session) < IN_ALL)
    ):
        return False
    crowding = guesses or [row for row in rows if row.refused_at] or _of_busiest_sender(rows, now)
    if not crowding or (own and not crowding[0].refused_at):
        raise InboxFull
    await drop(session, crowding[0])
    return bool(guesses)


def _of_busiest_sender(waiting: list[ReceivedCallback], now: datetime) -> list[ReceivedCallback]:
    """Callbacks of the sender of most, if that is more than one, that nobody is verifying."""
    ((sender, most),) = Counter(row.sender for row in waiting).most_common(1)
    if most == 1:
        return []
    idle = [row for row in waiting if row.leased_until is None or row.leased_until <= now]
    return [row for row in idle if row.sender == sender]


async def _number_in_all(session: Session) -> int:
    return (await session.exec(select(func.count()).select_from(ReceivedCallback))).one()


def _mark(network: str) -> str:
    """Tells one network from another without keeping its address."""
    return hashlib.sha256(network.encode()).hexdigest()[:16]


async def _set(session: Session, row: ReceivedCallback, **values: object) -> None:
    await session.exec(
        update(ReceivedCallback).where(col(ReceivedCallback.id) == row.id).values(**values)
    )


def _digest(callback: AuthorisationCallback) -> str:
    """What makes two callbacks the same one: everything they say that we use."""
    said = (
        callback.estab,
        callback.secret,
        callback.scopes_granted,
        callback.scopes_asked,
        callback.installed,
        callback.install_completed,
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()
