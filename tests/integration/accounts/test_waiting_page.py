"""The waiting page's handlers, called as anyone on the internet may call them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.accounts.confirmation import confirm
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.web.live import tabs
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.sign_up import SignUpState
from assembly_ui.web.ticket import TicketState
from tests.factories.accounts import (
    PASSWORD,
    a_sign_up,
    mailed_token,
    posted,
)
from tests.factories.refused_mail import GREYLISTED, NO_SUCH_USER, send_mail
from tests.factories.states import HOSTILE, Tab, notice, went_to

pytestmark = pytest.mark.usefixtures("cheap_bcrypt", "parts")
EMAIL = "james.walters@kings.sch.uk"
FORM = {
    "invite_code": "letsassemble2020",
    "name": "James Walters",
    "email": EMAIL,
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
}


async def _signed_up(tab: Tab, **changed: Any) -> list[Any]:
    await tab.send(SignUpState.load)
    return await tab.send(SignUpState.submit, form={**FORM, **changed})


@pytest.mark.parametrize("ticket", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_whatever_the_browser_keeps_for_a_ticket_breaks_nothing(
    tab: Tab, database: Database, clock: ManualClock, ticket: Any
) -> None:
    await a_sign_up(database, now=clock())
    clock.advance(COOL_DOWN)
    (await tab.state(TicketState)).ticket = ticket
    await tab.send(ConfirmEmailState.load)
    await tab.send(ConfirmEmailState.resend)
    assert "do not know the sign-up of this browser" in await notice(tab)
    await tab.send(ConfirmEmailState.correct, form={"email": "other@kings.sch.uk"})
    assert await tab.send(ConfirmEmailState.move_on) == []
    assert (await tab.state(ConfirmEmailState)).email == ""
    assert len(await posted(database)) == 1
    assert went_to(await _signed_up(tab, email="new@kings.sch.uk")) == ["/confirm-email"]


async def test_resending_too_soon_says_when(tab: Tab, clock: ManualClock) -> None:
    await _signed_up(tab)
    clock.advance(timedelta(seconds=20))
    await tab.send(ConfirmEmailState.resend)
    assert await notice(tab) == (
        "We have sent a message already. Look in the spam folder too; you can send another in 40 "
        "seconds."
    )


async def test_resending_says_which_link_counts(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await _signed_up(tab)
    now = clock.advance(COOL_DOWN)
    await tab.send(ConfirmEmailState.resend)
    assert f"another message to {EMAIL}" in await notice(tab)
    waiting = await tab.state(ConfirmEmailState)
    assert waiting.resend_at == (now + COOL_DOWN).isoformat()
    assert not waiting.sending


@pytest.mark.parametrize("email", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_a_correction_that_is_no_address_changes_nothing(
    tab: Tab, database: Database, email: object
) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.load)
    await tab.send(ConfirmEmailState.correct, form={"email": email})
    waiting = await tab.state(ConfirmEmailState)
    assert waiting.error
    assert waiting.email == EMAIL
    assert len(await posted(database)) == 1


async def test_a_correction_shows_the_new_address(tab: Tab, database: Database) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.correct, form={"email": "j.walters@kings.sch.uk"})
    assert (await tab.state(ConfirmEmailState)).email == "j.walters@kings.sch.uk"
    assert len(await posted(database, "j.walters@kings.sch.uk")) == 1


async def test_the_page_moves_on_once_the_link_was_followed_and_not_before(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.load)
    assert await tab.send(ConfirmEmailState.move_on) == []
    await confirm(
        database, password=PASSWORD, token=await mailed_token(database, EMAIL), now=clock()
    )
    waiting = await tab.state(ConfirmEmailState)
    (topic,) = [topic for topic in tabs._tabs if topic.startswith("sign-up:")]
    await waiting._show(await ConfirmEmailState._read(topic))
    assert waiting.confirmed
    assert went_to(await tab.send(ConfirmEmailState.move_on)) == ["/log-in"]
    assert await notice(tab) == "Your email address is confirmed. Log in to go on."


async def _pushed(tab: Tab) -> ConfirmEmailState:
    """The page after it was told that something changed."""
    page = await tab.state(ConfirmEmailState)
    (topic,) = [topic for topic in tabs._tabs if topic.startswith("sign-up:")]
    await page._show(await ConfirmEmailState._read(topic))
    return page


@pytest.mark.parametrize(
    ("refusals", "trouble"),
    [(None, ""), (NO_SUCH_USER, "refused"), (GREYLISTED, "late")],
    ids=["delivered", "refused", "delayed"],
)
async def test_the_page_says_when_the_message_did_not_arrive(
    tab: Tab,
    database: Database,
    clock: ManualClock,
    refusals: dict[str, str] | None,
    trouble: str,
) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.load)
    assert (await tab.state(ConfirmEmailState)).trouble == ""
    await send_mail(database, clock, refusals=refusals)
    page = await _pushed(tab)
    assert (page.trouble, page.domain) == (trouble, "kings.sch.uk")


async def test_a_corrected_address_is_mailed_and_no_longer_refused(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.load)
    await send_mail(database, clock, refusals=NO_SUCH_USER)
    assert (await _pushed(tab)).trouble == "refused"
    await tab.send(ConfirmEmailState.correct, form={"email": "j.walters@kings.sch.uk"})
    assert (await tab.state(ConfirmEmailState)).trouble == ""
    server = await send_mail(database, clock)
    assert server.recipients == ["j.walters@kings.sch.uk"]
    assert (await _pushed(tab)).trouble == ""


async def test_a_refused_message_can_be_sent_again(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await _signed_up(tab)
    await tab.send(ConfirmEmailState.load)
    await send_mail(database, clock, refusals=NO_SUCH_USER)
    clock.advance(COOL_DOWN)
    await tab.send(ConfirmEmailState.resend)
    assert (await tab.state(ConfirmEmailState)).trouble == ""
    server = await send_mail(database, clock)
    assert server.recipients == [EMAIL]
