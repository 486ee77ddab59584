"""Browsers that an account has logged in with before.

Such a browser holds a cookie that opens nothing. It only shows that the person at it once knew
the password, so wrong passwords that others try elsewhere do not slow it down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem
from assembly_ui.accounts.models import KnownDevice, LogInSession, User
from assembly_ui.accounts.people import lock_user
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.db.database import Database, Session

MOST_DEVICES = 10
"""Of one account; the one used longest ago is forgotten first."""
LIFE = timedelta(days=180)
"""Without a log-in."""


async def find_device(
    database: Database, *, token: object, email: object, now: datetime
) -> int | None:
    """The id of this browser if the account of this address has logged in with it."""
    try:
        address = parse_email(email)
    except FieldProblem:
        return None
    async with database.read() as session:
        user_id = (await session.exec(select(User.id).where(User.email == address))).first()
        query = select(KnownDevice.id).where(
            KnownDevice.token_hash == _hash(token, user_id or 0),
            col(KnownDevice.last_used_at) > now - LIFE,
        )
        return (await session.exec(query)).first()


async def remember_device(
    database: Database, *, token: object, user_id: int, log_in: str, now: datetime
) -> str:
    """Know this browser from now on; returns the token its cookie is to hold.

    One browser may be known to several accounts by the same token. `log_in` is the token of
    the log-in that has just begun. If that has ended meanwhile, as by a new password, the
    browser knew the old one only, and stays unknown.
    """
    kept = token if isinstance(token, str) and hash_token(token) else new_token()
    shown = select(LogInSession.id).where(
        LogInSession.token_hash == hash_token(log_in),
        LogInSession.user_id == user_id,
        col(LogInSession.revoked_at).is_(None),
    )
    async with database.transaction() as session:
        await lock_user(session, user_id)
        if (await session.exec(shown)).first() is None:
            return kept
        query = select(KnownDevice).where(KnownDevice.token_hash == _hash(kept, user_id))
        known = (await session.exec(query.with_for_update())).first()
        if known is not None:
            known.last_used_at = now
            return kept
        row = KnownDevice(
            user_id=user_id, token_hash=_hash(kept, user_id), created_at=now, last_used_at=now
        )
        session.add(row)
        await session.flush()
        await _forget_oldest(session, user_id)
    report(SecurityEvent.NEW_DEVICE, Outcome.SUCCEEDED, user_id=user_id)
    return kept


async def forget_devices(session: Session, user_id: int) -> None:
    """Know no browser of this account any more, in the caller's transaction."""
    await session.exec(delete(KnownDevice).where(col(KnownDevice.user_id) == user_id))


async def _forget_oldest(session: Session, user_id: int) -> None:
    latest = (
        select(KnownDevice.id)
        .where(KnownDevice.user_id == user_id)
        .order_by(col(KnownDevice.last_used_at).desc(), col(KnownDevice.id).desc())
        .limit(MOST_DEVICES)
    )
    kept = list(await session.exec(latest))
    await session.exec(
        delete(KnownDevice).where(
            col(KnownDevice.user_id) == user_id, col(KnownDevice.id).not_in(kept)
        )
    )


def _hash(token: object, user_id: int) -> str:
    # Of both: a browser that two people use has one cookie and a row for each of them.
    return hash_token(f"{user_id}.{token}") if hash_token(token) else ""
