"""The files of the embedded database are lost while it runs, or its disk is full."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from reflex_base.event.context import EventContext
from sqlalchemy import text
from sqlmodel import select
from structlog.testing import capture_logs

from assembly_ui.accounts.models import User
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.db.sqlite_storage import Storage, StorageLost, StorageProblem, rescue_path
from assembly_ui.web.http import create_http
from assembly_ui.web.notice import after_failure
from tests.factories.accounts import ADDRESS, PASSWORD, a_person
from tests.factories.parts import running_parts

pytestmark = pytest.mark.sqlite
Browser = httpx.AsyncClient
EMAIL = "james.walters@kings.sch.uk"


@pytest.fixture
def file(database: Database) -> Path:
    assert database.file
    return database.file.path


@pytest.fixture
async def browser(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser at a product that has run for a while."""
    await a_person(database, now=clock())
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
        transport = httpx.ASGITransport(create_http(parts.settings), raise_app_exceptions=False)
        headers = {"origin": ADDRESS, "accept": "text/html"}
        async with httpx.AsyncClient(
            transport=transport, base_url=ADDRESS, headers=headers
        ) as browser:
            assert (await browser.get("/health")).json() == {"status": "ok"}
            yield browser


def _people(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("SELECT count(*) FROM users").fetchone()[0]
    return found


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _replace(file: Path) -> None:
    shutil.copy(file, f"{file}.copy")
    Path(f"{file}.copy").replace(file)


LOSSES = {
    "deleted": (Path.unlink, StorageProblem.FILE_GONE),
    "moved away": (lambda file: file.rename(f"{file}.old"), StorageProblem.FILE_GONE),
    "replaced by a copy": (_replace, StorageProblem.FILE_REPLACED),
    "its log deleted": (lambda file: _wal(file).unlink(), StorageProblem.LOG_GONE),
    "its log replaced": (lambda file: _replace(_wal(file)), StorageProblem.LOG_GONE),
}
FILE_LOSSES = [how for how in LOSSES if "log" not in how]
LOG_LOSSES = [how for how in LOSSES if "log" in how]


@pytest.mark.parametrize("how", FILE_LOSSES)
async def test_files_that_are_lost_are_noticed_and_what_they_held_is_saved(
    browser: Browser, database: Database, clock: ManualClock, file: Path, how: str
) -> None:
    lose, problem = LOSSES[how]
    lose(file)
    answer = await browser.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": problem.value})
    with capture_logs() as said:
        await Storage(database, clock).look()
    assert [line["event"] for line in said] == ["storage.lost", "storage.rescued"]
    assert _people(rescue_path(file, clock())) == 1


@pytest.mark.parametrize("how", LOG_LOSSES)
async def test_a_log_that_is_lost_is_noticed_and_nothing_is(
    browser: Browser, database: Database, clock: ManualClock, file: Path, how: str, tmp_path: Path
) -> None:
    lose, problem = LOSSES[how]
    lose(file)
    answer = await browser.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": problem.value})
    # Written into the log that is gone, for whoever still has it open.
    await a_person(database, now=clock(), email="later@kings.sch.uk")
    with capture_logs() as said:
        await Storage(database, clock).look()
    assert [line["event"] for line in said] == ["storage.log_renewed"]
    assert (await browser.get("/health")).json() == {"status": "ok"}
    await a_person(database, now=clock(), email="last@kings.sch.uk")
    async with database.read() as session:
        assert len((await session.exec(select(User))).all()) == 3
    await Storage(database, clock).look()
    alone = tmp_path / "alone.db"
    shutil.copy(file, alone)
    assert _people(alone) == 3
    assert (await browser.get("/health")).json() == {"status": "ok"}


async def test_it_is_saved_once_and_said_again_and_again(
    browser: Browser, database: Database, clock: ManualClock, file: Path
) -> None:
    LOSSES["deleted"][0](file)
    storage = Storage(database, clock)
    await storage.look()
    with capture_logs() as said:
        await storage.look()
    assert [line["event"] for line in said] == ["storage.lost"]


async def test_a_copy_of_the_file_alone_has_what_was_committed_before_the_last_look(
    browser: Browser, database: Database, clock: ManualClock, file: Path, tmp_path: Path
) -> None:
    await Storage(database, clock).look()
    alone = tmp_path / "alone.db"
    shutil.copy(file, alone)
    assert _people(alone) == 1
    assert _wal(file).stat().st_size == 0
    assert (await browser.get("/health")).json() == {"status": "ok"}


async def test_a_full_disk_is_said_until_there_is_room(
    browser: Browser, database: Database
) -> None:
    async def leave(pages: int) -> None:
        # SQLite's own limit, which it meets as it meets the end of a disk.
        async with database.transaction() as session:
            await session.exec(text(f"PRAGMA max_page_count={pages}"))  # type: ignore[call-overload]

    await leave(1)
    form = {"email": EMAIL, "password": PASSWORD}
    # New sessions fill what is left of the last pages.
    for _ in range(500):
        answer = await browser.post("/auth/log-in", data=form)
        if answer.status_code != 303 or database.is_full:
            break
    assert database.is_full
    assert answer.status_code == 503
    assert "Our disk is full, so what you sent last was not kept." in answer.text
    health = await browser.get("/health")
    assert health.status_code == 503
    assert health.json() == {"status": "the disk is full: nothing can be saved"}
    await leave(1_000_000)
    assert (await browser.get("/health")).json() == {"status": "ok"}
    assert (await browser.post("/auth/log-in", data=form)).status_code == 303


@pytest.mark.parametrize("how", FILE_LOSSES)
async def test_nothing_is_written_that_would_be_lost_and_pages_say_so(
    browser: Browser, database: Database, clock: ManualClock, file: Path, how: str
) -> None:
    LOSSES[how][0](file)
    for email in ("one@kings.sch.uk", "two@kings.sch.uk"):
        with pytest.raises(StorageLost) as caught:
            await a_person(database, now=clock(), email=email)
        await Storage(database, clock).look()
    assert _people(rescue_path(file, clock())) == 1
    answer = await browser.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 503
    assert "The file of our database was removed" in answer.text
    assert _handler_after(caught.value) == "say_not_saved"


async def test_a_new_connection_makes_no_empty_file_in_place_of_the_lost_one(
    browser: Browser, database: Database, clock: ManualClock, file: Path
) -> None:
    LOSSES["deleted"][0](file)
    # More readers at once than have been.
    async with AsyncExitStack() as stack:
        with pytest.raises(StorageLost):
            await _read_at_once(20, database, stack)
    assert (await browser.get("/health")).json() == {"status": StorageProblem.FILE_GONE.value}


async def test_an_idle_product_learns_that_there_is_room_again(
    browser: Browser, database: Database, clock: ManualClock
) -> None:
    database.is_full = True
    await Storage(database, clock).look()
    assert (await browser.get("/health")).json() == {"status": "ok"}


async def _read_at_once(readers: int, database: Database, stack: AsyncExitStack) -> None:
    for _ in range(readers):
        session = await stack.enter_async_context(database.read())
        await session.exec(select(User))


def _handler_after(error: Exception) -> str:
    """The handler that tells a person whose click ended so."""

    async def nothing(*_: Any) -> None:
        return None

    with EventContext(token="a-tab", state_manager=None, enqueue_impl=nothing):  # type: ignore[arg-type]
        told = after_failure(error)
    assert told
    return told.handler.fn.__name__
