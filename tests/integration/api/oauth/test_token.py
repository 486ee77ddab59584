"""`/oauth/token`: what each grant brings, in the documented form, however it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assembly_ui.apps.authorising import change_optional
from assembly_ui.apps.registration import Registered, keep_refresh_token
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.accounts import ADDRESS
from tests.factories.apps import LINKS, REDIRECT, VERIFIER, an_app
from tests.factories.parts import running_parts
from tests.integration.api.oauth.conftest import Platform, basic, refused

SCOPES = ["school", "staff_members.basic", "staff_members.emails", "timetables"]


async def test_a_code_brings_the_documented_answer(platform: Platform, app: Registered) -> None:
    answer = await platform.exchanged(app, await platform.code(app))
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    access, fresh = body.pop("access_token"), body.pop("refresh_token")
    assert len({access, fresh}) == 2
    assert body == {
        "token_type": "bearer",
        "level": "school",
        "expires_in": 86400,
        "school_id": platform.school.id,
        "scopes": SCOPES,
        "scope": "staff_members.emails timetables",
    }
    opened = await platform.opens(access)
    assert opened is not None
    assert (opened.level, opened.school_id) == ("school", platform.school.id)
    assert opened.scopes == frozenset(SCOPES)


async def test_an_app_token_never_expires_and_opens_no_school(
    platform: Platform, app: Registered
) -> None:
    answer = await platform.token(app, grant_type="client_credentials")
    body = answer.json()
    token = body.pop("access_token")
    assert body == {"token_type": "bearer", "level": "app", "expires_in": None}
    platform.clock.advance(timedelta(days=3650))
    opened = await platform.opens(token)
    assert opened is not None
    assert (opened.level, opened.school_id, opened.scopes) == ("app", None, frozenset())


async def test_an_app_that_asks_for_ever_more_app_tokens_keeps_the_newest(
    platform: Platform, app: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assembly_ui.apps.grants.MOST_APP_TOKENS", 3)
    of_school = (await platform.tokens(app))["access_token"]
    tokens = [
        (await platform.token(app, grant_type="client_credentials")).json()["access_token"]
        for _ in range(5)
    ]
    opened = [await platform.opens(token) is not None for token in tokens]
    assert opened == [False, False, True, True, True]
    assert await platform.opens(of_school)


async def test_while_the_database_is_away_apps_are_told_to_come_back(
    platform: Platform, app: Registered, away: None
) -> None:
    form = {"token": "any"}
    for answer in (
        await platform.exchanged(app, "any"),
        await platform.web.post("/oauth/revoke", data=form, headers={"Authorization": basic(app)}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["retry-after"]


async def test_an_access_token_lasts_a_day_and_is_refreshed_for_a_new_pair(
    platform: Platform, app: Registered
) -> None:
    first = await platform.tokens(app)
    platform.clock.advance(timedelta(seconds=86400))
    assert await platform.opens(first["access_token"]) is None
    second = (await platform.refreshed(app, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert set(second) == set(first)
    assert await platform.opens(second["access_token"])
    third = (await platform.refreshed(app, second["refresh_token"])).json()
    assert await platform.opens(third["access_token"])


async def test_how_long_it_lasts_is_a_setting(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    code = await platform.code(app)
    with running_parts(
        platform.database,
        platform.clock,
        in_use.settings.data_dir,
        public_url=ADDRESS,
        access_token_seconds=120,
    ):
        body = (await platform.exchanged(app, code)).json()
    assert body["expires_in"] == 120
    platform.clock.advance(timedelta(seconds=119))
    assert await platform.opens(body["access_token"])
    platform.clock.advance(timedelta(seconds=1))
    assert await platform.opens(body["access_token"]) is None


async def test_an_old_client_keeps_its_refresh_token(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock(), is_old_client=True)
    first = await platform.tokens(app)
    for _ in range(3):
        answer = await platform.refreshed(app, first["refresh_token"])
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        assert await platform.opens(answer.json()["access_token"])


async def test_a_refresh_token_unused_for_long_is_worth_nothing(
    platform: Platform, database: Database, clock: ManualClock
) -> None:
    for is_old_client in (False, True):
        name = f"Old {is_old_client}"
        app = await an_app(database, now=clock(), name=name, is_old_client=is_old_client)
        first = await platform.tokens(app)
        clock.advance(timedelta(days=179))
        answer = (await platform.refreshed(app, first["refresh_token"])).json()
        current = answer.get("refresh_token", first["refresh_token"])
        clock.advance(timedelta(days=179))
        answer = (await platform.refreshed(app, current)).json()
        current = answer.get("refresh_token", current)
        clock.advance(timedelta(days=180))
        refused(await platform.refreshed(app, current), "invalid_grant")


async def test_tokens_follow_what_the_school_allows_at_once(
    platform: Platform, app: Registered
) -> None:
    tokens = await platform.tokens(app)
    await change_optional(
        platform.database,
        school_id=platform.school.id,
        app_id=app.app_id,
        by_user_id=platform.school.owner.id,
        optional=["contacts.basic"],
        now=platform.clock(),
        links=LINKS,
    )
    opened = await platform.opens(tokens["access_token"])
    assert opened is not None
    assert "contacts.basic" in opened.scopes
    assert (
        "contacts.basic"
        in (await platform.refreshed(app, tokens["refresh_token"])).json()["scopes"]
    )


@pytest.mark.parametrize("path", ["/oauth/token", "//oauth/token", "/api/oauth/token"])
@pytest.mark.parametrize("place", ["query", "form", "json", "multipart"])
@pytest.mark.parametrize("credentials", ["header", "body"])
async def test_parameters_and_credentials_come_in_every_known_form(
    platform: Platform, app: Registered, path: str, place: str, credentials: str
) -> None:
    params = {
        "grant_type": "authorization_code",
        "code": await platform.code(app),
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    headers = {"Accept": "application/json"}
    own = {"client_id": app.client_id, "client_secret": app.client_secret}
    if credentials == "header":
        headers["Authorization"], own = basic(app), {}
    url = f"{ADDRESS}{path}"
    if place == "query":
        answer = await platform.web.post(url, params=params, data=own, headers=headers)
    elif place == "json":
        answer = await platform.web.post(url, json={**params, **own}, headers=headers)
    elif place == "multipart":
        parts = {name: (None, value) for name, value in {**params, **own}.items()}
        answer = await platform.web.post(url, files=parts, headers=headers)
    else:
        answer = await platform.web.post(url, data={**params, **own}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["school_id"] == platform.school.id


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/vnd.assembly+json; version=1.1",
        "application/vnd.assembly+json; version=1",
        "text/html",
        "*/*",
    ],
)
async def test_any_accept_header_is_accepted(
    platform: Platform, app: Registered, accept: str
) -> None:
    answer = await platform.web.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": basic(app), "Accept": accept},
    )
    assert answer.status_code == 200


async def test_too_many_calls_say_when_to_come_back(
    platform: Platform, app: Registered, in_use: Services
) -> None:
    with running_parts(
        platform.database,
        platform.clock,
        in_use.settings.data_dir,
        scale=1 / 600,
        public_url=ADDRESS,
    ):
        await platform.token(app, grant_type="client_credentials")
        answer = await platform.token(app, grant_type="client_credentials")
    assert answer.status_code == 429
    assert answer.json()["error"] == "too many requests"
    assert set(answer.json()["data"]) == {"count", "period", "limit"}
    assert int(answer.headers["retry-after"]) == answer.json()["data"]["period"] > 0


async def test_an_app_has_a_limit_of_its_own_wherever_it_calls_from(
    platform: Platform, app: Registered, thief: Registered, in_use: Services
) -> None:
    async def status(caller: Registered, address: str) -> int:
        answer = await platform.web.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": basic(caller), "X-Forwarded-For": address},
        )
        return answer.status_code

    with running_parts(
        platform.database,
        platform.clock,
        in_use.settings.data_dir,
        scale=1 / 1200,
        trusted_proxy_hops=1,
        public_url=ADDRESS,
    ):
        assert await status(app, "192.0.2.1") == 200
        assert await status(app, "192.0.2.2") == 429
        assert await status(thief, "192.0.2.3") == 200


@pytest.mark.parametrize(
    ("asked", "scope"),
    [
        ("students teaching_groups", "students teaching_groups"),
        ("teaching_groups students.basic", "teaching_groups students.basic"),
        ("timetables,school", "timetables school"),
        ("students:required timetables", "students:required timetables"),
        ("timetables contacts.basic:optional", "timetables"),
        ("contacts.basic:optional students:required", "students"),
        ("student_care students.languages", "student_care students.languages"),
    ],
)
async def test_scope_is_in_the_words_of_the_app(
    platform: Platform, app: Registered, asked: str, scope: str
) -> None:
    """Strict clients refuse tokens when `scope` is another than they asked for."""
    tokens = (await platform.exchanged(app, await platform.code(app, scope=asked))).json()
    assert tokens["scope"] == scope
    assert "school" in tokens["scopes"]
    for _ in range(2):
        tokens = (await platform.refreshed(app, tokens["refresh_token"])).json()
        assert tokens["scope"] == scope
    again = (await platform.refreshed(app, tokens["refresh_token"], scope=scope)).json()
    assert again["scope"] == scope


async def test_a_lost_answer_is_repeated_with_its_scope(
    platform: Platform, app: Registered
) -> None:
    code = await platform.code(app, scope="timetables school")
    tokens = (await platform.exchanged(app, code)).json()
    answers = [await platform.refreshed(app, tokens["refresh_token"]) for _ in range(2)]
    assert [answer.json()["scope"] for answer in answers] == ["timetables school"] * 2


@pytest.mark.parametrize("scope", ["contacts", "students.everything", "students.upn"])
async def test_a_refresh_asks_for_no_more(platform: Platform, app: Registered, scope: str) -> None:
    code = await platform.code(app, scope="students contacts:optional")
    tokens = (await platform.exchanged(app, code)).json()
    refused(await platform.refreshed(app, tokens["refresh_token"], scope=scope), "invalid_scope")
    optional = f"students {scope.partition('.')[0]}:optional"
    assert (
        await platform.refreshed(app, tokens["refresh_token"], scope=optional)
    ).status_code == 200


async def test_an_app_that_keeps_its_first_refresh_token_goes_on_once_it_is_said(
    platform: Platform, app: Registered, database: Database, clock: ManualClock
) -> None:
    first = (await platform.tokens(app))["refresh_token"]
    await keep_refresh_token(database, client=app.client_id, keeps=True, now=clock())
    for _ in range(3):
        clock.advance(timedelta(days=1))
        answer = await platform.refreshed(app, first)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
