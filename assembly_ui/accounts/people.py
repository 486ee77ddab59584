"""Finding people and adding them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from assembly_ui.accounts.models import User
from assembly_ui.db.database import Database, Session


@dataclass(frozen=True)
class Person:
    """Someone with an account."""

    id: int
    email: str
    name: str
    is_confirmed: bool


async def get_person(database: Database, user_id: int) -> Person | None:
    """The person with this id."""
    async with database.read() as session:
        user = await session.get(User, user_id)
    return as_person(user) if user else None


async def find_person(database: Database, email: str) -> Person | None:
    """The person with this address, in whatever case it was typed."""
    async with database.read() as session:
        user = await find_user(session, email.strip().lower())
    return as_person(user) if user else None


async def find_user(session: Session, email: str) -> User | None:
    """The account of this address; `email` in lower case."""
    return (await session.exec(select(User).where(User.email == email))).first()


async def lock_user(session: Session, user_id: int) -> User:
    """The account as it is now, kept from others until the caller's transaction ends.

    Whatever checks a password or changes one, and then begins or ends what follows from it,
    comes through here: of two such changes at once, each sees what the other did. Rows that
    only refer to the account can still be added.
    """
    return await session.get_one(
        User, user_id, with_for_update={"key_share": True}, populate_existing=True
    )


async def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str,
    now: datetime,
    confirmed: bool = False,
    invite_code_id: int | None = None,
) -> User:
    """Add an account, or return the one this address has got meanwhile."""
    user = User(
        email=email,
        name=name,
        password_hash=password_hash,
        invite_code_id=invite_code_id,
        created_at=now,
        confirmed_at=now if confirmed else None,
        terms_accepted_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(user)
    except IntegrityError:
        other = await find_user(session, email)
        assert other is not None
        return other
    return user


def as_person(user: User) -> Person:
    """What the other rooms may know of an account."""
    assert user.id is not None
    return Person(user.id, user.email, user.name, user.confirmed_at is not None)
