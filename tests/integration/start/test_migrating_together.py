"""Several processes that start at once on a database nobody has migrated."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from assembly_ui.db.migrations import migrate, newest_revision
from tests.servers import Emptied
from tools.scaled.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "import sys; from assembly_ui.db.migrations import migrate; migrate(sys.argv[1])"
SECONDS = 300
WAITS_FOR_A_LOCK = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing was made yet."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'assembly.db'}"
    fresh: str = request.getfixturevalue("postgresql").fresh()
    return fresh


@contextmanager
def _migrating(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, url]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _revision(url: str) -> str:
    engine = create_engine(make_url(url).set(drivername=url.partition(":")[0].split("+aio")[0]))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    engine.dispose()
    return str(found)


def test_three_processes_migrate_it_once(url: str) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(_migrating(url)) for _ in range(3)]
        said = [process.communicate(timeout=SECONDS)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert _revision(url) == newest_revision()


def test_who_comes_second_waits_until_the_first_has_ended(postgresql: Emptied) -> None:
    """Here the first is this test: it holds the lock, and has made nothing yet."""
    url = postgresql.fresh()
    address = url.replace("+psycopg", "")
    lock = int("4153534D", 16)
    with (
        psycopg.connect(address, autocommit=True) as first,
        psycopg.connect(address, autocommit=True) as watcher,
    ):
        first.execute("SELECT pg_advisory_lock(%s)", [lock])
        with _migrating(url) as second:
            while not watcher.execute(WAITS_FOR_A_LOCK).fetchone():
                assert second.poll() is None, second.communicate()[1]
            made = watcher.execute("SELECT to_regclass('alembic_version')").fetchone()
            assert made == (None,)
            first.execute("SELECT pg_advisory_unlock(%s)", [lock])
            _, said = second.communicate(timeout=SECONDS)
            assert second.returncode == 0, said
    assert _revision(url) == newest_revision()


@contextmanager
def _working(url: str, valkey: Valkey, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "ASSEMBLY_DATA_DIR": str(folder / "data"),
        "ASSEMBLY_DATABASE_URL": url,
        "ASSEMBLY_VALKEY_URL": valkey.url,
        "ASSEMBLY_WORK_IN_WEB": "false",
    }
    command = [sys.executable, "-m", "assembly_ui", "work"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def _next_line(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    return await asyncio.wait_for(asyncio.to_thread(process.stderr.readline), SECONDS)


async def test_background_work_waits_for_the_tables(
    postgresql: Emptied, valkey_server: Valkey, tmp_path: Path
) -> None:
    url = postgresql.fresh()
    with _working(url, valkey_server, tmp_path) as process:
        assert "work.waiting" in await _next_line(process)
        await asyncio.to_thread(migrate, url)
        assert "work.started" in await _next_line(process)
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.to_thread(process.communicate, timeout=SECONDS)
    assert process.returncode == 0, said


async def test_background_work_that_waits_can_be_told_to_stop(
    postgresql: Emptied, valkey_server: Valkey, tmp_path: Path
) -> None:
    with _working(postgresql.fresh(), valkey_server, tmp_path) as process:
        assert "work.waiting" in await _next_line(process)
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.to_thread(process.communicate, timeout=SECONDS)
    assert process.returncode == 0, said


async def test_background_work_refuses_the_database_of_a_newer_version(
    postgresql: Emptied, valkey_server: Valkey, tmp_path: Path
) -> None:
    url = postgresql.fresh()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version AS SELECT '9999' AS version_num")
    with _working(url, valkey_server, tmp_path) as process:
        _, said = await asyncio.to_thread(process.communicate, timeout=SECONDS)
    assert process.returncode == 1
    assert "brought up to date by a newer version" in said
    assert "Traceback" not in said
