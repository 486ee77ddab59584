"""Versions, tokens, limits and errors, as SDKs of every age expect them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from assembly_ui.apps.models import Authorisation
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.api import DAY, Client, a_record, a_token
from tests.factories.apps import ASchool, a_connected_school
from tests.factories.parts import running_parts
from tests.integration.api.rest.conftest import NewApp

V1 = "application/vnd.assembly+json; version=1"
V1_1 = "application/vnd.assembly+json; version=1.1"


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    """A school of which nothing has been read yet."""
    return await a_connected_school(database, now=clock())


@pytest.mark.parametrize("accept", ["application/json", "", V1 + "9"])
async def test_without_a_version_there_is_no_answer(app_with: NewApp, accept: str) -> None:
    app = await app_with("school")
    answer = await app.ask("/me", headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (406, {"error": "unsupported_version"})


@pytest.mark.parametrize(("accept", "is_bare"), [([V1], False), ([V1_1], True), ([V1, V1_1], True)])
async def test_the_version_decides_how_a_list_comes(
    app_with: NewApp, http: httpx.AsyncClient, accept: list[str], is_bare: bool
) -> None:
    app = await app_with("school")
    headers = [("Accept", one) for one in accept]
    headers.append(("Authorization", app._headers["Authorization"]))
    body = (await http.get("/api/subjects", headers=headers)).json()
    assert (body == []) is is_bare
    assert is_bare or body["object"] == "list"


async def test_answers_are_json_and_nobody_keeps_them(app_with: NewApp) -> None:
    answer = await (await app_with("school")).ask("/subjects")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/api//me", "//api/me", "//api//me", "/api/me/"])
async def test_slashes_too_many_change_nothing(
    app_with: NewApp, http: httpx.AsyncClient, path: str
) -> None:
    app = await app_with("school")
    answer = await http.get(f"http://assembly.test{path}", headers=app._headers)
    assert answer.json()["object"] == "application"


@pytest.mark.parametrize("authorization", [None, "", "Basic eDp5", "Bearer", "Bearer  ", "Token x"])
async def test_who_brings_no_token_is_told_to(
    http: httpx.AsyncClient, authorization: str | None
) -> None:
    headers = {"Accept": V1_1} | ({"Authorization": authorization} if authorization else {})
    answer = await http.get("/api/students", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "invalid_request",
        "message": "an access_token is required.",
    }
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Assembly"'


async def test_a_wrong_or_expired_token_is_invalid(
    database: Database, clock: ManualClock, http: httpx.AsyncClient, school: ASchool
) -> None:
    short = await a_token(database, school, now=clock(), life=timedelta(minutes=1))
    clock.advance(timedelta(minutes=2))
    for token in (short, "x", "é" * 9, "%00", "x" * 5000):
        headers = {"Accept": V1_1, "Authorization": b"Bearer " + token.encode()}
        answer = await http.get("/api/me", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


async def test_an_access_that_was_taken_back_ends_at_once(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    app = await app_with("school")
    assert (await app.ask("/school")).status_code == 200
    async with database.transaction() as session:
        (await session.get_one(Authorisation, 1)).revoked_at = clock()
    assert await app.refused("/school") == (401, "invalid_token")


async def test_what_was_not_allowed_is_insufficient_scope_and_not_403(app_with: NewApp) -> None:
    app = await app_with("school")
    answer = await app.ask("/students")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "insufficient_scope",
        "message": "the school has not allowed students.basic.",
    }


async def test_use_of_an_authorisation_is_noted(
    database: Database, clock: ManualClock, app_with: NewApp
) -> None:
    app = await app_with("school")
    clock.advance(DAY / 2)
    await app.ask("/school")
    async with database.read() as session:
        assert (await session.get_one(Authorisation, 1)).last_used_at == clock()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_lists_are_only_read(app_with: NewApp, method: str) -> None:
    answer = await (await app_with("school")).ask("/subjects", method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("date=01/09/2026", "date must be a date such as 2026-09-01."),
        ("per_page=1501", "per_page must be a whole number from 1 to 1,500."),
        ("page=0", "page must be a whole number from 1 to 1,000,000."),
        ("students=one", "students must be up to 1,500 whole numbers above 0."),
        ("photo=perhaps", "photo must be true or false."),
    ],
)
async def test_a_malformed_parameter_is_named(app_with: NewApp, query: str, message: str) -> None:
    answer = await (await app_with("students.basic")).ask(f"/students?{query}")
    assert answer.status_code == 400
    assert answer.json() == {"error": "bad_request", "message": message}


async def test_too_many_requests_of_a_token_say_how_long_to_wait(
    database: Database, clock: ManualClock, tmp_path: Path, http: httpx.AsyncClient, school: ASchool
) -> None:
    tokens = [await a_token(database, school, now=clock()) for _ in range(2)]
    with running_parts(database, clock, tmp_path, scale=0.005):
        busy, other = (Client(http, token) for token in tokens)
        for _ in range(3):
            assert (await busy.ask("/me")).status_code == 200
        answer = await busy.ask("/me")
        assert (await other.ask("/me")).status_code == 200
    assert answer.status_code == 429
    body = answer.json()
    assert (body["error"], body["data"]["count"], body["data"]["limit"]) == (
        "too many requests",
        4,
        3,
    )
    assert 0 < body["data"]["period"] <= 300
    assert answer.headers["Retry-After"] == str(body["data"]["period"])


async def test_who_guesses_tokens_is_slowed_down(
    services: Services, http: httpx.AsyncClient
) -> None:
    services.throttles._scale = 0.005
    statuses = [
        (await Client(http, f"guess {number}").ask("/me")).status_code for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


async def test_a_database_that_is_away_is_said_to_be(
    app_with: NewApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await app_with("school")

    async def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(database, "glance", away)
    answer = await app.ask("/school")
    assert (answer.status_code, answer.json()) == (503, {"error": "service_unavailable"})
    assert answer.headers["Retry-After"]


async def test_a_token_is_in_no_log(
    app_with: NewApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await app_with("school")
    token = app._headers["Authorization"].partition(" ")[2]

    async def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    with capture_logs() as logs:
        for path in ("/students", "/nothing", "/subjects?page=x"):
            await app.ask(path)
        monkeypatch.setattr(database, "glance", away)
        await app.ask("/school")
    assert [log["event"] for log in logs] == ["security.api_scope", "api.database_away"]
    assert token not in str(logs)


async def test_half_a_character_in_a_record_breaks_no_answer(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:

    data = {"object": "subject", "id": 1, "code": "X", "name": "Sm\ud83d", "mis_subjects": []}
    async with database.transaction() as session:
        session.add(a_record(school.id, "subject", 1, data, at=clock()))
    answer = await (await app_with("school")).ask("/subjects")
    assert json.loads(answer.content)[0]["name"] == "Sm\ud83d"
