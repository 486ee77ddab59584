"""Confirming an address, and links used twice, late, altered or replaced."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from assembly_ui.accounts.account_form import AccountForm
from assembly_ui.accounts.confirmation import (
    ConfirmationView,
    confirm,
    confirm_with_new_password,
    look_at_link,
)
from assembly_ui.accounts.confirmation_mail import sign_up_topic
from assembly_ui.accounts.errors import (
    FormRefused,
    LinkExpired,
    LinkReplaced,
    LinkUnknown,
    LinkUsed,
    SignUpPasswordNeeded,
    SignUpPasswordWrong,
    SignUpProblem,
)
from assembly_ui.accounts.models import SignUp
from assembly_ui.accounts.password_reset import look_at_link as look_at_reset_link
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.accounts.waiting import resend
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub
from tests.factories.accounts import (
    ADDRESS,
    LINK_LIFE,
    PASSWORD,
    a_sign_up,
    mailed_token,
    the_user,
)

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"


async def test_the_link_activates_the_account(database: Database, clock: ManualClock) -> None:
    await a_sign_up(database, now=clock())
    confirmed = await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    assert (confirmed.email, confirmed.name) == (EMAIL, "James Walters")
    assert (await the_user(database, EMAIL)).confirmed_at == clock()


async def test_in_the_browser_that_signed_up_no_password_is_asked_for(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    await confirm(database, token=token, ticket=ticket, now=clock())
    assert (await the_user(database, EMAIL)).confirmed_at == clock()


async def test_in_another_browser_the_password_of_the_sign_up_is_asked_for(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    for password in (None, "", 7):
        with pytest.raises(SignUpProblem):
            await confirm(database, token=token, password=password, now=clock())
    with pytest.raises(SignUpPasswordWrong):
        await confirm(database, token=token, password="Autumn-Kettle-43", now=clock())
    await confirm(database, token=token, password=PASSWORD, now=clock())


async def test_a_refused_new_password_leaves_the_link_unused(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    form = AccountForm("<b>", "short", "other")
    with pytest.raises(FormRefused) as caught:
        await confirm_with_new_password(database, token=token, form=form, now=clock())
    assert list(caught.value.problems) == ["name", "password", "password_confirmation"]
    form = AccountForm("", "Winter-Teapot-43", "Winter-Teapot-43")
    confirmed = await confirm_with_new_password(database, token=token, form=form, now=clock())
    assert (confirmed.email, confirmed.name) == (EMAIL, "")


async def test_looking_says_whose_link_it_is_and_leaves_it_unused(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    for _ in range(3):
        seen = await look_at_link(database, token=token, ticket=ticket, now=clock())
    assert seen == ConfirmationView(EMAIL, "James Walters", clock(), True, True)
    seen = await look_at_link(database, token=token, ticket="another browser", now=clock())
    assert seen == ConfirmationView(EMAIL, "", clock(), False, True)
    assert (await the_user(database, EMAIL)).confirmed_at is None


@pytest.mark.parametrize("email", [EMAIL, "eve@kings.sch.uk"])
async def test_a_browser_whose_sign_up_is_over_or_of_another_address_is_any_other_browser(
    database: Database, clock: ManualClock, email: str
) -> None:
    ticket = await a_sign_up(database, now=clock(), email=email, name="Eve")
    async with database.transaction() as session:
        sign_up = (await session.exec(select(SignUp))).one()
        sign_up.confirmed_at = clock() if email == EMAIL else None
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    seen = await look_at_link(database, token=token, ticket=ticket, now=clock())
    assert seen == ConfirmationView(EMAIL, "", clock(), False, True)
    with pytest.raises(SignUpPasswordNeeded):
        await confirm(database, token=token, ticket=ticket, now=clock())
    confirmed = await confirm(database, token=token, ticket=ticket, password=PASSWORD, now=clock())
    assert confirmed.name == "James Walters"


async def test_a_link_works_once_and_then_says_when_it_did(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    token, used_at = await mailed_token(database, EMAIL), clock()
    await confirm(database, password=PASSWORD, token=token, now=used_at)
    for attempt in (look_at_link, confirm):
        with pytest.raises(LinkUsed) as caught:
            await attempt(database, token=token, now=clock.advance(timedelta(days=3)))
        assert caught.value.used_at == used_at


async def test_of_many_presses_at_once_one_confirms(database: Database, clock: ManualClock) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    # One client may try three passwords of an account at once.
    presses = [confirm(database, password=PASSWORD, token=token, now=clock()) for _ in range(3)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(isinstance(outcome, LinkUsed) for outcome in outcomes) == 2


async def test_a_link_lasts_a_day(database: Database, clock: ManualClock) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    end = clock() + LINK_LIFE
    await look_at_link(database, token=token, now=clock.advance(LINK_LIFE - timedelta(seconds=1)))
    for attempt in (look_at_link, confirm):
        with pytest.raises(LinkExpired) as caught:
            await attempt(database, token=token, now=end)
        assert caught.value.expired_at == end


async def test_a_newer_link_takes_the_place_of_the_one_before(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    old = await mailed_token(database, EMAIL)
    now = clock.advance(timedelta(minutes=5))
    await resend(database, ticket=ticket, address=ADDRESS, link_life=LINK_LIFE, now=now)
    with pytest.raises(LinkReplaced):
        await confirm(database, password=PASSWORD, token=old, now=now)
    await confirm(database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=now)
    with pytest.raises(LinkUsed):
        await look_at_link(database, token=old, now=now)


@pytest.mark.parametrize(
    "token", ["", "x", "x" * 100_000, "\x00", "' OR 1=1 --", None, 7, ["x"], {"a": 1}]
)
async def test_nothing_but_the_link_opens_anything(
    database: Database, clock: ManualClock, token: object
) -> None:
    await a_sign_up(database, now=clock())
    for attempt in (look_at_link, confirm):
        with pytest.raises(LinkUnknown):
            await attempt(database, token=token, now=clock())


async def test_a_mangled_link_opens_nothing(database: Database, clock: ManualClock) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    for mangled in (token[:-1], token + "=", token.swapcase(), f"{token} ", f"3D{token}"):
        with pytest.raises(LinkUnknown):
            await confirm(database, password=PASSWORD, token=mangled, now=clock())


async def test_a_confirmation_link_resets_no_password(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    with pytest.raises(LinkUnknown):
        await look_at_reset_link(database, token=await mailed_token(database, EMAIL), now=clock())


async def test_the_waiting_browser_hears_of_it(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    ticket = await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    async with pubsub.listen() as heard:
        await confirm(database, password=PASSWORD, token=token, now=clock())
        topics = {heard.get_nowait() for _ in range(heard.qsize())}
    assert sign_up_topic(hash_token(ticket)) in topics
