"""Logging in: an email and a password against a session token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, NotConfirmed, WrongEmailOrPassword
from assembly_ui.accounts.fields import plain
from assembly_ui.accounts.models import LogInSession, SignUp, User
from assembly_ui.accounts.passwords import find_match
from assembly_ui.accounts.people import find_user, lock_user
from assembly_ui.accounts.sessions import LONGEST
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database

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
    longest: timedelta = LONGEST,
    now: datetime,
) -> LoggedIn:
    """Begin a session lasting `life` beyond its last use, and `longest` altogether.

    Raises:
        WrongEmailOrPassword: without saying which, after the same work.
        NotConfirmed: this email and password signed up, and wait for confirmation.
        TooBusy: this client tries too many passwords at once.
    """
    user, waiting_hash = await _known(database, email)
    subject = email if isinstance(email, str) else ""
    kept = user.password_hash if user else None
    # A waiting sign-up is asked of every address alike: it may wait at an address that is
    # somebody's account just as well as at a new one.
    match = await find_match(password, kept, waiting_hash, subject=subject)
    if match == 1:
        raise NotConfirmed(parse_email(email))
    if match is None or user is None:
        raise WrongEmailOrPassword
    token = new_token()
    async with database.transaction() as session:
        current = await lock_user(session, user.id or 0)
        # The password may have been reset while this one was being checked.
        if current.password_hash != user.password_hash or current.id is None:
            raise WrongEmailOrPassword
        ends_at = now + min(life, longest)
        session.add(_new_session(current.id, token, user_agent, ends_at=ends_at, now=now))
        current.last_seen_at = now
        record(session, Action.LOGGED_IN, now=now, user_id=current.id)
    return LoggedIn(token, current.id, ends_at)


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
    user_id: int, token: str, user_agent: str, *, ends_at: datetime, now: datetime
) -> LogInSession:
    return LogInSession(
        user_id=user_id,
        token_hash=hash_token(token),
        user_agent=plain(user_agent[:USER_AGENT_LIMIT], USER_AGENT_LIMIT),
        created_at=now,
        last_seen_at=now,
        expires_at=ends_at,
        authenticated_at=now,
    )
