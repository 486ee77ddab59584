"""Watcher: thirty thousand settled schools at their real pace, and one that somebody looks at.

Xporter on Demand is answered for inside the process, so what it costs to answer is
counted too; and every school's first check fetches a token, which later ones need not.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from assembly_ui import services
from assembly_ui.connector.models import Connection
from assembly_ui.connector.onlookers import mark_watched
from assembly_ui.db import migrations
from assembly_ui.jobs.supervision import background
from assembly_ui.schools.models import School
from assembly_ui.services import Services
from assembly_ui.settings import Settings
from tests.factories.connector import SECRET, connection_row
from tests.factories.schools import school_row
from tests.factories.xporter import Service, school_info
from tools.bench.rows import Row, at_most

AREA = "Watcher"
SCHOOLS = 30_000
SECONDS = 45
ONBOARDING = SCHOOLS + 1
WHY = "Every first check fetches a token too, and the answers are made in the same process."


def measure() -> list[Row]:
    """With the product in one process, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder:
        return asyncio.run(_measure(Settings(data_dir=Path(folder), watch_settled_minutes=180)))


async def _measure(config: Settings) -> list[Row]:
    await asyncio.to_thread(migrations.migrate, config.database)
    service = _Timed(services.system_clock)
    async with services.connected(config, new_http=service.client) as parts:
        service.secrets[""] = config.management_secret
        await _fill(parts, service)
        async with background(parts.watcher.run(parts.pubsub), name="watcher"):
            started, spent = time.monotonic(), time.process_time()
            await asyncio.sleep(SECONDS)
            spent, took = time.process_time() - spent, time.monotonic() - started
    return _table(config, service, spent / took, took)


class _Timed(Service):
    """Xporter on Demand, which notes when it was asked about whom."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.calls: list[float] = []
        self.checks: list[tuple[str, float]] = []
        self.says("SchoolInfo", self.protected(self._info))

    def client(self) -> httpx.AsyncClient:
        """A way to it that leaves the process in no way."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._noted))

    async def _noted(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(time.monotonic())
        return await self.answer(request)

    def _info(self, request: httpx.Request) -> Any:
        estab = self._whose(request) or ""
        self.checks.append((estab, time.monotonic()))
        if estab == _estab(ONBOARDING):
            # Not installed yet: it has nothing to tell.
            return httpx.Response(200, json={"SchoolInfo": [], "meta": []})
        return school_info(estab)

    def gaps(self) -> list[float]:
        """Seconds between the checks of the school that is looked at."""
        at = [when for estab, when in self.checks if estab == _estab(ONBOARDING)]
        return [after - before for before, after in pairwise(at)]

    def most_in_a_second(self) -> int:
        """The most calls in any second of the clock."""
        return max(Counter(int(at) for at in self.calls).values(), default=0)


async def _fill(parts: Services, service: Service) -> None:
    now, locked = parts.clock(), parts.cipher.lock(SECRET)
    apart = timedelta(minutes=parts.settings.settled_minutes) / SCHOOLS
    school = school_row(now=now)
    settled = connection_row(school, now=now, connected=True, secret_encrypted=locked).model_dump()
    begun = connection_row(school, now=now, authorised=True, secret_encrypted=locked).model_dump()
    numbers = range(1, SCHOOLS + 1)
    connections = [settled | _held(n) | {"due_at": now + n * apart} for n in numbers]
    schools = [_numbered(school, n) for n in (*numbers, ONBOARDING)]
    service.secrets |= {_estab(n): SECRET for n in (*numbers, ONBOARDING)}
    async with parts.database.transaction() as session:
        await session.execute(insert(School), schools)
        await session.execute(insert(Connection), connections)
        await session.execute(insert(Connection), [begun | _held(ONBOARDING)])
    ids = {ONBOARDING}
    await mark_watched(parts.database, school_ids=ids, now=parts.clock(), pace=parts.pace)


def _numbered(school: School, number: int) -> dict[str, Any]:
    estab = _estab(number)
    own = {"id": number, "urn": str(900_000 + number)}
    parts = {"la_code": estab[:3], "establishment_number": estab[3:]}
    return school.model_dump() | own | parts


def _held(number: int) -> dict[str, Any]:
    return {"school_id": number, "xporter_estab": _estab(number)}


def _estab(number: int) -> str:
    return f"{1_000_000 + number}"


def _table(config: Settings, service: _Timed, share: float, took: float) -> list[Row]:
    # What was due while the schools were written down makes the first seconds busier.
    pace, real = len(service.checks) / took, SCHOOLS / (config.settled_minutes * 60)
    gap, most = max(service.gaps(), default=float("inf")), service.most_in_a_second()
    allowed = config.xporter_calls_per_second
    schools = f"{SCHOOLS:,} settled schools"
    return [
        at_most(
            AREA,
            f"{schools}, {real:.1f} checks a second, share of a core",
            share * 100 * real / pace,
            10,
            "%",
            why=WHY,
        ),
        at_most(AREA, "beside them, a school looked at, longest wait", gap, 5.5, "s", why=WHY),
        at_most(AREA, "calls Xporter on Demand saw in one second, most", most, allowed, "calls"),
    ]
