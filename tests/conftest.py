"""Fixtures every shelf of tests shares."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.db.metadata import METADATA
from assembly_ui.pubsub.topics import PubSub
from assembly_ui.server import logs

pytest_plugins = ["tests.compiled_statements", "tests.servers"]

DRIVER_SECONDS = 5

# The suite tries the same examples at every run, however slow the machine is. Others are looked
# for with HYPOTHESIS_PROFILE=explore.
_EXAMPLES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", _EXAMPLES, derandomize=True, database=None)
settings.register_profile("explore", _EXAMPLES)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# As the product logs; structlog's own default prints local variables, secrets among them.
logs.configure(json=False)


@pytest.fixture
def clock() -> ManualClock:
    """A Monday morning in term time, standing still."""
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def pubsub() -> PubSub:
    return PubSub()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, made once and copied for each test."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A real, empty database with every table: SQLite, or PostgreSQL with `--postgresql`."""
    if request.config.getoption("--postgresql"):
        return request.getfixturevalue("postgresql").emptied()
    path = shutil.copy(request.getfixturevalue("empty_database"), tmp_path / "test.db")
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def database(database_url: str, pubsub: PubSub) -> AsyncIterator[Database]:
    """The way into that database; what is announced is heard from `pubsub`."""
    database = Database(database_url, pubsub.announce)
    async with drivers_joined():
        yield database
        await database.close()


@asynccontextmanager
async def drivers_joined() -> AsyncIterator[None]:
    """Wait for the threads of the embedded database's driver that the block started."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        # A cancelled query ends in its own time, and must not outlive the test's event loop.
        if "_connection_worker" in thread.name:
            await asyncio.to_thread(thread.join, DRIVER_SECONDS)
