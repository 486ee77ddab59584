"""Due rows are shared among workers: each to one of them, and none is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import claim, next_due
from assembly_ui.mail.models import OutboxMessage
from tests.factories.database import listen_to

LEASE = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)


async def _a_row(
    database: Database,
    *,
    now: datetime,
    due_at: datetime | None,
    leased_until: datetime | None = None,
) -> int:
    async with database.transaction() as session:
        row = OutboxMessage(
            kind="confirm_email",
            to="james@kings.sch.uk",
            created_at=now,
            due_at=due_at,
            leased_until=leased_until,
        )
        session.add(row)
    assert row.id
    return row.id


async def _claim(database: Database, now: datetime, limit: int = 100) -> list[int | None]:
    rows = await claim(database, OutboxMessage, now=now, limit=limit, lease=LEASE)
    return [row.id for row in rows]


async def test_two_workers_never_get_the_same_row(database: Database, clock: ManualClock) -> None:
    rows = [await _a_row(database, now=clock(), due_at=clock()) for _ in range(40)]
    other = Database(str(database.engine.url))
    workers = [_claim(worker, clock(), limit=3) for worker in [database, other] * 10]
    claimed = [id for got in await asyncio.gather(*workers) for id in got]
    await other.close()
    assert sorted(claimed, key=str) == sorted(rows, key=str)


async def test_a_row_is_held_until_its_lease_ends(database: Database, clock: ManualClock) -> None:
    row = await _a_row(database, now=clock(), due_at=clock())
    assert await _claim(database, clock()) == [row]
    assert await _claim(database, clock.advance(LEASE - timedelta(seconds=1))) == []
    assert await _claim(database, clock.advance(timedelta(seconds=1))) == [row]


async def test_the_longest_due_come_first_and_no_more_than_asked_for(
    database: Database, clock: ManualClock
) -> None:
    late = await _a_row(database, now=clock(), due_at=clock() - MINUTE)
    later = await _a_row(database, now=clock(), due_at=clock() - 2 * MINUTE)
    twin = await _a_row(database, now=clock(), due_at=clock() - 2 * MINUTE)
    assert await _claim(database, clock(), limit=2) == [later, twin]
    assert await _claim(database, clock(), limit=2) == [late]


async def test_what_is_not_due_stays(database: Database, clock: ManualClock) -> None:
    await _a_row(database, now=clock(), due_at=clock() + MINUTE)
    await _a_row(database, now=clock(), due_at=None)
    assert await _claim(database, clock()) == []


async def test_claimed_rows_can_be_read_after_the_claim(
    database: Database, clock: ManualClock
) -> None:
    await _a_row(database, now=clock(), due_at=clock())
    (row,) = await claim(database, OutboxMessage, now=clock(), limit=1, lease=LEASE)
    assert row.leased_until == clock() + LEASE
    assert row.to == "james@kings.sch.uk"


async def test_finding_nothing_due_writes_nothing(database: Database, clock: ManualClock) -> None:
    await _a_row(database, now=clock(), due_at=clock() + MINUTE)
    statements: list[str] = []
    listen_to(database, statements.append)
    assert await _claim(database, clock()) == []
    await next_due(database, OutboxMessage)
    assert statements
    assert all(statement.startswith(("SELECT", "BEGIN")) for statement in statements)
    assert "BEGIN IMMEDIATE" not in statements


NOW = timedelta(0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], None),
        ([(None, None)], None),
        ([(MINUTE, None)], MINUTE),
        ([(2 * MINUTE, None), (MINUTE, None), (None, None)], MINUTE),
        ([(-MINUTE, None)], -MINUTE),
        ([(-MINUTE, LEASE)], LEASE),
        ([(-MINUTE, -LEASE)], -LEASE),
        ([(-MINUTE, LEASE), (NOW, None)], NOW),
        ([(MINUTE, LEASE)], MINUTE),
    ],
)
async def test_the_next_moment_counts_leases_too(
    database: Database,
    clock: ManualClock,
    rows: list[tuple[timedelta | None, timedelta | None]],
    expected: timedelta | None,
) -> None:
    def at(offset: timedelta | None) -> datetime | None:
        return None if offset is None else clock() + offset

    for due, leased in rows:
        await _a_row(database, now=clock(), due_at=at(due), leased_until=at(leased))
    assert await next_due(database, OutboxMessage) == at(expected)
