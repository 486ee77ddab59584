"""The waiting page: what it shows, resends and corrects; and resending without it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest

from assembly_ui.accounts import waiting
from assembly_ui.accounts.confirmation import confirm, look_at_link
from assembly_ui.accounts.confirmation_mail import COOL_DOWN, sign_up_topic
from assembly_ui.accounts.errors import (
    EmailMalformed,
    FieldProblem,
    LinkReplaced,
    Missing,
    SignUpConfirmed,
    SignUpUnknown,
    Throttled,
)
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.accounts.waiting import Waiting, correct_address, look, resend, resend_to
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub
from tests.factories.accounts import (
    ADDRESS,
    LINK_LIFE,
    PASSWORD,
    a_person,
    a_sign_up,
    mailed_token,
    posted,
)

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"
CORRECTED = "james.walters@queens.sch.uk"


async def _resend(database: Database, ticket: object, now: datetime) -> Waiting:
    return await resend(database, ticket=ticket, address=ADDRESS, link_life=LINK_LIFE, now=now)


async def _correct(database: Database, ticket: object, email: object, now: datetime) -> Waiting:
    return await correct_address(
        database,
        ticket=ticket,
        email=email,
        check_dns=False,
        address=ADDRESS,
        link_life=LINK_LIFE,
        now=now,
    )


async def _resend_to(
    database: Database, email: object, now: datetime, ticket: object = None
) -> str:
    return await resend_to(
        database, email=email, ticket=ticket, address=ADDRESS, link_life=LINK_LIFE, now=now
    )


async def test_the_page_shows_the_address_and_when_it_may_send_again(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    assert await look(database, ticket=ticket) == Waiting(EMAIL, clock() + COOL_DOWN, False)
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    assert (await look(database, ticket=ticket)).is_confirmed


@pytest.mark.parametrize("ticket", ["", "x", "x" * 100_000, "\x00", None, 7, ["x"], {"a": 1}])
async def test_nothing_but_the_ticket_shows_or_changes_a_sign_up(
    database: Database, clock: ManualClock, ticket: object
) -> None:
    await a_sign_up(database, now=clock())
    now = clock.advance(COOL_DOWN)
    with pytest.raises(SignUpUnknown):
        await look(database, ticket=ticket)
    with pytest.raises(SignUpUnknown):
        await _resend(database, ticket, now)
    with pytest.raises(SignUpUnknown):
        await _correct(database, ticket, CORRECTED, now)
    assert len(await posted(database)) == 1


async def test_resending_waits_for_the_cool_down(database: Database, clock: ManualClock) -> None:
    ticket = await a_sign_up(database, now=clock())
    free_at = clock() + COOL_DOWN
    with pytest.raises(Throttled) as caught:
        await _resend(database, ticket, clock.advance(COOL_DOWN - timedelta(seconds=1)))
    assert caught.value.retry_at == free_at
    assert (await _resend(database, ticket, free_at)).resend_at == free_at + COOL_DOWN
    assert [message.kind for message in await posted(database, EMAIL)] == ["confirm_email"] * 2


async def test_of_many_presses_at_once_one_resends(database: Database, clock: ManualClock) -> None:
    ticket = await a_sign_up(database, now=clock())
    now = clock.advance(COOL_DOWN)
    presses = [_resend(database, ticket, now) for _ in range(5)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 4
    assert len(await posted(database)) == 2


async def test_correcting_the_address_sends_a_new_link_and_closes_the_old(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    old = await mailed_token(database, EMAIL)
    seen = await _correct(database, ticket, " James.Walters@QUEENS.sch.uk ", clock())
    assert seen == Waiting(CORRECTED, clock() + COOL_DOWN, False)
    with pytest.raises(LinkReplaced):
        await confirm(database, password=PASSWORD, token=old, now=clock())
    confirmed = await confirm(
        database, password=PASSWORD, token=await mailed_token(database, CORRECTED), now=clock()
    )
    assert (confirmed.email, confirmed.name) == (CORRECTED, "James Walters")


async def test_correcting_to_the_same_address_sends_nothing(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    corrections = [_correct(database, ticket, CORRECTED, clock()) for _ in range(4)]
    await asyncio.gather(*corrections)
    assert [message.to for message in await posted(database)] == [EMAIL, CORRECTED]


async def test_correcting_to_a_taken_address_looks_the_same_and_tells_its_owner(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock(), email=CORRECTED, name="The Owner")
    ticket = await a_sign_up(database, now=clock())
    seen = await _correct(database, ticket, CORRECTED, clock())
    assert seen == Waiting(CORRECTED, clock() + COOL_DOWN, False)
    (message,) = await posted(database, CORRECTED)
    assert message.kind == "address_taken"


@pytest.mark.parametrize(
    ("email", "problem"),
    [("", Missing), (None, FieldProblem), ("james", EmailMalformed), ({"a": 1}, FieldProblem)],
)
async def test_an_address_that_is_none_changes_nothing(
    database: Database, clock: ManualClock, email: object, problem: type[Exception]
) -> None:
    ticket = await a_sign_up(database, now=clock())
    with pytest.raises(problem):
        await _correct(database, ticket, email, clock())
    assert (await look(database, ticket=ticket)).email == EMAIL
    assert len(await posted(database)) == 1


async def test_a_confirmed_sign_up_has_nothing_to_resend_or_correct(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    now = clock.advance(COOL_DOWN)
    with pytest.raises(SignUpConfirmed):
        await _resend(database, ticket, now)
    with pytest.raises(SignUpConfirmed):
        await _correct(database, ticket, CORRECTED, now)


async def test_the_page_of_a_taken_address_goes_on_waiting(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    ticket = await a_sign_up(database, now=clock())
    assert await look(database, ticket=ticket) == Waiting(EMAIL, clock() + COOL_DOWN, False)
    seen = await _resend(database, ticket, clock.advance(COOL_DOWN))
    assert seen == Waiting(EMAIL, clock() + COOL_DOWN, False)
    assert [message.kind for message in await posted(database)] == ["address_taken"] * 2


@pytest.mark.parametrize("act", ["resend", "correct"])
async def test_every_tab_of_the_browser_hears_of_it(
    database: Database, clock: ManualClock, pubsub: PubSub, act: str
) -> None:
    ticket = await a_sign_up(database, now=clock())
    now = clock.advance(COOL_DOWN)
    async with pubsub.listen() as heard:
        if act == "resend":
            await _resend(database, ticket, now)
        else:
            await _correct(database, ticket, CORRECTED, now)
        topics = {heard.get_nowait() for _ in range(heard.qsize())}
    topic = sign_up_topic(hash_token(ticket))
    assert topic in topics
    seen = await waiting.look_by_hash(database, ticket_hash=topic.partition(":")[2])
    assert seen == await look(database, ticket=ticket)


@pytest.mark.parametrize("asks", ["the browser that signed up", "anybody"])
async def test_typing_the_address_has_the_message_sent_again(
    database: Database, clock: ManualClock, asks: str
) -> None:
    ticket = await a_sign_up(database, now=clock())
    old = await mailed_token(database, EMAIL)
    now = clock.advance(COOL_DOWN)
    is_own = asks != "anybody"
    given = ticket if is_own else None
    assert await _resend_to(database, " James.Walters@KINGS.sch.uk", now, given) == EMAIL
    assert "James Walters" not in (await posted(database))[-1].values.values()
    # Nobody else takes away the link that its reader is about to follow.
    with pytest.raises(LinkReplaced) if is_own else nullcontext():
        await look_at_link(database, token=old, now=now)
    await confirm(database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=now)


async def test_typing_any_address_gets_the_same_answer(
    database: Database, clock: ManualClock, count_bcrypt: Callable[[], int]
) -> None:
    await a_person(database, now=clock(), email="owner@kings.sch.uk")
    await a_sign_up(database, now=clock(), email="waiting@kings.sch.uk")
    now = clock.advance(COOL_DOWN)
    count_bcrypt()
    for email in ("owner@kings.sch.uk", "waiting@kings.sch.uk", "nobody@kings.sch.uk"):
        assert await _resend_to(database, email, now) == email
    assert count_bcrypt() == 0
    assert [message.to for message in await posted(database)] == ["waiting@kings.sch.uk"] * 2


async def test_typing_the_address_again_and_again_sends_one_message(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    assert await _resend_to(database, EMAIL, clock()) == EMAIL
    now = clock.advance(COOL_DOWN)
    await asyncio.gather(*[_resend_to(database, EMAIL, now) for _ in range(5)])
    assert len(await posted(database)) == 2


async def test_typing_the_address_once_confirmed_tells_its_owner_so(
    database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    await _resend_to(database, EMAIL, clock.advance(COOL_DOWN))
    assert [message.kind for message in await posted(database)] == [
        "confirm_email",
        "address_taken",
    ]


async def test_a_strangers_form_does_not_take_the_place_of_the_one_this_browser_sent(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock(), name="Owner")
    await a_sign_up(database, now=clock(), name="Stranger", password="strangers-Kettle-7")
    now = clock.advance(COOL_DOWN)
    await _resend_to(database, EMAIL, now, ticket)
    confirmed = await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=now
    )
    assert confirmed.name == "Owner"


@pytest.mark.parametrize("email", ["", "no address", None, 7, ["x"], "a@b.test\nBcc: x@y.test"])
async def test_what_is_no_address_is_refused(
    database: Database, clock: ManualClock, email: object
) -> None:
    with pytest.raises(FieldProblem):
        await _resend_to(database, email, clock())
