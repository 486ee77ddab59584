"""Two changes of one account at the same moment: a password that was replaced opens nothing.

One of the two is stopped just before it commits. The other then either waits for it or, where
nothing keeps it, decides by what is about to be over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select, update

from assembly_ui.accounts.account_form import AccountForm
from assembly_ui.accounts.confirmation import confirm, confirm_with_new_password
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.errors import (
    LinkProblem,
    LinkReplaced,
    LogInRefused,
    PasswordWrong,
    SignUpPasswordWrong,
)
from assembly_ui.accounts.known_devices import remember_device
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import KnownDevice, SignUp, User
from assembly_ui.accounts.password_reset import LinkLives, request_reset, reset_password
from assembly_ui.accounts.passwords import hash_password
from assembly_ui.accounts.people import Person
from assembly_ui.accounts.sessions import (
    RECENT,
    is_recently_authenticated,
    list_sessions,
    reauthenticate,
)
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database, Session
from assembly_ui.jobs.worker_pools import PASSWORD_HASHES
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.errors import InvitationNeedsNoAccount
from assembly_ui.schools.invitations import invite
from assembly_ui.schools.invited_account import create_account
from tests.attack.pools import held, waits
from tests.factories.accounts import (
    ADDRESS,
    LINK_LIFE,
    PASSWORD,
    SESSION_LIFE,
    a_person,
    a_sign_up,
    a_token,
    cheap_bcrypt,
    mailed_token,
    the_user,
)
from tests.factories.schools import a_school

__all__ = ["cheap_bcrypt"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

EMAIL = "james.walters@kings.sch.uk"
NEW = "Winter-Teapot-43"
FORM = AccountForm("James Walters", NEW, NEW)

Deed = Callable[[Database], Awaitable[Any]]


class _Stopping:
    """The database, of which every transaction stops just before it commits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stopped, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._database.transaction() as session:
            yield session
            await session.flush()
            self.stopped.set()
            await self.go_on.wait()


async def _waits(database: Database, task: asyncio.Task) -> None:
    """Until the task waits for somebody else's lock, or is through."""
    waiting = text(
        "select count(*) from pg_locks join pg_database on pg_database.oid = pg_locks.database"
        " or pg_locks.database is null where not granted and datname = current_database()"
    )
    async with asyncio.timeout(60):
        while True:
            if task.done():
                return
            if database.is_sqlite:
                if database._queue._waiters:  # type: ignore[union-attr]
                    return
            elif (await database.glance(waiting))[0]:
                return
            await asyncio.sleep(0)


async def _race(database: Database, first: Deed, second: Deed) -> list[Any]:
    """What came of both, the second begun while the first had yet to commit."""
    stopping = _Stopping(database)
    one = asyncio.ensure_future(first(stopping))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(60):
            await stopping.stopped.wait()
        two = asyncio.ensure_future(second(database))
        await _waits(database, two)
    finally:
        stopping.go_on.set()
    return await asyncio.gather(one, two, return_exceptions=True)


def _orders(one: Deed, two: Deed, *, swapped: bool) -> tuple[Deed, Deed]:
    return (two, one) if swapped else (one, two)


async def _reset_token(database: Database, clock: ManualClock) -> str:
    lives = LinkLives(reset=timedelta(hours=1), confirm=LINK_LIFE)
    now = clock.advance(COOL_DOWN)
    await request_reset(database, email=EMAIL, address=ADDRESS, lives=lives, now=now)
    return await mailed_token(database, EMAIL)


def _resets(token: str, clock: ManualClock) -> Deed:
    return lambda database: reset_password(
        database,
        token=token,
        password=NEW,
        confirmation=NEW,
        help_email="help@assembly.education",
        now=clock(),
    )


def _logs_in(clock: ManualClock) -> Deed:
    return lambda database: log_in(
        database, email=EMAIL, password=PASSWORD, life=SESSION_LIFE, now=clock()
    )


@pytest.fixture
async def james(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock(), email=EMAIL)


@pytest.mark.parametrize("swapped", [False, True])
async def test_no_log_in_with_the_old_password_outlives_a_new_one(
    database: Database, clock: ManualClock, james: Person, swapped: bool
) -> None:
    resets = _resets(await _reset_token(database, clock), clock)
    done = await _race(database, *_orders(resets, _logs_in(clock), swapped=swapped))
    assert EMAIL in done
    assert await list_sessions(database, user_id=james.id, now=clock()) == []
    if not swapped:
        assert isinstance(done[1], LogInRefused)


@pytest.mark.parametrize("swapped", [False, True])
async def test_no_browser_that_knew_the_old_password_is_known_after_a_new_one(
    database: Database, clock: ManualClock, james: Person, swapped: bool
) -> None:
    old = await a_token(database, james, now=clock())
    resets = _resets(await _reset_token(database, clock), clock)

    async def is_remembered(database: Database) -> None:
        await remember_device(database, token=None, user_id=james.id, log_in=old, now=clock())

    await _race(database, *_orders(resets, is_remembered, swapped=swapped))
    async with database.read() as session:
        assert list(await session.exec(select(KnownDevice))) == []


async def test_of_two_reset_links_at_once_one_counts(
    database: Database, clock: ManualClock, james: Person
) -> None:
    tokens = [await _reset_token(database, clock) for _ in range(2)]
    done = await _race(database, *(_resets(token, clock) for token in tokens))
    assert done[0] == EMAIL
    assert isinstance(done[1], LinkProblem)


async def _waiting(database: Database, clock: ManualClock) -> tuple[str, list[str]]:
    """Two browsers signed up this address: the ticket of the first, and the link of each."""
    ticket = await a_sign_up(database, now=clock(), email=EMAIL)
    await a_sign_up(database, now=clock(), email=EMAIL, password="Trombone-Velvet-7")
    return ticket, [await mailed_token(database, EMAIL, nth=n) for n in (0, 1)]


async def _passwords_that_log_in(database: Database, clock: ManualClock) -> list[str]:
    good = []
    for password in (PASSWORD, NEW, "Trombone-Velvet-7"):
        with suppress(LogInRefused):
            await log_in(database, email=EMAIL, password=password, life=SESSION_LIFE, now=clock())
            good.append(password)
    return good


@pytest.mark.parametrize("swapped", [False, True])
async def test_of_two_confirmations_at_once_one_decides_the_password(
    database: Database, clock: ManualClock, swapped: bool
) -> None:
    ticket, tokens = await _waiting(database, clock)

    async def confirms(database: Database) -> str:
        await confirm(database, token=tokens[0], ticket=ticket, now=clock())
        return PASSWORD

    async def chooses(database: Database) -> str:
        await confirm_with_new_password(database, token=tokens[1], form=FORM, now=clock())
        return NEW

    done = await _race(database, *_orders(confirms, chooses, swapped=swapped))
    assert isinstance(done[1], LinkProblem)
    assert await _passwords_that_log_in(database, clock) == [done[0]]


@pytest.mark.parametrize("swapped", [False, True])
async def test_an_invitation_and_a_confirmation_at_once_make_one_account_with_one_password(
    database: Database, clock: ManualClock, swapped: bool
) -> None:
    owner = await a_person(database, now=clock(), email="head@kings.sch.uk")
    school = await a_school(database, now=clock(), owner=owner)
    ticket, tokens = await _waiting(database, clock)
    await invite(
        database,
        school_id=school.id or 0,
        by_user_id=owner.id,
        email=EMAIL,
        role="admin",
        address=ADDRESS,
        life=timedelta(days=7),
        now=clock(),
    )
    invitation = await mailed_token(database, EMAIL)

    async def confirms(database: Database) -> str:
        await confirm(database, token=tokens[0], ticket=ticket, now=clock())
        return PASSWORD

    async def joins(database: Database) -> str:
        await create_account(database, token=invitation, form=FORM, now=clock())
        return NEW

    done = await _race(database, *_orders(confirms, joins, swapped=swapped))
    assert isinstance(done[1], LinkProblem | InvitationNeedsNoAccount)
    assert await _passwords_that_log_in(database, clock) == [done[0]]
    assert (await the_user(database, EMAIL)).confirmed_at == clock()


async def test_a_form_sent_again_while_its_password_is_checked_is_not_confirmed_by_the_old_one(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock(), email=EMAIL)
    token, new = await mailed_token(database, EMAIL), await hash_password(NEW)
    async with held(PASSWORD_HASHES):
        confirming = asyncio.ensure_future(
            confirm(database, token=token, password=PASSWORD, now=clock())
        )
        await waits(PASSWORD_HASHES, 1)
        async with database.transaction() as session:
            await session.exec(update(SignUp).values(password_hash=new))
    with pytest.raises(SignUpPasswordWrong):
        await confirming
    assert (await the_user(database, EMAIL)).confirmed_at is None


@pytest.mark.parametrize(
    "meanwhile", [{"email": f"other.{EMAIL}"}, {"confirmed_at": datetime.now(UTC)}]
)
async def test_a_sign_up_that_went_on_while_its_password_is_checked_is_not_confirmed(
    database: Database, clock: ManualClock, meanwhile: dict[str, Any]
) -> None:
    await a_sign_up(database, now=clock(), email=EMAIL)
    token = await mailed_token(database, EMAIL)
    async with held(PASSWORD_HASHES):
        confirming = asyncio.ensure_future(
            confirm(database, token=token, password=PASSWORD, now=clock())
        )
        await waits(PASSWORD_HASHES, 1)
        async with database.transaction() as session:
            await session.exec(update(SignUp).values(**meanwhile))
    with pytest.raises(LinkReplaced):
        await confirming
    assert (await the_user(database, EMAIL)).confirmed_at is None


async def test_a_password_that_was_replaced_while_it_is_checked_is_not_given_just_now(
    database: Database, clock: ManualClock, james: Person
) -> None:
    token = await a_token(database, james, now=clock())
    me = await find_caller(database, token=token, now=clock())
    assert me is not None
    new, later = await hash_password(NEW), clock.advance(RECENT)
    async with held(PASSWORD_HASHES):
        giving = asyncio.ensure_future(
            reauthenticate(database, session_id=me.session_id, password=PASSWORD, now=later)
        )
        await waits(PASSWORD_HASHES, 1)
        async with database.transaction() as session:
            await session.exec(update(User).values(password_hash=new))
    with pytest.raises(PasswordWrong):
        await giving
    assert not await is_recently_authenticated(
        database, session_id=me.session_id, user_id=james.id, now=later
    )
