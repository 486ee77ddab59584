"""`work`: background work in a process of its own."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager

import click
import structlog

from assembly_ui import bootstrap, logs, private_files, settings
from assembly_ui.cli.support import CommandFailed
from assembly_ui.settings import WANT, Settings
from assembly_ui.supervision import Run, background

log = structlog.get_logger()

STOPPED_BY = (signal.SIGTERM, signal.SIGINT)


@click.command()
def work() -> None:
    """Send mail and watch schools, beside web processes that do not (ASSEMBLY_WORK_IN_WEB=false).

    Any number may run; they share the work. Needs PostgreSQL and Valkey.
    """
    config = settings.load()
    if not config.is_shared:
        raise CommandFailed(f"Processes of their own for background work {WANT}")
    private_files.restrict(config.private_paths)
    logs.configure(json=not config.is_demo)
    if ended := asyncio.run(_work(config)):
        raise CommandFailed(f"Background work ended by itself: {', '.join(ended)}.")


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
    async with bootstrap.connected(config) as parts, bootstrap.working(parts, keep=_once) as tasks:
        log.info("work.started")
        stop = asyncio.create_task(told.wait())
        done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        return [task.get_name() for task in done if task is not stop]
