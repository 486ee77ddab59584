"""Logging in, staying logged in, logging out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from assembly_ui.accounts import log_in as log_in_module
from assembly_ui.accounts.errors import NotConfirmed, PasswordWrong, WrongEmailOrPassword
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import LogInSession
from assembly_ui.accounts.people import find_person, get_person
from assembly_ui.accounts.sessions import (
    SignedIn,
    is_recently_authenticated,
    list_sessions,
    log_out,
    log_out_everywhere,
    look_at_school,
    reauthenticate,
    resolve,
)
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.models import AuditEntry
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, user_topic
from assembly_ui.schools.models import School
from tests.factories.accounts import PASSWORD, SESSION_LIFE, a_person, a_token
from tests.factories.people import a_session

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"


async def _log_in(
    database: Database, now: datetime, email: object = EMAIL, password: object = PASSWORD
) -> str:
    logged_in = await log_in(
        database, email=email, password=password, user_agent="Test", life=SESSION_LIFE, now=now
    )
    return logged_in.token


async def _who(database: Database, token: object, now: datetime) -> SignedIn | None:
    return await resolve(database, token=token, life=SESSION_LIFE, now=now)


async def _row(database: Database) -> LogInSession:
    async with database.read() as session:
        return (await session.exec(select(LogInSession))).one()


async def test_the_right_password_begins_a_session(database: Database, clock: ManualClock) -> None:
    person = await a_person(database, now=clock())
    token = await _log_in(database, clock(), email="James.Walters@KINGS.sch.uk")
    who = await _who(database, token, clock())
    assert who
    assert (who.user_id, who.email, who.name) == (person.id, EMAIL, "James Walters")
    assert who.expires_at == clock() + SESSION_LIFE


async def test_the_token_is_kept_only_as_a_hash(database: Database, clock: ManualClock) -> None:
    await a_person(database, now=clock())
    token = await _log_in(database, clock())
    assert (await _row(database)).token_hash == hash_token(token)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        (EMAIL, ""),
        (EMAIL, PASSWORD.lower()),
        (EMAIL, None),
        (EMAIL, {"$ne": ""}),
        ("nobody@kings.sch.uk", PASSWORD),
        ("waiting@kings.sch.uk", "wrong"),
        ("not an address", PASSWORD),
        ("", PASSWORD),
        (None, PASSWORD),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("x" * 1_000_000, "x" * 1_000_000),
    ],
)
async def test_everything_else_is_refused_alike_after_the_same_work(
    database: Database,
    clock: ManualClock,
    count_bcrypt: Callable[[], int],
    email: object,
    password: object,
) -> None:
    await a_person(database, now=clock())
    await a_person(database, now=clock(), email="waiting@kings.sch.uk", confirmed=False)
    count_bcrypt()
    with pytest.raises(WrongEmailOrPassword):
        await _log_in(database, clock(), email, password)
    assert count_bcrypt() == 2


async def test_an_unconfirmed_person_learns_so_only_with_the_right_password(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock(), confirmed=False)
    with pytest.raises(NotConfirmed) as caught:
        await _log_in(database, clock())
    assert caught.value.email == EMAIL
    with pytest.raises(WrongEmailOrPassword):
        await _log_in(database, clock(), password="wrong")


async def test_a_password_reset_while_it_was_checked_opens_nothing(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_person(database, now=clock())
    real = log_in_module.find_match

    async def slow(password: object, *kept: str | None, **_: str) -> int | None:
        match = await real(password, *kept)
        async with database.transaction() as session:
            user = await log_in_module.find_user(session, EMAIL)
            assert user
            user.password_hash = "changed"
        return match

    monkeypatch.setattr(log_in_module, "find_match", slow)
    with pytest.raises(WrongEmailOrPassword):
        await _log_in(database, clock())


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\x00", None, 7, ["x"], {"a": 1}])
async def test_nothing_but_the_token_is_a_session(
    database: Database, clock: ManualClock, token: object
) -> None:
    await a_person(database, now=clock())
    await _log_in(database, clock())
    assert await _who(database, token, clock()) is None


async def test_use_prolongs_a_session_at_most_once_a_minute(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    begun = clock()
    token = await _log_in(database, begun)
    await _who(database, token, clock.advance(timedelta(seconds=59)))
    assert (await _row(database)).last_seen_at == begun
    await _who(database, token, clock.advance(timedelta(seconds=1)))
    row = await _row(database)
    assert (row.last_seen_at, row.expires_at) == (clock(), clock() + SESSION_LIFE)


async def test_a_session_in_use_outlives_its_first_expiry_and_an_idle_one_does_not(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    used, idle = await _log_in(database, clock()), await _log_in(database, clock())
    await _who(database, used, clock.advance(timedelta(days=10)))
    clock.advance(timedelta(days=4))
    assert await _who(database, used, clock())
    assert await _who(database, idle, clock()) is None


async def test_logging_out_ends_this_session_only(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    person = await a_person(database, now=clock())
    left, kept = await _log_in(database, clock()), await _log_in(database, clock())
    async with pubsub.listen() as heard:
        await log_out(database, token=left, now=clock())
        assert heard.get_nowait() == user_topic(person.id)
    assert await _who(database, left, clock()) is None
    assert await _who(database, kept, clock())


async def test_logging_out_twice_or_as_nobody_is_no_error(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    token = await _log_in(database, clock())
    for ended in (token, token, "nonsense", None):
        await log_out(database, token=ended, now=clock())
    async with database.read() as session:
        actions = [entry.action for entry in await session.exec(select(AuditEntry))]
    assert actions == ["logged_in", "logged_out"]


async def test_every_session_can_be_seen_and_ended_at_once(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    first = await a_token(database, person, now=clock())
    second = await _log_in(database, clock.advance(timedelta(hours=1)))
    listed = await list_sessions(database, user_id=person.id, now=clock())
    assert [view.user_agent for view in listed] == ["Test", ""]
    await log_out_everywhere(database, user_id=person.id, now=clock())
    assert await list_sessions(database, user_id=person.id, now=clock()) == []
    assert not await _who(database, first, clock())
    assert not await _who(database, second, clock())


async def test_a_session_remembers_the_school_it_looks_at(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    async with database.transaction() as session:
        school = School(name="King's", mis="isams-xod", mis_chosen_at=clock(), created_at=clock())
        session.add(school)
    token = await _log_in(database, clock())
    who = await _who(database, token, clock())
    assert who
    assert who.school_id is None
    await look_at_school(database, session_id=who.session_id, school_id=school.id)
    who = await _who(database, token, clock())
    assert who
    assert who.school_id == school.id


async def test_a_strange_user_agent_does_no_harm(database: Database, clock: ManualClock) -> None:
    await a_person(database, now=clock())
    await log_in(
        database,
        email=EMAIL,
        password=PASSWORD,
        user_agent="\x00\ud800" + "x" * 10_000,
        life=SESSION_LIFE,
        now=clock(),
    )
    assert len((await _row(database)).user_agent) <= 200


async def test_people_are_found_by_id_and_by_address(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    assert await get_person(database, person.id) == person
    assert await find_person(database, " James.Walters@KINGS.sch.uk ") == person
    assert await get_person(database, 999) is None
    assert await find_person(database, "nobody@kings.sch.uk") is None


async def test_a_log_in_ends_in_time_however_much_it_is_used(
    database: Database, clock: ManualClock
) -> None:
    token = await a_token(database, await a_person(database, now=clock()), now=clock())
    begun, longest = clock(), timedelta(days=30)
    while clock() < begun + longest - timedelta(days=7):
        clock.advance(timedelta(days=7))
        assert await resolve(database, token=token, life=SESSION_LIFE, longest=longest, now=clock())
    clock.advance(begun + longest - clock())
    found = await resolve(database, token=token, life=SESSION_LIFE, longest=longest, now=clock())
    assert found is None


async def test_a_log_in_lasts_no_longer_than_allowed_from_the_start(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    logged_in = await log_in(
        database,
        email=person.email,
        password=PASSWORD,
        life=SESSION_LIFE,
        longest=timedelta(days=1),
        now=clock(),
    )
    assert logged_in.expires_at == clock() + timedelta(days=1)


async def test_the_password_counts_as_given_just_now_for_a_while_and_in_its_session_only(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    here = await a_session(database, person, now=clock())

    async def is_recent(session_id: int) -> bool:
        return await is_recently_authenticated(
            database, session_id=session_id, user_id=person.id, now=clock()
        )

    assert await is_recent(here)
    clock.advance(timedelta(minutes=10))
    assert not await is_recent(here)
    elsewhere = await a_session(database, person, now=clock())
    assert await is_recent(elsewhere)
    assert not await is_recent(here)
    with pytest.raises(PasswordWrong):
        await reauthenticate(database, session_id=here, password="wrong", now=clock())
    assert not await is_recent(here)
    await reauthenticate(database, session_id=here, password=PASSWORD, now=clock())
    assert await is_recent(here)
    assert not await is_recently_authenticated(
        database, session_id=here, user_id=person.id + 1, now=clock()
    )
    await log_out_everywhere(database, user_id=person.id, now=clock())
    assert not await is_recent(here)
