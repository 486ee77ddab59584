"""Hits within moving windows, counted in this process's memory.

The `limits` library counts so too, and looks at every key in a thread of its own after every
hit: a flood from a few thousand addresses costs half a core there.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from limits import RateLimitItem
from limits.util import WindowStats

MOST_KEYS = 100_000
"""Keys that are kept, some 30 MB; beyond them the one asked for longest ago is forgotten."""


class MovingWindows:
    """Counts like `limits`' moving-window strategy, and is asked like it."""

    def __init__(
        self, most_keys: int = MOST_KEYS, *, seconds: Callable[[], float] = time.time
    ) -> None:
        self._most_keys = most_keys
        self._seconds = seconds
        # The key that was asked for longest ago comes first, and stands before those whose windows
        # are shorter: what has ended is gone an hour after it, the longest window there is.
        self._hits: OrderedDict[str, tuple[RateLimitItem, deque[float]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hits)

    async def hit(self, item: RateLimitItem, *identifiers: str) -> bool:
        """Count a hit unless the window is full; whether it was counted."""
        now = self._seconds()
        hits = self._within(item, identifiers, now)
        is_full = len(hits) >= item.amount
        if not is_full:
            hits.append(now)
        # Whoever goes on trying is not forgotten for it.
        key = item.key_for(*identifiers)
        self._hits[key] = item, hits
        self._hits.move_to_end(key)
        self._forget(now)
        return not is_full

    async def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        """When the oldest hit leaves the window, in seconds since 1970, and how many are left."""
        now = self._seconds()
        hits = self._within(item, identifiers, now)
        begin = hits[0] if hits else now
        return WindowStats(begin + item.get_expiry(), item.amount - len(hits))

    async def clear(self, item: RateLimitItem, *identifiers: str) -> None:
        """Forget the hits of a key."""
        self._hits.pop(item.key_for(*identifiers), None)

    def _within(
        self, item: RateLimitItem, identifiers: tuple[str, ...], now: float
    ) -> deque[float]:
        _, hits = self._hits.get(item.key_for(*identifiers)) or (item, deque())
        while hits and hits[0] <= now - item.get_expiry():
            hits.popleft()
        return hits

    def _forget(self, now: float) -> None:
        while self._hits:
            item, hits = next(iter(self._hits.values()))
            is_over = not hits or hits[-1] <= now - item.get_expiry()
            if len(self._hits) <= self._most_keys and not is_over:
                return
            self._hits.popitem(last=False)
