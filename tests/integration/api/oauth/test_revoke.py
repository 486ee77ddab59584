"""Giving tokens back (RFC 7009), and saying what we can do (RFC 8414)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assembly_ui.apps.registration import Registered
from assembly_ui.scopes.catalogue import SCOPES
from tests.factories.accounts import ADDRESS
from tests.factories.apps import allowed
from tests.integration.api.oauth.conftest import Platform, basic, refused


async def _given_back(platform: Platform, app: Registered, **params: Any) -> httpx.Response:
    headers = {"Authorization": basic(app)}
    return await platform.web.post("/oauth/revoke", data=params, headers=headers)


async def test_an_access_token_given_back_opens_nothing_and_its_refresh_token_goes_on(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    answer = await _given_back(platform, app, token=tokens["access_token"])
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert await platform.opens(tokens["access_token"]) is None
    assert (await platform.refreshed(app, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "nonsense"])
async def test_a_refresh_token_given_back_takes_its_access_tokens_along(
    platform: Platform, app: Registered, hint: str
) -> None:
    tokens = await platform.tokens(app)
    token = tokens["refresh_token"]
    assert (await _given_back(platform, app, token=token, token_type_hint=hint)).is_success
    assert await platform.opens(tokens["access_token"]) is None
    refused(await platform.refreshed(app, token), "invalid_grant")
    (held,) = await allowed(platform.database, platform.school)
    assert held.revoked_at is None


@pytest.mark.parametrize("token", ["unknown", "é", "x" * 9999])
async def test_a_token_that_is_none_is_no_error(
    platform: Platform, app: Registered, token: str
) -> None:
    assert (await _given_back(platform, app, token=token)).status_code == 200


async def test_a_token_is_given_back_twice_without_harm(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    for _ in range(2):
        assert (await _given_back(platform, app, token=tokens["access_token"])).is_success


async def test_nobody_gives_back_what_another_app_holds(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    tokens = await platform.tokens(app)
    for name in ("access_token", "refresh_token"):
        answer = await _given_back(platform, thief, token=tokens[name])
        refused(answer, "unauthorized_client")
    assert await platform.opens(tokens["access_token"])


async def test_whoever_gives_back_must_say_who_they_are_and_what(
    platform: Platform, app: Registered
) -> None:
    answer = await platform.web.post("/oauth/revoke", data={"token": "x"})
    refused(answer, "invalid_client")
    refused(await _given_back(platform, app), "invalid_request")


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-authorization-server",
        "//.well-known/oauth-authorization-server",
    ],
)
async def test_what_we_can_do_is_looked_up_and_true(
    platform: Platform, app: Registered, path: str
) -> None:
    described = (await platform.web.get(f"{ADDRESS}{path}")).json()
    assert described["issuer"] == ADDRESS
    assert described["authorization_endpoint"] == f"{ADDRESS}/oauth/authorize"
    assert described["scopes_supported"] == [scope.name for scope in SCOPES]
    assert described["response_types_supported"] == ["code"]
    for name in ("token_endpoint", "revocation_endpoint"):
        refused(await platform.web.post(described[name]), "invalid_client")
    for grant in described["grant_types_supported"]:
        answer = await platform.token(app, grant_type=grant)
        assert answer.json().get("error") != "unsupported_grant_type"
