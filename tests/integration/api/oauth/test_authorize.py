"""`/oauth/authorize`: on to the request, back to the app, or nowhere."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote_from_bytes, urlencode, urlsplit

import httpx
import pytest

from assembly_ui.apps.registration import Registered, disable
from assembly_ui.apps.requests import read_request
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.accounts import ADDRESS
from tests.factories.apps import PKCE, REDIRECT, an_app, query_of
from tests.factories.parts import running_parts
from tests.integration.api.oauth.conftest import Platform


async def test_a_person_is_led_to_the_data_access_request(
    platform: Platform, app: Registered
) -> None:
    answer = await platform.asked(app, response_type="code", urn="123456", approval_prompt="auto")
    assert answer.status_code == 302
    assert answer.headers["cache-control"] == "no-store"
    location = answer.headers["location"]
    assert location.startswith("/data-access-request?request=")
    token = query_of(location)["request"]
    view = await read_request(platform.database, token=token, now=platform.clock())
    assert (view.app_name, view.urn) == ("Rooms", "123456")


@pytest.mark.parametrize("left_out", ["response_type", "urn", "approval_prompt", "state"])
async def test_what_known_clients_leave_out_may_be_left_out_or_empty(
    platform: Platform, app: Registered, left_out: str
) -> None:
    for value in (None, ""):
        assert (await platform.asked(app, **{left_out: value})).status_code == 302


@pytest.mark.parametrize(
    "state",
    [
        b"x",
        b"a b+c/d=e&f%g#h?i",
        "Schüler – 学校".encode(),
        b"\x00\x01\xff\xfe",
        bytes(range(256)) * 3,
        b"CfDJ8" * 400,
    ],
)
async def test_the_state_comes_back_byte_for_byte(
    platform: Platform, app: Registered, state: bytes
) -> None:
    proof = urlencode(PKCE)
    query = f"client_id={app.client_id}&redirect_uri={REDIRECT}&scope=school&{proof}"
    sent = f"/oauth/authorize?{query}&state={quote_from_bytes(state)}"
    back = await platform.said_yes(await platform.web.get(sent))
    pairs = dict(parse_qsl(urlsplit(back).query, encoding="latin-1"))
    assert pairs["state"].encode("latin-1") == state


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"scope": "students.everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x", "code_challenge_method": "S256"}, "invalid_request"),
        ({"scope": ["school", "timetables"]}, "invalid_request"),
        ({"state": ["a", "b"]}, "invalid_request"),
        ({"urn": "x" * 50}, "invalid_request"),
        ({"code_challenge": "x" * 5000}, "invalid_request"),
    ],
)
async def test_a_known_app_that_asks_wrongly_hears_it_with_its_state(
    platform: Platform, app: Registered, asked: dict[str, object], error: str
) -> None:
    answer = await platform.asked(app, **{"state": "s 1", **asked})
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"{REDIRECT}?")
    back = query_of(location)
    assert (back["error"], back["iss"]) == (error, ADDRESS)
    assert back["error_description"]
    assert back["state"] == ("a" if isinstance(asked.get("state"), list) else "s 1")


def _is_our_page(answer: httpx.Response, *words: str) -> None:
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    for said in (*words, "Nothing was shared", "help@assembly.education"):
        assert said in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("client_id", [None, "", "nobody", "x\0", "é" * 300, "<script>x"])
async def test_an_app_nobody_registered_leads_to_our_own_page(
    platform: Platform, app: Registered, client_id: str | None
) -> None:
    _is_our_page(await platform.asked(app, client_id=client_id), "we do not know it")


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "",
        "https://evil.example/",
        f"{REDIRECT}@evil.example",
        f"{REDIRECT}/",
        f"{REDIRECT}?x=1",
        f"{REDIRECT}#x",
        REDIRECT.replace("https", "http"),
        "javascript:alert(1)",
        [REDIRECT, "https://evil.example/"],
    ],
)
async def test_an_address_that_is_not_registered_leads_to_our_own_page(
    platform: Platform, app: Registered, redirect_uri: object
) -> None:
    answer = await platform.asked(app, redirect_uri=redirect_uri)
    _is_our_page(answer, "Rooms sent you here", "has not registered")


async def test_a_wrong_address_counts_before_anything_else_that_is_wrong(
    platform: Platform, app: Registered
) -> None:
    answer = await platform.asked(
        app, redirect_uri="https://evil.example/", scope="nonsense", response_type="token"
    )
    _is_our_page(answer)


async def test_an_app_that_is_switched_off_leads_to_our_own_page(
    platform: Platform, app: Registered
) -> None:
    await disable(platform.database, client="rooms", now=platform.clock())
    _is_our_page(await platform.asked(app), "can no longer be authorised")


@pytest.mark.parametrize("much", [{"state": "marker" * 400}, {"scope": "marker " * 700}])
async def test_more_than_we_keep_leads_to_our_own_page(
    platform: Platform, app: Registered, much: dict[str, str]
) -> None:
    answer = await platform.asked(app, **much)
    _is_our_page(answer, "Rooms sent you here", "too long")
    assert "marker" not in answer.text


async def test_a_flood_of_parameters_leads_to_our_own_page(platform: Platform) -> None:
    _is_our_page(await platform.web.get("/oauth/authorize?" + "a=1&" * 500))


async def test_a_body_that_comes_with_it_is_tolerated(platform: Platform, app: Registered) -> None:
    answer = await platform.web.request(
        "GET",
        "/oauth/authorize",
        params={
            "client_id": app.client_id,
            "redirect_uri": REDIRECT,
            "scope": "school",
            **PKCE,
        },
        data={"per_page": "100"},
    )
    assert answer.status_code == 302


async def test_every_time_somebody_must_agree_even_to_the_same(
    platform: Platform, app: Registered
) -> None:
    await platform.tokens(app)
    again = await platform.asked(app)
    assert again.headers["location"].startswith("/data-access-request?")


async def test_an_address_with_a_query_keeps_it(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    redirect = "https://rooms.example/callback?tenant=7"
    app = await an_app(database, now=clock(), redirect_uris=[redirect])
    back = await platform.said_yes(await platform.asked(app, redirect_uri=redirect))
    assert back.startswith(f"{redirect}&code=")


async def test_a_database_that_is_away_is_said_to_be_and_nobody_is_sent_anywhere(
    platform: Platform, app: Registered, away: None
) -> None:
    answer = await platform.asked(app)
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert "try again" in answer.text
    assert "location" not in answer.headers


async def test_asking_too_often_is_refused_for_a_while(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    settings = in_use.settings
    with running_parts(
        platform.database, platform.clock, settings.data_dir, scale=1 / 60, public_url=ADDRESS
    ):
        answers = [await platform.asked(app) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "minutes, go back to the app" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 60
