"""Connecting a school: logging in, being sent to Assembly, and every way of coming back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.database import Database
from assembly_ui.simulator.schoolbooking.booking import SchoolBooking
from assembly_ui.simulator.schoolbooking.models import Account, Attempt, Link
from tests.factories.browser import Browser
from tests.factories.schoolbooking import ASSEMBLY, PATH, AssemblyDouble, web_of
from tests.integration.simulator.schoolbooking.conftest import Connect

ASKED = (
    "school:required calendar:required staff_members.basic:required "
    "staff_members.emails:required groups:required teaching_groups:required "
    "registration_groups:required timetables:required timetables.cover:required "
    "students.basic:optional contacts.basic:optional contacts.emails:optional "
    "contacts.priority:optional contacts.parental_responsibility:optional"
)


async def _sent(web: httpx.AsyncClient) -> str:
    """Where the install address sends a browser that is logged in."""
    return (await web.get("/install")).headers["Location"]


def _tail(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


async def _log_in(browser: Browser, **typed: str) -> None:
    await browser.open("/log-in")
    await browser.press("Log in", **typed)


async def test_the_install_address_asks_to_log_in_and_then_sends_to_assembly(
    browser: Browser, web: httpx.AsyncClient
) -> None:
    await browser.open("/")
    assert browser.h1 == "Connect your MIS with Assembly"
    await browser.follow("Connect your MIS with Assembly")
    assert browser.h1 == "Log in to SchoolBooking"
    form = browser.page.forms[0]
    answer = await web.post("/log-in", data=dict(form.values))
    assert answer.headers["Location"] == f"{PATH}/install"
    asked = parse_qs(urlsplit(await _sent(web)).query)
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == [ASKED]
    assert asked["redirect_uri"] == [f"{ASSEMBLY}{PATH}/callback"]
    assert len(asked["state"][0]) == 43
    assert asked["code_challenge_method"] == ["S256"]


async def test_a_code_becomes_tokens_that_are_kept_encrypted(
    connect: Connect, database: Database, assembly: AssemblyDouble
) -> None:
    browser = await connect()
    assert browser.path == f"{PATH}/dashboard"
    async with database.read() as session:
        link = (await session.exec(select(Link))).one()
        assert (await session.exec(select(Attempt))).all() == []
    assert link.school_id == 7
    for secret in (assembly.access, assembly.refresh):
        assert secret not in link.access_token + link.refresh_token


async def test_somebody_who_says_no_is_told_that_nothing_was_shared(
    browser: Browser, web: httpx.AsyncClient
) -> None:
    await _log_in(browser)
    state = parse_qs(urlsplit(await _sent(web)).query)["state"][0]
    refused = f"/callback?error=access_denied&error_description=Not+now&state={state}"
    await browser.open(refused)
    assert browser.h1 == "Nothing was shared"
    assert browser.page.links["Begin again"] == f"{PATH}/install"
    await browser.open(refused)
    assert browser.h1 == "This link is over"


async def test_another_error_is_shown_in_the_words_it_came_with(
    browser: Browser, web: httpx.AsyncClient
) -> None:
    await _log_in(browser)
    state = parse_qs(urlsplit(await _sent(web)).query)["state"][0]
    words = "Too%20<b>many</b>%20scopes"
    await browser.open(f"/callback?error=invalid_scope&error_description={words}&state={state}")
    assert browser.h1 == "Assembly did not connect your school"
    assert "It said: Too <b>many</b> scopes" in browser.page.text


@pytest.mark.parametrize("state", ["", "made-up", "ünknown", "x" * 5000])
async def test_a_state_nobody_was_sent_away_with_connects_nothing(
    browser: Browser, assembly: AssemblyDouble, state: str
) -> None:
    await _log_in(browser)
    await browser.open(str(httpx.URL("/callback", params={"code": "stolen", "state": state})))
    assert browser.status == 400
    assert browser.h1 == "This link is over"
    assert assembly.calls == []


async def test_a_link_somebody_else_began_connects_nothing(
    browser: Browser, booking: SchoolBooking, assembly: AssemblyDouble, web: httpx.AsyncClient
) -> None:
    await _log_in(browser)
    slipped = assembly.authorise(await _sent(web))
    async with web_of(booking) as other:
        victim = Browser(other)
        await _log_in(victim)
        await victim.open(_tail(slipped))
        assert victim.h1 == "Begun with another account"
    # Whoever did begin it can still use it.
    await browser.open(_tail(slipped))
    assert browser.path == f"{PATH}/dashboard"


async def test_coming_back_in_another_browser_goes_on_once_logged_in_there(
    browser: Browser, booking: SchoolBooking, assembly: AssemblyDouble, web: httpx.AsyncClient
) -> None:
    await _log_in(browser, email="Bursar@kings.sch.uk")
    back = assembly.authorise(await _sent(web))
    async with web_of(booking) as phone:
        elsewhere = Browser(phone)
        await elsewhere.open(_tail(back))
        assert elsewhere.h1 == "Log in to SchoolBooking"
        assert "Bursar" not in str(elsewhere.page)
        await elsewhere.press("Log in", email="bursar@kings.sch.uk")
        assert elsewhere.path == f"{PATH}/dashboard"


async def test_loading_the_callback_again_leads_on(
    connect: Connect, web: httpx.AsyncClient
) -> None:
    browser = await connect()
    await browser.open("/callback?code=used&state=used")
    assert browser.path == f"{PATH}/dashboard"


async def test_a_code_assembly_does_not_accept_is_no_dead_end(
    browser: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble
) -> None:
    await _log_in(browser)
    back = assembly.authorise(await _sent(web))
    assembly.codes.clear()
    await browser.open(_tail(back))
    assert browser.status == 502
    assert browser.h1 == "The connection was not made"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"access_token": "a"}),
        httpx.Response(503, text="away"),
    ],
)
async def test_an_answer_that_is_none_is_no_dead_end(
    browser: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble, trouble: httpx.Response
) -> None:
    await _log_in(browser)
    back = assembly.authorise(await _sent(web))
    assembly.trouble = lambda _: trouble
    await browser.open(_tail(back))
    assert browser.h1 == "The connection was not made"


async def test_a_request_waits_for_two_weeks(
    browser: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    await _log_in(browser)
    back = assembly.authorise(await _sent(web))
    clock.advance(timedelta(days=14, seconds=1))
    await browser.open(_tail(back))
    assert browser.h1 == "This link is over"


async def test_any_address_opens_an_account_and_nonsense_none(
    browser: Browser, database: Database
) -> None:
    await _log_in(browser, email="nonsense")
    assert browser.status == 422
    assert browser.page.title.startswith("Error: ")
    assert ("email", "nonsense") in browser.page.forms[0].values
    for typed in ("Bursar@Kings.sch.uk", "bursar@kings.sch.uk"):
        await _log_in(browser, email=typed)
    async with database.read() as session:
        assert [account.email for account in await session.exec(select(Account))] == [
            "bursar@kings.sch.uk"
        ]
    assert "bursar@kings.sch.uk" in browser.page.text
    await browser.press("Log out")
    assert "bursar@kings.sch.uk" not in browser.page.text
    await browser.open("/dashboard")
    assert browser.h1 == "Connect your MIS with Assembly"


@pytest.mark.parametrize("next_", ["//evil.test", "https://evil.test", "/log-out", "/callback"])
async def test_logging_in_leads_nowhere_else(web: httpx.AsyncClient, next_: str) -> None:
    sent = await web.post("/log-in", data={"email": "a@b.cd", "next": next_})
    assert sent.headers["Location"] == f"{PATH}/"


async def test_pages_may_load_and_be_framed_by_nothing_foreign(web: httpx.AsyncClient) -> None:
    headers = (await web.get("/")).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    cookie = (await web.post("/log-in", data={"email": "a@b.cd"})).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Path={PATH}" in cookie
