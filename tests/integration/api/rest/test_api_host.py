"""The API at the root of a host of its own, where nothing else answers."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

from assembly_ui.api.api_host import ApiHost
from assembly_ui.api.routes import router
from assembly_ui.api.slashes import SingleSlashes
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.web.security import Security
from tests.factories.api import ACCEPT, a_token
from tests.factories.apps import ASchool, an_app

HOST = "api.localhost"


@pytest.fixture
def wrapped(services: Services, tmp_path: Path) -> ApiHost:
    """The routes for programs and a page for everything else, wrapped as they are served."""

    async def page(_: Request) -> Response:
        return HTMLResponse("a page")

    app = FastAPI()
    app.include_router(router(services.settings))
    app.add_route("/{path:path}", page, methods=["GET", "POST", "PUT"])
    return ApiHost(Security(SingleSlashes(app), services.settings, tmp_path), HOST)


@pytest.fixture
async def web(wrapped: ApiHost, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(wrapped)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.address) as web:
        yield web


@pytest.fixture
async def headers(database: Database, clock: ManualClock, school: ASchool) -> dict[str, str]:
    token = await a_token(database, school, "students.basic", now=clock())
    return {"Accept": ACCEPT, "Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("host", [HOST, f"{HOST}:3000", HOST.upper()])
@pytest.mark.parametrize("path", ["/students", "//students", "/api/students", "/students/"])
async def test_paths_are_absolute_there(
    web: httpx.AsyncClient, services: Services, headers: dict[str, str], host: str, path: str
) -> None:
    answer = await web.get(f"http://{HOST}{path}", headers={**headers, "Host": host})
    usual = await web.get(f"{services.settings.address}/api/students", headers=headers)
    assert answer.status_code == 200
    assert answer.json() == usual.json()
    assert answer.headers["Total"] == usual.headers["Total"]


async def test_elsewhere_such_a_path_is_none_of_the_api(
    web: httpx.AsyncClient, services: Services, headers: dict[str, str]
) -> None:
    answer = await web.get(f"{services.settings.address}/students", headers=headers)
    assert answer.text == "a page"
    other = await web.get("http://api.example.org/students", headers=headers)
    assert other.status_code == 421


async def test_tokens_are_refreshed_and_revoked_there(
    web: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock())
    pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    basic = {"Authorization": f"Basic {pair}", "Accept": ACCEPT}
    for path in ("/oauth/token", "//oauth/token"):
        form = {"grant_type": "client_credentials"}
        answer = await web.post(f"http://{HOST}{path}", data=form, headers=basic)
        assert answer.json()["level"] == "app", answer.text
    token = {"token": answer.json()["access_token"]}
    revoked = await web.post(f"http://{HOST}/oauth/revoke", data=token, headers=basic)
    assert revoked.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/connector", "/log-in", "/auth/log-in", "/oauth/authorize?client_id=x", "/ping",
        "/mailbox", "/simulator/xporter/portal", "/../connector", "/api/../connector",
        "/%2e%2e/connector", "/assets/x.js", "//connector", "/\\connector", "/_event", "/Health",
        "/callbacks/xporter/x", "/index.html",
    ],
)  # fmt: skip
async def test_no_page_and_no_form_answers_there(
    web: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await web.request(method, f"http://{HOST}{path}")
    assert answer.status_code >= 400
    assert answer.headers["Content-Type"].startswith(("application/json", "text/plain"))
    assert "a page" not in answer.text


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.text(max_size=30), host=st.sampled_from([HOST, f"{HOST}:80"]))
async def test_whatever_the_path_no_page_answers_there(
    web: httpx.AsyncClient, path: str, host: str
) -> None:
    encoded = quote(path.encode("utf-8", "replace"), safe="/")
    answer = await web.get(f"http://{HOST}/{encoded}", headers={"Host": host})
    assert "a page" not in answer.text


async def test_a_process_is_watched_and_described_there_too(
    web: httpx.AsyncClient, services: Services
) -> None:
    described = await web.get(f"http://{HOST}/.well-known/oauth-authorization-server")
    assert described.json()["issuer"] == services.settings.address
    assert (await web.get(f"http://{HOST}/health")).status_code == 200


async def test_no_socket_opens_there(wrapped: ApiHost) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_event/", "headers": [(b"host", HOST.encode())]}
    await wrapped(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("hosts", [[HOST, HOST], [HOST, "localhost"], [f"{HOST}.evil.example"]])
async def test_two_hosts_or_another_are_refused(wrapped: ApiHost, hosts: list[str]) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/me",
        "raw_path": b"/me",
        "query_string": b"",
        "headers": [(b"host", host.encode()) for host in hosts],
        "client": ("127.0.0.1", 1),
    }
    await wrapped(scope, receive, send)
    assert sent[0]["status"] == 421
