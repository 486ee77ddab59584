"""Forgotten passwords."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from assembly_ui.accounts.account_form import AccountForm
from assembly_ui.accounts.confirmation import confirm, confirm_with_new_password
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.errors import (
    FieldProblem,
    FormRefused,
    LinkExpired,
    LinkReplaced,
    LinkUnknown,
    LinkUsed,
    Missing,
    NotText,
    PasswordCommon,
    PasswordPersonal,
    PasswordsDiffer,
    PasswordTooShort,
    SignUpPasswordNeeded,
    WrongEmailOrPassword,
)
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.password_reset import (
    LinkLives,
    look_at_link,
    request_reset,
    reset_password,
)
from assembly_ui.accounts.sessions import resolve
from assembly_ui.accounts.waiting import correct_address
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import (
    ADDRESS,
    LINK_LIFE,
    PASSWORD,
    SESSION_LIFE,
    a_person,
    a_sign_up,
    a_token,
    mailed_token,
    posted,
)

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"
NEW = "Winter-Teapot-43"
RESET_LIFE = timedelta(hours=1)


async def _request(database: Database, email: object, now: datetime) -> str:
    lives = LinkLives(reset=RESET_LIFE, confirm=LINK_LIFE)
    return await request_reset(database, email=email, address=ADDRESS, lives=lives, now=now)


async def _reset(
    database: Database,
    token: object,
    now: datetime,
    password: object = NEW,
    confirmation: object = NEW,
) -> str:
    return await reset_password(
        database,
        token=token,
        password=password,
        confirmation=confirmation,
        help_email="help@assembly.education",
        now=now,
    )


async def _requested(database: Database, clock: ManualClock) -> str:
    await a_person(database, now=clock())
    await _request(database, EMAIL, clock())
    return await mailed_token(database, EMAIL)


async def test_the_owner_is_mailed_a_link_for_an_hour(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    assert await _request(database, " James.Walters@KINGS.sch.uk", clock()) == EMAIL
    (message,) = await posted(database)
    assert (message.kind, message.to) == ("reset_password", EMAIL)
    assert message.values["href"].startswith(f"{ADDRESS}/reset-password?token=")
    assert message.values["expires_at"] == (clock() + RESET_LIFE).isoformat()


async def test_every_address_gets_the_same_answer(
    database: Database, clock: ManualClock, count_bcrypt: Callable[[], int]
) -> None:
    await a_person(database, now=clock(), email="owner@kings.sch.uk")
    await a_sign_up(database, now=clock(), email="waiting@kings.sch.uk")
    count_bcrypt()
    for email in ("owner@kings.sch.uk", "waiting@kings.sch.uk", "nobody@kings.sch.uk"):
        assert await _request(database, email, clock()) == email
    assert count_bcrypt() == 0
    assert await posted(database, "nobody@kings.sch.uk") == []


async def test_the_owner_of_an_address_yet_to_be_confirmed_chooses_a_password(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    now = clock.advance(COOL_DOWN)
    await asyncio.gather(*[_request(database, EMAIL, now) for _ in range(3)])
    assert [m.kind for m in await posted(database)] == ["confirm_email", "choose_password"]
    token = await mailed_token(database, EMAIL)
    with pytest.raises(SignUpPasswordNeeded):
        await confirm(database, token=token, ticket=ticket, password=PASSWORD, now=now)
    form = AccountForm("James Walters", NEW, NEW)
    await confirm_with_new_password(database, token=token, form=form, now=now)
    await log_in(database, email=EMAIL, password=NEW, life=SESSION_LIFE, now=now)


async def test_an_address_that_its_sign_up_has_left_is_sent_nothing(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    now = clock.advance(COOL_DOWN)
    await correct_address(
        database,
        ticket=ticket,
        email="james.walters@queens.sch.uk",
        check_dns=False,
        address=ADDRESS,
        link_life=LINK_LIFE,
        now=now,
    )
    assert await _request(database, EMAIL, now) == EMAIL
    assert [m.kind for m in await posted(database, EMAIL)] == ["confirm_email"]


async def test_asking_many_times_at_once_mails_once(database: Database, clock: ManualClock) -> None:
    await a_person(database, now=clock())
    await asyncio.gather(*[_request(database, EMAIL, clock()) for _ in range(5)])
    assert len(await posted(database)) == 1


async def test_who_asks_again_takes_no_link_away_until_one_is_used(
    database: Database, clock: ManualClock
) -> None:
    old = await _requested(database, clock)
    now = clock.advance(COOL_DOWN)
    await _request(database, EMAIL, now)
    await look_at_link(database, token=old, now=now)
    await _reset(database, await mailed_token(database, EMAIL), now)
    with pytest.raises(LinkReplaced):
        await look_at_link(database, token=old, now=now)


async def test_the_new_password_takes_the_place_of_the_old(
    database: Database, clock: ManualClock
) -> None:
    token = await _requested(database, clock)
    assert (await look_at_link(database, token=token, now=clock())).email == EMAIL
    assert await _reset(database, token, clock()) == EMAIL
    await log_in(database, email=EMAIL, password=NEW, life=SESSION_LIFE, now=clock())
    with pytest.raises(WrongEmailOrPassword):
        await log_in(database, email=EMAIL, password=PASSWORD, life=SESSION_LIFE, now=clock())


async def test_every_session_ends_and_the_owner_is_told(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    tokens = [await a_token(database, person, now=clock()) for _ in range(2)]
    await _request(database, EMAIL, clock())
    await _reset(database, await mailed_token(database, EMAIL), clock())
    for token in tokens:
        assert await resolve(database, token=token, life=SESSION_LIFE, now=clock()) is None
    assert [m.kind for m in await posted(database)] == ["reset_password", "password_changed"]


async def test_a_link_resets_once(database: Database, clock: ManualClock) -> None:
    token = await _requested(database, clock)
    tries = [_reset(database, token, clock()) for _ in range(4)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, LinkUsed) for outcome in outcomes) == 3
    with pytest.raises(LinkUsed):
        await look_at_link(database, token=token, now=clock())


async def test_a_link_used_up_may_be_asked_for_again_at_once(
    database: Database, clock: ManualClock
) -> None:
    await _reset(database, await _requested(database, clock), clock())
    await _request(database, EMAIL, clock())
    await look_at_link(database, token=await mailed_token(database, EMAIL), now=clock())


async def test_a_link_lasts_an_hour(database: Database, clock: ManualClock) -> None:
    token = await _requested(database, clock)
    with pytest.raises(LinkExpired):
        await _reset(database, token, clock.advance(RESET_LIFE))


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\x00", None, 7, ["x"]])
async def test_nothing_but_the_link_resets_anything(
    database: Database, clock: ManualClock, count_bcrypt: Callable[[], int], token: object
) -> None:
    await _requested(database, clock)
    count_bcrypt()
    with pytest.raises(LinkUnknown):
        await _reset(database, token, clock())
    assert count_bcrypt() == 0


@pytest.mark.parametrize(
    ("password", "confirmation", "problems"),
    [
        ("", "", {"password": Missing, "password_confirmation": Missing}),
        ("short", "short", {"password": PasswordTooShort}),
        (NEW, "other", {"password_confirmation": PasswordsDiffer}),
        (
            "password",
            "passwort",
            {"password": PasswordCommon, "password_confirmation": PasswordsDiffer},
        ),
        ("james.walters", "james.walters", {"password": PasswordPersonal}),
        ("James Walters", "James Walters", {"password": PasswordPersonal}),
        (None, ["x"], {"password": NotText, "password_confirmation": NotText}),
    ],
)
async def test_a_refused_password_names_every_problem_and_leaves_the_link_unused(
    database: Database,
    clock: ManualClock,
    password: object,
    confirmation: object,
    problems: dict[str, type[FieldProblem]],
) -> None:
    token = await _requested(database, clock)
    with pytest.raises(FormRefused) as caught:
        await _reset(database, token, clock(), password, confirmation)
    assert {name: type(p) for name, p in caught.value.problems.items()} == problems
    await _reset(database, token, clock())


@pytest.mark.parametrize("email", ["", "no address", None, 7, {"a": 1}])
async def test_what_is_no_address_is_refused(
    database: Database, clock: ManualClock, email: object
) -> None:
    with pytest.raises(FieldProblem):
        await _request(database, email, clock())
