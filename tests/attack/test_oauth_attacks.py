"""OAuth and the API under attack: floods, enumeration, wrong addresses, and what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import col, func, select

from assembly_ui.accounts.invite_codes import ensure_default_code
from assembly_ui.accounts.people import find_person
from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.api.routes import router
from assembly_ui.apps import requests
from assembly_ui.apps.asking import LONGEST_SCOPE, LONGEST_STATE
from assembly_ui.apps.authorising import revoke
from assembly_ui.apps.grants import GRACE
from assembly_ui.apps.models import AccessRequest, AuthorisationCode, OAuthToken
from assembly_ui.apps.registration import Registered
from assembly_ui.apps.requests import LIFE, MOST_UNCLAIMED, UNCLAIMED_LIFE, claim, decline
from assembly_ui.audit.models import SecurityEventRow
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.pages.sign_up import SignUpState
from tests.attack import surface
from tests.factories.accounts import ADDRESS, PASSWORD, a_person, cheap_bcrypt
from tests.factories.api import Client, a_token
from tests.factories.apps import LINKS, PKCE, REDIRECT, SCOPE, a_connected_school, query_of
from tests.factories.parts import running_parts
from tests.factories.states import Tab
from tests.integration.api.oauth.conftest import (
    Platform,
    app,
    basic,
    in_use,
    platform,
    refused,
    thief,
)
from tests.integration.web.conftest import app as product_app

__all__ = ["app", "cheap_bcrypt", "in_use", "platform", "product_app", "thief"]

STRANGER = "a-stranger-wrote-this"
HOSTILE = (
    "https://evil.example/",
    "//evil.example/",
    "javascript:alert(1)",
    f"{REDIRECT}.evil.example",
    f"{REDIRECT}@evil.example",
    f"{REDIRECT}/../evil",
    f"{REDIRECT}?next=https://evil.example/",
    f"{REDIRECT}#{STRANGER}",
    f" {REDIRECT}",
    REDIRECT.replace("rooms.example", "rooms.example\\@evil.example"),
    REDIRECT.replace("rooms.example", "ROOMS.example"),
)


async def _count(database: Database, table: Any) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def _recorded(parts: Services) -> dict[tuple[str, str], int]:
    """How often each event and outcome is in the security log."""
    await parts.security_log.flush()
    counted = select(
        SecurityEventRow.event, SecurityEventRow.outcome, func.sum(SecurityEventRow.count)
    ).group_by(col(SecurityEventRow.event), col(SecurityEventRow.outcome))
    async with parts.database.read() as session:
        return {(name, how): int(count) for name, how, count in await session.exec(counted)}


# What anybody can make us keep.


async def test_a_flood_of_requests_leaves_few_rows_of_few_bytes(
    platform: Platform, app: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for holder in MOST_UNCLAIMED:
        monkeypatch.setitem(MOST_UNCLAIMED, holder, 20)
    for _ in range(60):
        answer = await platform.asked(app, state="x" * LONGEST_STATE)
        assert answer.status_code == 302
    assert await _count(platform.database, AccessRequest) <= 21
    async with platform.database.read() as session:
        rows = (await session.exec(select(AccessRequest))).all()
    assert max(len(str(row.model_dump())) for row in rows) < 5000
    platform.clock.advance(UNCLAIMED_LIFE)
    await platform.asked(app)
    assert await _count(platform.database, AccessRequest) == 1


async def test_one_network_leaves_no_more_than_its_limit_within_the_life_of_a_request(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    few = {"scale": 1 / 12, "trusted_proxy_hops": 1, "public_url": ADDRESS}
    with running_parts(platform.database, platform.clock, in_use.settings.data_dir, **few):

        async def statuses(address: str, times: int) -> list[int]:
            headers = {"X-Forwarded-For": address}
            params = {"client_id": app.client_id, "redirect_uri": REDIRECT, "scope": SCOPE, **PKCE}
            return [
                (
                    await platform.web.get("/oauth/authorize", params=params, headers=headers)
                ).status_code
                for _ in range(times)
            ]

        assert await statuses("2001:db8:1:2::1", 10) == [302] * 10
        # Another address of the same network.
        assert await statuses("2001:db8:1:2::2", 2) == [429] * 2
        assert await statuses("192.0.2.7", 1) == [302]
    assert await _count(platform.database, AccessRequest) == 11


@pytest.mark.parametrize(
    "much",
    [
        {"state": STRANGER * 200},
        {"scope": f"school {STRANGER * 500}"},
        {"client_id": STRANGER * 500},
        {"redirect_uri": STRANGER * 500},
        {"urn": STRANGER * 100},
        {"code_challenge": STRANGER * 100},
        {"response_type": STRANGER * 100},
        {"code_challenge_method": STRANGER * 100},
    ],
    ids=lambda much: next(iter(much)),
)
async def test_nothing_oversized_is_kept_or_shown_or_sent_back(
    platform: Platform, app: Registered, much: dict[str, str]
) -> None:
    assert all(len(value) > 20 for value in much.values())
    assert max(LONGEST_SCOPE, LONGEST_STATE) < 5000
    answer = await platform.asked(app, **much)
    assert STRANGER * 5 not in answer.text
    assert STRANGER * 5 not in answer.headers.get("location", "")
    assert await _count(platform.database, AccessRequest) == 0


async def test_what_a_person_has_outlives_any_flood(
    platform: Platform, app: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for holder in MOST_UNCLAIMED:
        monkeypatch.setitem(MOST_UNCLAIMED, holder, 1)
    asked = await platform.asked(app)
    token = query_of(asked.headers["location"])["request"]
    owner = platform.school.owner.id
    view = await claim(platform.database, token=token, user_id=owner, now=platform.clock())
    await asyncio.gather(*(platform.asked(app) for _ in range(10)))
    platform.clock.advance(LIFE - timedelta(minutes=1))
    await platform.asked(app)
    waiting = await requests.pending_of(platform.database, user_id=owner, now=platform.clock())
    assert waiting is not None
    assert waiting.id == view.id


async def test_codes_and_families_that_nobody_uses_any_more_are_forgotten(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    for _ in range(3):
        await platform.tokens(app)
    await platform.code(app)
    platform.clock.advance(timedelta(days=182))
    tokens = await platform.tokens(thief)
    assert await _count(platform.database, AuthorisationCode) == 1
    assert await _count(platform.database, OAuthToken) == 2
    assert await platform.opens(tokens["access_token"])


# A pending request does not reveal whether an address has an account.


@contextmanager
def _statements(database: Database) -> Iterator[list[str]]:
    """What is said to the database about requests meanwhile: the same takes the same time."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "access_requests" in statement:
            said.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.usefixtures("cheap_bcrypt")
async def test_a_request_looks_the_same_whether_the_address_typed_has_an_account(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    database, clock = platform.database, platform.clock
    await ensure_default_code(database, clock())
    await a_person(database, now=clock(), email="known@kings.sch.uk")
    # The first sign-up of all may load and compile what the others find ready.
    await _signs_up_with_two_requests(platform, app, "first@kings.sch.uk")
    seen, every = {}, []
    for email in ("known@kings.sch.uk", "new@kings.sch.uk"):
        with _statements(database) as said:
            tokens = await _signs_up_with_two_requests(platform, app, email)
        seen[email] = [await _seen_by_anybody(token) for token in tokens], said
        every += tokens
    assert seen["known@kings.sch.uk"] == seen["new@kings.sch.uk"]
    for hours in (2, 24, 5 * 24, 2 * 24):
        clock.advance(timedelta(hours=hours))
        await platform.asked(app)
        stages = {await _seen_by_anybody(token) for token in every}
        assert len(stages) == 1, hours
    assert stages.pop()[0] == "gone"


async def _signs_up_with_two_requests(platform: Platform, app: Registered, email: str) -> list[str]:
    """Somebody begins two requests of one app and signs up with each of them."""
    tokens = []
    for _ in range(2):
        asked = await platform.asked(app)
        token = query_of(asked.headers["location"])["request"]
        tab = Tab(path=f"/sign-up?request={token}")
        await tab.send(SignUpState.load)
        form = {
            "invite_code": "letsassemble2020",
            "name": "Eve",
            "email": email,
            "password": PASSWORD,
            "password_confirmation": PASSWORD,
        }
        await tab.send(SignUpState.submit, form=form)
        assert (await tab.state(SignUpState)).summary == []
        assert await find_person(platform.database, email)
        tokens.append(token)
    return tokens


async def _seen_by_anybody(token: str) -> tuple[str, str, str, str]:
    tab = Tab(path=f"/data-access-request?request={token}")
    await tab.send(RequestState.load)
    page = await tab.state(RequestState)
    return page.stage, page.heading, page.sentence, page.app["name"]


# Addresses.


@pytest.mark.parametrize("redirect_uri", HOSTILE)
async def test_nobody_is_sent_to_an_address_that_is_not_registered_letter_by_letter(
    platform: Platform, app: Registered, redirect_uri: str
) -> None:
    for asked in ({}, {"scope": "nonsense"}, {"response_type": "token"}, {"client_id": "nobody"}):
        answer = await platform.asked(app, redirect_uri=redirect_uri, **asked)
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert STRANGER not in answer.text
        assert "evil" not in answer.text


async def test_a_page_of_ours_carries_no_word_of_a_stranger(
    platform: Platform, app: Registered
) -> None:
    for name in ("client_id", "redirect_uri", "state", "scope", "urn", "response_type", "other"):
        for value in (STRANGER, f"<script>{STRANGER}</script>", f"{STRANGER}\r\nX-Evil: 1"):
            answer = await platform.asked(app, **{name: value})
            assert STRANGER not in answer.text
            assert "x-evil" not in answer.headers


async def test_an_unknown_app_and_one_whose_name_was_guessed_look_the_same(
    platform: Platform, app: Registered
) -> None:
    pages = {
        (await platform.asked(app, client_id=client_id)).text
        for client_id in ("nobody", "rooms", app.client_id[:-1], app.client_id.upper())
    }
    assert len(pages) == 1


async def test_a_code_without_its_verifier_and_a_verifier_without_its_challenge_bring_nothing(
    platform: Platform, app: Registered
) -> None:
    for verifier in (None, "", "w" * 43, PKCE["code_challenge"]):
        code = await platform.code(app)
        refused(await platform.exchanged(app, code, code_verifier=verifier), "invalid_grant")


# Programs get JSON, with limits, and nothing that lets another site read it.


@pytest.fixture
async def api(in_use: Services) -> AsyncIterator[httpx.AsyncClient]:
    http = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    http.include_router(router(in_use.settings))
    transport = httpx.ASGITransport(http)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as web:
        yield web


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.mark.parametrize("method", METHODS)
async def test_programs_are_refused_in_json_at_every_address_of_theirs(
    api: httpx.AsyncClient, in_use: Services, method: str
) -> None:
    http = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    http.include_router(router(in_use.settings))
    paths = {route.filled() for route in surface.http_routes(http)}
    beside = {f"{path}/{STRANGER}" for path in paths}
    for path in sorted(paths | beside | {"/oauth/register", "/oauth/../oauth/x", "/api/x"}):
        answer = await api.request(method, path, headers={"Origin": "https://evil.example"})
        assert not any(name.startswith("access-control-") for name in answer.headers), path
        if "/oauth/authorize" in path and method == "GET":
            continue
        assert answer.headers["content-type"].startswith("application/json"), (method, path)
        assert STRANGER not in answer.text
        assert "traceback" not in answer.text.lower()


async def test_no_answer_of_the_whole_product_lets_another_site_read_it(
    product_app: rx.App, in_use: Services
) -> None:
    # As the fixture imports it: late.
    from assembly_ui import assembly_ui as product

    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    transport = httpx.ASGITransport(product._http())
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as web:
        for path in ("/oauth/token", "/oauth/revoke", "/oauth/authorize", "/api/me", "/oauth/x"):
            for method in ("GET", "POST", "OPTIONS"):
                answer = await web.request(method, path, headers=evil)
                assert "access-control-allow-origin" not in answer.headers, (method, path)
        for path in ("/oauth/x", "/oauth/token/x", "/api/x", "/oauth", "/api/oauth"):
            answer = await web.get(path)
            assert answer.headers["content-type"].startswith("application/json"), path
            assert answer.status_code in (404, 406), path


async def test_every_answer_of_the_api_says_what_is_left_of_the_limit(
    api: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    school = await a_connected_school(
        database, now=clock(), owner=await a_person(database, now=clock(), email="a@b.sch.uk")
    )
    known = Client(api, await a_token(database, school, "school", now=clock()))
    forged = Client(api, "forged")
    # The last one gives the access up.
    resources = sorted(RESOURCES, key=lambda resource: resource.path == "/school/deauthorize")
    for number, resource in enumerate(resources, 1):
        path = resource.path.replace("{id}", "1")
        for client in (known, forged):
            answer = await client.ask(path, resource.method)
            assert answer.headers["RateLimit-Limit"] == "60000", path
            assert answer.headers["RateLimit-Remaining"] == str(60_000 - number), path
            assert 0 < int(answer.headers["RateLimit-Reset"]) <= 300


async def test_more_tokens_of_one_authorisation_are_no_more_requests(
    platform: Platform, api: httpx.AsyncClient, app: Registered, thief: Registered
) -> None:
    """Nor are more tokens of the app itself, nor tokens of another code."""

    async def remaining(token: str) -> int:
        answer = await Client(api, token).ask("/me")
        return int(answer.headers["RateLimit-Remaining"])

    held, left = await platform.tokens(app), []
    for _ in range(3):
        left.append(await remaining(held["access_token"]))
        held = (await platform.refreshed(app, held["refresh_token"])).json()
    left.append(await remaining((await platform.tokens(app))["access_token"]))
    assert left == list(range(left[0], left[0] - 4, -1))
    assert await remaining((await platform.tokens(thief))["access_token"]) == left[0]
    own = [
        (await platform.token(app, grant_type="client_credentials")).json()["access_token"]
        for _ in range(3)
    ]
    left = [await remaining(token) for token in own]
    assert left == list(range(left[0], left[0] - 3, -1))


async def test_every_refusal_for_asking_too_often_says_when_to_come_back(
    api: httpx.AsyncClient,
    app: Registered,
    in_use: Services,
    database: Database,
    clock: ManualClock,
) -> None:
    few = {"scale": 1 / 6000, "public_url": ADDRESS}
    asked = {"client_id": app.client_id, "redirect_uri": REDIRECT}
    with running_parts(database, clock, in_use.settings.data_dir, **few):
        for _ in range(2):
            answers = [
                await api.get("/oauth/authorize", params=asked),
                await api.post("/oauth/token", headers={"Authorization": basic(app)}),
                await Client(api, "forged").ask("/me"),
            ]
        revoking = await api.post("/oauth/revoke", headers={"Authorization": basic(app)})
    for answer in (*answers, revoking):
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    for answer in (*answers[1:], revoking):
        assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == (
            "1",
            "0",
        )
        assert answer.headers["RateLimit-Reset"] == answer.headers["Retry-After"]


# Whatever is tried is recorded.


async def test_attacks_on_clients_codes_and_tokens_are_recorded(
    platform: Platform, app: Registered, thief: Registered, in_use: Services, api: httpx.AsyncClient
) -> None:
    wrong = {"client_id": app.client_id, "client_secret": "wrong"}
    for _ in range(3):
        await platform.token(None, grant_type="client_credentials", **wrong)
    await platform.asked(app, redirect_uri="https://evil.example/")
    await platform.exchanged(app, await platform.code(app), code_verifier="w" * 43)
    tokens = await platform.tokens(app)
    await platform.refreshed(thief, tokens["refresh_token"])
    await platform.refreshed(app, tokens["refresh_token"])
    platform.clock.advance(GRACE + timedelta(seconds=1))
    await platform.refreshed(app, tokens["refresh_token"])
    for client, token in ((thief, tokens["access_token"]), (app, tokens["refresh_token"])):
        await platform.web.post(
            "/oauth/revoke", data={"token": token}, headers={"Authorization": basic(client)}
        )
    await Client(api, "forged").ask("/me")
    await Client(api, tokens["access_token"]).ask("/me")
    found = await _recorded(in_use)
    assert found[("client_authentication", "refused")] == 3
    assert found[("authorize_request", "refused")] == 1
    assert found[("pkce", "failed")] == 1
    assert found[("token_reuse", "refused")] == 1
    assert found[("token_grant", "succeeded")] == 2
    # The wrong verifier, the thief with a stolen token, reuse, and giving another's token back.
    assert found[("token_grant", "refused")] == 4
    assert found[("token_revocation", "succeeded")] == 1
    assert found[("api_token", "refused")] == 2


async def test_a_scope_beyond_is_recorded_with_its_school(
    platform: Platform, app: Registered, in_use: Services, api: httpx.AsyncClient
) -> None:
    tokens = await platform.tokens(app)
    answer = await Client(api, tokens["access_token"]).ask("/students")
    assert answer.json()["error"] == "insufficient_scope"
    assert (await _recorded(in_use))[("api_scope", "refused")] == 1


async def test_what_a_school_says_to_an_app_is_recorded(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    owner, school = platform.school.owner.id, platform.school.id
    await platform.tokens(app)
    now = platform.clock()
    await revoke(
        platform.database,
        school_id=school,
        app_id=app.app_id,
        by_user_id=owner,
        now=now,
        links=LINKS,
    )
    asked = query_of((await platform.asked(app)).headers["location"])
    view = await claim(platform.database, token=asked["request"], user_id=owner, now=now)
    await decline(platform.database, request_id=view.id, user_id=owner, now=now, links=LINKS)
    found = await _recorded(in_use)
    for what in ("consent", "consent_revoked", "consent_declined"):
        assert found[(what, "succeeded")] == 1
