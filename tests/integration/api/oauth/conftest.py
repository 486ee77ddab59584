"""The platform as an app finds it over HTTP, a school behind it, and a person who decides."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from assembly_ui.api.oauth.router import router
from assembly_ui.api.slashes import SingleSlashes
from assembly_ui.apps.authorising import authorise
from assembly_ui.apps.registration import Registered
from assembly_ui.apps.requests import claim
from assembly_ui.apps.tokens import Bearer, find_bearer
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.accounts import ADDRESS
from tests.factories.apps import (
    LINKS,
    PKCE,
    REDIRECT,
    SCOPE,
    VERIFIER,
    ASchool,
    a_connected_school,
    an_app,
    query_of,
)
from tests.factories.parts import running_parts


@dataclass
class Platform:
    """Calls as apps make them, and the yes of the school's owner."""

    web: httpx.AsyncClient
    database: Database
    clock: ManualClock
    school: ASchool

    async def asked(self, app: Registered, **different: Any) -> httpx.Response:
        """The answer to an authorisation request, with PKCE; None leaves a parameter out."""
        asked = {"client_id": app.client_id, "redirect_uri": REDIRECT, "scope": SCOPE, **PKCE}
        sent = {name: value for name, value in {**asked, **different}.items() if value is not None}
        return await self.web.get("/oauth/authorize", params=sent)

    async def said_yes(self, answer: httpx.Response) -> str:
        """The owner follows the redirect and authorises. Where they are sent."""
        assert answer.status_code == 302
        token = query_of(answer.headers["location"])["request"]
        owner = self.school.owner.id
        view = await claim(self.database, token=token, user_id=owner, now=self.clock())
        return await authorise(
            self.database,
            request_id=view.id,
            school_id=self.school.id,
            by_user_id=owner,
            optional=(),
            now=self.clock(),
            links=LINKS,
        )

    async def code(self, app: Registered, **asked: Any) -> str:
        """A code, freshly given to the app."""
        return query_of(await self.said_yes(await self.asked(app, **asked)))["code"]

    async def token(self, app: Registered | None, **params: Any) -> httpx.Response:
        """The answer to a token call with a form and HTTP Basic (none without an app)."""
        headers = {"Authorization": basic(app)} if app else {}
        sent = {name: value for name, value in params.items() if value is not None}
        return await self.web.post("/oauth/token", data=sent, headers=headers)

    async def exchanged(self, app: Registered, code: str, **different: Any) -> httpx.Response:
        """The answer to the exchange of a code, with its proof."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        return await self.token(app, **{**sent, **different})

    async def refreshed(self, app: Registered, token: str, **different: Any) -> httpx.Response:
        """The answer to a refresh."""
        return await self.token(app, grant_type="refresh_token", refresh_token=token, **different)

    async def tokens(self, app: Registered) -> dict[str, Any]:
        """What an app holds that was just authorised."""
        answer = await self.exchanged(app, await self.code(app))
        assert answer.status_code == 200
        return answer.json()

    async def opens(self, token: str) -> Bearer | None:
        """What an access token opens at this moment."""
        return await find_bearer(self.database, token=token, now=self.clock())


def basic(app: Registered) -> str:
    """The app's credentials as HTTP Basic."""
    pair = f"{app.client_id}:{app.client_secret}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def refused(answer: httpx.Response, error: str) -> dict[str, Any]:
    """The body of a refused token call, which has the form that RFC 6749 and clients want."""
    body = answer.json()
    status = 401 if error == "invalid_client" else 400
    assert (answer.status_code, body["error"], body["code"]) == (status, error, status)
    assert body["message"] == body["error_description"]
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    return body


@pytest.fixture
def in_use(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Services]:
    with running_parts(database, clock, tmp_path, public_url=ADDRESS, scale=100) as parts:
        yield parts


@pytest.fixture
async def platform(
    in_use: Services, database: Database, clock: ManualClock
) -> AsyncIterator[Platform]:
    app = FastAPI()
    app.include_router(router(in_use.settings))
    transport = httpx.ASGITransport(SingleSlashes(app))
    school = await a_connected_school(database, now=clock())
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as web:
        yield Platform(web, database, clock, school)


@pytest.fixture
def away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database cannot be reached."""

    def unreachable(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    for way_in in ("read", "glance", "glance_all", "transaction"):
        monkeypatch.setattr(database, way_in, unreachable)


@pytest.fixture
async def app(database: Database, clock: ManualClock) -> Registered:
    return await an_app(database, now=clock())


@pytest.fixture
async def thief(database: Database, clock: ManualClock) -> Registered:
    """Another app, as well registered as the first."""
    redirect = "https://thief.example/callback"
    return await an_app(database, now=clock(), name="Thief", redirect_uris=[redirect, REDIRECT])
