"""PostgreSQL that restarts: who asks meanwhile waits, and nobody needs to do anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from assembly_ui.db.database import Database
from tests.servers import CARELESS
from tools.scaled.postgres import Postgres


@pytest.fixture(scope="module")
def server(servers_folder: Path) -> Iterator[Postgres]:
    """A server of this module's own, which it may stop."""
    server = Postgres(servers_folder / "restarts", CARELESS)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def far(server: Postgres) -> AsyncIterator[Database]:
    if not server.is_running:
        server.start()
    database = Database(server.url("postgres"))
    yield database
    await database.close()


async def _reads(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(1))).one()


async def _writes(database: Database) -> int:
    async with database.transaction() as session:
        return (await session.exec(select(1))).one()


async def test_who_asks_while_it_is_away_waits_for_it(far: Database, server: Postgres) -> None:
    assert await _reads(far) == 1
    await asyncio.to_thread(server.stop)
    asked = [asyncio.create_task(ask(far)) for ask in (_reads, _writes) for _ in range(20)]
    await asyncio.to_thread(server.start)
    assert await asyncio.gather(*asked) == [1] * 40


async def test_connections_of_before_the_restart_are_not_used(
    far: Database, server: Postgres
) -> None:
    await asyncio.gather(*(_reads(far) for _ in range(10)))
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    assert await asyncio.gather(*(_writes(far) for _ in range(10))) == [1] * 10


async def test_patience_ends(server: Postgres) -> None:
    await asyncio.to_thread(server.stop)
    database = Database(server.url("postgres"), patience=timedelta())
    with pytest.raises(OperationalError):
        await _reads(database)
    await database.close()


async def test_a_refusal_is_not_waited_out(far: Database, server: Postgres) -> None:
    nowhere = Database(server.url("nowhere"), patience=timedelta(hours=1))
    with pytest.raises(OperationalError, match="does not exist"):
        await _reads(nowhere)
    await nowhere.close()
