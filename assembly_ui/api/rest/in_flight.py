"""How many requests of one authorisation are answered at once; the rest wait in their order.

One answer may take seconds of a processor (all lessons of a year). Counted over minutes, an app
that asks for twenty at once would slow everybody down long before its limit is reached.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assembly_ui.jobs.worker_pools import PoolBusy

AT_ONCE = 2
WAITING = 30
RETRY_SECONDS = 5


class InFlight:
    """Takes requests in by a key, `at_once` of each; of those that wait, at most `waiting`."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._taken: Counter[str] = Counter()
        self._gates: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def one(self, key: str) -> AsyncIterator[None]:
        """One request, from when its turn comes to its end.

        Raises:
            PoolBusy: too many of this key wait already.
        """
        if self._taken[key] >= self._most:
            raise PoolBusy("api", RETRY_SECONDS)
        self._taken[key] += 1
        gate = self._gates.setdefault(key, asyncio.Semaphore(self._at_once))
        try:
            async with gate:
                yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key], self._gates[key]
