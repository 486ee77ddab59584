"""Runs migrations on the database of the settings, or on the address a caller passes.

All missing migrations are one transaction, on SQLite too: they are applied whole or not at
all. It begins with a lock, so that of several processes that start at once one migrates and
the others wait, and then find nothing left to do.
"""

from __future__ import annotations

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from assembly_ui import settings
from assembly_ui.db.metadata import METADATA

LOCK = 0x4153534D
"""Of PostgreSQL's advisory locks, the one that migrating holds ("ASSM")."""

LONGEST_WAIT_SECONDS = 600
"""For another process that migrates an SQLite file; PostgreSQL waits as long as that takes."""


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    else:
        # `_begin` locks the file.
        connection.execute(text("SELECT 1"))
    # SQLite cannot alter a column; batch mode copies the table instead.
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    # The transaction has begun, so that what is there is read under the lock.
    with context.begin_transaction():
        context.run_migrations()


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": LONGEST_WAIT_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _connect)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _connect(connection: Any, _record: Any) -> None:
    # The driver would commit before every statement that changes a table.
    connection.isolation_level = None


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _run() -> None:
    url = context.config.attributes.get("database") or settings.load().database
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(_run())
