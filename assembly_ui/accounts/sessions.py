"""Log-in sessions: opaque tokens in a cookie, kept only as hashes, revocable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from assembly_ui.accounts.errors import PasswordWrong, ReauthenticationNeeded
from assembly_ui.accounts.models import LogInSession, User
from assembly_ui.accounts.passwords import verify
from assembly_ui.accounts.people import lock_user
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import user_topic

TOUCH_EVERY = timedelta(minutes=1)
LONGEST = timedelta(days=30)
"""How long a log-in lasts however much it is used, unless the settings say otherwise."""
RECENT = timedelta(minutes=10)
"""How long the password counts as given just now."""


@dataclass(frozen=True)
class SignedIn:
    """Who a cookie belongs to, and the school they are looking at."""

    session_id: int
    user_id: int
    email: str
    name: str
    school_id: int | None
    expires_at: datetime


@dataclass(frozen=True)
class SessionView:
    """One of a person's log-ins, for a list."""

    id: int
    user_agent: str
    created_at: datetime
    last_seen_at: datetime


async def resolve(
    database: Database,
    *,
    token: object,
    life: timedelta,
    longest: timedelta = LONGEST,
    now: datetime,
) -> SignedIn | None:
    """Who this token belongs to, or None. Use prolongs the session, minute by minute.

    It ends `longest` after the log-in at the latest.
    """
    async with database.read() as session:
        found = await _open_session(session, token, now=now)
    if found is None:
        return None
    log_in_session, user = found
    if now - log_in_session.last_seen_at >= TOUCH_EVERY:
        ends_at = min(now + life, log_in_session.created_at + longest)
        await _touch(database, log_in_session, ends_at=ends_at, now=now)
    assert log_in_session.id is not None
    assert user.id is not None
    return SignedIn(
        session_id=log_in_session.id,
        user_id=user.id,
        email=user.email,
        name=user.name,
        school_id=log_in_session.school_id,
        expires_at=log_in_session.expires_at,
    )


async def look_at_school(database: Database, *, session_id: int, school_id: int | None) -> None:
    """This browser looks at that school from now on. Membership is the caller's check."""
    async with database.transaction() as session:
        found = await session.get_one(LogInSession, session_id)
        found.school_id = school_id
        announce(session, user_topic(found.user_id))


async def last_school_looked_at(database: Database, *, user_id: int) -> int | None:
    """The school a person looked at last, in any browser. They may have left it since."""
    query = (
        select(LogInSession.school_id)
        .where(LogInSession.user_id == user_id, col(LogInSession.school_id).is_not(None))
        .order_by(col(LogInSession.last_seen_at).desc(), col(LogInSession.id).desc())
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def log_out(database: Database, *, token: object, now: datetime) -> None:
    """End this session. An unknown or ended one is no error."""
    async with database.transaction() as session:
        found = await _open_session(session, token, now=now)
        if found is None:
            return
        log_in_session, user = found
        log_in_session.revoked_at = now
        record(session, Action.LOGGED_OUT, now=now, user_id=user.id)
        announce(session, user_topic(log_in_session.user_id))


async def list_sessions(database: Database, *, user_id: int, now: datetime) -> list[SessionView]:
    """The person's open sessions, the latest used first."""
    query = (
        select(LogInSession)
        .where(
            LogInSession.user_id == user_id,
            col(LogInSession.revoked_at).is_(None),
            col(LogInSession.expires_at) > now,
        )
        .order_by(col(LogInSession.last_seen_at).desc())
    )
    async with database.read() as session:
        return [
            SessionView(row.id or 0, row.user_agent, row.created_at, row.last_seen_at)
            for row in await session.exec(query)
        ]


async def log_out_everywhere(database: Database, *, user_id: int, now: datetime) -> None:
    """End every session of a person."""
    async with database.transaction() as session:
        await revoke_sessions(session, user_id, now=now)
        record(session, Action.LOGGED_OUT, now=now, user_id=user_id, everywhere=True)
        announce(session, user_topic(user_id))


async def revoke_sessions(session: Session, user_id: int, *, now: datetime) -> None:
    """End every session of a person in the caller's transaction."""
    await session.exec(
        update(LogInSession)
        .where(col(LogInSession.user_id) == user_id, col(LogInSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


async def reauthenticate(
    database: Database, *, session_id: int, password: object, now: datetime
) -> None:
    """Note that the person of this session has given their password just now.

    Raises:
        PasswordWrong: it is not theirs; the session stays as it is.
        TooBusy
    """
    async with database.read() as session:
        found = await session.get_one(LogInSession, session_id)
        user = await session.get_one(User, found.user_id)
    if not await verify(password, user.password_hash, subject=user.email):
        raise PasswordWrong
    async with database.transaction() as session:
        current = await lock_user(session, found.user_id)
        # The password may have been reset while this one was being checked.
        if current.password_hash != user.password_hash:
            raise PasswordWrong
        found = await session.get_one(LogInSession, session_id)
        found.authenticated_at = now
    report(SecurityEvent.REAUTHENTICATION, Outcome.SUCCEEDED, user_id=user.id)


async def require_recent_authentication(
    session: Session, *, session_id: int, user_id: int, now: datetime
) -> None:
    """Check, in the caller's transaction, that the person gave the password lately.

    Raises:
        ReauthenticationNeeded: not in this session, or too long ago.
    """
    # Whoever ends the session at this moment waits, or has ended it.
    found = await session.get(LogInSession, session_id, with_for_update=True)
    if not _is_recent(found, user_id, now):
        raise ReauthenticationNeeded


async def is_recently_authenticated(
    database: Database, *, session_id: int, user_id: int, now: datetime
) -> bool:
    """Whether `require_recent_authentication` would let this session through."""
    async with database.read() as session:
        return _is_recent(await session.get(LogInSession, session_id), user_id, now)


def _is_recent(found: LogInSession | None, user_id: int, now: datetime) -> bool:
    return (
        found is not None
        and found.user_id == user_id
        and found.revoked_at is None
        and found.authenticated_at is not None
        and found.authenticated_at > now - RECENT
    )


async def _open_session(
    session: Session, token: object, *, now: datetime
) -> tuple[LogInSession, User] | None:
    query = (
        select(LogInSession, User)
        .join(User, col(User.id) == LogInSession.user_id)
        .where(
            LogInSession.token_hash == hash_token(token),
            col(LogInSession.revoked_at).is_(None),
            col(LogInSession.expires_at) > now,
        )
    )
    return (await session.exec(query)).first()


async def _touch(
    database: Database, seen: LogInSession, *, ends_at: datetime, now: datetime
) -> None:
    async with database.transaction() as session:
        await session.exec(
            update(LogInSession)
            .where(col(LogInSession.id) == seen.id)
            .values(last_seen_at=now, expires_at=ends_at)
        )
        await session.exec(
            update(User).where(col(User.id) == seen.user_id).values(last_seen_at=now)
        )
