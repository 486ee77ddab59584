"""A tab without a browser, which can say anything to the socket and remembers all it is told."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import socketio

from tests.attack.surface import ROOT_STATE
from tests.journeys.server import Server

NAMESPACE = "/_event"
SHELL = f"{ROOT_STATE}.assembly_ui___web___shell____shell_state"
PATIENCE_SECONDS = 120
_SUFFIX = "_rx_state_"
_numbers = itertools.count(1)


class Tab:
    """One socket. Handlers are called by their full names, or by the end of them."""

    def __init__(self, client: socketio.AsyncClient, token: str) -> None:
        self._client = client
        self.token = token
        self.answers: list[dict[str, Any]] = []
        """Every update as it came: deltas and events for the browser."""
        self.state: dict[str, dict[str, Any]] = {}
        """What the browser would hold: all deltas put together, by State and var."""
        self._heard = asyncio.Event()
        client.on("event", self._hear, namespace=NAMESPACE)

    async def emit(self, event: str, *data: Any) -> None:
        """Say anything at all, as any socket.io event."""
        await self._client.emit(event, data, namespace=NAMESPACE)

    async def call(self, handler: str, payload: Any = None, *, path: str = "/connector") -> None:
        """Call a handler of this full name with any payload, and do not wait."""
        router = {"pathname": path.partition("?")[0], "asPath": path}
        sent = {} if payload is None else payload
        await self.emit("event", {"name": handler, "payload": sent, "router_data": router})

    async def settled(self) -> None:
        """Wait until everything called so far has been dealt with.

        The events of a tab are worked off in order, so an event that shows a page of a number
        never seen before is answered last.
        """
        page = f"/settled/{next(_numbers)}"
        await self.call(f"{ROOT_STATE}.set_is_hydrated", {"value": True}, path=page)
        await self.until(lambda: any(page in json.dumps(answer) for answer in self.answers))

    async def ask(self, handler: str, payload: Any = None, **where: str) -> list[dict[str, Any]]:
        """Call a handler and wait for the end of it; what was answered."""
        known = len(self.answers)
        await self.call(handler, payload, **where)
        await self.settled()
        return self.answers[known:]

    async def hydrate(self) -> None:
        """As a browser does first of all. Everything public arrives in `state`."""
        await self.ask(f"{ROOT_STATE}.hydrate")

    async def enter(self) -> None:
        """Show the admin view's bar: from now on the tab is pushed what changes."""
        await self.ask(f"{SHELL}.enter")

    async def until(self, look: Callable[[], Any]) -> Any:
        """What `look` finds, asked again whenever something arrives."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := look()):
                self._heard.clear()
                await self._heard.wait()
            return found

    def has_heard(self, words: str) -> bool:
        """Whether these words were in anything that arrived."""
        return any(words in json.dumps(answer, ensure_ascii=False) for answer in self.answers)

    async def _hear(self, update: dict[str, Any]) -> None:
        self.answers.append(update)
        for state, values in (update.get("delta") or {}).items():
            held = self.state.setdefault(state, {})
            held.update({name.removesuffix(_SUFFIX): value for name, value in values.items()})
        self._heard.set()


def led_to(answers: list[dict[str, Any]]) -> list[str]:
    """The pages that these answers send the browser to."""
    return [
        event["payload"].get("path", "")
        for answer in answers
        for event in (answer.get("events") or [])
        if event["name"] == "_redirect"
    ]


@asynccontextmanager
async def open_tab(
    server: Server, *, cookie: str = "", token: str = "", **headers: str
) -> AsyncIterator[Tab]:
    """A tab with this log-in cookie and these headers (`Origin`, `X_Forwarded_For` …)."""
    client = socketio.AsyncClient(reconnection=False)
    tab = Tab(client, token or str(uuid.uuid4()))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        await client.connect(
            f"{server.address}?token={tab.token}",
            headers=sent | ({"Cookie": cookie} if cookie else {}),
            socketio_path="_event",
            namespaces=[NAMESPACE],
            transports=["websocket"],
        )
        yield tab
    finally:
        await client.disconnect()
        # The client leaves its session open when it is not let in.
        if client.eio.http is not None:
            await client.eio.http.close()
