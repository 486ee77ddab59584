"""A tab without a browser: calls handlers over a socket and hears what comes back.

Speaks just enough of Socket.IO to cost the load generator next to nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

NAMESPACE = "/_event"
STATE = "reflex___state____state"
SHELL = f"{STATE}.assembly_ui___web___shell____shell_state"
PEOPLE = f"{STATE}.assembly_ui___web___pages___users___people____people_state"
CONNECTOR = f"{STATE}.assembly_ui___web___pages___connector___state____connector_state"
CONNECTING_AT_ONCE = 20
PATIENCE_SECONDS = 30
_PING, _PONG = "2", "3"
_EVENT = f"42{NAMESPACE},"


class Heard(NamedTuple):
    """An answer: when it came (the monotonic clock, the same in every process), and its text."""

    at: float
    frame: str

    @property
    def update(self) -> Any:
        """What Reflex sent."""
        return json.loads(self.frame.removeprefix(_EVENT))[1]


class Tab:
    """One open socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, path: str) -> None:
        self._socket = socket
        self._path = path
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def listen(self) -> None:
        """Hear until the socket closes."""
        async for message in self._socket:
            if message.data == _PING:
                await self._socket.send_str(_PONG)
            elif message.data.startswith(_EVENT):
                self.heard.put_nowait(Heard(time.monotonic(), message.data))

    async def call(self, handler: str, **payload: Any) -> Any:
        """Call a handler; returns its first answer."""
        event = {"name": handler, "payload": payload, "router_data": {"pathname": self._path}}
        await self._socket.send_str(_EVENT + json.dumps(["event", event]))
        return (await self.next()).update

    async def next(self) -> Heard:
        """What comes next."""
        return await asyncio.wait_for(self.heard.get(), PATIENCE_SECONDS)

    def forget(self) -> None:
        """Let what has come go unread."""
        while not self.heard.empty():
            self.heard.get_nowait()


@asynccontextmanager
async def open_tabs(
    address: str, path: str, cookies: Sequence[str], load: Sequence[str] = ()
) -> AsyncIterator[list[Tab]]:
    """A tab on that page for each of the log-ins, the handlers `load` called."""
    room = asyncio.Semaphore(CONNECTING_AT_ONCE)
    async with AsyncExitStack() as stack:
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        await stack.enter_async_context(session)
        listening = await stack.enter_async_context(_cancelled_at_the_end())

        async def opened(cookie: str) -> Tab:
            async with room:
                socket = await _connect(session, address, {"Cookie": cookie})
                stack.push_async_callback(socket.close)
                tab = Tab(socket, path)
                listening.append(asyncio.create_task(tab.listen()))
                for handler in (f"{STATE}.hydrate", f"{SHELL}.enter", *load):
                    await tab.call(handler)
                return tab

        yield await asyncio.gather(*map(opened, cookies))


async def _connect(
    session: aiohttp.ClientSession, address: str, headers: Mapping[str, str]
) -> aiohttp.ClientWebSocketResponse:
    url = f"{address}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    socket = await session.ws_connect(url, headers=headers, max_msg_size=0)
    await socket.receive_str()
    await socket.send_str(f"40{NAMESPACE},")
    answer = await socket.receive_str()
    assert answer.startswith("40"), answer
    return socket


@asynccontextmanager
async def _cancelled_at_the_end() -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks: list[asyncio.Task[None]] = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
