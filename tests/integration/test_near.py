"""Reading the embedded database on the event loop: at once, whoever writes, and only reading."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from assembly_ui.accounts.models import User
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import a_person

READS = 200

pytestmark = pytest.mark.sqlite


async def test_readers_wait_for_no_writer(database: Database, clock: ManualClock) -> None:
    await a_person(database, now=clock())
    async with database.transaction() as session:
        session.add(User(email="new@kings.sch.uk", password_hash="-", created_at=clock()))
        await session.flush()
        begun = time.perf_counter()
        for _ in range(READS):
            assert await database.glance(text("SELECT count(*) FROM users")) == (1,)
        # A reader that waited for the writer would wait for this very block for ever.
        assert time.perf_counter() - begun < READS
    assert await database.glance(text("SELECT count(*) FROM users")) == (2,)


async def test_what_was_just_written_is_read(database: Database, clock: ManualClock) -> None:
    for number in range(20):
        await a_person(database, now=clock(), email=f"person.{number}@kings.sch.uk")
        async with database.read() as session:
            assert len((await session.exec(select(User))).all()) == number + 1


async def test_more_readers_at_once_than_any_pool_holds(database: Database) -> None:
    everyone_in = asyncio.Barrier(100)

    async def reads() -> None:
        async with database.read() as session:
            await session.exec(select(User))
            await everyone_in.wait()

    async with asyncio.timeout(20):
        await asyncio.gather(*(reads() for _ in range(100)))


async def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        async with database.read() as session:
            await session.exec(text("DELETE FROM users"))  # type: ignore[call-overload]


async def test_a_long_look_lets_everything_else_go_on(database: Database) -> None:
    done, turns = asyncio.Event(), 0
    counted = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
        " SELECT count(*) FROM n"
    )

    async def others() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    meanwhile = asyncio.create_task(others())
    assert await database.survey(counted, {"last": 500_000}) == [(500_000,)]
    done.set()
    await meanwhile
    assert turns > 10
