"""The file of the embedded database while it is in use: whether it is still there, and complete.

A file that is deleted, replaced or restored under a running process stays readable for it,
and all that it writes is gone with the process: SQLite cannot tell. So its identity is looked
at. What is committed moves from the write-ahead log into the file again and again, so that a
copy of the file alone lacks little.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.jobs import worker_pools

if TYPE_CHECKING:
    from assembly_ui.clock import Clock
    from assembly_ui.db.database import Database

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 30.0


class StorageProblem(StrEnum):
    """What is wrong with the files, in the words of `/health`."""

    FILE_GONE = "the database file was deleted or moved while it was in use"
    FILE_REPLACED = "the database file was replaced while it was in use"
    LOG_GONE = "the write-ahead log of the database was deleted or replaced while it was in use"


LOST = frozenset({StorageProblem.FILE_GONE, StorageProblem.FILE_REPLACED})
"""After these, what is written is gone with the process."""


class StorageLost(SQLAlchemyError):
    """The file that is in use is not the database any more. Nothing was written to it."""


class SqliteFile:
    """The files of one database, as they were when it was first used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._identity: tuple[int, int] | None = None
        self._log_identity: tuple[int, int] | None = None

    @classmethod
    def of(cls, url: str) -> SqliteFile | None:
        """That of an address; None for one in memory, and for PostgreSQL."""
        parsed = make_url(url)
        is_file = parsed.drivername.startswith("sqlite") and parsed.database
        return cls(Path(parsed.database or "")) if is_file else None

    def note(self) -> None:
        """Remember which files are in use, once there are any: called while one is open."""
        self._identity = self._identity or _identity(self.path)
        self._log_identity = self._log_identity or _identity(self._log)

    def forget_log(self) -> None:
        """Note the log anew: called when another one is begun."""
        self._log_identity = None

    def problem(self) -> StorageProblem | None:
        """What has happened to the files since they were noted."""
        if self._identity is None:
            return None
        found = _identity(self.path)
        if found is None:
            return StorageProblem.FILE_GONE
        if found != self._identity:
            return StorageProblem.FILE_REPLACED
        if self._log_identity and _identity(self._log) != self._log_identity:
            return StorageProblem.LOG_GONE
        return None

    def require(self) -> None:
        """See that what is written stays. For a new connection too: it would make an empty file.

        Raises:
            StorageLost
        """
        if (problem := self.problem()) in LOST:
            raise StorageLost(problem)

    def checkpoint(self) -> None:
        """Move what the log holds into the file, unless somebody reads or writes just then."""
        # Never made: a connection to a file that is gone would begin an empty one.
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True)) as one:
            one.execute("PRAGMA busy_timeout=0")
            one.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Storage:
    """Looks after the files of the embedded database while the product runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._is_rescued = False

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def look(self) -> None:
        """Move the log into the file; if that is gone, say so and save what is in it."""
        file = self._database.file
        if file is None:
            return
        if self._database.is_full:
            await self._try_to_save()
        problem = file.problem()
        try:
            if problem is None:
                await worker_pools.DATABASE_UPKEEP.run(file.checkpoint)
                return
            if problem is StorageProblem.LOG_GONE and await self._database.begin_new_log():
                log.error(
                    "storage.log_renewed",
                    problem=problem.value,
                    path=str(file.path),
                    meaning="Nothing was lost: what it held is in the database file.",
                )
                return
            log.error("storage.lost", problem=problem.value, path=str(file.path))
            if not self._is_rescued:
                self._is_rescued = await self._rescue(file.path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            # A full disk, above all; the next look tries again.
            log.warning("storage.not_looked_after", reason=type(error).__name__)

    async def _try_to_save(self) -> None:
        """An idle product saves nothing by itself, and would never learn that there is room."""
        with suppress(SQLAlchemyError):
            await self._database.try_to_save()

    async def _rescue(self, path: Path) -> bool:
        """Copy what a connection that is still open can read into a file beside the lost one."""
        copy = rescue_path(path, self._clock())
        is_rescued = await self._database.copy_into(copy)
        if is_rescued:
            log.error(
                "storage.rescued",
                path=str(copy),
                next="Stop Assembly, put this file in the place of the lost one, and start again.",
            )
        return is_rescued


def rescue_path(path: Path, now: datetime) -> Path:
    """Where a copy of a lost database is kept."""
    return path.with_name(f"{path.name}.rescued-{now:%Y%m%dT%H%M%S}")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
