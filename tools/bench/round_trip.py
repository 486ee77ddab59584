"""Event round trip: a handler that checks a permission and reads a page from the database."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from tools.bench.demo import Bench
from tools.bench.rows import Row, at_most, median_of, percentile
from tools.bench.sockets import PEOPLE, Tab, open_tabs

AREA = "Event round trip"
ROUNDS = 5
ALONE_CALLS = 200
BUSY_TABS = 100
BUSY_CALLS = 6
WHY = (
    "Processor time of the server for one event: about 1.1 ms, half of it Reflex and its socket, "
    "a quarter SQLAlchemy carrying out two statements that were composed beforehand (who is "
    "calling, the list), whose SQL takes SQLite 0.02 ms. A hundred tabs wait for one core."
)


async def measure(bench: Bench) -> list[Row]:
    """With the product in one process, on SQLite."""
    return await rows(bench.server.address, bench.cookie, most=80)


async def rows(address: str, cookie: str, *, most: float) -> list[Row]:
    """Turn the pages of Users: alone, then in a hundred tabs that never pause.

    `most` is the bar for those, in milliseconds.
    """
    async with open_tabs(address, "/users", [cookie]) as tabs:
        await _calls(tabs[0], 50)
        alone = [await _calls(tabs[0], ALONE_CALLS) for _ in range(ROUNDS)]
    async with open_tabs(address, "/users", [cookie] * BUSY_TABS) as tabs:
        await _all(tabs, 1)
        busy = [await _all(tabs, BUSY_CALLS) for _ in range(ROUNDS)]
    half, slow = (median_of(alone, partial(percentile, share=share)) for share in (0.5, 0.99))
    crowd = median_of(busy, partial(percentile, share=0.95))
    return [
        at_most(
            AREA,
            "one tab, p50",
            half,
            2.5,
            "ms",
            shown=f"{half:.1f} ms (p99 {slow:.1f})",
            why=WHY,
        ),
        at_most(AREA, f"{BUSY_TABS} busy tabs, closed loop, p95", crowd, most, "ms", why=WHY),
    ]


async def _all(tabs: list[Tab], times: int) -> list[float]:
    found = await asyncio.gather(*(_calls(tab, times) for tab in tabs))
    return [value for values in found for value in values]


async def _calls(tab: Tab, times: int) -> list[float]:
    """Milliseconds of each call, one after the other."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        update = await tab.call(f"{PEOPLE}.turn_to", number=1)
        found.append((time.perf_counter() - started) * 1000)
        assert "delta" in update, update
    return found
