"""A database that fails while a browser waits: a page of our own, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.jobs.worker_pools import PoolBusy
from assembly_ui.web.failure_page import busy
from assembly_ui.web.http import create_http
from tests.attack.surface import http_routes
from tests.conftest import drivers_joined
from tests.factories.accounts import ADDRESS, PASSWORD
from tests.factories.parts import running_parts

BROWSER = {"origin": ADDRESS, "accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TITLE = "<h1>Assembly is not available for a moment</h1>"
AWAY = {
    "sqlite": "sqlite+aiosqlite:////nowhere/assembly.db",
    "postgresql": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
}
MAY_ANSWER = {"/health", "/csp-reports", "/.well-known/security.txt"}
"""What says it in its own words, or needs no database."""


@pytest.fixture(params=AWAY)
async def http(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[FastAPI]:
    database = Database(AWAY[request.param], patience=timedelta())
    async with drivers_joined():
        with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
            yield create_http(parts.settings)
        await database.close()


def _browser(http: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(http, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=BROWSER)


FORMS = {
    "/auth/log-in": {"email": "james@kings.sch.uk", "password": PASSWORD},
    "/auth/confirm": {"token": "x" * 43, "ticket": "y" * 43, "password": PASSWORD},
    "/auth/log-out": {},
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_answered_by_a_page(http: FastAPI, form: str) -> None:
    async with _browser(http) as browser:
        browser.cookies.set("assembly_session", "z" * 43)
        answer = await browser.post(form, data=FORMS[form])
    assert answer.status_code == 503
    assert TITLE in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["retry-after"] == "60"


async def test_no_address_answers_in_words_that_are_not_ours(http: FastAPI) -> None:
    asked = [
        (route.method, route.path) for route in http_routes(http) if route.path not in MAY_ANSWER
    ]
    assert len(asked) > 5
    async with _browser(http) as browser:
        browser.cookies.set("assembly_session", "z" * 43)
        for method, path in asked:
            answer = await browser.request(method, re.sub(r"{[^}]*}", "1", path))
            assert "Internal Server Error" not in answer.text, path
            if answer.status_code >= 500:
                assert TITLE in answer.text or not answer.text, path


async def test_a_program_is_answered_in_json(http: FastAPI) -> None:
    async with _browser(http) as program:
        form = FORMS["/auth/log-in"]
        answer = await program.post("/auth/log-in", data=form, headers={"accept": "*/*"})
    assert answer.status_code == 503
    assert answer.json()["error"] == "database_away"


async def test_what_we_did_not_foresee_and_a_crowd_have_their_page(http: FastAPI) -> None:
    @http.get("/breaks")
    async def break_off() -> None:
        raise ZeroDivisionError

    @http.get("/crowded")
    async def refuse() -> None:
        raise PoolBusy("bcrypt", 7)

    async with _browser(http) as browser:
        broken, crowded = await browser.get("/breaks"), await browser.get("/crowded")
    assert broken.status_code == 500
    assert "<h1>Something went wrong on our side</h1>" in broken.text
    assert "ZeroDivisionError" not in broken.text
    assert (crowded.status_code, crowded.headers["retry-after"]) == (503, "7")
    assert busy(7).what_to_do in crowded.text
