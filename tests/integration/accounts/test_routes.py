"""The forms of accounts over HTTP: cookies, redirects, and forged or hostile posts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from assembly_ui.accounts.models import LogInSession
from assembly_ui.accounts.sessions import list_sessions
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.routes.accounts import router
from tests.factories.accounts import (
    ADDRESS,
    PASSWORD,
    a_person,
    a_sign_up,
    a_token,
    mailed_token,
    the_user,
)
from tests.factories.parts import running_parts
from tests.factories.schools import a_member, a_school

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")
EMAIL = "james.walters@kings.sch.uk"


@pytest.fixture
async def browser(parts: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on one of our own pages."""
    app = FastAPI()
    app.include_router(router(parts.settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url=ADDRESS,
        headers={"origin": ADDRESS, "user-agent": "Test browser"},
    ) as client:
        yield client


async def _log_in(
    browser: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD, path: str = ""
) -> httpx.Response:
    fields = {"email": email, "password": password}
    return await browser.post(f"/auth/log-in{path}", data=fields)


def _location(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"]


def _cookie(answer: httpx.Response):
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies[COOKIE]


async def _sessions(database: Database) -> list[LogInSession]:
    async with database.read() as session:
        return list(await session.exec(select(LogInSession).order_by(LogInSession.id)))


async def test_the_right_password_sets_a_cookie_scripts_cannot_read(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    answer = await _log_in(browser)
    assert _location(answer) == "/continue"
    cookie = _cookie(answer)
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["max-age"] == str(30 * 24 * 3600)
    assert (cookie["samesite"], cookie["path"]) == ("lax", "/")
    (row,) = await _sessions(database)
    assert row.token_hash == hash_token(cookie.value)
    assert row.user_agent == "Test browser"


async def test_over_plain_http_the_cookie_is_not_marked_secure(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    await a_person(database, now=clock())
    app, origin = FastAPI(), "http://localhost:3000"
    with running_parts(database, clock, tmp_path, port=3000) as parts:
        app.include_router(router(parts.settings))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=origin, headers={"origin": origin}
        ) as browser:
            cookie = _cookie(await _log_in(browser))
    assert not cookie["secure"]
    assert cookie["httponly"]


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        ("nobody@kings.sch.uk", PASSWORD),
        ("", ""),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("\x00", "\x00"),
        ("\u202e" + EMAIL[::-1], PASSWORD),
        ("<script>alert(1)</script>", "🐴" * 50),
        ("x" * 50_000, "x" * 50_000),
    ],
)
async def test_everything_else_is_refused_alike_and_sets_nothing(
    browser: httpx.AsyncClient,
    database: Database,
    clock: ManualClock,
    email: str,
    password: str,
) -> None:
    await a_person(database, now=clock())
    answer = await _log_in(browser, email, password)
    assert _location(answer) == "/log-in#wrong"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"email=a&email=b&password=%ff%fe", "application/x-www-form-urlencoded"),
        (b'{"email": {"$ne": ""}}', "application/json"),
        (b"\x00\xff", "text/plain"),
    ],
)
async def test_a_body_that_is_no_form_is_refused_like_a_wrong_password(
    browser: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await browser.post("/auth/log-in", content=content, headers={"content-type": kind})
    assert _location(answer) == "/log-in#wrong"


async def test_a_file_in_place_of_a_field_is_not_taken(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/auth/log-in", files={"email": ("a.txt", b"x")})
    assert answer.status_code in {303, 400}
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ""}]
)
@pytest.mark.parametrize("path", ["/auth/log-in", "/auth/log-out", "/auth/confirm"])
async def test_a_form_sent_from_elsewhere_does_nothing(
    browser: httpx.AsyncClient,
    database: Database,
    clock: ManualClock,
    path: str,
    headers: dict[str, str],
) -> None:
    await a_person(database, now=clock())
    await _log_in(browser)
    answer = await browser.post(path, data={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert len(await list_sessions(database, user_id=1, now=clock())) == 1


async def test_too_many_tries_say_when_to_return(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    for _ in range(10):
        await _log_in(browser, password="wrong")
    location = _location(await _log_in(browser))
    assert location.startswith("/log-in?retry=")
    assert location.endswith("#throttled")


async def test_the_right_password_wipes_the_slate(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    for _ in range(4):
        await _log_in(browser, password="wrong")
    await _log_in(browser)
    assert _location(await _log_in(browser, password="wrong")) == "/log-in#wrong"


async def test_an_unconfirmed_person_is_led_to_the_resend_page(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    answer = await _log_in(browser)
    assert _location(answer) == "/resend-confirmation#not-confirmed"
    assert "set-cookie" not in answer.headers


async def test_logging_in_again_ends_this_browsers_session_before(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await _log_in(browser)
    await _log_in(browser)
    first, second = await _sessions(database)
    assert first.revoked_at == clock()
    assert second.revoked_at is None


async def test_a_person_without_a_school_is_led_to_school_set_up(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await _log_in(browser)
    assert _location(await browser.get("/continue")) == "/school-setup"


async def test_a_person_with_a_school_is_led_to_its_connector(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock())
    await _log_in(browser)
    assert _location(await browser.get("/continue")) == "/connector"
    (row,) = await _sessions(database)
    assert row.school_id == school.id


async def test_a_new_log_in_looks_at_the_school_looked_at_last(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    await a_school(database, now=clock(), owner=person)
    second = await a_school(database, now=clock(), owner=person, urn="2", dfe_number="3281103")
    await a_token(database, person, now=clock())
    async with database.transaction() as session:
        row = (await session.exec(select(LogInSession))).one()
        row.school_id = second.id
    clock.advance(timedelta(hours=1))
    await _log_in(browser)
    await browser.get("/continue")
    assert (await _sessions(database))[-1].school_id == second.id


async def test_a_school_left_since_is_not_looked_at(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    other = await a_person(database, now=clock(), email="ann@kings.sch.uk")
    left = await a_school(database, now=clock(), owner=other)
    person = await a_person(database, now=clock())
    await a_token(database, person, now=clock())
    async with database.transaction() as session:
        row = (await session.exec(select(LogInSession))).one()
        row.school_id = left.id
    await _log_in(browser)
    assert _location(await browser.get("/continue")) == "/school-setup"


async def test_a_colleague_is_led_to_the_school_they_joined(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    owner = await a_person(database, now=clock(), email="ann@kings.sch.uk")
    school = await a_school(database, now=clock(), owner=owner)
    person = await a_person(database, now=clock())
    await a_member(database, school, person, Role.VIEWER, now=clock())
    await _log_in(browser)
    assert _location(await browser.get("/continue")) == "/connector"


async def test_nobody_is_led_on_without_a_log_in(browser: httpx.AsyncClient) -> None:
    assert _location(await browser.get("/continue")) == "/log-in"
    browser.cookies.set(COOKIE, "nonsense")
    assert _location(await browser.get("/continue?next=/users")) == "/log-in"


async def test_a_person_goes_on_to_where_they_were_going(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock())
    location = _location(await _log_in(browser, path="?next=/users%3Fpage%3D2"))
    assert _location(await browser.get(location)) == "/users?page=2"
    (row,) = await _sessions(database)
    assert row.school_id == school.id


async def test_a_refusal_does_not_forget_where_they_were_going(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    location = _location(await _log_in(browser, password="wrong", path="?next=/users"))
    assert location == "/log-in?next=%2Fusers#wrong"


@pytest.mark.parametrize(
    "onward",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//x"],
)
async def test_nobody_is_led_on_to_another_site(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock, onward: str
) -> None:
    await a_person(database, now=clock())
    query = "?" + urlencode({"next": onward})
    assert _location(await _log_in(browser, path=query)) == "/continue"
    assert _location(await browser.get(f"/continue{query}")) == "/school-setup"


async def test_a_log_in_that_is_used_lasts(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await _log_in(browser)
    clock.advance(timedelta(days=10))
    await browser.get("/continue")
    clock.advance(timedelta(days=10))
    assert _location(await browser.get("/continue")) == "/school-setup"


async def test_logging_out_ends_the_session_and_takes_the_cookie_away(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    await _log_in(browser)
    token = browser.cookies[COOKIE]
    answer = await browser.post("/auth/log-out")
    assert _location(answer) == "/log-in#logged-out"
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, token)
    assert _location(await browser.get("/continue")) == "/log-in"


async def test_logging_out_twice_is_no_error(browser: httpx.AsyncClient) -> None:
    assert _location(await browser.post("/auth/log-out")) == "/log-in#logged-out"


async def test_the_button_of_a_confirmation_link_activates_the_account(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    ticket = await a_sign_up(database, now=clock())
    fields = {"token": await mailed_token(database, EMAIL), "ticket": ticket}
    assert _location(await browser.post("/auth/confirm", data=fields)) == "/log-in#confirmed"
    assert (await the_user(database, EMAIL)).confirmed_at == clock()
    assert _location(await _log_in(browser)) == "/continue"


@pytest.mark.parametrize("token", ["", "abc", "a b&c=d#e", "é", "x" * 3_000, "\x00"])
async def test_a_link_that_opens_nothing_explains_itself_on_its_page(
    browser: httpx.AsyncClient, token: str
) -> None:
    answer = await browser.post("/auth/confirm", data={"token": token})
    location = httpx.URL(_location(answer))
    assert location.path == "/confirm"
    assert set(location.params) <= {"token"}
    assert not location.host


async def test_guessing_links_is_throttled(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await a_sign_up(database, now=clock())
    token = await mailed_token(database, EMAIL)
    for _ in range(60):
        await browser.post("/auth/confirm", data={"token": "guess"})
    answer = await browser.post("/auth/confirm", data={"token": token})
    assert _location(answer) == f"/confirm?token={token}"
    assert (await the_user(database, EMAIL)).confirmed_at is None


@pytest.mark.parametrize("path", ["/auth/log-in", "/auth/log-out", "/auth/confirm", "/auth/x"])
async def test_a_reloaded_form_address_leads_to_the_log_in_page(
    browser: httpx.AsyncClient, path: str
) -> None:
    assert _location(await browser.get(path)) == "/log-in"
