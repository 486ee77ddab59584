"""Customers of SchoolBooking and their browsers. Any email address opens an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from assembly_ui.db.database import Database, Session
from simulators.schoolbooking.errors import NotAnAddress, NotLoggedIn
from simulators.schoolbooking.models import Account, LogIn
from simulators.schoolbooking.token_store import hash_of, new_word
from simulators.xporter.text_validation import is_email, line

LOG_IN_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Me:
    """Who is asking. `school_id` is the school they look at, if they have connected one."""

    log_in_id: int
    account_id: int
    email: str
    school_id: int | None


async def log_in(database: Database, *, email: object, now: datetime) -> str:
    """Log in, opening the account if there is none; returns the browser's word.

    Raises:
        NotAnAddress
    """
    address = line(email, 254).casefold()
    if not is_email(address):
        raise NotAnAddress
    word = new_word()
    async with database.transaction() as session:
        await session.exec(delete(LogIn).where(col(LogIn.created_at) < now - LOG_IN_LASTS))
        account = await _account(session, address, now)
        assert account.id is not None
        session.add(LogIn(token_hash=hash_of(word), account_id=account.id, created_at=now))
    return word


async def who(database: Database, *, word: str, now: datetime) -> Me:
    """Whoever has this word.

    Raises:
        NotLoggedIn
    """
    query = select(LogIn, Account.email).join(Account).where(LogIn.token_hash == hash_of(word))
    async with database.read() as session:
        found = (await session.exec(query)).first() if word else None
    if found is None or found[0].created_at < now - LOG_IN_LASTS:
        raise NotLoggedIn
    log_in, email = found
    assert log_in.id is not None
    return Me(log_in.id, log_in.account_id, email, log_in.school_id)


async def log_out(database: Database, *, word: str) -> None:
    """Forget a browser."""
    async with database.transaction() as session:
        await session.exec(delete(LogIn).where(col(LogIn.token_hash) == hash_of(word)))


async def look_at(session: Session, me: Me, school_id: int) -> None:
    """From now on this browser shows this school; in the caller's transaction."""
    await session.exec(
        update(LogIn).where(col(LogIn.id) == me.log_in_id).values(school_id=school_id)
    )


async def _account(session: Session, email: str, now: datetime) -> Account:
    found = (await session.exec(select(Account).where(Account.email == email))).first()
    if found:
        return found
    account = Account(email=email, created_at=now)
    try:
        async with session.begin_nested():
            session.add(account)
    except IntegrityError:
        # Opened in another browser at this very moment.
        return (await session.exec(select(Account).where(Account.email == email))).one()
    return account
