"""Tabs without a browser: a socket each, which comes back when it is cut, as browsers do."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import socketio

from tests.journeys.person import until
from tests.journeys.server import Server

NAMESPACE = "/_event"
STATE = "reflex___state____state"
ENTER = f"{STATE}.assembly_ui___web___shell____shell_state.enter"
CONNECTOR = f"{STATE}.assembly_ui___web___pages___connector___state____connector_state"


class Tab:
    """The connector page of one school: what its badge says, and how often it was cut off."""

    def __init__(self, client: socketio.AsyncClient) -> None:
        self._client = client
        self.badge = ""
        self.cuts = 0
        client.on("disconnect", self._cut, namespace=NAMESPACE)
        client.on("connect", self._load, namespace=NAMESPACE)
        client.on("event", self._hear, namespace=NAMESPACE)

    async def grant_access(self) -> None:
        """Press the button."""
        await self._call(f"{CONNECTOR}.grant_access")

    async def _load(self) -> None:
        for handler in (f"{STATE}.hydrate", ENTER, f"{CONNECTOR}.load"):
            await self._call(handler)

    async def _cut(self, *_reason: object) -> None:
        self.cuts += 1

    async def _call(self, handler: str) -> None:
        event = {"name": handler, "payload": {}, "router_data": {"pathname": "/connector"}}
        await self._client.emit("event", event, namespace=NAMESPACE)

    async def _hear(self, update: dict[str, Any]) -> None:
        for name, value in (update.get("delta") or {}).get(CONNECTOR, {}).items():
            if name.startswith("badge"):
                self.badge = value


@asynccontextmanager
async def open_tabs(server: Server, seeded: dict[str, Any], count: int) -> AsyncIterator[list[Tab]]:
    """That many tabs of the seeded owner."""
    cookie = await cookie_of(server, seeded)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_tab(server, cookie)) for _ in range(count)]


@asynccontextmanager
async def _tab(server: Server, cookie: str) -> AsyncIterator[Tab]:
    client = socketio.AsyncClient(reconnection_delay=0.1, reconnection_delay_max=1)
    tab = Tab(client)
    await client.connect(
        f"{server.address}?token={uuid.uuid4()}",
        # Made anew for each connection: the client takes the cookie out of what it is given.
        headers=lambda: {"Cookie": cookie},
        socketio_path="_event",
        namespaces=[NAMESPACE],
        transports=["websocket"],
    )
    try:
        yield tab
    finally:
        await client.shutdown()


async def cookie_of(server: Server, seeded: dict[str, Any]) -> str:
    """The request header of a log-in that has come to its school."""
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        answer = await client.post(
            "/auth/log-in",
            data={"email": seeded["email"], "password": seeded["password"]},
            headers={"Origin": server.address},
        )
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        await client.get(answer.headers["location"])
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def all_say(tabs: list[Tab], badge: str) -> None:
    """Wait until every tab says so."""

    async def they_do() -> bool:
        return {tab.badge for tab in tabs} == {badge}

    await until(they_do, f"{len(tabs)} tabs to say “{badge}”", seconds=60)
