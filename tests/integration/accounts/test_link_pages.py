"""Log-in, mailed links, and the pages that send them: their handlers, in anyone's hands."""

from __future__ import annotations

import pytest

from assembly_ui.accounts.confirmation import confirm
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.log_in import log_in
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.pages.confirm import ConfirmState
from assembly_ui.web.pages.forgotten_password import ForgottenPasswordState
from assembly_ui.web.pages.front import FrontState
from assembly_ui.web.pages.log_in import LogInState
from assembly_ui.web.pages.resend_confirmation import ResendConfirmationState
from assembly_ui.web.pages.reset_password import ResetPasswordState
from assembly_ui.web.ticket import TicketState
from tests.factories.accounts import (
    PASSWORD,
    SESSION_LIFE,
    a_person,
    a_sign_up,
    a_token,
    mailed_token,
)
from tests.factories.schools import a_school
from tests.factories.states import Tab, notice, went_to

pytestmark = pytest.mark.usefixtures("cheap_bcrypt", "parts")
EMAIL = "james.walters@kings.sch.uk"


@pytest.mark.parametrize("page", [ResendConfirmationState, ForgottenPasswordState])
async def test_every_address_gets_the_same_answer(
    database: Database, clock: ManualClock, page: type
) -> None:
    await a_person(database, now=clock(), email="owner@kings.sch.uk")
    await a_sign_up(database, now=clock(), email="waiting@kings.sch.uk")
    clock.advance(COOL_DOWN)
    for email in ("owner@kings.sch.uk", "waiting@kings.sch.uk", "nobody@kings.sch.uk"):
        tab = Tab()
        await tab.send(page.submit, form={"email": email.upper()})
        state = await tab.state(page)
        assert (state.sent_to, state.error, state.refusal) == (email, "", "")


@pytest.mark.parametrize("page", [ResendConfirmationState, ForgottenPasswordState])
async def test_asking_too_often_says_when_to_return(tab: Tab, page: type) -> None:
    for _ in range(11):
        await tab.send(page.submit, form={"email": EMAIL})
    state = await tab.state(page)
    assert state.refusal.startswith("That was tried too often.")
    assert state.sent_to == ""


@pytest.mark.parametrize("query", ["", "?token=", "?token=abc", "?token=%00", "?token=a&token=b"])
@pytest.mark.parametrize("page", [ConfirmState, ResetPasswordState])
async def test_a_mangled_link_says_so_with_a_way_on(query: str, page: type) -> None:
    tab = Tab(path=f"/link{query}")
    await tab.send(page.load)
    state = await tab.state(page)
    assert state.heading == "This link is not complete"
    assert state.href in {"/resend-confirmation", "/forgotten-password"}
    assert state.email == ""


async def test_a_confirmation_link_shows_whose_account_it_activates(
    database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    tab = Tab(path=f"/confirm?token={token}")
    (await tab.state(TicketState)).ticket = ticket
    for _ in range(2):
        await tab.send(ConfirmState.load)
        state = await tab.state(ConfirmState)
        assert (state.step, state.email, state.name) == ("own", EMAIL, "James Walters")
    await confirm(database, password=PASSWORD, token=token, now=clock())
    await tab.send(ConfirmState.load)
    assert (state.heading, state.email, state.token) == ("This link has been used", "", "")


async def test_opening_links_too_often_says_when_to_return() -> None:
    tab = Tab(path="/confirm?token=guess")
    for _ in range(61):
        await tab.send(ConfirmState.load)
    state = await tab.state(ConfirmState)
    assert state.problem.startswith("That was tried too often.")


async def test_a_new_password_is_chosen_behind_its_link(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await Tab().send(ForgottenPasswordState.submit, form={"email": EMAIL})
    tab = Tab(path=f"/reset-password?token={await mailed_token(database, EMAIL)}")
    await tab.send(ResetPasswordState.load)
    state = await tab.state(ResetPasswordState)
    assert state.email == EMAIL
    await tab.send(ResetPasswordState.submit, form={"password": "short"})
    assert [line["field"] for line in state.summary] == ["password", "password_confirmation"]
    new = {"password": "Winter-Teapot-43", "password_confirmation": "Winter-Teapot-43"}
    assert went_to(await tab.send(ResetPasswordState.submit, form=new)) == ["/log-in"]
    assert EMAIL in await notice(tab)
    await log_in(database, email=EMAIL, password="Winter-Teapot-43", life=SESSION_LIFE, now=clock())
    await tab.send(ResetPasswordState.submit, form=new)
    assert state.heading == "This link has been used"


@pytest.mark.parametrize("page", [FrontState, LogInState])
async def test_people_who_are_signed_in_are_led_on(
    database: Database, clock: ManualClock, page: type
) -> None:
    person = await a_person(database, now=clock())
    token = await a_token(database, person, now=clock())
    assert went_to(await Tab(f"{COOKIE}={token}").send(page.load)) == ["/school-setup"]
    await a_school(database, now=clock(), owner=person)
    assert went_to(await Tab(f"{COOKIE}={token}").send(page.load)) == ["/connector"]
    assert await Tab().send(page.load) == []


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        ("", "in 60 minutes"),
        ("nonsense", "in 60 minutes"),
        ("999999999999999", "in 60 minutes"),
        ("-1", "in 60 minutes"),
        ("²", "in 60 minutes"),
        ("{}", "in 60 minutes"),
        ("now+90", "in 2 minutes"),
    ],
)
async def test_the_wait_after_too_many_tries_is_counted_down(
    parts: Services, retry: str, words: str
) -> None:
    if retry == "now+90":
        retry = str(int(parts.clock().timestamp()) + 90)
    tab = Tab(path=f"/log-in?retry={retry}")
    await tab.send(LogInState.load)
    assert (await tab.state(LogInState)).retry == words
