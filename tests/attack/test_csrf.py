"""Every route that changes something, called by the browser of somebody signed in for another site.

Forms of ours believe the browser's cookie, and are therefore refused unless one of our own pages
sent them. What programs call believes no cookie at all.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from assembly_ui import services
from assembly_ui.clock import ManualClock
from assembly_ui.schools.models import Role
from assembly_ui.settings import Settings
from tests.attack.people import Account, People, browser
from tests.attack.records import changed, fingerprints
from tests.attack.surface import Route
from tests.attack.tabs import open_tab
from tests.factories.accounts import PASSWORD, a_person
from tests.journeys.server import Server

READING = {"GET", "HEAD", "OPTIONS"}
BY_COOKIE = ("/auth/",)
BY_SOMETHING_ELSE = {
    "/oauth": "the app's own secret",
    "/api/": "a bearer token",
    "/callbacks/": "a key in its address",
    "/.well-known/": "nothing: it never changes",
    "/csp-reports": "nothing: browsers report to it, and it changes nothing",
    "/simulator/": "the stand-ins, in the demo only, with cookies that are never sent across sites",
}
"""How the callers of the other routes are known."""
EVIL = "https://evil.example"
FOREIGN: list[dict[str, str]] = [
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost.evil.example"},
    {"Referer": "https://evil.example/http://localhost"},
    {"Referer": "http://[evil"},
    {"Referer": ""},
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    {"Origin": EVIL, "Sec-Fetch-Site": "none", "Referer": "http://localhost/log-in"},
    {"Origin": "null", "Sec-Fetch-Site": "same-site"},
]


def _changing(routes: list[Route]) -> list[Route]:
    return [route for route in routes if route.method not in READING]


def test_how_the_caller_is_known_is_declared_for_every_route_that_changes_something(
    routes: list[Route],
) -> None:
    places = (*BY_COOKIE, *BY_SOMETHING_ELSE)
    undeclared = [route for route in _changing(routes) if not route.path.startswith(places)]
    assert not undeclared, (
        f"{undeclared}: does it go by a cookie? Then it depends on `same_origin` and its path "
        "belongs to BY_COOKIE. If not, say in BY_SOMETHING_ELSE how its caller is known."
    )


EMAIL = "ann.smith@kings.sch.uk"


@pytest.fixture
async def window(
    app: Any, database_url: str, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who is signed in, and says nothing of where it comes from."""
    from assembly_ui.assembly_ui import _http

    settings = Settings(data_dir=tmp_path, database_url=database_url)
    async with services.connected(settings, clock) as made:
        await a_person(made.database, now=clock(), email=EMAIL)
        transport = httpx.ASGITransport(_http(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.address) as client:
            form = {"email": EMAIL, "password": PASSWORD}
            await client.post("/auth/log-in", data=form, headers={"Origin": settings.address})
            assert client.cookies
            yield client


async def test_a_form_of_another_site_is_refused(
    window: httpx.AsyncClient, routes: list[Route]
) -> None:
    for headers, route in itertools.product(FOREIGN, _changing(routes)):
        if route.path.startswith(BY_COOKIE):
            form = {"email": EMAIL, "password": PASSWORD, "token": "1"}
            answer = await window.request(route.method, route.filled(), data=form, headers=headers)
            _is_refused(answer, route)
    assert "/log-in" not in (await window.get("/continue")).headers["location"]


def _is_refused(answer: httpx.Response, route: Route) -> None:
    assert answer.status_code == httpx.codes.FORBIDDEN, route
    assert "Nothing was changed" in answer.text, route
    assert "set-cookie" not in answer.headers, route


async def _post(
    window: httpx.AsyncClient, route: Route, owner: Account, headers: dict[str, str]
) -> httpx.Response:
    form = {"email": owner.email, "password": owner.password, "token": "1"}
    return await window.request(route.method, route.filled(), data=form, headers=headers)


async def test_a_running_demo_refuses_every_form_of_another_site_and_changes_nothing(
    server: Server, people: People, victim: dict[str, Any], routes: list[Route]
) -> None:
    owner = await people.owner(victim)
    before = fingerprints(server)
    async with browser(server, cookie=owner.cookie, origin=None) as window:
        for headers, route in itertools.product(FOREIGN, _changing(routes)):
            if route.path.startswith(BY_COOKIE):
                _is_refused(await _post(window, route, owner, headers), route)
                override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
                await window.get(f"{route.filled()}?_method=POST", headers=headers | override)
        assert "/log-in" not in (await window.get("/continue")).headers["location"]
    assert changed(before, fingerprints(server)) == []


async def test_what_programs_call_believes_no_cookie(
    server: Server, people: People, victim: dict[str, Any], routes: list[Route]
) -> None:
    owner = await people.owner(victim)
    before = fingerprints(server)
    async with browser(server, cookie=owner.cookie) as window:
        for route in _changing(routes):
            if not route.path.startswith((*BY_COOKIE, "/simulator/schoolbooking")):
                await _post(window, route, owner, {})
    assert changed(before, fingerprints(server)) == []


async def test_reading_changes_nothing_of_a_school_whatever_the_address(
    server: Server, people: People, victim: dict[str, Any], routes: list[Route]
) -> None:
    owner = await people.owner(victim)
    before = fingerprints(server, school_id=victim["school_id"])
    form = {"email": owner.email, "password": owner.password, "token": "1"}
    async with browser(server, cookie=owner.cookie, origin=EVIL) as window:
        for path in sorted({route.filled() for route in routes}):
            await window.get(path, params=form)
            await window.head(path, params=form)
    assert changed(before, fingerprints(server, school_id=victim["school_id"])) == []


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost"])
async def test_a_foreign_page_opens_no_socket(
    server: Server, people: People, victim: dict[str, Any], origin: str
) -> None:
    viewer = await people.member(victim["school_id"], Role.VIEWER)
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with open_tab(server, cookie=viewer.cookie, Origin=origin):
            pass
    # Said by the library, which calls it an error.
    assert all("not an accepted origin" in line for line in server.trouble())


async def test_no_answer_invites_another_site_to_read_it(
    server: Server, people: People, victim: dict[str, Any], routes: list[Route]
) -> None:
    owner = await people.owner(victim)
    async with browser(server, cookie=owner.cookie, origin=EVIL) as window:
        for route in routes:
            asked = {"Access-Control-Request-Method": route.method}
            for method in {route.method, "OPTIONS"}:
                answer = await window.request(method, route.filled(), headers=asked)
                allowed = answer.headers.get("access-control-allow-origin", "")
                assert allowed != EVIL, route
                credentials = answer.headers.get("access-control-allow-credentials")
                assert not (allowed == "*" and credentials == "true"), route
