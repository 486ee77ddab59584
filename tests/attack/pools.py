"""Pools of threads in which work waits for as long as a test likes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assembly_ui.jobs.worker_pools import WorkerPool


@asynccontextmanager
async def held(pool: WorkerPool) -> AsyncIterator[None]:
    """Every thread of the pool is kept."""
    gate, loop = threading.Event(), asyncio.get_running_loop()
    begun = [asyncio.Event() for _ in range(pool.threads)]

    def hold(event: asyncio.Event) -> None:
        loop.call_soon_threadsafe(event.set)
        gate.wait(60)

    tasks = [asyncio.ensure_future(pool.run(hold, event, client="holder")) for event in begun]
    # Until each has begun it waits itself, and would be taken for what a test waits for.
    async with asyncio.timeout(60):
        await asyncio.gather(*(event.wait() for event in begun))
    try:
        yield
    finally:
        gate.set()
        for task in tasks:
            task.add_done_callback(lambda done: done.exception())


async def waits(pool: WorkerPool, jobs: int) -> None:
    """Until so many jobs wait in the pool."""
    async with asyncio.timeout(60):
        while True:
            if pool._queued >= jobs:
                return
            await asyncio.sleep(0)
