"""The demo's own Xporter on Demand is not asked before it can answer."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

from assembly_ui.server.wait_for_port import until_listening


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_it_is_waited_for_until_somebody_listens() -> None:
    port = _free_port()
    waiting = asyncio.create_task(until_listening(port, longest=timedelta(minutes=1)))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port):
        await asyncio.wait_for(waiting, 10)


async def test_it_is_not_waited_for_without_end() -> None:
    await until_listening(_free_port(), longest=timedelta(milliseconds=50))
