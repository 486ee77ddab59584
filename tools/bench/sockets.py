"""A tab without a browser: calls handlers over a socket and hears what comes back."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import socketio

from tools.bench.demo import Bench

NAMESPACE = "/_event"
STATE = "reflex___state____state"
SHELL = f"{STATE}.assembly_ui___web___shell____shell_state"
PEOPLE = f"{STATE}.assembly_ui___web___pages___users___people____people_state"


class Tab:
    """One socket. `heard` holds when each answer came (the monotonic clock), and the answer."""

    def __init__(self, client: socketio.AsyncClient, path: str) -> None:
        self._client = client
        self._path = path
        self.heard: asyncio.Queue[tuple[float, Any]] = asyncio.Queue()
        client.on("event", self._hear, namespace=NAMESPACE)

    async def _hear(self, update: Any) -> None:
        self.heard.put_nowait((time.monotonic(), update))

    async def call(self, handler: str, **payload: Any) -> Any:
        """Call a handler; returns its first answer."""
        event = {"name": handler, "payload": payload, "router_data": {"pathname": self._path}}
        await self._client.emit("event", event, namespace=NAMESPACE)
        _, update = await asyncio.wait_for(self.heard.get(), 30)
        return update


@asynccontextmanager
async def open_tabs(bench: Bench, count: int, path: str) -> AsyncIterator[list[Tab]]:
    """That many tabs of the seeded owner, connected and loaded."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(_tab(bench, path)) for _ in range(count)]


@asynccontextmanager
async def _tab(bench: Bench, path: str) -> AsyncIterator[Tab]:
    client = socketio.AsyncClient(reconnection=False)
    tab = Tab(client, path)
    await client.connect(
        f"{bench.server.address}?token={uuid.uuid4()}",
        headers={"Cookie": bench.cookie},
        socketio_path="_event",
        namespaces=[NAMESPACE],
        transports=["websocket"],
    )
    try:
        await tab.call(f"{STATE}.hydrate")
        await tab.call(f"{SHELL}.enter")
        yield tab
    finally:
        await client.disconnect()
