"""Where the parts of the running product are made and connected, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from assembly_ui.clock import Clock, system_clock
from assembly_ui.database import Database
from assembly_ui.pubsub import PubSub
from assembly_ui.settings import Settings


@dataclass(frozen=True)
class Parts:
    """What handlers and routes work with."""

    settings: Settings
    clock: Clock
    pubsub: PubSub
    database: Database


class _Running:
    parts: Parts | None = None


def parts() -> Parts:
    """The parts of this process.

    Raises:
        RuntimeError: the product has not started, or has stopped.
    """
    if _Running.parts is None:
        raise RuntimeError("Assembly is not running in this process.")
    return _Running.parts


@asynccontextmanager
async def running(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Parts]:
    """Start every part and its background work; stop all of it at the end."""
    pubsub = PubSub()
    async with AsyncExitStack() as stack:
        database = Database(settings.database, pubsub.announce)
        stack.push_async_callback(database.close)
        _Running.parts = Parts(settings, clock, pubsub, database)
        try:
            yield _Running.parts
        finally:
            _Running.parts = None


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let `work` run beside the block, and end with it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
