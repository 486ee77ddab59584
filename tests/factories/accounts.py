"""People with accounts and log-ins, for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import bcrypt
import pytest
from sqlmodel import col, select

from assembly_ui.accounts import passwords
from assembly_ui.accounts.invite_codes import DEFAULT_CODE, ensure_default_code
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import SignUp, User
from assembly_ui.accounts.people import Person, add_user, as_person
from assembly_ui.accounts.sign_up import sign_up
from assembly_ui.accounts.sign_up_form import CheckedForm
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.db.database import Database
from assembly_ui.mail.models import OutboxMessage

PASSWORD = "Autumn-Kettle-42"
SESSION_LIFE = timedelta(days=14)
LINK_LIFE = timedelta(hours=24)
ADDRESS = "https://platform.example"


async def a_person(
    database: Database,
    *,
    now: datetime,
    email: str = "james.walters@kings.sch.uk",
    name: str = "James Walters",
    password: str = PASSWORD,
    confirmed: bool = True,
) -> Person:
    """Someone with an account, who logs in with `PASSWORD`; or who waits for confirmation."""
    password_hash = _cheap_hash(password)
    async with database.transaction() as session:
        user = await add_user(
            session,
            email=email,
            name=name,
            password_hash=password_hash,
            now=now,
            confirmed=confirmed,
        )
        if not confirmed:
            row = SignUp(
                ticket_hash=hash_token(new_token()),
                email=email,
                name=name,
                password_hash=password_hash,
                created_at=now,
                sent_at=now,
            )
            session.add(row)
    return as_person(user)


async def a_sign_up(
    database: Database,
    *,
    now: datetime,
    email: str = "james.walters@kings.sch.uk",
    name: str = "James Walters",
    password: str = PASSWORD,
    code: str = DEFAULT_CODE,
    ticket: object = "",
) -> str:
    """Someone has just sent the form. Returns the ticket of their browser."""
    await ensure_default_code(database, now)
    signed_up = await sign_up(
        database,
        form=CheckedForm(code, name, email, password),
        ticket=ticket,
        address=ADDRESS,
        link_life=LINK_LIFE,
        now=now,
    )
    return signed_up.ticket


async def posted(database: Database, to: str = "") -> list[OutboxMessage]:
    """What was put into the outbox, for one address or for all, oldest first."""
    query = select(OutboxMessage).order_by(col(OutboxMessage.id))
    async with database.read() as session:
        return list(await session.exec(query.where(OutboxMessage.to == to) if to else query))


async def mailed_token(database: Database, to: str, *, nth: int = -1) -> str:
    """The token of the link in the latest message to an address, or in the nth."""
    message = (await posted(database, to))[nth]
    return message.values["href"].partition("?token=")[2]


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
