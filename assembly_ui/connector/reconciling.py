"""When the list of authorised schools is asked for: a few times a day, and every
few minutes while a school that was invited has not been heard of, or has no key left."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select, update

from assembly_ui.clock import Clock
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.models import Connection, Reconciliation
from assembly_ui.connector.reconcile import reconcile
from assembly_ui.db.database import Database, Session
from assembly_ui.jobs.leases import claim, handed_back_if_cancelled
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import XporterError

log = structlog.get_logger()

ONE = 1
SETTLED = timedelta(hours=6)
WAITING = timedelta(minutes=5)
AWAITED = timedelta(days=14)
"""After this an unanswered invitation is no reason to hurry."""

LONGEST_BACKOFF = timedelta(hours=1)
BEFORE_A_TOKEN_ENDS = timedelta(hours=12)
LEASE = timedelta(minutes=2)


class Reconciler:
    """Asks for the list when that is due."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        cipher: Cipher,
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._cipher = cipher
        self._clock = clock
        self._jitter = jitter
        self._has_row = False

    async def do_due(self) -> bool:
        """Ask for the list if that is due and nobody else does it; whether it was."""
        await self._ensure_row()
        now = self._clock()
        rows = await claim(self._database, Reconciliation, now=now, limit=1, lease=LEASE)
        if not rows:
            return False
        async with handed_back_if_cancelled(self._database, rows):
            done = await self._reconcile()
        now = self._clock()
        async with self._database.transaction() as session:
            row = await session.get_one(Reconciliation, ONE)
            row.leased_until = None
            row.done_at = now if done else row.done_at
            row.failures = 0 if done else row.failures + 1
            row.due_at = now + await self._wait(session, row.failures, now)
        return True

    async def _reconcile(self) -> bool:
        try:
            await reconcile(self._database, self._xporter, self._cipher, self._clock)
        except XporterError as error:
            log.warning("reconcile.failed", why=error.kind)
            return False
        except Exception:
            # It is one of several duties; none may end the others.
            log.exception("reconcile.broke_off")
            return False
        return True

    async def _wait(self, session: Session, failures: int, now: datetime) -> timedelta:
        if failures:
            wait = min(WAITING * 2 ** min(failures - 1, 8), LONGEST_BACKOFF)
        else:
            hurried = await _is_awaited(session, now) or await _is_any_without_key(session)
            wait = WAITING if hurried else SETTLED
            if (ends := await _first_end(session)) is not None:
                wait = min(wait, max(ends - BEFORE_A_TOKEN_ENDS - now, WAITING))
        return wait * (0.9 + 0.2 * self._jitter.random())

    async def _ensure_row(self) -> None:
        if self._has_row:
            return
        async with self._database.transaction() as session:
            if await session.get(Reconciliation, ONE) is None:
                try:
                    async with session.begin_nested():
                        session.add(Reconciliation(id=ONE, due_at=self._clock() + WAITING))
                except IntegrityError:
                    log.debug("reconcile.row_exists")
        self._has_row = True


async def hurry(session: Session, now: datetime) -> None:
    """A school was invited: its answer may come without a callback."""
    soon = now + WAITING
    await session.exec(
        update(Reconciliation).where(col(Reconciliation.due_at) > soon).values(due_at=soon)
    )


async def _is_awaited(session: Session, now: datetime) -> bool:
    unheard = col(Connection.authorised_at).is_(None) | col(Connection.withdrawn_at).is_not(None)
    query = (
        select(Connection.school_id)
        .where(col(Connection.invited_at) > now - AWAITED, unheard)
        .limit(1)
    )
    return (await session.exec(query)).first() is not None


async def _is_any_without_key(session: Session) -> bool:
    """Whether the token of a school that shares is over, and no other was found so far."""
    query = (
        select(Connection.school_id)
        .where(
            col(Connection.authorised_at).is_not(None),
            col(Connection.withdrawn_at).is_(None),
            col(Connection.secret_encrypted) == "",
            col(Connection.token_encrypted) == "",
        )
        .limit(1)
    )
    return (await session.exec(query)).first() is not None


async def _first_end(session: Session) -> datetime | None:
    query = select(func.min(Connection.token_expires_at)).where(
        col(Connection.token_encrypted) != "", col(Connection.secret_encrypted) == ""
    )
    return (await session.exec(query)).one()
