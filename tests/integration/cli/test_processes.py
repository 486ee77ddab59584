"""Commands on real servers: background work in a process of its own, and the doctor's look."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import MAILBOX_TOPIC
from assembly_ui.pubsub.valkey import ValkeyPubSub, open_valkey
from assembly_ui.sync.models import Reason, SchoolSync
from assembly_ui.sync.requests import want
from tests.factories.connector import KEY
from tests.factories.mail import a_posted_message
from tests.factories.schools import a_school
from tests.servers import Emptied
from tools.scaled.valkey import Valkey

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60
KEYS = json.dumps([KEY])
Settings = dict[str, str]


@pytest.fixture
def apart(postgresql: Emptied, valkey_server: Valkey, tmp_path: Path) -> Settings:
    """The environment of several processes on one database."""
    return {
        "ASSEMBLY_DATA_DIR": str(tmp_path / "data"),
        "ASSEMBLY_DATABASE_URL": postgresql.emptied(),
        "ASSEMBLY_VALKEY_URL": valkey_server.url,
        "ASSEMBLY_WORK_IN_WEB": "false",
    }


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command with these settings."""

    def command(*words: str, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(commands, words)

    return command


@contextmanager
def _working(apart: Settings) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "assembly_ui", "work"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | apart, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stderr
            assert "work.started" in process.stderr.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda told: told.name)
def test_a_worker_ends_cleanly_when_told(apart: Settings, told: signal.Signals) -> None:
    with _working(apart) as process:
        process.send_signal(told)
        _, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, said
        assert "Traceback" not in said


async def test_a_worker_that_is_told_to_stop_hands_its_sync_back(apart: Settings) -> None:
    """Xporter on Demand never answers, so that the sync is under way for as long as it may."""
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    apart |= {"ASSEMBLY_XPORTER_URL": f"http://127.0.0.1:{port}", "ASSEMBLY_SECRET_KEYS": KEYS}
    async with silent, open_valkey(apart["ASSEMBLY_VALKEY_URL"]) as valkey:
        pubsub = ValkeyPubSub(valkey)
        async with pubsub.connected(), pubsub.listen() as heard:
            database = Database(apart["ASSEMBLY_DATABASE_URL"], pubsub.announce)
            school_id = await _a_school_to_sync(database)
            async with asyncio.timeout(SECONDS):
                with _working(apart) as process:
                    while not (await _sync_of(database, school_id)).leased_until:
                        await heard.get()
                    process.send_signal(signal.SIGTERM)
                    await asyncio.to_thread(process.wait)
            row = await _sync_of(database, school_id)
            await database.close()
    assert row.leased_until is None
    assert row.due_at
    assert row.due_at <= datetime.now(UTC)


async def _a_school_to_sync(database: Database) -> int:
    now = datetime.now(UTC)
    school = await a_school(database, now=now, connected=True, due_at=None)
    assert school.id
    async with database.transaction() as session:
        await want(session, school_id=school.id, scopes=["school"], reason=Reason.GRANT, now=now)
    return school.id


async def _sync_of(database: Database, school_id: int) -> SchoolSync:
    async with database.read() as session:
        return await session.get_one(SchoolSync, school_id)


async def test_a_worker_is_woken_by_what_another_process_announces(apart: Settings) -> None:
    with _working(apart):
        async with open_valkey(apart["ASSEMBLY_VALKEY_URL"]) as valkey:
            pubsub = ValkeyPubSub(valkey)
            async with pubsub.connected(), pubsub.listen() as heard:
                database = Database(apart["ASSEMBLY_DATABASE_URL"], pubsub.announce)
                await a_posted_message(database, now=datetime.now(UTC), kind="password_changed")
                await database.close()
                async with asyncio.timeout(SECONDS):
                    # The worker's own announcement, once it has delivered.
                    while await heard.get() != MAILBOX_TOPIC:
                        continue


def test_a_worker_without_the_servers_says_what_it_needs(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    result = run("work", ASSEMBLY_DATA_DIR=str(tmp_path))
    assert isinstance(result.exception, CommandFailed)
    assert "PostgreSQL (ASSEMBLY_DATABASE_URL)" in str(result.exception)


def test_doctor_looks_at_both_servers(run: Callable[..., Result], apart: Settings) -> None:
    said = run("doctor", **apart, ASSEMBLY_PORT="39872").output
    assert "✔ Valkey       answers" in said
    assert "✔ Database     PostgreSQL" in said


def test_doctor_finds_a_valkey_that_is_away(
    run: Callable[..., Result], apart: Settings, valkey_server: Valkey
) -> None:
    valkey_server.stop()
    result = run("doctor", **apart, ASSEMBLY_PORT="39872")
    assert "✘ Valkey       does not answer" in result.output
    assert isinstance(result.exception, CommandFailed)
