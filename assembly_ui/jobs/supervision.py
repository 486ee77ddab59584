"""Background tasks of a process that serves: restarted when they end, and seen to be.

A task that ends takes nothing else with it: pages are served on. It is started again
after a wait that doubles, and `/health` names it until it has run for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger()

Run = Callable[[], Awaitable[None]]
"""Begins the work, again each time it is called; it ends only when it is cancelled."""

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
STEADY_SECONDS = 60.0
"""What has run this long since its last start is well, and waits only briefly next time."""


@dataclass
class _Kept:
    """One task. `started_at` and the waits are in seconds of a clock that only grows."""

    started_at: float = 0.0
    wait: float = 0.0
    is_running: bool = False


class Supervisor:
    """Starts tasks again that end. `sleep` and `seconds` are those of this machine."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    @property
    def failing(self) -> list[str]:
        """Names of tasks that ended and have not run for `STEADY_SECONDS` since."""
        return sorted(name for name, kept in self._kept.items() if not self._is_steady(kept))

    @asynccontextmanager
    async def keep(self, run: Run, *, name: str) -> AsyncIterator[asyncio.Task[None]]:
        """Keep `run` going beside the block, and end it with the block."""
        async with background(self._keep(run, name), name=name) as task:
            yield task

    async def _keep(self, run: Run, name: str) -> None:
        kept = self._kept.setdefault(name, _Kept())
        try:
            while True:
                kept.started_at, kept.is_running = self._seconds(), True
                error = await _until_it_ends(run)
                if self._is_steady(kept):
                    kept.wait = 0.0
                kept.is_running = False
                kept.wait = min(max(FIRST_WAIT_SECONDS, kept.wait * 2), LONGEST_WAIT_SECONDS)
                log.error("background.ended", work=name, again_in=kept.wait, exc_info=error)
                await self._sleep(kept.wait)
        finally:
            self._kept.pop(name, None)

    def _is_steady(self, kept: _Kept) -> bool:
        has_lasted = self._seconds() - kept.started_at >= STEADY_SECONDS
        return kept.is_running and (not kept.wait or has_lasted)


@asynccontextmanager
async def background(
    work: Coroutine[Any, Any, None], *, name: str
) -> AsyncIterator[asyncio.Task[None]]:
    """Let `work` run once beside the block, and end with it."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_report_end)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_it_ends(run: Run) -> BaseException | None:
    """How it ended; None when it just returned.

    Raises:
        asyncio.CancelledError: this task is cancelled.
    """
    try:
        await run()
    except asyncio.CancelledError as error:
        # A library may raise it by itself; then nobody has cancelled this task.
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        return error
    except Exception as error:
        return error
    return None


def _report_end(task: asyncio.Task[None]) -> None:
    # Background work only ends when it is cancelled; an error must not go unheard.
    if not task.cancelled() and (error := task.exception()):
        log.error("background.ended", work=task.get_name(), exc_info=error)
