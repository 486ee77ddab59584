"""Platform API: a large page and small reads of a school of 1,500 pupils, over HTTP."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from assembly_ui.scopes.catalogue import SCOPES
from tools.bench.demo import Demo
from tools.bench.processes import Processes
from tools.bench.rows import Row, at_most, median_of, number, percentile

AREA = "Platform API"
PUPILS = 1500
ROUNDS = 5
LARGE_READS, SMALL_READS = 20, 400
CONNECTIONS = 8
LARGE = f"/students?per_page={PUPILS}&demographics=1&contacts=1&emails=1&addresses=1&languages=1"
SMALL = ("/me", "/school", "/school/status", "/rooms?per_page=20", "/staff_members/1")
ACCEPT = "application/vnd.assembly+json; version=1.1"
LEAST_A_CORE = 400
WHY = (
    "Reading, cutting and writing the records is the processor's work, in a thread; the page is "
    "two and a half megabytes, and whoever measures it reads it on the same machine."
)
WHY_SMALL = "Two statements and the limit of the token, below Reflex's and our own outer layers."


def measure() -> list[Row]:
    """With the product in one process, on SQLite, and one app that may read everything."""
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder:
        server = Demo(Path(folder), simulator_pupils=str(PUPILS))
        server.start()
        try:
            return asyncio.run(_measure(server, _token(server)))
        finally:
            server.stop()


def _token(server: Demo) -> str:
    everything = " ".join(scope.name for scope in SCOPES)
    redirect = "https://bench.example/callback"
    server.command(
        "app", "register", "--name", "Bench", "--redirect-uri", redirect, "--scopes", everything
    )
    seeded = server.command("demo", "seed", "--app", "Bench", "--authorised", "--json")
    return json.loads(seeded)["app"]["access_token"]


async def _measure(server: Demo, token: str) -> list[Row]:
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=f"{server.address}/api", headers=headers, timeout=60
    ) as app:
        there = len((await app.get(LARGE)).json())
        large = [await _times(app, LARGE, LARGE_READS) for _ in range(ROUNDS)]
        rates = [await _rate(app, Processes(server.pid)) for _ in range(ROUNDS)]
        beside = [await _beside(app) for _ in range(ROUNDS)]
    half, most = (median_of(large, partial(percentile, share=share)) for share in (0.5, 0.95))
    rate = sorted(rates)[ROUNDS // 2]
    return [
        at_most(
            AREA,
            f"{there:,} students in one page, p95",
            most,
            150,
            "ms",
            shown=f"{number(most, 'ms')} (p50 {half:.0f})",
            why=WHY,
        ),
        Row(
            AREA,
            "small reads, each second of one core",
            f"≥ {LEAST_A_CORE}",
            f"{rate:.0f}",
            LEAST_A_CORE / rate,
            WHY_SMALL,
        ),
        at_most(
            AREA,
            "a small read beside large ones, p95",
            median_of(beside, partial(percentile, share=0.95)),
            50,
            "ms",
            why=WHY,
        ),
    ]


async def _times(app: httpx.AsyncClient, path: str, times: int) -> list[float]:
    """Milliseconds of each read, one after the other."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        answer = await app.get(path)
        found.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()
    return found


async def _rate(app: httpx.AsyncClient, server: Processes) -> float:
    """Small reads for each second that the server's processes are busy."""
    before = server.busy()
    each = SMALL_READS // (CONNECTIONS * len(SMALL))
    reads = [_times(app, path, each) for path in SMALL for _ in range(CONNECTIONS)]
    done = sum(map(len, await asyncio.gather(*reads)))
    return done / (server.busy() - before)


async def _beside(app: httpx.AsyncClient) -> list[float]:
    """Milliseconds of small reads while large pages are being made."""
    large = asyncio.create_task(_times(app, LARGE, LARGE_READS // 2))
    found: list[float] = []
    while not large.done():
        found += await _times(app, SMALL[0], 1)
    await large
    return found
