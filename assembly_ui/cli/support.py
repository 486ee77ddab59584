"""What commands share: running async work on the database, and failing in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from assembly_ui import settings
from assembly_ui.audit.origin import set_command_line
from assembly_ui.audit.security_log import SecurityLog, install
from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database
from assembly_ui.db.migrations import DatabaseUnusable, migrate, reason_of
from assembly_ui.server import private_files
from assembly_ui.server.serve import CannotStart, check_folder
from assembly_ui.settings import Settings

T = TypeVar("T")


class CommandFailed(Exception):
    """The command could not do it; the message is for the person who typed it."""


def on_database(work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """Run `work` on the database of the settings, brought up to date first.

    Raises:
        CommandFailed: the database cannot be reached.
    """
    config = settings.load()
    try:
        if not config.database_url:
            check_folder(config.data_dir)
        private_files.restrict(config.private_paths)
        migrate(config.database)
        return asyncio.run(_run(config, work))
    except (CannotStart, DatabaseUnusable) as problem:
        raise CommandFailed(str(problem)) from None
    except (SQLAlchemyError, OSError) as error:
        raise CommandFailed(f"The database does not answer: {reason_of(error)}.") from None


async def _run(config: Settings, work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """What the command does is recorded as the deed of the operating system's user."""
    database = Database(config.database)
    set_command_line()
    events = SecurityLog(database, system_clock, config.security_log_key, writes=False)
    before = install(events)
    try:
        return await work(config, database)
    finally:
        install(before)
        await events.close()
        await database.close()
