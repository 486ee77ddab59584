"""Two clients, sending byte for byte what the facts of the platform (3.1, 3.2) describe."""

from __future__ import annotations

import base64
from urllib.parse import quote

import httpx

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import ADDRESS
from tests.factories.apps import an_app, query_of
from tests.integration.api.oauth.conftest import Platform

SINATRA = "http://localhost:4567/auth/assembly/callback"
ASPNET = "http://localhost:5000/assembly-auth"


async def test_the_sinatra_sample_is_authorised(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(
        database, now=clock(), redirect_uris=[SINATRA], is_old_client=True, requires_pkce=False
    )
    # Its PLATFORM_URI ends in a slash, so both its paths begin with two.
    base = f"{ADDRESS}/"
    state = "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvb"
    asked = await platform.web.get(
        f"{base}/oauth/authorize?urn=&redirect_uri={quote(SINATRA, safe='')}"
        f"&client_id={app.client_id}&scope=students+teaching_groups&state={state}"
    )
    back = await platform.said_yes(asked)
    assert back.startswith(f"{SINATRA}?")
    params = query_of(back)
    assert params["state"] == state
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    answer = await platform.web.post(
        f"{base}/oauth/token?grant_type=authorization_code&code={params['code']}"
        f"&redirect_uri={quote(SINATRA, safe='')}",
        content=b"",
        headers={
            "Accept": "application/json",
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    assert {
        "access_token",
        "expires_in",
        "level",
        "refresh_token",
        "school_id",
        "token_type",
    } <= set(body)
    assert isinstance(body["school_id"], int)
    assert body["scopes"] == ["school", "students.basic", "teaching_groups"]


async def test_the_sinatra_sample_shows_why_the_school_declined(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), redirect_uris=[SINATRA], requires_pkce=False)
    answer = await platform.web.get(
        f"{ADDRESS}//oauth/authorize?urn=&redirect_uri={quote(SINATRA, safe='')}"
        f"&client_id={app.client_id}&scope=students+everything&state=abc"
    )
    back = query_of(answer.headers["location"])
    assert (back["error"], back["state"]) == ("invalid_scope", "abc")
    assert back["error_description"]


async def test_the_aspnetcore_sample_is_authorised(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), redirect_uris=[ASPNET], requires_pkce=False)
    # What its data protection makes of the state: long, and it must come back unchanged.
    state = base64.urlsafe_b64encode(bytes(range(256)) * 3).decode().rstrip("=")
    query = {
        "client_id": app.client_id,
        "scope": "students teaching_groups",
        "response_type": "code",
        "redirect_uri": ASPNET,
        "state": state,
    }
    encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    asked = await platform.web.get(f"{ADDRESS}/oauth/authorize?{encoded}")
    params = query_of(await platform.said_yes(asked))
    assert params["state"] == state
    answer = await platform.web.post(
        f"{ADDRESS}/oauth/token",
        content=httpx.QueryParams(
            {
                "client_id": app.client_id,
                "redirect_uri": ASPNET,
                "client_secret": app.client_secret,
                "code": params["code"],
                "grant_type": "authorization_code",
            }
        )
        .__str__()
        .encode(),
        headers={
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["access_token"]
    assert body["refresh_token"]
    assert body["token_type"] == "bearer"
    assert isinstance(body["expires_in"], int)


async def test_the_ruby_client_refreshes_with_its_vendor_accept_header(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), is_old_client=True, requires_pkce=False)
    tokens = await platform.tokens(app)
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    answer = await platform.web.post(
        "/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        headers={
            "Accept": "application/vnd.assembly+json; version=1",
            "Authorization": f"Basic {basic}",
        },
    )
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()


async def test_the_dotnet_client_refreshes_with_json_on_the_address_of_the_api(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), is_old_client=True, requires_pkce=False)
    tokens = await platform.tokens(app)
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    for path in ("/api/oauth/token", "/api//oauth/token"):
        answer = await platform.web.post(
            path,
            json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200


async def test_the_php_client_asks_with_literal_plus_signs_and_an_approval_prompt(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), requires_pkce=False)
    answer = await platform.asked(
        app,
        scope="school:required+students:optional+teaching_groups",
        response_type="code",
        approval_prompt="auto",
        state="0123456789abcdef0123456789abcdef",
        code_challenge=None,
        code_challenge_method=None,
    )
    back = query_of(await platform.said_yes(answer))
    assert back["state"] == "0123456789abcdef0123456789abcdef"
