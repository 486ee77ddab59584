"""Live status: a fact is committed, and every open tab of the school shows it.

Five hundred tabs on the connector pages of a hundred schools. Time is taken from
the commit to the frame's arrival at each tab.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from assembly_ui import services
from assembly_ui.db import migrations
from assembly_ui.settings import Settings
from tests.journeys.server import Server
from tools.bench.facts import DOOR, Watched, watched_schools
from tools.bench.processes import Processes
from tools.bench.rows import Row, at_most, percentile
from tools.bench.sockets import CONNECTOR, Tab, open_tabs

AREA = "Live status"
SCHOOLS = 100
TABS_OF_EACH = 5
ROUNDS = 7
IDLE_SECONDS = 20
SETTLE_SECONDS = 2
WHY = "The tabs' side of the load shares the two cores."
WHY_ALL = (
    "Processor time of one round, as profiled: 0.57 s, in reading what the pages of a hundred "
    "schools show (1.5 ms each) and in Reflex composing 500 messages. " + WHY
)
WHY_IDLE = (
    "What is left is keeping the sockets open and noting twice a minute which schools are looked "
    "at; not profiled apart."
)
WARM_UP = 5

Commit = Callable[[Sequence[int]], Awaitable[float]]


class LiveDemo(Server):
    """The product in one process, with a door for facts and a folder of its own for the pages."""

    program = ("tools.bench.live_server",)

    @property
    def environment(self) -> dict[str, str]:
        """As for the tests, and where the door is."""
        own = {DOOR: str(self.door), "REFLEX_WEB_WORKDIR": str(self.folder / "web")}
        return super().environment | own

    @property
    def door(self) -> Path:
        """See `tools.bench.live_app`."""
        return self.folder / "door"


@dataclass(frozen=True)
class Watching:
    """The tabs of each school."""

    tabs: dict[int, list[Tab]]

    async def hear(self, commit: Commit, schools: Sequence[int]) -> tuple[list[float], list[int]]:
        """Milliseconds from the commit to each tab of these schools, and the bytes it was sent."""
        tabs = [tab for school in schools for tab in self.tabs[school]]
        for tab in tabs:
            tab.forget()
        committed = await commit(schools)
        heard = await asyncio.gather(*(tab.next() for tab in tabs))
        took = [(answer.at - committed) * 1000 for answer in heard]
        return took, [len(answer.frame.encode()) for answer in heard]


def measure() -> list[Row]:
    """With the product in one process, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder:
        return asyncio.run(_in_one_process(LiveDemo(Path(folder))))


async def _in_one_process(server: LiveDemo) -> list[Row]:
    config = Settings(port=server.port, data_dir=server.folder / "data")
    config.data_dir.mkdir(parents=True)
    await asyncio.to_thread(migrations.migrate, config.database)
    async with services.connected(config) as parts:
        schools = await watched_schools(parts, SCHOOLS)
    await asyncio.to_thread(server.start)
    try:
        async with _through(server.door) as commit:
            return await rows(server.address, schools, commit, Processes(server.pid))
    finally:
        await asyncio.to_thread(server.stop)


async def rows(
    address: str, schools: Sequence[Watched], commit: Commit, processes: Processes
) -> list[Row]:
    """Every figure of the product served at `address`, whose `processes` are of this machine."""
    owners = [school for school in schools for _ in range(TABS_OF_EACH)]
    cookies = [school.cookie for school in owners]
    before = processes.memory()
    async with open_tabs(address, "/connector", cookies, [f"{CONNECTOR}.load"]) as opened:
        each = (processes.memory() - before) / len(opened)
        await asyncio.sleep(SETTLE_SECONDS)
        tabs: dict[int, list[Tab]] = defaultdict(list)
        for school, tab in zip(owners, opened, strict=True):
            tabs[school.school_id].append(tab)
        watching = Watching(dict(tabs))
        idle = await processes.busy_share(IDLE_SECONDS)
        one = await _one_by_one(watching, commit)
        whole = await _all_at_once(watching, commit)
    async with open_tabs(address, "/apps", [schools[0].cookie]) as opened:
        badge = await _bytes(Watching({schools[0].school_id: opened}), commit)
    return _table(one, whole, badge, each, idle)


async def _one_by_one(watching: Watching, commit: Commit) -> tuple[list[float], list[int]]:
    found: tuple[list[float], list[int]] = ([], [])
    for school in list(watching.tabs)[:WARM_UP] + list(watching.tabs):
        took, sent = await watching.hear(commit, [school])
        found[0].extend(took)
        found[1].extend(sent)
    skipped = WARM_UP * TABS_OF_EACH
    return found[0][skipped:], found[1][skipped:]


async def _all_at_once(watching: Watching, commit: Commit) -> list[float]:
    """To the last of all tabs, in each round."""
    return [max((await watching.hear(commit, list(watching.tabs)))[0]) for _ in range(ROUNDS)]


async def _bytes(watching: Watching, commit: Commit) -> int:
    _, sent = await watching.hear(commit, list(watching.tabs))
    return max(sent)


def _table(
    one: tuple[list[float], list[int]], whole: list[float], badge: int, each: float, idle: float
) -> list[Row]:
    took, sent = one
    tabs = f"{SCHOOLS * TABS_OF_EACH} tabs of {SCHOOLS} schools"
    half, most = (percentile(took, share) for share in (0.5, 0.99))
    last = statistics.median(whole)
    return [
        at_most(AREA, f"one school's fact to its tabs, {tabs}, p50", half, 15, "ms", why=WHY),
        at_most(AREA, f"one school's fact to its tabs, {tabs}, p99", most, 100, "ms", why=WHY),
        at_most(
            AREA,
            f"facts of all {SCHOOLS} schools at once, to the last tab (median of {ROUNDS})",
            last,
            300,
            "ms",
            why=WHY_ALL,
        ),
        at_most(
            AREA,
            "sent to a tab whose badge changed",
            badge,
            150,
            "bytes",
            shown=f"{badge} bytes (the connector page, in full: {max(sent)})",
        ),
        at_most(AREA, f"memory of a tab, {tabs}", each / 1e6, 0.3, "MB", why=WHY),
        at_most(
            AREA, f"processor while nothing changes, {tabs}", idle * 100, 0.5, "%", why=WHY_IDLE
        ),
    ]


@asynccontextmanager
async def _through(door: Path) -> AsyncIterator[Commit]:
    reader, writer = await asyncio.open_unix_connection(door)

    async def commit(schools: Sequence[int]) -> float:
        writer.write(json.dumps(list(schools)).encode() + b"\n")
        return float(await reader.readline())

    yield commit
    writer.close()
    await writer.wait_closed()
