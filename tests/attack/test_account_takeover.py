"""A stranger signs up somebody else's address first. Whoever owns the mailbox confirms it,
and the stranger must get nothing of that: no log-in, no name, no request of an app.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.accounts.account_form import AccountForm
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.people import Person, find_person
from assembly_ui.accounts.sessions import RECENT
from assembly_ui.apps.requests import pending_of
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.invitations import invite
from assembly_ui.schools.invited_account import create_account
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role, School
from assembly_ui.server.client_ip import REQUEST_COOKIE
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.pages.confirm import ConfirmState
from assembly_ui.web.pages.forgotten_password import ForgottenPasswordState
from assembly_ui.web.pages.resend_confirmation import ResendConfirmationState
from assembly_ui.web.pages.sign_up import SignUpState
from assembly_ui.web.pages.users.member import MemberState
from assembly_ui.web.routes import accounts
from assembly_ui.web.ticket import TicketState
from tests.factories.accounts import (
    ADDRESS,
    a_person,
    a_token,
    cheap_bcrypt,
    mailed_token,
    posted,
    the_user,
)
from tests.factories.parts import parts
from tests.factories.people import a_colleague, roles_in
from tests.factories.schools import a_school
from tests.factories.states import Tab, went_to
from tests.integration.web.app_pages.conftest import Begun, app, begun

__all__ = ["app", "begun", "cheap_bcrypt", "parts"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

VICTIM = "head@kings.sch.uk"
ATTACKERS_NAME = "Your new password is Trombone"
ATTACKERS_PASSWORD = "Trombone-Velvet-7"
VICTIMS_PASSWORD = "Autumn-Kettle-42"


@pytest.fixture
async def browser(parts: Services) -> AsyncIterator[httpx.AsyncClient]:
    http = FastAPI()
    http.include_router(accounts.router(parts.settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(http), base_url=ADDRESS, headers={"origin": ADDRESS}
    ) as client:
        yield client


def _form(email: str, name: str, password: str) -> dict[str, str]:
    return {
        "invite_code": "letsassemble2020",
        "name": name,
        "email": email,
        "password": password,
        "password_confirmation": password,
    }


async def _the_attacker_signs_up(clock: ManualClock, cookie: str = "") -> Tab:
    tab = Tab(cookie=cookie, path="/sign-up")
    await tab.send(SignUpState.load)
    await tab.send(SignUpState.submit, form=_form(VICTIM, ATTACKERS_NAME, ATTACKERS_PASSWORD))
    clock.advance(COOL_DOWN)
    return tab


async def _ticket(tab: Tab) -> str:
    return (await tab.state(TicketState)).ticket


async def _logs_in(browser: httpx.AsyncClient, password: str) -> bool:
    fields = {"email": VICTIM, "password": password}
    answer = await browser.post("/auth/log-in", data=fields)
    return COOKIE in answer.cookies


async def _says(tab: Tab) -> str:
    state = await tab.state(ConfirmState)
    return repr({name: getattr(state, name) for name in state.base_vars})


async def _asks_again(how: str) -> None:
    if how == "forgotten password":
        await Tab().send(ForgottenPasswordState.submit, form={"email": VICTIM})
    if how == "resend":
        await Tab().send(ResendConfirmationState.submit, form={"email": VICTIM})


WAYS = ["the first message", "forgotten password", "resend"]


@pytest.mark.parametrize("way", WAYS)
async def test_no_link_in_the_victims_mailbox_activates_the_attackers_password(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient, way: str
) -> None:
    await _the_attacker_signs_up(clock)
    await _asks_again(way)
    for message in await posted(database, VICTIM):
        token = message.values["href"].partition("?token=")[2]
        for fields in ({}, {"ticket": ""}, {"ticket": "x"}, {"password": VICTIMS_PASSWORD}):
            await browser.post("/auth/confirm", data={"token": token, **fields})
    assert not await _logs_in(browser, ATTACKERS_PASSWORD)
    assert (await the_user(database, VICTIM)).confirmed_at is None


@pytest.mark.parametrize("way", WAYS)
async def test_the_victim_confirms_with_a_password_and_a_name_of_their_own(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient, way: str
) -> None:
    await _the_attacker_signs_up(clock)
    await _asks_again(way)
    tab = Tab(path=f"/confirm?token={await mailed_token(database, VICTIM)}")
    await tab.send(ConfirmState.load)
    assert ATTACKERS_NAME not in await _says(tab)
    await tab.send(ConfirmState.choose_another)
    chosen = {
        "name": "Hilda Head",
        "password": VICTIMS_PASSWORD,
        "password_confirmation": VICTIMS_PASSWORD,
    }
    assert went_to(await tab.send(ConfirmState.create, form=chosen)) == ["/log-in"]
    user = await the_user(database, VICTIM)
    assert (user.name, user.confirmed_at, user.invite_code_id) == ("Hilda Head", clock(), None)
    assert not await _logs_in(browser, ATTACKERS_PASSWORD)
    assert await _logs_in(browser, VICTIMS_PASSWORD)


async def test_the_attackers_words_travel_in_no_message_that_others_ask_for(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    await _the_attacker_signs_up(clock)
    before = len(await posted(database))
    for way in WAYS:
        await _asks_again(way)
    later = (await posted(database))[before:]
    assert later
    assert all(ATTACKERS_NAME not in message.values.values() for message in later)


async def test_a_victim_who_signs_up_too_may_follow_either_link_and_has_their_own_password(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient
) -> None:
    victim = Tab(path="/sign-up")
    await victim.send(SignUpState.load)
    await victim.send(SignUpState.submit, form=_form(VICTIM, "Hilda Head", VICTIMS_PASSWORD))
    await _the_attacker_signs_up(clock)
    attackers_link = await mailed_token(database, VICTIM)
    fields = {"token": attackers_link, "ticket": await _ticket(victim)}
    answer = await browser.post("/auth/confirm", data=fields)
    assert answer.headers["location"] == "/log-in#confirmed"
    assert (await the_user(database, VICTIM)).name == "Hilda Head"
    assert not await _logs_in(browser, ATTACKERS_PASSWORD)
    assert await _logs_in(browser, VICTIMS_PASSWORD)


async def test_a_ticket_of_another_address_opens_nothing(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient
) -> None:
    await _the_attacker_signs_up(clock)
    other = Tab(path="/sign-up")
    await other.send(SignUpState.load)
    await other.send(SignUpState.submit, form=_form("eve@evil.example", "Eve", ATTACKERS_PASSWORD))
    fields = {"token": await mailed_token(database, VICTIM), "ticket": await _ticket(other)}
    await browser.post("/auth/confirm", data=fields)
    assert (await the_user(database, VICTIM)).confirmed_at is None


@pytest.mark.parametrize("way", ["new password", "own sign-up"])
async def test_the_request_of_an_app_the_attacker_came_with_does_not_wait_for_the_victim(
    database: Database,
    clock: ManualClock,
    browser: httpx.AsyncClient,
    begun: Begun,
    way: str,
) -> None:
    token = (await begun()).partition("=")[2]
    await _the_attacker_signs_up(clock, cookie=f"{REQUEST_COOKIE}={token}")
    if way == "own sign-up":
        victim = Tab(path="/sign-up")
        await victim.send(SignUpState.load)
        await victim.send(SignUpState.submit, form=_form(VICTIM, "Hilda", VICTIMS_PASSWORD))
        fields = {
            "token": await mailed_token(database, VICTIM),
            "ticket": await _ticket(victim),
        }
        await browser.post("/auth/confirm", data=fields)
    else:
        tab = Tab(path=f"/confirm?token={await mailed_token(database, VICTIM)}")
        await tab.send(ConfirmState.load)
        await tab.send(
            ConfirmState.create,
            form={
                "name": "Hilda",
                "password": VICTIMS_PASSWORD,
                "password_confirmation": VICTIMS_PASSWORD,
            },
        )
    assert await _logs_in(browser, VICTIMS_PASSWORD)
    answer = await browser.get("/continue")
    assert answer.headers["location"] == "/school-setup"
    person = await find_person(database, VICTIM)
    assert person is not None
    assert await pending_of(database, user_id=person.id, now=clock()) is None


async def test_the_honest_person_types_the_password_of_the_sign_up_on_their_phone(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient, begun: Begun
) -> None:
    token = (await begun()).partition("=")[2]
    await _the_attacker_signs_up(clock, cookie=f"{REQUEST_COOKIE}={token}")
    link = await mailed_token(database, VICTIM)
    for _ in range(2):
        answer = await browser.post("/auth/confirm", data={"token": link, "password": "wrong"})
        assert answer.headers["location"] == f"/confirm?token={link}#wrong-password"
    fields = {"token": link, "password": ATTACKERS_PASSWORD}
    answer = await browser.post("/auth/confirm", data=fields)
    assert answer.headers["location"] == "/log-in#confirmed"
    assert await _logs_in(browser, ATTACKERS_PASSWORD)
    # What they came with waits for them on any device.
    assert (await browser.get("/continue")).headers["location"] == "/data-access-request"


async def test_a_password_changed_while_it_is_being_typed_elsewhere_is_not_taken(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient
) -> None:
    attacker = await _the_attacker_signs_up(clock)
    link = await mailed_token(database, VICTIM)
    await attacker.send(SignUpState.load)
    form = _form(VICTIM, ATTACKERS_NAME, "Another-Trombone-8")
    await attacker.send(SignUpState.submit, form=form)
    await browser.post("/auth/confirm", data={"token": link, "password": ATTACKERS_PASSWORD})
    assert (await the_user(database, VICTIM)).confirmed_at is None


async def test_an_invited_colleague_takes_over_nothing_of_a_strangers_sign_up(
    database: Database, clock: ManualClock, browser: httpx.AsyncClient, begun: Begun
) -> None:
    token = (await begun()).partition("=")[2]
    await _the_attacker_signs_up(clock, cookie=f"{REQUEST_COOKIE}={token}")
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    await invite(
        database,
        school_id=school.id or 0,
        by_user_id=james.id,
        email=VICTIM,
        role="admin",
        address=ADDRESS,
        life=timedelta(days=7),
        now=clock(),
    )
    invitation = await mailed_token(database, VICTIM)
    form = AccountForm("Hilda Head", VICTIMS_PASSWORD, VICTIMS_PASSWORD)
    await create_account(database, token=invitation, form=form, now=clock())
    user = await the_user(database, VICTIM)
    assert (user.name, user.invite_code_id) == ("Hilda Head", None)
    assert not await _logs_in(browser, ATTACKERS_PASSWORD)
    assert await _logs_in(browser, VICTIMS_PASSWORD)
    assert (await browser.get("/continue")).headers["location"] == "/connector"
    person = await find_person(database, VICTIM)
    assert person is not None
    assert await pending_of(database, user_id=person.id, now=clock()) is None


async def test_every_stranger_is_answered_alike_by_what_sends_mail(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    await _the_attacker_signs_up(clock)
    for page in (ForgottenPasswordState, ResendConfirmationState):
        seen = set()
        for email in (VICTIM, "nobody@kings.sch.uk"):
            tab = Tab()
            await tab.send(page.submit, form={"email": email})
            state = await tab.state(page)
            seen.add((state.sent_to.replace(email, ""), state.error, state.refusal))
        assert len(seen) == 1


async def _an_owner_with_an_old_session(
    database: Database, clock: ManualClock
) -> tuple[Tab, Person, School]:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock())
    token = await a_token(database, james, now=clock())
    me = await find_caller(database, token=token, now=clock())
    assert me is not None
    await switch_school(
        database, session_id=me.session_id, user_id=me.user_id, school_id=school.id or 0
    )
    clock.advance(RECENT)
    tab = Tab(f"{COOKIE}={token}")
    await tab.send(MemberState.open, user_id=ann.id)
    await tab.send(MemberState.ask_to_transfer)
    assert (await tab.state(MemberState)).asks_password
    return tab, ann, school


async def test_who_finds_a_browser_logged_in_does_not_own_the_school(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    tab, _, school = await _an_owner_with_an_old_session(database, clock)
    before = await roles_in(database, school)
    for form in ({}, {"password": ""}, {"password": "wrong"}, {"password": "x" * 5000}, "x", None):
        await tab.send(MemberState.transfer, form=form)
        state = await tab.state(MemberState)
        assert state.error
        assert state.step == "transfer"
    assert await roles_in(database, school) == before
    # After the guesses the right one waits too, and nothing is lost.
    for _ in range(5):
        await tab.send(MemberState.transfer, form={"password": "wrong"})
    await tab.send(MemberState.transfer, form={"password": VICTIMS_PASSWORD})
    assert (await tab.state(MemberState)).error.startswith("That was tried too often.")
    assert await roles_in(database, school) == before


async def test_the_owner_who_gives_the_password_again_transfers_the_school(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    tab, ann, school = await _an_owner_with_an_old_session(database, clock)
    await tab.send(MemberState.transfer, form={"password": VICTIMS_PASSWORD})
    assert (await tab.state(MemberState)).step == ""
    assert (await roles_in(database, school))[ann.id] is Role.OWNER
