"""A change is kept whole and announced, or not at all, whenever its maker is cancelled."""

from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy import event
from sqlmodel import select

from assembly_ui.accounts.models import User
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database, announce
from assembly_ui.pubsub.topics import PubSub
from tests.factories.accounts import a_person

TOPIC = "user:1"


class _Wrong(Exception):
    pass


# A tab that closes cancels what its page was loading, at whatever moment that is.
@pytest.mark.parametrize("moment", ["commit", "reset"])
async def test_a_change_that_is_being_kept_is_kept_and_announced(
    database: Database,
    pubsub: PubSub,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    moment: str,
) -> None:
    await a_person(database, now=clock())
    async with pubsub.listen() as topics:
        change = asyncio.create_task(_rename(database))
        _cancelled_at(moment, change, database)
        with pytest.raises(asyncio.CancelledError):
            await change
        assert topics.get_nowait() == TOPIC
    assert await _name(database) == "Priya"
    assert not _complaints(caplog)


@pytest.mark.parametrize("moment", ["rollback", "reset"])
async def test_a_change_that_is_being_undone_is_undone(
    database: Database,
    pubsub: PubSub,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    moment: str,
) -> None:
    await a_person(database, now=clock())
    before = await _name(database)
    async with pubsub.listen() as topics:
        change = asyncio.create_task(_rename(database, _Wrong()))
        _cancelled_at(moment, change, database)
        with pytest.raises(asyncio.CancelledError):
            await change
        assert topics.empty()
    assert await _name(database) == before
    assert not _complaints(caplog)


async def test_whoever_is_cancelled_within_it_changes_nothing(
    database: Database, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await a_person(database, now=clock())
    before, has_begun = await _name(database), asyncio.Event()

    async def change() -> None:
        async with database.transaction() as session:
            (await session.exec(select(User))).one().name = "Priya"
            await session.flush()
            has_begun.set()
            await asyncio.Event().wait()

    changing = asyncio.create_task(change())
    await has_begun.wait()
    changing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await changing
    assert await _name(database) == before
    assert not _complaints(caplog)


async def _rename(database: Database, wrong: Exception | None = None) -> None:
    async with database.transaction() as session:
        (await session.exec(select(User))).one().name = "Priya"
        await session.flush()
        announce(session, TOPIC)
        if wrong:
            raise wrong


async def _name(database: Database) -> str:
    async with database.read() as session:
        return (await session.exec(select(User.name))).one()


def _cancelled_at(moment: str, task: asyncio.Task[None], database: Database) -> None:
    # Looked for once the person is there, so that their own making passes.
    event.listen(database.engine.sync_engine, moment, lambda *_: task.cancel(), once=True)


def _complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.sqlite
async def test_everybody_who_changes_something_has_a_turn_in_the_order_they_came(
    database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock())
    turns: list[int] = []

    async def change(nth: int) -> None:
        async with database.transaction() as session:
            (await session.exec(select(User))).one().name = str(nth)
            turns.append(nth)

    await asyncio.gather(*map(change, range(50)))
    assert turns == list(range(50))
