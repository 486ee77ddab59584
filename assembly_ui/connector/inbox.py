"""Callbacks on their way to being verified: each a row, so that none is lost.

Strangers who know the address gain nothing: a school has few places here, all
schools together have some more, and whoever is refused occupies a place for a
while. So neither the table nor the calls that guessing causes can grow.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, func, select, update

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import InboxFull, SecretUnreadable
from assembly_ui.connector.models import ReceivedCallback
from assembly_ui.connector.scopes import listed
from assembly_ui.database import Database, Session, announce
from assembly_ui.leases import claim
from assembly_ui.pubsub import Topic
from assembly_ui.xporter.callback import AuthorisationCallback

INBOX_TOPIC: Topic = "xporter-callbacks"
"""A callback waits to be verified."""

PER_SCHOOL, IN_ALL = 5, 1000
LEASE = timedelta(seconds=60)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(minutes=15)
KEPT_FOR = timedelta(days=3)
REFUSED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class KnownAlready:
    """The same callback is here: waiting, or refused a moment ago."""

    is_refused: bool


async def keep(
    database: Database, cipher: Cipher, callback: AuthorisationCallback, now: datetime
) -> ReceivedCallback | KnownAlready:
    """Keep a callback, leased to the caller who is about to verify it.

    Raises:
        InboxFull: of this school, or in all, there are too many.
    """
    row = ReceivedCallback(
        estab=callback.estab,
        digest=_digest(callback),
        secret_encrypted=cipher.lock(callback.secret),
        scopes_granted=listed(callback.scopes_granted),
        scopes_asked=listed(callback.scopes_asked),
        installed=bool(callback.installed or callback.install_completed),
        received_at=now,
        due_at=now,
        leased_until=now + LEASE,
    )
    try:
        async with database.transaction() as session:
            if (same := await _same(session, row.digest)) is not None:
                return KnownAlready(same.refused_at is not None)
            await _check_room(session, row.estab)
            session.add(row)
    except IntegrityError:
        # Another process keeps the same callback at this very moment.
        return KnownAlready(is_refused=False)
    return row


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
    """It was no true one. It occupies its place for a while, without its secret."""
    async with database.transaction() as session:
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


async def _check_room(session: Session, estab: str) -> None:
    of_school = select(func.count()).where(col(ReceivedCallback.estab) == estab)
    in_all = select(func.count()).select_from(ReceivedCallback)
    if (await session.exec(of_school)).one() >= PER_SCHOOL:
        raise InboxFull
    if (await session.exec(in_all)).one() >= IN_ALL:
        raise InboxFull


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
