"""A clock that was wrong and is put right: nothing waits until it has caught up."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table
from sqlmodel import select

from assembly_ui.clock import ManualClock, is_recent
from assembly_ui.connector.health import FRESH
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import LOOKED_AT, Pace, is_looked_at
from assembly_ui.db.database import Database
from assembly_ui.db.metadata import METADATA
from assembly_ui.jobs.due_times import AT_ONCE, DueTimes
from assembly_ui.jobs.leases import claim
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.server.due_time_limits import SPREAD, due_bounds
from assembly_ui.sync.models import SchoolSync
from assembly_ui.sync.pace import Pace as SyncPace
from tests.factories.schools import a_school

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENDING = timedelta(seconds=40)
SETTLED = 3 * HOUR
BOUNDS = due_bounds(Pace(timedelta(seconds=5), SETTLED), SyncPace(), SENDING)
OF_SIMULATORS = ("simulator_", "booking_")


@pytest.fixture
def due_times(database: Database, clock: ManualClock) -> DueTimes:
    return DueTimes(database, clock, BOUNDS, random.Random(1))


async def _rows(database: Database, Model: type[Any]) -> list[Any]:
    async with database.read() as session:
        return list(await session.exec(select(Model)))


async def _post(database: Database, clock: ManualClock, count: int = 1, **columns: Any) -> None:
    async with database.transaction() as session:
        for _ in range(count):
            described = {"kind": "confirm_email", "to": "a@b.uk", "created_at": clock()}
            session.add(OutboxMessage(**described | columns))


async def test_a_clock_that_was_a_day_ahead_delays_nothing_by_more_than_its_own_wait(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    clock.advance(DAY)
    await a_school(database, now=clock(), connected=True, due_at=clock() + SETTLED)
    await _post(database, clock, due_at=clock() + HOUR)
    async with database.transaction() as session:
        session.add(SchoolSync(school_id=1, due_at=clock() + DAY))
    clock.advance(-DAY)
    await due_times.look()
    (connection,) = await _rows(database, Connection)
    (message,) = await _rows(database, OutboxMessage)
    (sync,) = await _rows(database, SchoolSync)
    assert connection.due_at <= clock() + SETTLED * SPREAD
    assert message.due_at <= clock() + HOUR * SPREAD
    assert sync.due_at <= clock() + DAY * SPREAD


async def test_a_clock_that_is_put_back_by_an_hour_adds_no_hour(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    await a_school(database, now=clock(), connected=True, due_at=clock() + SETTLED)
    clock.advance(-HOUR)
    await due_times.look()
    (connection,) = await _rows(database, Connection)
    assert connection.due_at <= clock() + SETTLED * SPREAD


async def test_many_that_are_brought_nearer_are_not_due_at_one_moment(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    await _post(database, clock, count=3 * AT_ONCE, due_at=clock() + DAY)
    await due_times.look()
    moments = [message.due_at for message in await _rows(database, OutboxMessage)]
    assert len(set(moments)) == 3
    assert max(moments) <= clock() + HOUR * SPREAD


async def test_what_may_wait_that_long_is_left(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    withdrawn = clock() + timedelta(hours=23)
    school = await a_school(database, now=clock(), withdrawn=True)
    async with database.transaction() as session:
        (await session.get_one(Connection, school.id)).due_at = withdrawn
        purge = clock() + timedelta(days=30)
        session.add(SchoolSync(school_id=school.id, due_at=purge, purge_at=purge))
    await due_times.look()
    assert [one.due_at for one in await _rows(database, Connection)] == [withdrawn]
    assert [one.due_at for one in await _rows(database, SchoolSync)] == [purge]


async def test_a_lease_from_a_wrong_clock_ends_though_its_holder_is_gone(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    await _post(database, clock, due_at=clock(), leased_until=clock() + HOUR)
    await due_times.look()
    (message,) = await _rows(database, OutboxMessage)
    assert message.leased_until, "its holder may be sending it just now"
    await due_times.look()
    claimed = await claim(database, OutboxMessage, now=clock(), limit=9, lease=SENDING)
    assert len(claimed) == 1


async def test_a_check_that_is_under_way_is_not_taken_at_the_first_look(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    held = clock() + HOUR
    await a_school(database, now=clock(), connected=True, leased_until=held)
    await due_times.look()
    assert [one.leased_until for one in await _rows(database, Connection)] == [held]
    await due_times.look()
    assert [one.leased_until for one in await _rows(database, Connection)] == [None]


async def test_a_holder_who_renews_keeps_its_lease(
    database: Database, clock: ManualClock, due_times: DueTimes
) -> None:
    await _post(database, clock, due_at=clock(), leased_until=clock() + HOUR)
    await due_times.look()
    async with database.transaction() as session:
        message = await session.get_one(OutboxMessage, 1)
        message.leased_until = clock() + HOUR + SENDING
    await due_times.look()
    (message,) = await _rows(database, OutboxMessage)
    assert message.leased_until == clock() + HOUR + SENDING


def test_every_table_that_is_worked_on_has_its_bounds() -> None:
    def is_worked_on(table: Table) -> bool:
        return {"due_at", "leased_until"} <= set(table.columns.keys())

    bounded = {bound.Model.__tablename__ for bound in BOUNDS}
    worked_on = {table.name for table in METADATA.sorted_tables if is_worked_on(table)}
    assert {name for name in worked_on if not name.startswith(OF_SIMULATORS)} == bounded


@given(ago=st.timedeltas(-DAY, DAY))
def test_what_was_recent_does_not_stay_so_until_a_clock_has_caught_up(ago: timedelta) -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert is_recent(now - ago, now, FRESH) == (abs(ago) < FRESH)
    looked_at = Connection(school_id=1, watched_at=now - ago)
    assert is_looked_at(looked_at, now) == (abs(ago) < LOOKED_AT)
