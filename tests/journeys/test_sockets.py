"""Every event handler, called by those who must not call it, over a real socket."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import socketio

from tests.journeys import steps
from tests.journeys.person import until
from tests.journeys.server import ROOT, Server

NAMESPACE = "/_event"
HOSTILE: list[Any] = [
    "",
    "x" * 10_000,
    "\u202egnp.exe",
    "👩‍🏫" * 50,
    "<script>alert(1)</script>",
    "'; DROP TABLE users; --",
    "nul\x00byte",
    None,
    -1,
    2**70,
    1.5,
    True,
    ["list"],
    {"nested": {"deep": ["x"]}},
]
LIST_HANDLERS = """
import inspect, json, os
from reflex_base.environment import environment
os.environ[environment.REFLEX_SKIP_COMPILE.name] = "true"
import assembly_ui.assembly_ui
from reflex_base.registry import RegistrationContext
found = {
    name: [getattr(entry.handler.fn, "__access__", ""),
           list(inspect.signature(entry.handler.fn).parameters)[1:]]
    for name, entry in RegistrationContext.get().event_handlers.items()
}
print("HANDLERS" + json.dumps(found))
"""


class Caller:
    """A socket client that can say anything."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self._client = client
        self.answers: list[Any] = []
        client.on("event", self._hear, namespace=NAMESPACE)

    async def _hear(self, update: Any) -> None:
        self.answers.append(update)

    def has_heard_of(self, word: str) -> Callable[[], Awaitable[bool]]:
        """A question for `until`: is the word in any answer yet?"""

        async def look() -> bool:
            return word in json.dumps(self.answers)

        return look

    async def call(self, name: str, payload: Any) -> None:
        """Call a handler, whatever the payload."""
        event = {"name": name, "payload": payload, "router_data": {"pathname": "/users"}}
        await self._client.emit("event", event, namespace=NAMESPACE)


@asynccontextmanager
async def _calling(server: Server, token: str = "", **headers: str) -> AsyncIterator[Caller]:
    client = socketio.AsyncClient(reconnection=False)
    caller = Caller(client)
    try:
        await client.connect(
            f"{server.address}?token={token or uuid.uuid4()}",
            headers=headers,
            socketio_path="_event",
            namespaces=[NAMESPACE],
            transports=["websocket"],
        )
        yield caller
    finally:
        await client.disconnect()
        # The client leaves its session open when it is not let in.
        if client.eio.http is not None:
            await client.eio.http.close()


@pytest.fixture(scope="module")
def handlers(running_server: Server) -> dict[str, tuple[str, list[str]]]:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", LIST_HANDLERS],
        cwd=ROOT,
        env=running_server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("HANDLERS"))
    return json.loads(line.removeprefix("HANDLERS"))


async def _cookie(server: Server, email: str, password: str) -> str:
    async with httpx.AsyncClient(headers={"Origin": server.address}) as client:
        answer = await client.post(
            f"{server.address}/auth/log-in", data={"email": email, "password": password}
        )
        assert answer.status_code == 303, answer.text
        await client.get(f"{server.address}{answer.headers['location']}")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def _redirects_of(caller: Caller, name: str, payload: dict[str, Any]) -> set[str]:
    caller.answers.clear()
    await caller.call(name, payload)
    async with asyncio.timeout(10):
        while True:
            paths = {
                event["payload"].get("path", "")
                for update in caller.answers
                for event in (update.get("events") or [])
                if event["name"] == "_redirect"
            }
            if paths:
                return paths
            await asyncio.sleep(0.005)


def _empty(arguments: list[str]) -> dict[str, Any]:
    return dict.fromkeys(arguments, "")


@pytest.mark.parametrize("role", ["stranger", "owner"])
async def test_hostile_payloads_meet_no_traceback_and_change_nothing(
    server: Server, handlers: dict[str, tuple[str, list[str]]], role: str
) -> None:
    headers = {}
    if role == "owner":
        seeded = server.seed("awaiting-invitation")
        headers["Cookie"] = await _cookie(server, seeded["email"], seeded["password"])
    before = _facts(server)
    async with _calling(server, **headers) as caller:
        for name, (access, arguments) in handlers.items():
            if role == "owner" and not arguments:
                continue
            for value in HOSTILE if arguments or not access else HOSTILE[:1]:
                await caller.call(name, dict.fromkeys(arguments, value) | {"extra": value})
        for payload in (None, "text", ["list"], 7):
            await caller.call(next(iter(handlers)), payload)
        await caller._client.emit("event", "not json", namespace=NAMESPACE)
        await caller._client.emit("event", None, namespace=NAMESPACE)
        await caller._client.emit("client_error", {"error_type": "x"}, namespace=NAMESPACE)
        # The queue of a tab is worked in order, so when this is answered all was.
        alive = next(name for name, (access, _) in handlers.items() if access == "signed in")
        if role == "stranger":
            await _redirects_of(caller, alive, _empty(handlers[alive][1]))
    assert _facts(server) == before


async def test_a_foreign_page_cannot_open_a_socket(server: Server) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with _calling(server, Origin="https://evil.example"):
            pass
    assert all("not an accepted origin" in line for line in server.trouble())


async def test_a_closed_tabs_token_is_worthless_without_its_cookie(server: Server) -> None:
    seeded = server.seed("awaiting-invitation")
    cookie = await _cookie(server, seeded["email"], seeded["password"])
    token = str(uuid.uuid4())
    enter = "reflex___state____state.assembly_ui___web___shell____shell_state.enter"
    hydrate = "reflex___state____state.hydrate"

    async def connect(**headers: str) -> str:
        client = socketio.AsyncClient(reconnection=False)
        caller = Caller(client)
        await client.connect(
            f"{server.address}?token={token}",
            headers=headers,
            socketio_path="_event",
            namespaces=[NAMESPACE],
            transports=["websocket"],
        )
        await caller.call(enter, {})
        await caller.call(hydrate, {})
        await until(caller.has_heard_of("school_name"), "an answer about the school")
        await client.disconnect()
        return json.dumps(caller.answers)

    assert seeded["school"] in await connect(Cookie=cookie)
    assert seeded["school"] not in await connect()


async def test_whoever_connects_with_a_closed_tabs_token_is_shown_no_news_either(
    server: Server,
) -> None:
    seeded = server.seed("awaiting-invitation")
    cookie = await _cookie(server, seeded["email"], seeded["password"])
    enter = "reflex___state____state.assembly_ui___web___shell____shell_state.enter"
    page = "reflex___state____state.assembly_ui___web___pages___users___invitations____"
    form = {"form": {"email": "secret@kings.sch.uk", "role": "viewer"}}
    token = str(uuid.uuid4())
    async with _calling(server, token, Cookie=cookie) as owner:
        await owner.call(enter, {})
        await owner.call(f"{page}invitations_state.load", {})
        await until(owner.has_heard_of("may_act"), "the page")
    async with _calling(server, token) as thief, _calling(server, Cookie=cookie) as owner:
        await owner.call(enter, {})
        await owner.call(f"{page}invitations_state.load", {})
        await owner.call(f"{page}invitations_state.invite", form)
        await until(owner.has_heard_of("secret@kings.sch.uk"), "news of the invitation")
        await until(owner.has_heard_of('"until'), "the list of invitations")
        assert thief.answers == []


async def test_a_client_cannot_make_up_its_network_address(server: Server) -> None:
    load = "reflex___state____state.assembly_ui___web___pages___log_in____log_in_state.load"
    forged = {
        "QUERY_STRING": f"token={uuid.uuid4()}",
        "asgi.scope": {"client": ["203.0.113.9", 1], "headers": []},
    }
    async with _calling(server) as stranger:
        await stranger._client.emit("connect", forged, namespace=NAMESPACE)
        await stranger._client.emit("disconnect", "gone", namespace=NAMESPACE)
        await stranger.call(load, {})
        await until(stranger.has_heard_of("client_ip"), "an answer")
        assert "203.0.113.9" not in json.dumps(stranger.answers)


async def test_the_other_half_of_a_double_click_leads_nobody_on_again(server: Server) -> None:
    page = "reflex___state____state.assembly_ui___web___pages___sign_up____sign_up_state"
    enter = "reflex___state____state.assembly_ui___web___shell____shell_state.enter"
    form = {
        "invite_code": steps.INVITE_CODE,
        "name": "James Walters",
        "email": steps.an_address(),
        "password": steps.PASSWORD,
        "password_confirmation": steps.PASSWORD,
    }
    async with _calling(server) as james:
        await james.call(f"{page}.load", {})
        for _ in range(2):
            await james.call(f"{page}.submit", {"form": form})
        # Answered after both.
        await james.call(enter, {})
        await until(james.has_heard_of("/log-in"), "what a stranger is told")
        assert json.dumps(james.answers).count("/confirm-email") == 1


def _facts(server: Server) -> dict[str, int]:
    tables = (
        "users",
        "schools",
        "memberships",
        "invitations",
        "join_requests",
        "sign_ups",
        "timeline_events",
        "outbox_messages",
    )
    with _database(server) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in tables
        }


def _database(server: Server) -> Any:
    import sqlite3

    return sqlite3.connect(server.folder / "data" / "assembly.db", timeout=15)
