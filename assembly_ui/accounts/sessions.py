"""Log-in sessions: opaque tokens in a cookie, kept only as hashes, revocable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from assembly_ui.accounts.models import LogInSession, User
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import user_topic

TOUCH_EVERY = timedelta(minutes=1)


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
    database: Database, *, token: object, life: timedelta, now: datetime
) -> SignedIn | None:
    """Who this token belongs to, or None. Use prolongs the session, minute by minute."""
    async with database.read() as session:
        found = await _open_session(session, token, now=now)
    if found is None:
        return None
    log_in_session, user = found
    if now - log_in_session.last_seen_at >= TOUCH_EVERY:
        await _touch(database, log_in_session, life=life, now=now)
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


async def _touch(database: Database, seen: LogInSession, *, life: timedelta, now: datetime) -> None:
    async with database.transaction() as session:
        await session.exec(
            update(LogInSession)
            .where(col(LogInSession.id) == seen.id)
            .values(last_seen_at=now, expires_at=now + life)
        )
        await session.exec(
            update(User).where(col(User.id) == seen.user_id).values(last_seen_at=now)
        )
