"""What RFC 6749 section 10 and RFC 9700 warn of, tried one by one."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select, update
from structlog.testing import capture_logs

from assembly_ui.apps.authorising import end_by_app, revoke
from assembly_ui.apps.grants import GRACE
from assembly_ui.apps.models import (
    AccessRequest,
    Authorisation,
    AuthorisationCode,
    ClientType,
    GrantType,
    OAuthToken,
)
from assembly_ui.apps.pkce import s256
from assembly_ui.apps.registration import Registered, disable
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.accounts import ADDRESS
from tests.factories.apps import LINKS, REDIRECT, VERIFIER, allowed, an_app, query_of
from tests.factories.parts import running_parts
from tests.integration.api.oauth.conftest import Platform, basic, refused


@pytest.fixture
async def public(database: Database, clock: ManualClock) -> Registered:
    return await an_app(database, now=clock(), name="Phone", client_type=ClientType.PUBLIC)


@pytest.fixture
async def older(database: Database, clock: ManualClock) -> Registered:
    """An app that was registered before PKCE was asked for."""
    return await an_app(database, now=clock(), name="Older", requires_pkce=False)


async def _exchange_publicly(platform: Platform, app: Registered, **params: Any) -> Any:
    sent = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return await platform.token(None, **{**sent, **params})


# Codes: RFC 6749, 4.1.2 and 10.5; RFC 9700, 2.1 and 4.2 to 4.5.


async def test_a_code_that_comes_twice_is_refused_and_ends_what_it_brought(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app)
    tokens = (await platform.exchanged(app, code)).json()
    newer = (await platform.refreshed(app, tokens["refresh_token"])).json()
    refused(await platform.exchanged(app, code), "invalid_grant")
    for token in (tokens["access_token"], newer["access_token"]):
        assert await platform.opens(token) is None
    refused(await platform.refreshed(app, newer["refresh_token"]), "invalid_grant")


async def test_a_code_that_comes_many_times_at_once_brings_tokens_once_at_most(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app)
    answers = await asyncio.gather(*(platform.exchanged(app, code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    (brought,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert await platform.opens(brought["access_token"]) is None


async def test_a_code_is_worth_nothing_after_a_minute(platform: Platform, app: Registered) -> None:
    in_time = await platform.code(app)
    platform.clock.advance(timedelta(seconds=59))
    assert (await platform.exchanged(app, in_time)).status_code == 200
    late = await platform.code(app)
    platform.clock.advance(timedelta(seconds=60))
    refused(await platform.exchanged(app, late), "invalid_grant")


async def test_a_stolen_code_is_worth_nothing_to_another_app_and_still_good_to_its_own(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    code = await platform.code(app)
    refused(await platform.exchanged(thief, code), "invalid_grant")
    assert (await platform.exchanged(app, code)).status_code == 200


async def test_a_code_is_worth_nothing_with_another_redirect_uri(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    second = "https://rooms.example/second"
    app = await an_app(database, now=clock(), redirect_uris=[REDIRECT, second])
    code = await platform.code(app)
    refused(await platform.exchanged(app, code, redirect_uri=second), "invalid_grant")
    # It may be tried once only.
    refused(await platform.exchanged(app, code), "invalid_grant")


async def test_a_code_without_its_redirect_uri_is_refused(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app)
    refused(await platform.exchanged(app, code, redirect_uri=""), "invalid_request")


@pytest.mark.parametrize("code", ["guess", "x" * 43, "x" * 5000, "é", "\0", "' OR 1=1 --"])
async def test_a_guessed_code_is_refused(platform: Platform, app: Registered, code: str) -> None:
    refused(await platform.exchanged(app, code), "invalid_grant")


async def test_a_code_is_worth_nothing_once_the_school_revoked(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app)
    await _revoke(platform, app)
    refused(await platform.exchanged(app, code), "invalid_grant")


async def test_an_access_token_is_no_code_and_a_refresh_token_opens_nothing(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    refused(await platform.exchanged(app, tokens["access_token"]), "invalid_grant")
    refused(await platform.refreshed(app, tokens["access_token"]), "invalid_grant")
    assert await platform.opens(tokens["refresh_token"]) is None


async def test_nothing_that_opens_anything_is_kept_as_it_is(
    platform: Platform, app: Registered, database: Database
) -> None:
    asked = await platform.asked(app)
    code = query_of(await platform.said_yes(asked))["code"]
    tokens = (await platform.exchanged(app, code)).json()
    secrets = {
        query_of(asked.headers["location"])["request"],
        code,
        tokens["access_token"],
        tokens["refresh_token"],
        app.client_secret,
    }
    async with database.read() as session:
        kept = [
            str(row.model_dump())
            for table in (AccessRequest, AuthorisationCode, OAuthToken)
            for row in await session.exec(select(table))
        ]
    assert kept
    assert not any(secret in row for secret in secrets for row in kept)


# Proof that it is the one who asked: RFC 7636; RFC 9700, 2.1.1, 4.5 and 4.8.


async def test_a_public_app_gets_tokens_by_its_proof(
    platform: Platform, public: Registered
) -> None:
    code = await platform.code(public)
    answer = await _exchange_publicly(platform, public, code=code)
    assert answer.status_code == 200
    fresh = await platform.token(
        None,
        grant_type="refresh_token",
        client_id=public.client_id,
        refresh_token=answer.json()["refresh_token"],
    )
    assert fresh.json()["refresh_token"] != answer.json()["refresh_token"]


@pytest.mark.parametrize("verifier", ["", "w" * 43, s256(VERIFIER), "short"])
async def test_a_stolen_code_without_the_proof_is_worth_nothing_and_can_be_tried_once(
    platform: Platform, public: Registered, verifier: str
) -> None:
    code = await platform.code(public)
    answer = await _exchange_publicly(platform, public, code=code, code_verifier=verifier)
    refused(answer, "invalid_grant")
    refused(await _exchange_publicly(platform, public, code=code), "invalid_grant")


NO_PROOF = {"code_challenge": None, "code_challenge_method": None}


@pytest.mark.parametrize(
    "asked",
    [
        NO_PROOF,
        {"code_challenge": VERIFIER, "code_challenge_method": None},
        {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
        {"code_challenge": None},
    ],
)
@pytest.mark.parametrize("client_type", list(ClientType))
async def test_no_app_that_is_registered_now_asks_without_a_proof_that_nobody_can_read(
    platform: Platform,
    database: Database,
    clock: ManualClock,
    asked: dict[str, str | None],
    client_type: ClientType,
) -> None:
    app = await an_app(database, now=clock(), client_type=client_type)
    answer = await platform.asked(app, **asked)
    assert query_of(answer.headers["location"])["error"] == "invalid_request"


async def test_an_app_of_before_may_leave_the_proof_out_but_cannot_send_it_readable(
    platform: Platform, older: Registered
) -> None:
    code = await platform.code(older, **NO_PROOF)
    assert (await platform.exchanged(older, code, code_verifier=None)).status_code == 200
    for method in ("plain", None):
        answer = await platform.asked(older, code_challenge=VERIFIER, code_challenge_method=method)
        assert query_of(answer.headers["location"])["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["app", "older"])
async def test_a_confidential_app_that_began_with_a_proof_must_finish_with_it(
    platform: Platform, app: Registered, older: Registered, name: str
) -> None:
    asks = {"app": app, "older": older}[name]
    code = await platform.code(asks)
    refused(await platform.exchanged(asks, code, code_verifier=None), "invalid_grant")
    code = await platform.code(asks)
    assert (await platform.exchanged(asks, code)).status_code == 200


async def test_cutting_the_challenge_out_of_the_request_is_noticed(
    platform: Platform, older: Registered
) -> None:
    code = await platform.code(older, **NO_PROOF)
    refused(await platform.exchanged(older, code), "invalid_grant")


# Refresh tokens: RFC 6749, 10.4; RFC 9700, 2.2.2 and 4.14.


async def test_a_refresh_token_that_comes_again_ends_its_whole_family(
    platform: Platform, app: Registered
) -> None:
    first = await platform.tokens(app)
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    platform.clock.advance(GRACE + timedelta(seconds=1))
    refused(await platform.refreshed(app, first["refresh_token"]), "invalid_grant")
    refused(await platform.refreshed(app, second["refresh_token"]), "invalid_grant")
    for tokens in (first, second):
        assert await platform.opens(tokens["access_token"]) is None


async def test_the_family_of_another_code_goes_on(platform: Platform, app: Registered) -> None:
    first, other = await platform.tokens(app), await platform.tokens(app)
    await platform.refreshed(app, first["refresh_token"])
    platform.clock.advance(GRACE + timedelta(seconds=1))
    refused(await platform.refreshed(app, first["refresh_token"]), "invalid_grant")
    assert (await platform.refreshed(app, other["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_comes_many_times_at_once_brings_one_pair_and_no_more(
    platform: Platform, app: Registered
) -> None:
    token = (await platform.tokens(app))["refresh_token"]
    answers = await asyncio.gather(*(platform.refreshed(app, token) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    pairs = {(a.json()["access_token"], a.json()["refresh_token"]) for a in answers}
    assert len(pairs) == 1
    ((access, newer),) = pairs
    assert await platform.opens(access)
    assert (await platform.refreshed(app, newer)).status_code == 200


async def test_a_lost_answer_is_given_again_for_a_minute(
    platform: Platform, app: Registered
) -> None:
    first = await platform.tokens(app)
    lost = (await platform.refreshed(app, first["refresh_token"])).json()
    platform.clock.advance(GRACE)
    again = (await platform.refreshed(app, first["refresh_token"])).json()
    assert again == {**lost, "expires_in": lost["expires_in"] - 60}
    assert await platform.opens(again["access_token"])
    assert (await platform.refreshed(app, again["refresh_token"])).status_code == 200


async def test_what_was_used_since_was_not_lost_and_whoever_asks_again_is_a_thief(
    platform: Platform, app: Registered
) -> None:
    first = await platform.tokens(app)
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    third = (await platform.refreshed(app, second["refresh_token"])).json()
    refused(await platform.refreshed(app, first["refresh_token"]), "invalid_grant")
    assert await platform.opens(third["access_token"]) is None


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_an_answer_that_was_given_back_is_not_given_again(
    platform: Platform, app: Registered, which: str
) -> None:
    first = await platform.tokens(app)
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    given = {"token": second[which]}
    await platform.web.post("/oauth/revoke", data=given, headers={"Authorization": basic(app)})
    refused(await platform.refreshed(app, first["refresh_token"]), "invalid_grant")


async def test_a_public_app_cannot_prove_that_it_is_the_one_whose_answer_was_lost(
    platform: Platform, public: Registered
) -> None:
    code = await platform.code(public)
    first = (await _exchange_publicly(platform, public, code=code)).json()
    sent = {
        "grant_type": "refresh_token",
        "client_id": public.client_id,
        "refresh_token": first["refresh_token"],
    }
    second = (await platform.token(None, **sent)).json()
    refused(await platform.token(None, **sent), "invalid_grant")
    assert await platform.opens(second["access_token"]) is None


async def test_another_app_gets_no_answer_again(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    first = await platform.tokens(app)
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    refused(await platform.refreshed(thief, first["refresh_token"]), "invalid_grant")
    assert await platform.opens(second["access_token"])


@pytest.mark.parametrize("is_old_client", [False, True])
async def test_however_often_it_is_used_a_family_ends_a_year_after_the_school_said_yes(
    platform: Platform, database: Database, clock: ManualClock, is_old_client: bool
) -> None:
    app = await an_app(database, now=clock(), name="Busy", is_old_client=is_old_client)
    tokens = await platform.tokens(app)
    fresh = tokens["refresh_token"]
    ends = clock() + timedelta(days=365)
    (held,) = await allowed(platform.database, platform.school)
    assert held.ends_at == ends
    while clock() + timedelta(days=90) < ends:
        clock.advance(timedelta(days=90))
        answer = (await platform.refreshed(app, fresh)).json()
        fresh = answer.get("refresh_token", fresh)
    clock.advance(ends - clock() - timedelta(hours=1))
    last = (await platform.refreshed(app, fresh)).json()
    assert last["expires_in"] == 3600
    clock.advance(timedelta(hours=1))
    assert await platform.opens(last["access_token"]) is None
    refused(await platform.refreshed(app, last.get("refresh_token", fresh)), "invalid_grant")
    (held,) = await allowed(platform.database, platform.school)
    assert held.revoked_at is None


async def test_a_family_of_before_gets_its_end_when_it_is_used_next(
    platform: Platform, app: Registered, database: Database, clock: ManualClock
) -> None:
    tokens = await platform.tokens(app)
    async with database.transaction() as session:
        await session.exec(update(OAuthToken).values(family_ends_at=None))
        await session.exec(update(Authorisation).values(ends_at=None))
    clock.advance(timedelta(days=100))
    assert (await platform.refreshed(app, tokens["refresh_token"])).status_code == 200
    (held,) = await allowed(platform.database, platform.school)
    assert held.ends_at == clock() + timedelta(days=365)


async def test_a_stolen_refresh_token_is_worth_nothing_to_another_app(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    token = (await platform.tokens(app))["refresh_token"]
    refused(await platform.refreshed(thief, token), "invalid_grant")
    assert (await platform.refreshed(app, token)).status_code == 200


async def test_a_refresh_cannot_bring_more_than_the_school_allowed(
    platform: Platform, app: Registered
) -> None:
    token = (await platform.tokens(app))["refresh_token"]
    more = "school students.medical.notes"
    refused(await platform.refreshed(app, token, scope=more), "invalid_scope")
    assert (await platform.refreshed(app, token, scope="school")).status_code == 200


async def test_tokens_die_the_moment_the_school_revokes(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    await _revoke(platform, app)
    assert await platform.opens(tokens["access_token"]) is None
    refused(await platform.refreshed(app, tokens["refresh_token"]), "invalid_grant")


async def test_tokens_of_before_stay_dead_when_the_school_authorises_anew(
    platform: Platform, app: Registered
) -> None:
    old = await platform.tokens(app)
    await _revoke(platform, app)
    await platform.tokens(app)
    assert await platform.opens(old["access_token"]) is None
    refused(await platform.refreshed(app, old["refresh_token"]), "invalid_grant")


async def test_tokens_die_the_moment_the_app_gives_up(platform: Platform, app: Registered) -> None:
    tokens = await platform.tokens(app)
    (held,) = await allowed(platform.database, platform.school)
    assert held.id
    now = platform.clock()
    await end_by_app(platform.database, authorisation_id=held.id, now=now, links=LINKS)
    assert await platform.opens(tokens["access_token"]) is None


async def test_tokens_die_the_moment_the_app_is_switched_off(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    await disable(platform.database, client="rooms", now=platform.clock())
    assert await platform.opens(tokens["access_token"]) is None
    refused(await platform.refreshed(app, tokens["refresh_token"]), "invalid_client")


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 9999, "é", "\0", None, 7, b"x"])
async def test_a_guessed_token_opens_nothing(platform: Platform, token: Any) -> None:
    assert await platform.opens(token) is None


# Who is calling: RFC 6749, 2.3, 3.2.1, 10.1 and 10.2.


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"nobody:secret").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"x\0y:z").decode(),
        "Bearer abc",
    ],
)
async def test_whoever_cannot_say_who_they_are_gets_nothing(
    platform: Platform, header: str
) -> None:
    headers = {"Authorization": header} if header else {}
    data = {"grant_type": "client_credentials"}
    answer = await platform.web.post("/oauth/token", data=data, headers=headers)
    refused(answer, "invalid_client")


async def test_a_wrong_secret_and_an_unknown_app_look_the_same(
    platform: Platform, app: Registered
) -> None:
    async def said(client_id: str) -> Any:
        data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "x"}
        return (await platform.web.post("/oauth/token", data=data)).json()

    assert await said(app.client_id) == await said("nobody")


async def test_a_confidential_app_must_always_prove_itself(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app)
    refused(await _exchange_publicly(platform, app, code=code), "invalid_client")


async def test_two_ways_of_saying_who_one_is_are_one_too_many(
    platform: Platform, app: Registered, thief: Registered
) -> None:
    for own in (
        {"client_id": app.client_id, "client_secret": app.client_secret},
        {"client_id": thief.client_id},
    ):
        answer = await platform.token(app, grant_type="client_credentials", **own)
        refused(answer, "invalid_request")
    answer = await platform.token(app, grant_type="client_credentials", client_id=app.client_id)
    assert answer.status_code == 200


async def test_a_secret_in_the_address_is_refused_since_logs_keep_it(
    platform: Platform, app: Registered
) -> None:
    params = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    refused(await platform.web.post("/oauth/token", params=params), "invalid_request")


async def test_nobody_uses_up_the_share_of_a_public_app_by_giving_its_name(
    platform: Platform, public: Registered, in_use: Services
) -> None:
    few = {"scale": 1 / 600, "trusted_proxy_hops": 1, "public_url": ADDRESS}
    with running_parts(platform.database, platform.clock, in_use.settings.data_dir, **few):
        for number in range(4):
            answer = await platform.web.post(
                "/oauth/token",
                data={
                    "grant_type": "refresh_token",
                    "client_id": public.client_id,
                    "refresh_token": "guess",
                },
                headers={"X-Forwarded-For": f"10.0.0.{number}"},
            )
            refused(answer, "invalid_grant")


@pytest.mark.parametrize("what", ["code", "refresh token"])
async def test_a_theft_is_told_to_whoever_reads_the_log(
    platform: Platform, app: Registered, what: str
) -> None:
    code = await platform.code(app)
    tokens = (await platform.exchanged(app, code)).json()
    await platform.refreshed(app, tokens["refresh_token"])
    platform.clock.advance(GRACE + timedelta(seconds=1))
    with capture_logs() as logs:
        if what == "code":
            await platform.exchanged(app, code)
        else:
            await platform.refreshed(app, tokens["refresh_token"])
    (told,) = [line for line in logs if line["event"] == "oauth.used_twice"]
    assert (told["event"], told["app"], told["what"]) == ("oauth.used_twice", "rooms", what)
    secrets = (code, tokens["access_token"], tokens["refresh_token"])
    assert not any(secret in str(told) for secret in secrets)


async def test_a_public_app_gets_no_app_token(platform: Platform, public: Registered) -> None:
    answer = await platform.token(None, grant_type="client_credentials", client_id=public.client_id)
    refused(answer, "unauthorized_client")


@pytest.mark.parametrize("grant", list(GrantType))
async def test_an_app_uses_the_grants_it_is_registered_for_and_no_others(
    platform: Platform, database: Database, clock: ManualClock, grant: GrantType
) -> None:
    others = set(GrantType) - {grant, GrantType.REFRESH_TOKEN}
    app = await an_app(database, now=clock(), name="Few", grant_types=[*others])
    sent = {"grant_type": grant.value, "code": "x", "redirect_uri": REDIRECT, "refresh_token": "x"}
    refused(await platform.token(app, **sent), "unauthorized_client")


async def test_an_app_without_refresh_tokens_gets_none(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    code_only = [GrantType.AUTHORIZATION_CODE]
    app = await an_app(database, now=clock(), name="Once", grant_types=code_only)
    assert "refresh_token" not in await platform.tokens(app)


async def test_an_app_that_asks_no_schools_cannot_begin_to(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    own_only = [GrantType.CLIENT_CREDENTIALS]
    app = await an_app(database, now=clock(), name="Alone", grant_types=own_only)
    answer = await platform.asked(app)
    assert query_of(answer.headers["location"])["error"] == "unauthorized_client"


# Calls that make no sense: RFC 6749, 3.2 and 5.2.


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": ["refresh_token", "client_credentials"]}, "invalid_request"),
    ],
)
async def test_a_call_that_makes_no_sense_is_told_so(
    platform: Platform, app: Registered, params: dict[str, Any], error: str
) -> None:
    refused(await platform.token(app, **params), error)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"a=1&" * 1000, "application/x-www-form-urlencoded"),
        (b"\xff=\xfe", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
        (b"not multipart", "multipart/form-data"),
        (b"not multipart", "multipart/form-data; boundary=x"),
        (b"<xml/>", "text/xml"),
    ],
)
async def test_a_body_that_cannot_be_read_is_told_so(
    platform: Platform, app: Registered, body: bytes, kind: str
) -> None:
    headers = {"Authorization": basic(app), "Content-Type": kind}
    answer = await platform.web.post("/oauth/token", content=body, headers=headers)
    refused(answer, "invalid_request")


async def test_tokens_are_never_given_for_a_mere_look(platform: Platform) -> None:
    assert (await platform.web.get("/oauth/token")).status_code == 405


# Answers that others could mistake or reuse: RFC 9700, 4.4 and 4.12; RFC 9207.


async def test_every_answer_says_who_gave_it(platform: Platform, app: Registered) -> None:
    back = query_of(await platform.said_yes(await platform.asked(app)))
    described = (await platform.web.get("/.well-known/oauth-authorization-server")).json()
    assert back["iss"] == described["issuer"]
    assert described["authorization_response_iss_parameter_supported"] is True


async def test_tokens_never_travel_in_an_address(platform: Platform, app: Registered) -> None:
    for response_type in ("token", "id_token", "code token"):
        answer = await platform.asked(app, response_type=response_type)
        assert "access_token" not in answer.headers["location"]
        assert query_of(answer.headers["location"])["error"] == "unsupported_response_type"


async def _revoke(platform: Platform, app: Registered) -> None:
    await revoke(
        platform.database,
        school_id=platform.school.id,
        app_id=app.app_id,
        by_user_id=platform.school.owner.id,
        now=platform.clock(),
        links=LINKS,
    )
