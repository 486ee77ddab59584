"""A request is found again at the end of every step, on whatever device."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.accounts.invite_codes import ensure_default_code
from assembly_ui.accounts.people import find_person
from assembly_ui.apps.requests import pending_of
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.server.client_ip import REQUEST_COOKIE
from assembly_ui.services import Services
from assembly_ui.web.pages.confirm_email import ConfirmEmailState
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.pages.school_setup import SchoolSetupState
from assembly_ui.web.pages.sign_up import SignUpState
from assembly_ui.web.routes import accounts
from tests.factories.accounts import ADDRESS, PASSWORD, a_person, mailed_token
from tests.factories.states import Tab, went_to
from tests.integration.schools.conftest import TabOf
from tests.integration.web.app_pages.conftest import Begun

EMAIL = "eve@kings.sch.uk"
FORM = {
    "invite_code": "letsassemble2020",
    "name": "Eve",
    "email": EMAIL,
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
}


@pytest.fixture
async def web(parts: Services) -> AsyncIterator[httpx.AsyncClient]:
    http = FastAPI()
    http.include_router(accounts.router(parts.settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(http), base_url=ADDRESS, headers={"Origin": ADDRESS}
    ) as client:
        yield client


async def _waits_for(database: Database, clock: ManualClock, email: str) -> bool:
    person = await find_person(database, email)
    assert person is not None
    return await pending_of(database, user_id=person.id, now=clock()) is not None


async def _signs_up(database: Database, clock: ManualClock, tab: Tab, email: str = EMAIL) -> None:
    await ensure_default_code(database, clock())
    await tab.send(SignUpState.load)
    await tab.send(SignUpState.submit, form={**FORM, "email": email})


async def _confirms_and_logs_in(database: Database, web: httpx.AsyncClient) -> str:
    token = await mailed_token(database, EMAIL)
    await web.post("/auth/confirm", data={"token": token, "password": PASSWORD})
    await web.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})
    return (await web.get("/continue")).headers["location"]


def _token(path: str) -> str:
    return path.partition("=")[2]


@pytest.mark.parametrize("carried", ["address", "cookie", "the page before"])
async def test_signing_up_keeps_the_request_of_this_browser_for_any_device(
    database: Database, clock: ManualClock, begun: Begun, web: httpx.AsyncClient, carried: str
) -> None:
    path = await begun()
    token = _token(path)
    match carried:
        case "address":
            tab = Tab(path=f"/sign-up?request={token}")
        case "cookie":
            tab = Tab(cookie=f"{REQUEST_COOKIE}={token}", path="/sign-up")
        case _:
            tab = Tab(path=path)
            await tab.send(RequestState.load)
            tab._root._update_router_vars({"asPath": "/sign-up", "pathname": "/sign-up"}, {})
    await _signs_up(database, clock, tab)
    assert not await _waits_for(database, clock, EMAIL)
    assert await _confirms_and_logs_in(database, web) == "/data-access-request"


async def test_it_goes_along_when_the_address_is_corrected(
    database: Database, clock: ManualClock, begun: Begun, web: httpx.AsyncClient
) -> None:
    tab = Tab(cookie=f"{REQUEST_COOKIE}={_token(await begun())}", path="/sign-up")
    await _signs_up(database, clock, tab, "mistyped@kings.sch.uk")
    await tab.send(ConfirmEmailState.correct, form={"email": EMAIL})
    assert await _confirms_and_logs_in(database, web) == "/data-access-request"


async def test_nobody_hands_a_request_to_an_account_by_typing_its_address(
    database: Database, clock: ManualClock, begun: Begun, parts: Services
) -> None:
    await a_person(database, now=clock(), email=EMAIL)
    tab = Tab(path=f"/sign-up?request={_token(await begun())}")
    await _signs_up(database, clock, tab)
    assert not await _waits_for(database, clock, EMAIL)


async def test_logging_in_leads_to_the_request_and_the_browser_forgets_its_cookie(
    database: Database, clock: ManualClock, begun: Begun, web: httpx.AsyncClient
) -> None:
    await a_person(database, now=clock(), email=EMAIL)
    web.cookies.set(REQUEST_COOKIE, _token(await begun()))
    answer = await web.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})
    answer = await web.get(answer.headers["location"])
    assert answer.headers["location"] == "/data-access-request"
    assert f'{REQUEST_COOKIE}=""' in answer.headers["set-cookie"]
    assert await _waits_for(database, clock, EMAIL)


async def test_a_browser_that_others_used_before_takes_nobodys_request(
    database: Database, clock: ManualClock, begun: Begun, web: httpx.AsyncClient, tab_of: TabOf
) -> None:
    james = await a_person(database, now=clock())
    await a_person(database, now=clock(), email=EMAIL)
    path = await begun()
    await (await tab_of(james, path=path)).send(RequestState.load)
    web.cookies.set(REQUEST_COOKIE, _token(path))
    answer = await web.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})
    answer = await web.get(answer.headers["location"])
    assert answer.headers["location"] == "/school-setup"
    assert await _waits_for(database, clock, james.email)


async def test_a_cookie_that_is_nonsense_is_passed_over(
    database: Database, clock: ManualClock, web: httpx.AsyncClient
) -> None:
    await a_person(database, now=clock(), email=EMAIL)
    await web.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})
    for nonsense in ("x", "x" * 3000, "%00", "../../etc"):
        web.cookies.set(REQUEST_COOKIE, nonsense)
        assert (await web.get("/continue")).headers["location"] == "/school-setup"


async def test_setting_up_the_school_leads_back_to_the_request(
    database: Database, clock: ManualClock, begun: Begun, tab_of: TabOf
) -> None:
    eve = await a_person(database, now=clock(), email=EMAIL)
    tab = await tab_of(eve, path=await begun())
    await tab.send(RequestState.load)
    # A person whose request waits is not kept from the step it waits for.
    assert went_to(await tab.send(SchoolSetupState.load)) == []
    await tab.send(SchoolSetupState.choose, key="100001")
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    assert went_to(await tab.send(SchoolSetupState.proceed, form={})) == ["/data-access-request"]
