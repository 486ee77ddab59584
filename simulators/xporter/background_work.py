"""Keeping up: doing what is due, then sleeping until something is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from assembly_ui.clock import Clock
from assembly_ui.pubsub.topics import EVERYTHING, PubSub, Topic
from simulators.xporter.invitations import SIMULATOR_TOPIC

log = structlog.get_logger()

LONGEST_SLEEP_SECONDS = 600.0
SHORTEST_SLEEP_SECONDS = 0.05
SECONDS_AFTER_FAILURE = 5.0


@dataclass(frozen=True)
class BackgroundWork:
    """One kind of work: do what is due (returns how much), and when more will be.

    What is announced on `topic` may have made something due.
    """

    name: str
    do_due: Callable[[], Awaitable[int]]
    next_due: Callable[[], Awaitable[datetime | None]]
    topic: Topic = SIMULATOR_TOPIC


async def keep_up(work: BackgroundWork, pubsub: PubSub, clock: Clock) -> None:
    """Do the work as it falls due, until cancelled. Sleeping costs nothing."""
    async with pubsub.listen() as topics:
        while True:
            try:
                seconds = 0.0 if await work.do_due() else await _until_next(work, clock)
            except Exception:
                # A database that is away must not end the work.
                log.exception("stand_in.failed", work=work.name)
                seconds = SECONDS_AFTER_FAILURE
            await _sleep(topics, work.topic, seconds)


async def _until_next(work: BackgroundWork, clock: Clock) -> float:
    soonest = await work.next_due()
    if soonest is None:
        return LONGEST_SLEEP_SECONDS
    seconds = (soonest - clock()).total_seconds()
    return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)


async def _sleep(topics: asyncio.Queue[Topic], awaited: Topic, seconds: float) -> None:
    """Sleep, or until something was announced that concerns the work."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while await topics.get() not in (awaited, EVERYTHING):
                pass
