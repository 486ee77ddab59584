"""Logging in: an email and a password against a session token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, NotConfirmed, WrongEmailOrPassword
from assembly_ui.accounts.fields import plain
from assembly_ui.accounts.models import LogInSession, SignUp, User
from assembly_ui.accounts.passwords import verify
from assembly_ui.accounts.people import find_user
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database

USER_AGENT_LIMIT = 200


@dataclass(frozen=True)
class LoggedIn:
    """A session has begun. `token` goes into the cookie and nowhere else."""

    token: str
    user_id: int
    expires_at: datetime


async def log_in(
    database: Database,
    *,
    email: object,
    password: object,
    user_agent: str = "",
    life: timedelta,
    now: datetime,
) -> LoggedIn:
    """Begin a session lasting `life` beyond its last use.

    Raises:
        WrongEmailOrPassword: without saying which, after the same work.
        NotConfirmed: this email and password signed up, and wait for confirmation.
    """
    user, waiting_hash = await _known(database, email)
    if not await verify(password, user.password_hash if user else None) or user is None:
        # Asked of every address alike: a sign-up waits at an address that is
        # somebody's account just as it does at a new one.
        if await verify(password, waiting_hash):
            raise NotConfirmed(parse_email(email))
        raise WrongEmailOrPassword
    token = new_token()
    async with database.transaction() as session:
        current = await session.get_one(User, user.id)
        # The password may have been reset while this one was being checked.
        if current.password_hash != user.password_hash or current.id is None:
            raise WrongEmailOrPassword
        session.add(_new_session(current.id, token, user_agent, life=life, now=now))
        current.last_seen_at = now
        record(session, Action.LOGGED_IN, now=now, user_id=current.id)
    return LoggedIn(token, current.id, now + life)


async def _known(database: Database, email: object) -> tuple[User | None, str | None]:
    """The account of an address, and the password its latest waiting sign-up chose."""
    try:
        address = parse_email(email)
    except FieldProblem:
        return None, None
    waiting = (
        select(SignUp.password_hash)
        .where(SignUp.email == address, col(SignUp.confirmed_at).is_(None))
        .order_by(col(SignUp.id).desc())
        .limit(1)
    )
    async with database.read() as session:
        user = await find_user(session, address)
        waiting_hash = (await session.exec(waiting)).first()
    return (user if user and user.confirmed_at else None), waiting_hash


def _new_session(
    user_id: int, token: str, user_agent: str, *, life: timedelta, now: datetime
) -> LogInSession:
    return LogInSession(
        user_id=user_id,
        token_hash=hash_token(token),
        user_agent=plain(user_agent[:USER_AGENT_LIMIT], USER_AGENT_LIMIT),
        created_at=now,
        last_seen_at=now,
        expires_at=now + life,
    )
