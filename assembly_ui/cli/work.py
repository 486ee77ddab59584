"""`work`: background work in a process of its own."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, suppress

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui import services, settings
from assembly_ui.cli.support import CommandFailed
from assembly_ui.db.database import Database
from assembly_ui.db.migrations import is_known, newer_words, newest_revision, read_revision
from assembly_ui.jobs.supervision import Run, background
from assembly_ui.server import logs, private_files
from assembly_ui.settings import WANT, Settings

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 1
"""At a database that `serve` has yet to migrate: nothing tells of it."""
STOPPED_BY = (signal.SIGTERM, signal.SIGINT)


@click.command()
def work() -> None:
    """Send mail and watch schools, beside web processes that do not (ASSEMBLY_WORK_IN_WEB=false).

    Any number may run; they share the work. Needs PostgreSQL and Valkey, and waits until
    `serve` has brought the database up to date.
    """
    config = settings.load()
    if not config.is_shared:
        raise CommandFailed(f"Processes of their own for background work {WANT}")
    private_files.restrict(config.private_paths)
    logs.configure(json=not config.is_demo)
    if ended := asyncio.run(_work(config)):
        raise CommandFailed(f"Background work ended by itself: {', '.join(ended)}.")


async def _until_migrated(config: Settings, told: asyncio.Event) -> bool:
    """Wait for the tables of this version, which `serve` makes; False when told to stop first.

    Raises:
        CommandFailed: the database belongs to a newer version.
    """
    database, is_said = Database(config.database), False
    try:
        while not told.is_set():
            try:
                revision, why = await read_revision(database), "not migrated"
            except (SQLAlchemyError, OSError) as error:
                revision, why = "", type(error).__name__
            if revision == newest_revision():
                return True
            if not is_known(revision):
                raise CommandFailed(newer_words(config.database))
            if not is_said:
                log.warning("work.waiting", database=why)
                is_said = True
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await told.wait()
        return False
    finally:
        await database.close()


def _once(run: Run, *, name: str) -> AbstractAsyncContextManager[asyncio.Task[None]]:
    """Work that ends by itself ends the process, which an init system starts again."""

    async def work() -> None:
        await run()

    return background(work(), name=name)


async def _work(config: Settings) -> list[str]:
    """Work until told to stop; the names of work that ended without being told."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPED_BY:
        loop.add_signal_handler(number, told.set)
    if not await _until_migrated(config, told):
        return []
    async with services.connected(config) as parts, services.working(parts, keep=_once) as tasks:
        log.info("work.started")
        stop = asyncio.create_task(told.wait())
        done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        return [task.get_name() for task in done if task is not stop]
