"""The engine for PostgreSQL: how many connections, and patience while it is away.

A database that restarts is back within seconds. Whoever asks for a connection
meanwhile waits for it, as writers of the embedded database wait for each other;
what was under way when it went fails, and is said so.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

log = structlog.get_logger()

KEPT = 10
"""Connections a process keeps open."""
AT_MOST = 20
"""Connections a process may open: four processes fit into PostgreSQL's usual hundred."""
PATIENCE = timedelta(seconds=15)
RETRY_SECONDS = 0.2
CONNECT_SECONDS = 5


def postgres_engine(url: str, patience: timedelta) -> AsyncEngine:
    """An engine whose connections are asked whether they live before they are used."""
    engine = create_async_engine(
        url,
        pool_size=KEPT,
        max_overflow=AT_MOST - KEPT,
        pool_pre_ping=True,
        pool_timeout=(2 * PATIENCE).total_seconds(),
        connect_args={"connect_timeout": CONNECT_SECONDS},
        hide_parameters=True,
    )

    def connect(dialect: Any, _record: Any, args: Any, options: Any) -> Any:
        return _connect(dialect, args, options, patience)

    event.listen(engine.sync_engine, "do_connect", connect)
    return engine


def _connect(dialect: Any, args: Any, options: Any, patience: timedelta) -> Any:
    started = time.monotonic()
    is_said = False
    while True:
        try:
            return dialect.connect(*args, **options)
        except dialect.loaded_dbapi.OperationalError as error:
            if time.monotonic() - started > patience.total_seconds() or _is_refusal(error):
                raise
            if not is_said:
                log.warning("database.away", reason=type(error).__name__)
                is_said = True
        await_only(asyncio.sleep(RETRY_SECONDS))


def _is_refusal(error: Any) -> bool:
    """PostgreSQL is there and says no: waiting would not help."""
    return any(words in str(error) for words in ("authentication failed", "does not exist"))
