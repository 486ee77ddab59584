"""Pools of threads in which work waits for as long as a test likes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from assembly_ui.worker_pools import WorkerPool


@contextmanager
def held(pool: WorkerPool) -> Iterator[None]:
    """Every thread of the pool is kept."""
    gate = threading.Event()
    begun = [threading.Event() for _ in range(pool.threads)]

    def hold(event: threading.Event) -> None:
        event.set()
        gate.wait(60)

    tasks = [asyncio.ensure_future(pool.run(hold, event, client="holder")) for event in begun]
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
