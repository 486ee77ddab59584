"""People with accounts and log-ins, for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import bcrypt
import pytest
from sqlmodel import select

from assembly_ui.accounts import passwords
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import Person, add_user, as_person
from assembly_ui.database import Database

PASSWORD = "Autumn-Kettle-42"
SESSION_LIFE = timedelta(days=14)


async def a_person(
    database: Database,
    *,
    now: datetime,
    email: str = "james.walters@kings.sch.uk",
    name: str = "James Walters",
    password: str = PASSWORD,
    confirmed: bool = True,
) -> Person:
    """Someone with an account, who logs in with `PASSWORD`."""
    async with database.transaction() as session:
        user = await add_user(
            session,
            email=email,
            name=name,
            password_hash=_cheap_hash(password),
            now=now,
            confirmed=confirmed,
        )
    return as_person(user)


async def a_token(database: Database, person: Person, *, now: datetime) -> str:
    """The cookie of this person's new log-in."""
    logged_in = await log_in(
        database, email=person.email, password=PASSWORD, life=SESSION_LIFE, now=now
    )
    return logged_in.token


async def the_user(database: Database, email: str) -> User:
    """The account row of an address."""
    async with database.read() as session:
        return (await session.exec(select(User).where(User.email == email))).one()


@pytest.fixture
def cheap_bcrypt(monkeypatch: pytest.MonkeyPatch) -> int:
    """Hashing at a cost for tests. Its value is the real cost."""
    real = passwords.BCRYPT_ROUNDS
    monkeypatch.setattr(passwords, "BCRYPT_ROUNDS", 4)
    return real


@pytest.fixture
def count_bcrypt(monkeypatch: pytest.MonkeyPatch, cheap_bcrypt: int) -> Callable[[], int]:
    """How often bcrypt has worked since this was last asked."""
    calls: list[str] = []

    def counted(name: str) -> None:
        real = getattr(bcrypt, name)
        monkeypatch.setattr(
            passwords.bcrypt, name, lambda *given: calls.append(name) or real(*given)
        )

    def count() -> int:
        so_far = len(calls)
        calls.clear()
        return so_far

    counted("hashpw")
    counted("checkpw")
    return count


@cache
def _cheap_hash(password: str) -> str:
    return bcrypt.hashpw(passwords._digest(password), bcrypt.gensalt(4)).decode()
