"""Background work that ends in a web process: started again, and named by /health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from assembly_ui import services
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.jobs.supervision import LONGEST_WAIT_SECONDS, STEADY_SECONDS, Supervisor
from assembly_ui.web.http import create_http
from tests.factories.accounts import ADDRESS
from tests.factories.parts import running_parts

PATIENCE = 20
Browser = httpx.AsyncClient


class Waits:
    """A clock that only moves when told, and waits that end when told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []
        self._begun: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        """Wait until `end_next`."""
        self.waited.append(seconds)
        over = asyncio.Event()
        self._begun.put_nowait(over)
        await over.wait()
        self.now += seconds

    async def next(self) -> asyncio.Event:
        """The next wait to begin; set it to end it."""
        return await asyncio.wait_for(self._begun.get(), PATIENCE)


class Work:
    """Work that goes on until it is told how to end."""

    def __init__(self) -> None:
        self.starts: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    async def run(self) -> None:
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.starts.put_nowait(end)
        await end

    async def started(self) -> asyncio.Future[None]:
        """The next start; how it ends is for the test to set."""
        return await asyncio.wait_for(self.starts.get(), PATIENCE)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def supervisor(waits: Waits) -> Supervisor:
    return Supervisor(sleep=waits.sleep, seconds=lambda: waits.now)


@pytest.fixture
async def browser(
    database: Database, clock: ManualClock, tmp_path: Path, supervisor: Supervisor
) -> AsyncIterator[Browser]:
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
        services._Running.parts = replace(parts, supervisor=supervisor)
        transport = httpx.ASGITransport(create_http(parts.settings))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as browser:
            yield browser


ENDS: dict[str, Callable[[asyncio.Future[None]], object]] = {
    "an error": lambda end: end.set_exception(ZeroDivisionError()),
    "a cancellation that a library made up": lambda end: end.cancel(),
    "a return": lambda end: end.set_result(None),
}


@pytest.mark.parametrize("how", ENDS)
async def test_work_that_ends_is_started_again_and_health_names_it(
    browser: Browser, supervisor: Supervisor, waits: Waits, how: str
) -> None:
    work = Work()
    async with supervisor.keep(work.run, name="outbox"):
        end = await work.started()
        assert (await browser.get("/health")).json() == {"status": "ok"}
        ENDS[how](end)
        wait = await waits.next()
        answer = await browser.get("/health")
        assert answer.status_code == 200, "pages are served all the same"
        assert answer.json() == {"status": "degraded", "background": ["outbox"]}
        wait.set()
        await work.started()
        assert (await browser.get("/health")).json()["status"] == "degraded", "it may end again"
        waits.now += STEADY_SECONDS
        assert (await browser.get("/health")).json() == {"status": "ok"}
    assert supervisor.failing == []


async def test_what_ends_again_and_again_waits_ever_longer_until_it_was_steady(
    supervisor: Supervisor, waits: Waits
) -> None:
    work = Work()
    async with supervisor.keep(work.run, name="sync"):
        for _ in range(9):
            (await work.started()).set_exception(ZeroDivisionError())
            (await waits.next()).set()
        assert waits.waited == sorted(waits.waited)
        assert waits.waited[0] == 1
        assert waits.waited[-1] == LONGEST_WAIT_SECONDS
        end = await work.started()
        waits.now += STEADY_SECONDS
        end.set_exception(ZeroDivisionError())
        await waits.next()
        assert waits.waited[-1] == 1


async def test_the_end_of_the_block_ends_it_for_good(supervisor: Supervisor, waits: Waits) -> None:
    work = Work()
    async with supervisor.keep(work.run, name="sync") as task:
        end = await work.started()
    assert task.cancelled()
    assert end.cancelled()
    assert waits.waited == []


async def test_every_task_of_a_web_process_is_kept(tmp_path: Path) -> None:
    """A process that serves has no other background task: `create_task` alone forgets it."""
    bare = [
        path.name
        for folder in (".", "db", "jobs", "pubsub", "server")
        for path in (Path(services.__file__).parent / folder).glob("*.py")
        if "create_task(" in path.read_text() and path.name not in OWN_TASKS
    ]
    assert bare == []


OWN_TASKS = {
    "client_ip.py": "watches one request",
    "leases.py": "ends with its worker, and foresees every error",
    "supervision.py": "is what keeps them",
    "shielding.py": "is awaited",
}
