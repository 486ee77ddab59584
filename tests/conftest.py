"""Fixtures every shelf of tests shares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assembly_ui import logs
from assembly_ui.clock import ManualClock
from assembly_ui.database import Database, Row
from assembly_ui.pubsub import PubSub

# As the product logs; structlog's own default prints local variables, secrets among them.
logs.configure(json=False)


@pytest.fixture
def clock() -> ManualClock:
    """A Monday morning in term time, standing still."""
    return ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def pubsub() -> PubSub:
    return PubSub()


@pytest.fixture
async def database(tmp_path: Path, pubsub: PubSub) -> AsyncIterator[Database]:
    """A real, empty SQLite database with every table."""
    import assembly_ui.tables  # noqa: F401  (registers every table)

    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", pubsub.announce)
    async with database.engine.begin() as connection:
        await connection.run_sync(Row.metadata.create_all)
    yield database
    await database.close()
