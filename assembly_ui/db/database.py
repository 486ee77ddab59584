"""The database: one async engine and the ways in.

`read()` for looking, `glance()` for one quick look, `survey()` for one long look,
`transaction()` for changing.
A transaction collects the topics its changes concern and announces them only
after the commit, so nobody ever hears of something that did not happen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine, Enum, Executable, MetaData, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession as Session

from assembly_ui.db.postgres import PATIENCE, postgres_engine
from assembly_ui.db.shielding import LeftUnbroken
from assembly_ui.db.sqlite_reader import Near, NearReading
from assembly_ui.db.sqlite_storage import SqliteFile, StorageLost
from assembly_ui.jobs import worker_pools

Announce = Callable[[Iterable[str]], Awaitable[None]]

BUSY_TIMEOUT_SECONDS = 15
_WRITES = "assembly_writes"
_TOPICS = "topics"
_AFTER_COMMIT = "after_commit"


class Row(SQLModel):
    """Base of every table. Named constraints let migrations refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def word_column(words: type[StrEnum]) -> Enum:
    """Column type that keeps an enum as its plain word."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """Opens sessions. Made once, in the lifespan, never at import.

    `patience` is how long a PostgreSQL that is away is waited for.
    """

    def __init__(
        self, url: str, announce: Announce | None = None, *, patience: timedelta = PATIENCE
    ) -> None:
        self.engine = _engine(url, patience)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        # A single SELECT needs no transaction around it, which would be two more round trips.
        self._glancing = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._near = Near(url) if self.is_sqlite else None
        self.file = SqliteFile.of(url)
        for engine in self.engines:
            event.listen(engine, "do_connect", self._before_connecting)
        self.is_full = False
        """Whether the last change was refused for want of room on the disk."""
        # Asked to wait, SQLite lets anybody in next; in a crowd somebody waits for ever.
        self._queue = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._announce = announce

    @property
    def engines(self) -> tuple[Engine, ...]:
        """Every engine beneath, for those who watch what is said to the database."""
        near = (self._near.engine,) if self._near else ()
        return (self.engine.sync_engine, *near)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database rather than PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A session for reading. What it changes is not kept."""
        if self._near:
            with self._near.session() as near:
                yield cast(Session, NearReading(near))
            return
        async with Session(self.engine, expire_on_commit=False) as session:
            yield session

    async def glance(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """The first row of one quick SELECT or None, without the cost of a session."""
        return next(iter(await self.glance_all(statement, values)), None)

    async def glance_all(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """Every row of one quick SELECT, without the cost of a session."""
        if self._near:
            return self._near.glance(statement, values)
        async with self._glancing.connect() as connection:
            return (await connection.execute(statement, values)).all()

    async def survey(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """Every row of one SELECT that may take a while, beside the event loop."""
        if self._near:
            return await worker_pools.DATABASE_READS.run(self._near.survey, statement, values)
        return await self.glance_all(statement, values)

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        """A session that commits when the block ends well, then announces.

        Whoever is cancelled once the block has ended is so after the announcement.
        """
        return LeftUnbroken(self._transaction())

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Session]:
        async with self._queue, Session(self._writer, expire_on_commit=False) as session:
            try:
                async with session.begin():
                    self._require_file()
                    yield session
                    self._require_file()
            except DBAPIError as error:
                self.is_full = self.is_full or is_disk_full(error)
                raise
            topics = session.info.pop(_TOPICS, [])
        self.is_full = False
        if self.file:
            self.file.note()
        for call in session.info.pop(_AFTER_COMMIT, []):
            call()
        if topics and self._announce:
            await self._announce(topics)

    def _require_file(self) -> None:
        if self.file:
            self.file.require()

    def _before_connecting(self, *_: Any) -> None:
        self._require_file()

    async def try_to_save(self) -> None:
        """Write a little that changes nothing.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: nothing can be saved.
        """
        async with self.transaction() as session:
            connection = await session.connection()
            # It stays 0, and is written all the same.
            await connection.exec_driver_sql("PRAGMA user_version = 0")

    async def begin_new_log(self) -> bool:
        """Begin another write-ahead log in place of one whose file was removed.

        Connections that are open still have the old one, and what it holds is moved into the
        file of the database first. False if a reader is in the way.

        Raises:
            sqlite3.Error: it cannot be moved.
        """
        async with self._queue:
            async with self.engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                found = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            ((is_busy, *_),) = found
            if is_busy or self.file is None:
                return False
            # Otherwise some would write into the old log, and new ones into another.
            if self._near:
                self._near.close()
            await self.engine.dispose()
            self.file.forget_log()
        return True

    async def copy_into(self, path: Path) -> bool:
        """Copy an SQLite database as an open connection sees it; False if that sees no table.

        Raises:
            sqlite3.Error: it cannot be read, or the copy not be written.
        """
        async with self._queue, self.engine.connect() as connection:
            # Not in a transaction, which SQLAlchemy would begin.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            ((tables,),) = await driver.execute_fetchall("SELECT count(*) FROM sqlite_master")
            if tables:
                await driver.execute("VACUUM INTO ?", (str(path),))
        return bool(tables)

    async def close(self) -> None:
        """Close every connection."""
        if self._near:
            self._near.close()
        await self.engine.dispose()


def is_disk_full(error: Exception) -> bool:
    """Whether a database says that it has no room left."""
    original = getattr(error, "orig", error)
    # SQLITE_FULL, and PostgreSQL's class of the same.
    return "disk is full" in str(original) or getattr(original, "sqlstate", "") == "53100"


def is_not_saved(error: Exception) -> bool:
    """Whether a database that answers can save nothing, until somebody sees to it."""
    return is_disk_full(error) or isinstance(error, StorageLost)


def announce(session: Session, topic: str) -> None:
    """Announce `topic` once this session's transaction has committed."""
    session.info.setdefault(_TOPICS, []).append(topic)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call once this session's transaction has committed; never when it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def _engine(url: str, patience: timedelta) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return postgres_engine(url, patience)
    engine = create_async_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _on_sqlite_connect)
    event.listen(engine.sync_engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is switched off so that `begin`
    # below is the only thing that opens one.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    # A writer takes its lock at once: a reader that turns writer half-way is
    # refused by SQLite without waiting, whatever the busy timeout says.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
