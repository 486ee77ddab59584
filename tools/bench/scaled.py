"""The live rows once more, as several processes: two web workers on PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assembly_ui import services
from assembly_ui.settings import Settings
from tests.journeys.scaled import Scaled
from tools.bench import live_status, round_trip
from tools.bench.facts import commit, watched_schools
from tools.bench.processes import Processes
from tools.bench.rows import Row

SET_UP = "2 workers on Valkey: "
WHY = (
    "PostgreSQL, Valkey, both workers and the tabs' side of the load share the two cores; each "
    "worker reads for its own tabs, and a read of PostgreSQL is several hand-overs where one of "
    "SQLite is none. Not profiled further."
)


class ScaledBench(Scaled):
    """With a folder of its own for the pages."""

    @property
    def environment(self) -> dict[str, str]:
        """As for the tests, with another folder for the pages."""
        return super().environment | {"REFLEX_WEB_WORKDIR": str(self.folder / "web")}


def measure() -> list[Row]:
    """With what `make run-scaled` starts."""
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder:
        # PostgreSQL runs as a user of its own when started by root.
        Path(folder).chmod(0o755)
        return asyncio.run(_measure(ScaledBench(Path(folder))))


async def _measure(server: ScaledBench) -> list[Row]:
    await asyncio.to_thread(server.start)
    try:
        async with services.connected(_settings(server)) as parts:
            schools = await watched_schools(parts, live_status.SCHOOLS)

            async def committing(ids: Sequence[int]) -> float:
                return await commit(parts, ids)

            found = await live_status.rows(
                server.address, schools, committing, Processes(server.pid)
            )
            found += await round_trip.rows(server.address, schools[0].cookie, most=100)
        return [
            replace(row, what=SET_UP + row.what, why_missed=row.why_missed and WHY) for row in found
        ]
    finally:
        await asyncio.to_thread(server.stop)


def _settings(server: ScaledBench) -> Settings:
    known = server.environment
    return Settings(
        port=server.port,
        data_dir=server.data,
        database_url=known["ASSEMBLY_DATABASE_URL"],
        valkey_url=known["ASSEMBLY_VALKEY_URL"],
    )
