"""Connecting a school: logging in, being sent to Assembly, and every way of coming back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.schoolbooking.application import SchoolBooking
from simulators.schoolbooking.models import Account, Attempt, Link
from tests.factories.browser import Browser
from tests.factories.schoolbooking import ASSEMBLY, PATH, AssemblyDouble, web_of
from tests.integration.simulators.schoolbooking.conftest import Connect

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


async def _log_in(customer: Browser, **typed: str) -> None:
    await customer.open("/log-in")
    await customer.press("Log in", **typed)


async def test_the_install_address_asks_to_log_in_and_then_sends_to_assembly(
    customer: Browser, web: httpx.AsyncClient
) -> None:
    await customer.open("/")
    assert customer.h1 == "Connect your MIS with Assembly"
    await customer.follow("Connect your MIS with Assembly")
    assert customer.h1 == "Log in to SchoolBooking"
    form = customer.page.forms[0]
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
    customer = await connect()
    assert customer.path == f"{PATH}/dashboard"
    async with database.read() as session:
        link = (await session.exec(select(Link))).one()
        assert (await session.exec(select(Attempt))).all() == []
    assert link.school_id == 7
    for secret in (assembly.access, assembly.refresh):
        assert secret not in link.access_token + link.refresh_token


async def test_somebody_who_says_no_is_told_that_nothing_was_shared(
    customer: Browser, web: httpx.AsyncClient
) -> None:
    await _log_in(customer)
    state = parse_qs(urlsplit(await _sent(web)).query)["state"][0]
    refused = f"/callback?error=access_denied&error_description=Not+now&state={state}"
    await customer.open(refused)
    assert customer.h1 == "Nothing was shared"
    assert customer.page.links["Begin again"] == f"{PATH}/install"
    await customer.open(refused)
    assert customer.h1 == "This link is over"


async def test_another_error_is_shown_in_the_words_it_came_with(
    customer: Browser, web: httpx.AsyncClient
) -> None:
    await _log_in(customer)
    state = parse_qs(urlsplit(await _sent(web)).query)["state"][0]
    words = "Too%20<b>many</b>%20scopes"
    await customer.open(f"/callback?error=invalid_scope&error_description={words}&state={state}")
    assert customer.h1 == "Assembly did not connect your school"
    assert "It said: Too <b>many</b> scopes" in customer.page.text


@pytest.mark.parametrize("state", ["", "made-up", "ünknown", "x" * 5000, "\0" * 43])
async def test_a_state_nobody_was_sent_away_with_connects_nothing(
    customer: Browser, assembly: AssemblyDouble, state: str
) -> None:
    await _log_in(customer)
    await customer.open(str(httpx.URL("/callback", params={"code": "stolen", "state": state})))
    assert customer.status == 400
    assert customer.h1 == "This link is over"
    assert assembly.calls == []


async def test_a_link_somebody_else_began_connects_nothing(
    customer: Browser, booking: SchoolBooking, assembly: AssemblyDouble, web: httpx.AsyncClient
) -> None:
    await _log_in(customer)
    slipped = assembly.authorise(await _sent(web))
    async with web_of(booking) as other:
        victim = Browser(other)
        await _log_in(victim)
        await victim.open(_tail(slipped))
        assert victim.h1 == "Begun with another account"
    # Whoever did begin it can still use it.
    await customer.open(_tail(slipped))
    assert customer.path == f"{PATH}/dashboard"


async def test_coming_back_in_another_browser_goes_on_once_logged_in_there(
    customer: Browser, booking: SchoolBooking, assembly: AssemblyDouble, web: httpx.AsyncClient
) -> None:
    await _log_in(customer, email="Bursar@kings.sch.uk")
    back = assembly.authorise(await _sent(web))
    async with web_of(booking) as phone:
        elsewhere = Browser(phone)
        await elsewhere.open(_tail(back))
        assert elsewhere.h1 == "Log in to SchoolBooking"
        assert "Bursar" not in str(elsewhere.page)
        await elsewhere.press("Log in", email="bursar@kings.sch.uk")
        assert elsewhere.path == f"{PATH}/dashboard"


async def test_the_install_address_stops_those_who_are_connected_already(
    connect: Connect, assembly: AssemblyDouble, booking: SchoolBooking
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/install")
    assert customer.h1 == "Already connected to King's School"
    assert customer.page.links["Go on to Assembly"] == f"{PATH}/install?again=1"
    await customer.follow("Go to your dashboard")
    assert customer.h1 == "Connected to King's School"


async def test_loading_the_callback_again_leads_on(
    connect: Connect, web: httpx.AsyncClient
) -> None:
    customer = await connect()
    await customer.open("/callback?code=used&state=used")
    assert customer.path == f"{PATH}/dashboard"


async def test_a_code_assembly_does_not_accept_is_no_dead_end(
    customer: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble
) -> None:
    await _log_in(customer)
    back = assembly.authorise(await _sent(web))
    assembly.codes.clear()
    await customer.open(_tail(back))
    assert customer.status == 502
    assert customer.h1 == "The connection was not made"


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
    customer: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble, trouble: httpx.Response
) -> None:
    await _log_in(customer)
    back = assembly.authorise(await _sent(web))
    assembly.trouble = lambda _: trouble
    await customer.open(_tail(back))
    assert customer.h1 == "The connection was not made"


async def test_a_request_waits_for_two_weeks(
    customer: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    await _log_in(customer)
    back = assembly.authorise(await _sent(web))
    clock.advance(timedelta(days=14, seconds=1))
    await customer.open(_tail(back))
    assert customer.h1 == "This link is over"


async def test_any_address_opens_an_account_and_nonsense_none(
    customer: Browser, database: Database
) -> None:
    await _log_in(customer, email="nonsense")
    assert customer.status == 422
    assert customer.page.title.startswith("Error: ")
    assert ("email", "nonsense") in customer.page.forms[0].values
    for typed in ("Bursar@Kings.sch.uk", "bursar@kings.sch.uk"):
        await _log_in(customer, email=typed)
    async with database.read() as session:
        assert [account.email for account in await session.exec(select(Account))] == [
            "bursar@kings.sch.uk"
        ]
    assert "bursar@kings.sch.uk" in customer.page.text
    await customer.press("Log out")
    assert "bursar@kings.sch.uk" not in customer.page.text
    await customer.open("/dashboard")
    assert customer.h1 == "Connect your MIS with Assembly"


@pytest.mark.parametrize("next_", ["//evil.test", "https://evil.test", "/log-out", "/callback"])
async def test_logging_in_leads_nowhere_else(web: httpx.AsyncClient, next_: str) -> None:
    sent = await web.post("/log-in", data={"email": "a@b.cd", "next": next_})
    assert sent.headers["Location"] == f"{PATH}/"


HOSTILE = ("", "0", "-1", "9" * 5000, "٣", "\0", "<b>", "'; --", "../..", "\ud800", "x" * 9000)


@pytest.mark.parametrize("typed", HOSTILE)
async def test_nothing_that_is_typed_breaks_a_page(
    connect: Connect,
    booking: SchoolBooking,
    assembly: AssemblyDouble,
    web: httpx.AsyncClient,
    typed: str,
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    sent = {name: typed.encode("utf-8", "surrogatepass") for name in ("week", "page", "show")}
    query = urlencode(sent)
    for path in (
        "rooms",
        "rooms/21",
        f"rooms/{quote(sent['page'])}",
        "classes",
        "staff",
        "calendar",
    ):
        answer = await web.get(f"/{path}?{query}")
        assert answer.status_code in (200, 404), path
        assert "<b>" not in answer.text
    for path in ("log-in", "look", "read", "disconnect"):
        body = urlencode(dict.fromkeys(("email", "next", "school"), sent))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await web.post(f"/{path}", content=body, headers=kind)
        assert answer.status_code in (303, 422), path
    assert not assembly.has_ended


async def test_pages_may_load_and_be_framed_by_nothing_foreign(web: httpx.AsyncClient) -> None:
    headers = (await web.get("/")).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    cookie = (await web.post("/log-in", data={"email": "a@b.cd"})).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Path={PATH}" in cookie
