"""Tens of thousands of settled schools: found by index, checked cheaply, shared fairly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import event

from assembly_ui.clock import ManualClock
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.watcher import AT_ONCE, FOR_ONLOOKERS, LEASE, Watcher, _put_off
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import claim
from assembly_ui.pubsub.topics import PubSub, school_topic
from tests.factories.connector import CIPHER, HOUR, the_connection
from tests.factories.schools import a_school
from tests.factories.xporter import Answer, Service, a_client, school_info
from tests.integration.connector.conftest import LINKS, several_schools

SECOND = timedelta(seconds=1)


async def _schools(database: Database, service: Service, clock: ManualClock, count: int) -> None:
    """So many settled schools, each due since an hour ago."""
    due = {"due_at": clock() - HOUR, "mis_school_name": "King's School"}
    await several_schools(database, service, count=count, now=clock(), **due)


async def _heard(database: Database, act: Callable[[], Awaitable[Any]]) -> list[tuple[str, Any]]:
    """Every statement made meanwhile, with its parameters."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", hear)
    await act()
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", hear)
    return said


async def test_nothing_done_again_and_again_reads_through_the_whole_table(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, pubsub: PubSub
) -> None:
    await _schools(database, service, clock, 3)
    await watcher.duties.do_due()

    async def once_round() -> None:
        await watcher._announce_problems(pubsub)
        await watcher.check_due()
        await watcher._until_next()
        await watcher.duties.do_due()
        await watcher.duties._until_next()

    said = await _heard(database, once_round)
    # PostgreSQL has the same indexes, and reads so small a table whole all the same.
    plans = await _plans(database, said) if database.is_sqlite else []
    assert len(plans) > 5 * database.is_sqlite - 1
    whole = ("SCAN", "TEMP B-TREE FOR ORDER BY")
    assert [plan for plan in plans if any(word in plan for word in whole)] == []


async def _plans(database: Database, said: list[tuple[str, Any]]) -> list[str]:
    """How SQLite goes about every look at, and change of, the connections."""
    plans: list[str] = []
    async with database.transaction() as session:
        connection = await session.connection()
        for statement, parameters in said:
            if "connections" in statement and statement.startswith(("SELECT", "UPDATE")):
                explain = f"EXPLAIN QUERY PLAN {statement}"
                plans += [row[3] for row in await connection.exec_driver_sql(explain, parameters)]
    return plans


async def test_a_check_that_learns_nothing_writes_one_row_and_disturbs_nobody(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, pubsub: PubSub
) -> None:
    await _schools(database, service, clock, 1)
    async with pubsub.listen() as heard:
        said = await _heard(database, watcher.check_due)
        assert heard.empty()
    writes = [statement for statement, _ in said if not statement.startswith("SELECT")]
    updates = [statement for statement in writes if statement.startswith("UPDATE connections")]
    assert len(updates) == len([s for s in writes if s.startswith(("UPDATE", "INSERT"))]) == 2
    async with database.read() as session:
        row = await session.get_one(Connection, 1)
    assert (row.checked_at, row.data_at, row.leased_until) == (clock(), clock(), None)


async def test_whoever_looks_on_sees_when_it_was_last_checked(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, pubsub: PubSub
) -> None:
    await _schools(database, service, clock, 1)
    async with database.transaction() as session:
        (await session.get_one(Connection, 1)).watched_at = clock()
    async with pubsub.listen() as heard:
        await watcher.check_due()
        assert [heard.get_nowait() for _ in range(heard.qsize())] == [school_topic(1)] * 2


async def test_a_school_looked_at_is_checked_before_all_that_waited_longer(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await _schools(database, service, clock, 3 * AT_ONCE)
    newest = 3 * AT_ONCE
    async with database.transaction() as session:
        row = await session.get_one(Connection, newest)
        row.due_at = row.watched_at = clock()
    assert newest in await watcher._claim()


async def test_however_many_are_due_there_is_room_for_onlookers(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await _schools(database, service, clock, 3 * AT_ONCE)
    assert len(await watcher._claim()) == AT_ONCE - FOR_ONLOOKERS
    assert await watcher._claim() == []
    async with database.transaction() as session:
        row = await session.get_one(Connection, 3 * AT_ONCE)
        row.due_at = row.watched_at = clock()
    assert await watcher._claim() == [3 * AT_ONCE]


async def test_an_onlooker_is_not_slept_over_while_all_other_room_is_taken(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await _schools(database, service, clock, 3 * AT_ONCE)
    await watcher._claim()
    async with database.transaction() as session:
        row = await session.get_one(Connection, 3 * AT_ONCE)
        row.due_at, row.watched_at = clock() + 5 * SECOND, clock()
    assert await watcher._until_next() == 5 * SECOND


async def test_a_worker_that_died_is_replaced_within_a_minute_and_a_living_one_is_not(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
    pace: Pace,
) -> None:
    await _schools(database, service, clock, 2)
    dying, _ = await watcher._claim()
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace, LINKS)
    clock.advance(LEASE - SECOND)
    watcher._leases.held.remove(dying)
    await watcher._leases.renew()
    assert await other.check_due() == 0
    clock.advance(SECOND)
    assert await other._claim() == [dying]
    assert timedelta(minutes=1) > LEASE


async def test_a_lease_that_was_given_back_is_not_renewed(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await _schools(database, service, clock, 1)
    assert await watcher._claim() == [1]
    await _put_off(database, 1, clock())
    await watcher._leases.renew()
    assert len(await claim(database, Connection, now=clock(), limit=9, lease=LEASE)) == 1


async def test_a_pause_learnt_meanwhile_is_not_overwritten_by_an_answer_that_changes_nothing(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True, due_at=clock())

    async def meanwhile(_request: httpx.Request) -> Answer:
        async with database.transaction() as session:
            (await session.get_one(Connection, school.id)).problem_at = clock()
        return school_info()

    service.says("SchoolInfo", meanwhile)
    await watcher.check_due()
    connection = await the_connection(database, school)
    assert (connection.problem_at, connection.failures) == (None, 0)
    assert connection.due_at == clock() + 3 * HOUR
