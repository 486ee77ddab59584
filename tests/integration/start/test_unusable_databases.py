"""A database or a key that cannot work: one true sentence, from every command, and nothing done."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.db.database import Database
from assembly_ui.db.migrations import DatabaseUnusable, migrate
from assembly_ui.settings import KEY_FILE, SettingsProblem
from tests.factories.connector import KEY
from tests.factories.schools import a_school
from tests.integration.mail.smtp_server import SmtpServer

Run = Callable[..., Result]
PORT = "39873"
STARTING = [["serve"], ["dev"], ["invite-code", "list"]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSEMBLY_PORT", PORT)

    def command(*words: str, **settings: str) -> Result:
        for name, value in settings.items():
            monkeypatch.setenv(f"ASSEMBLY_{name.upper()}", value)
        return CliRunner().invoke(commands, words)

    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "assembly.db"


@pytest.fixture
def migrated(file: Path) -> Path:
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
def newer(migrated: Path) -> Path:
    with sqlite3.connect(migrated) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    return migrated


def _said(result: Result) -> str:
    assert isinstance(result.exception, CommandFailed | SettingsProblem), result.exception
    return str(result.exception)


@pytest.mark.parametrize("command", STARTING, ids=" ".join)
def test_the_database_of_a_newer_version_is_left_as_it_is(
    run: Run, newer: Path, command: list[str]
) -> None:
    before = newer.read_bytes()
    said = _said(run(*command))
    assert "brought up to date by a newer version" in said
    assert "Start the newer version" in said
    assert newer.read_bytes() == before


@pytest.mark.parametrize("command", STARTING, ids=" ".join)
def test_a_damaged_file_is_called_so(run: Run, file: Path, command: list[str]) -> None:
    file.write_bytes(b"these are not the bytes of a database" * 100)
    before = file.read_bytes()
    said = _said(run(*command))
    assert f"{file} is damaged" in said
    assert "from your backup" in said
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"cannot be opened.*unable to open database file"):
        migrate(f"sqlite+aiosqlite:///{tmp_path}/missing/assembly.db")


def test_a_migration_that_fails_changes_nothing(file: Path) -> None:
    """What is in the way is met by the first migration, after it has made some tables."""
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE schools (id INTEGER)")
    with pytest.raises(DatabaseUnusable, match="left as it was"):
        migrate(f"sqlite+aiosqlite:///{file}")
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    connection.close()
    assert tables == [("schools",)]


def test_doctor_knows_both(run: Run, newer: Path) -> None:
    assert "✘ Database     SQLite, newer than this version" in run("doctor").output
    newer.write_bytes(b"x" * 5000)
    assert "✘ Database     SQLite is damaged" in run("doctor").output


def test_doctor_reads_a_file_to_its_end(run: Run, migrated: Path) -> None:
    content = bytearray(migrated.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    migrated.write_bytes(content)
    assert "✘ Database     SQLite is damaged" in run("doctor").output


@pytest.mark.parametrize("command", [["serve"], ["doctor"]], ids=" ".join)
def test_a_key_file_without_a_key_is_named(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / KEY_FILE).write_text("not a key\n")
    result = run(*command)
    said = f"{result.output} {result.exception}"
    assert f"{tmp_path / KEY_FILE} holds no key" in said
    assert (tmp_path / KEY_FILE).read_text() == "not a key\n"


def test_doctor_tries_the_keys(run: Run, migrated: Path) -> None:
    async def connect() -> None:
        database = Database(f"sqlite+aiosqlite:///{migrated}")
        await a_school(database, now=datetime.now(UTC), connected=True)
        await database.close()

    asyncio.run(connect())
    other = Fernet.generate_key().decode()
    right = run("doctor", secret_keys=json.dumps([other, KEY])).output
    assert "✔ Keys         open all 1 secrets of schools" in right
    wrong = run("doctor", secret_keys=json.dumps([other])).output
    assert "✘ Keys         open 0 of 1 secrets of schools" in wrong
    assert "to the end of ASSEMBLY_SECRET_KEYS" in wrong


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server that knows one user, in a thread beside the command."""
    server = SmtpServer(log_in=("assembly", "secret-word"))
    ready, loop = threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with server.serving():
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(60)
    yield server
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


def test_doctor_connects_to_the_mail_server(run: Run, smtp: SmtpServer) -> None:
    settings = {
        "demo_public": "true",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(smtp.port),
        "smtp_starttls": "false",
        "smtp_username": "assembly",
    }
    right = run("doctor", **settings, smtp_password="secret-word").output
    assert f"✔ Mail         127.0.0.1:{smtp.port} takes our log-in" in right
    wrong = run("doctor", **settings, smtp_password="another").output
    assert f"✘ Mail         127.0.0.1:{smtp.port}: the SMTP server answered 535" in wrong
    assert smtp.messages == []
    nobody = run("doctor", **settings | {"smtp_port": "1"}).output
    assert "✘ Mail         127.0.0.1:1: no connection to the SMTP server" in nobody


def test_a_mistyped_name_is_told(run: Run, file: Path) -> None:
    result = run("doctor", pubic_url="http://localhost:3000", foo="1")
    assert "ASSEMBLY_FOO is no setting and has no effect.\n" in result.output
    assert "ASSEMBLY_PUBIC_URL is no setting and has no effect. Is ASSEMBLY_PUBLIC_URL" in (
        result.output
    )
    assert isinstance(result.exception, CommandFailed)
    file.write_bytes(b"x" * 5000)
    assert "ASSEMBLY_PUBIC_URL is no setting" in run("serve").output
