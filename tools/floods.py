"""`make floods`: what floods from one network address cost a demo, as a Markdown table.

Starts a server of its own, with a data folder of its own, on a free port of this machine, and
floods that and nothing else. Each flood is bounded in number and time. Memory is that of all
processes of the server; the round trip is that of a tab at another address (127.0.0.2).
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import struct
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.journeys.server import Server

NAMESPACE = "/_event"
STATE = "reflex___state____state"
DISMISS = f"{STATE}.assembly_ui___web___notice____notice_state.dismiss"
TICKET = f"{STATE}.assembly_ui___web___ticket____ticket_state.ticket"
ATTACKER, OTHERS = "127.0.0.1", "127.0.0.2"
HYDRATIONS, STORED, UNFINISHED, SILENT, FLOODING = 1000, 200, 20, 600, 5
LARGE_VALUE = 900_000
UNFINISHED_BYTES = 60_000_000
PIECE = 1_000_000
FLOOD_SECONDS = 10
SILENT_SECONDS = 15
FORGOTTEN_SECONDS = 90
PATIENCE = 20
_TEXT, _CONTINUED, _CLOSE = 1, 0, 8


class Refused(Exception):
    """The server did not let the socket in, or closed it."""


class Socket:
    """A WebSocket that can send anything, whole or not."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, text: str) -> None:
        """One whole message."""
        await self.piece(text.encode(), opcode=_TEXT, is_last=True)

    async def piece(self, data: bytes, *, opcode: int = _CONTINUED, is_last: bool = False) -> None:
        """A frame, masked with zeros."""
        size = len(data)
        head = bytes([opcode | (0x80 if is_last else 0)])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 2**16:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        self._writer.write(head + bytes(4) + data)
        await self._writer.drain()

    async def call(self, handler: str, **payload: object) -> None:
        """Call an event handler."""
        event = {"name": handler, "payload": payload, "router_data": {"pathname": "/"}}
        await self.send(f"42{NAMESPACE}," + json.dumps(["event", event]))

    async def answer(self) -> str:
        """The next message that is an event's answer. Pings are answered on the way."""
        while True:
            text = await self._message()
            if text == "2":
                await self.send("3")
            elif text.startswith("42"):
                return text

    async def is_closed_within(self, seconds: float) -> bool:
        """Whether the server closes the socket, to which nothing more is said."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self._message()
        except Refused:
            return True
        except TimeoutError:
            return False

    async def close(self) -> None:
        """Close it without a goodbye."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _message(self) -> str:
        try:
            opcode, size = await self._reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
            data = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError):
            raise Refused from None
        if opcode & 0x0F == _CLOSE:
            raise Refused
        return data.decode(errors="replace")


async def connect(port: int, address: str, *, as_tab: bool = True, **headers: str) -> Socket:
    """A socket from this address of the machine, with headers such as `X_Forwarded_For`.

    Raises:
        Refused: it was not let in.
    """
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(address, 0), limit=2**22
    )
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET {NAMESPACE}/?EIO=4&transport=websocket&token={uuid.uuid4()} HTTP/1.1\r\n"
        f"Host: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n".encode()
    )
    try:
        status = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    except (asyncio.IncompleteReadError, OSError):
        raise Refused from None
    if b" 101 " not in status.split(b"\r\n")[0]:
        writer.close()
        raise Refused
    socket = Socket(reader, writer)
    if as_tab:
        await socket.send(f"40{NAMESPACE},")
    return socket


class Row(NamedTuple):
    """A line of the table."""

    flood: str
    memory: str
    found: str


class Floods:
    """The floods of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def rows(self) -> AsyncIterator[Row]:
        """Each flood in turn, the server started afresh for each."""
        floods: list[tuple[str, Callable[[], Awaitable[str]]]] = [
            (f"{HYDRATIONS:,} anonymous tabs opened, hydrated and closed", self._hydrations),
            (f"{STORED} tabs that bring a stored value of {LARGE_VALUE:,} bytes", self._stored),
            (f"{UNFINISHED} sockets with an unfinished message of 60 MB each", self._unfinished),
            (f"{SILENT} sockets that say nothing", self._silent),
            (f"{FLOODING} tabs that call handlers as fast as they can", self._events),
        ]
        for name, flood in floods:
            await asyncio.to_thread(self._server.start)
            try:
                before = self._memory()
                async with self._most_memory() as most:
                    found = await flood()
                grown = f"{(most[0] - before) / 1e6:.0f} MB"
            finally:
                # Its port and data are the next flood's; memory that was taken is not.
                await asyncio.to_thread(self._server.kill)
            yield Row(name, grown, found)

    async def _hydrations(self) -> str:
        before, done = self._memory(), 0
        for _ in range(HYDRATIONS):
            with suppress(Refused):
                done += await self._hydrated()
        after = self._memory()
        await asyncio.sleep(FORGOTTEN_SECONDS)
        rest = self._memory()
        return (
            f"{done:,} let in; {(after - before) / 1e6:.0f} MB more at the end, "
            f"{(rest - before) / 1e6:.0f} MB after {FORGOTTEN_SECONDS} s"
        )

    async def _hydrated(self) -> bool:
        socket = await connect(self._server.port, ATTACKER)
        try:
            await socket.call(f"{STATE}.hydrate")
            await asyncio.wait_for(socket.answer(), PATIENCE)
        finally:
            await socket.close()
        return True

    async def _stored(self) -> str:
        kept = 0
        for _ in range(STORED):
            with suppress(Refused, TimeoutError, OSError):
                socket = await connect(self._server.port, ATTACKER)
                stored = {TICKET: uuid.uuid4().hex + "x" * LARGE_VALUE}
                await socket.call(f"{STATE}.hydrate_and_load", vars=stored)
                await asyncio.wait_for(socket.answer(), PATIENCE)
                kept += 1
                await socket.close()
        return f"{kept} taken"

    async def _unfinished(self) -> str:
        sockets = [await connect(self._server.port, ATTACKER) for _ in range(UNFINISHED)]
        await asyncio.gather(*(self._never_ends(socket) for socket in sockets))
        closed = await asyncio.gather(*(s.is_closed_within(5) for s in sockets))
        await asyncio.gather(*(socket.close() for socket in sockets))
        return f"{sum(closed)} closed by the server"

    async def _never_ends(self, socket: Socket) -> None:
        with suppress(OSError):
            await socket.piece(b"42", opcode=_TEXT)
            for _ in range(UNFINISHED_BYTES // PIECE):
                await asyncio.wait_for(socket.piece(b"x" * PIECE), PATIENCE)

    async def _silent(self) -> str:
        sockets = []
        for _ in range(SILENT):
            with suppress(Refused):
                sockets.append(await connect(self._server.port, ATTACKER, as_tab=False))
        closed = await asyncio.gather(*(s.is_closed_within(SILENT_SECONDS) for s in sockets))
        await asyncio.gather(*(socket.close() for socket in sockets))
        open_still = len(sockets) - sum(closed)
        return f"{len(sockets)} let in, {open_still} open after {SILENT_SECONDS} s"

    async def _events(self) -> str:
        other = await connect(self._server.port, OTHERS)
        calm = await self._round_trips(other, 3)
        flooding = [asyncio.create_task(self._flood()) for _ in range(FLOODING)]
        await asyncio.sleep(1)
        busy = await self._round_trips(other, FLOOD_SECONDS)
        sent = sum(await asyncio.gather(*flooding))
        await other.close()
        return f"others' event: {_shown(calm)} before, {_shown(busy)} during; {sent:,} sent"

    async def _flood(self) -> int:
        end, sent = time.monotonic() + FLOOD_SECONDS + 2, 0
        while time.monotonic() < end:
            try:
                socket = await connect(self._server.port, ATTACKER)
            except Refused:
                await asyncio.sleep(0.2)
                continue
            draining = asyncio.create_task(socket.is_closed_within(FLOOD_SECONDS * 3))
            while time.monotonic() < end and not draining.done():
                try:
                    await asyncio.wait_for(socket.call(DISMISS), 1)
                    sent += 1
                except (OSError, TimeoutError):
                    break
                # Leaves the machine to the server, too.
                await asyncio.sleep(0)
            draining.cancel()
            await socket.close()
        return sent

    async def _round_trips(self, socket: Socket, seconds: float) -> list[float]:
        end, took = time.monotonic() + seconds, []
        while time.monotonic() < end or not took:
            begun = time.monotonic()
            await socket.call(DISMISS)
            with suppress(TimeoutError):
                await asyncio.wait_for(socket.answer(), PATIENCE)
            took.append((time.monotonic() - begun) * 1000)
            await asyncio.sleep(0.1)
        return took

    def _memory(self) -> int:
        first = psutil.Process(self._server.pid)
        processes = [first, *first.children(recursive=True)]
        return sum(process.memory_info().rss for process in processes)

    @asynccontextmanager
    async def _most_memory(self) -> AsyncIterator[list[int]]:
        most = [self._memory()]

        async def watch() -> None:
            while True:
                await asyncio.sleep(0.25)
                most[0] = max(most[0], self._memory())

        watching = asyncio.create_task(watch())
        try:
            yield most
        finally:
            most[0] = max(most[0], self._memory())
            watching.cancel()


def _shown(took: list[float]) -> str:
    return f"{statistics.median(took):.0f} ms (at most {max(took):.0f})"


async def _main() -> None:
    write = sys.stdout.write
    write("| Flood | Memory at most | |\n| --- | --- | --- |\n")
    with tempfile.TemporaryDirectory(prefix="assembly-floods-") as folder:
        server = Server(Path(folder), throttle_scale="1")
        try:
            async for row in Floods(server).rows():
                write(f"| {row.flood} | {row.memory} | {row.found} |\n")
                sys.stdout.flush()
        finally:
            server.stop()


if __name__ == "__main__":
    asyncio.run(_main())
