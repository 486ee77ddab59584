"""Whose turn it is to call: one call per school at a time, so many calls a second in all.

No limits of the service are published; keeping these two is our own courtesy (facts
file, section 8). `LocalTurns` keeps them within one process, `shared_turns` across
all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary


class Turns(Protocol):
    """Both waits can be cancelled, and are served in the order of asking."""

    def of_school(self, estab: str) -> AbstractAsyncContextManager[None]:
        """Hold the turn of a school; whoever else wants it waits until it is given back."""

    async def of_service(self) -> None:
        """Wait until one more call may be made to the service."""


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any stretch of `seconds`.

    A rolling stretch, not a token bucket: that lets twice its rate through in the
    second after a quiet one, or else spaces calls out which come alone.
    """

    calls: int
    seconds: float

    @classmethod
    def per_second(cls, calls: float) -> Rate:
        """So many calls in any second; a fraction is one call in more than a second."""
        whole = max(1, int(calls))
        return cls(whole, whole / calls)


class Locks:
    """A lock per name, which vanishes when nobody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def __call__(self, name: str) -> asyncio.Lock:
        """The lock of this name."""
        return self._locks.setdefault(name, asyncio.Lock())


class LocalTurns:
    """Turns within this process. `clock` gives seconds that only grow, `sleep` lets them pass."""

    def __init__(
        self,
        calls_per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._rate = Rate.per_second(calls_per_second)
        self._clock = clock
        self._sleep = sleep
        self._locks = Locks()
        self._granted: deque[float] = deque(maxlen=self._rate.calls)

    @asynccontextmanager
    async def of_school(self, estab: str) -> AsyncIterator[None]:
        """See `Turns`."""
        async with self._locks(estab):
            yield

    async def of_service(self) -> None:
        """See `Turns`. The place of whoever gives up waiting stays taken."""
        now = at = self._clock()
        if len(self._granted) == self._rate.calls:
            at = max(now, self._granted[0] + self._rate.seconds)
        self._granted.append(at)
        if at > now:
            await self._sleep(at - now)
