"""The process that syncs, for `first_sync`: a product without pages. Prints what it measured."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from assembly_ui import services
from assembly_ui.db import migrations
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.server import logs
from assembly_ui.services import Services
from assembly_ui.settings import Settings
from assembly_ui.sync import records
from assembly_ui.sync.models import Reason
from assembly_ui.sync.requests import ask, want
from tests.factories.connector import connection_row
from tests.factories.schools import school_row
from tools.bench.rows import percentile

RESTS_SECONDS = 0.02
SHORTEST_SECONDS = 0.001


def main() -> None:
    """Measure, with the folder and the stand-in named on the command line."""
    logs.configure(json=False)
    folder, service = Path(sys.argv[1]), json.loads(sys.argv[2])
    config = Settings(
        data_dir=folder,
        xporter_url=service["base_url"],
        xporter_relying_party=service["relying_party"],
        xporter_management_secret=service["management_secret"],
    )
    migrations.migrate(config.database)
    print(json.dumps(asyncio.run(_measure(config, service["schools"][0]))))


async def _measure(config: Settings, described: dict[str, Any]) -> dict[str, Any]:
    async with services.connected(config) as parts:
        school_id = await _connected(parts, described)
        watched = _Watched(parts, school_id)
        before = _most_memory()
        first = await watched.during(parts.sync.do_due())
        memory = _most_memory() - before
        asked = {"school_id": school_id, "reason": Reason.PERSON}
        await ask(parts.database, **asked, now=parts.clock())
        started = time.perf_counter()
        await parts.sync.do_due()
        unchanged = time.perf_counter() - started
        counts = await records.counts(parts.database, school_id=school_id)
    return {
        "first": first,
        "unchanged": unchanged,
        "memory": memory,
        "read": percentile(watched.reads, 0.95) * 1000,
        "turn": percentile(watched.turns, 0.99) * 1000,
        "longest_turn": max(watched.turns) * 1000,
        "records": sum(counts.values()),
        "results": counts["result"],
    }


def _most_memory() -> float:
    """The most that the process has taken so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _connected(parts: Services, described: dict[str, Any]) -> int:
    """A connected school whose apps may read everything."""
    now, locked = parts.clock(), parts.cipher.lock(described["secret"])
    school = school_row(now=now, dfe_number=described["estab"], name=described["name"])
    async with parts.database.transaction() as session:
        session.add(school)
        await session.flush()
        assert school.id is not None
        session.add(connection_row(school, now=now, connected=True, secret_encrypted=locked))
        names = [scope.name for scope in SCOPES]
        await want(session, school_id=school.id, scopes=names, reason=Reason.GRANT, now=now)
    return school.id


class _Watched:
    """What somebody who reads meanwhile has to wait for."""

    def __init__(self, parts: Services, school_id: int) -> None:
        self._parts = parts
        self._asked = {"school_id": school_id, "kind": "result", "per_page": 100}
        self.reads: list[float] = []
        self.turns: list[float] = []

    async def during(self, work: Awaitable[object]) -> float:
        """How many seconds the work takes."""
        async with asyncio.TaskGroup() as beside:
            watching = [beside.create_task(self._read()), beside.create_task(self._turn())]
            started = time.perf_counter()
            await work
            took = time.perf_counter() - started
            for task in watching:
                task.cancel()
        return took

    async def _read(self) -> None:
        page = 1
        while True:
            await asyncio.sleep(RESTS_SECONDS)
            started = time.perf_counter()
            found = await records.page(self._parts.database, **self._asked, page=page)
            self.reads.append(time.perf_counter() - started)
            page = page % max(found.pages, 1) + 1

    async def _turn(self) -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(SHORTEST_SECONDS)
            self.turns.append(time.perf_counter() - started - SHORTEST_SECONDS)


if __name__ == "__main__":
    main()
