"""Waiting until the product itself can be reached."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

OWN_HOST = "127.0.0.1"
LOOK_EVERY_SECONDS = 0.1


async def until_listening(port: int, *, longest: timedelta) -> None:
    """Return once somebody listens there on this machine; after `longest` in any case."""
    with suppress(TimeoutError):
        async with asyncio.timeout(longest.total_seconds()):
            while not await _is_listening(port):  # noqa: ASYNC110 (no event tells of it)
                await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(OWN_HOST, port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
