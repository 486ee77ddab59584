"""The security log counts events, keeps few rows, and forgets in time."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from assembly_ui.audit import security_log
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import AuditEntry, SecurityEventRow
from assembly_ui.audit.origin import set_origin, set_person
from assembly_ui.audit.queries import list_events, total_events
from assembly_ui.audit.security_log import DISTINCT_LIMIT, Retention, SecurityLog
from assembly_ui.audit.service import SECURITY_EVENTS, Action, record
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database

KEY = b"k" * 32


@pytest.fixture
def events(database: Database, clock: ManualClock) -> SecurityLog:
    return SecurityLog(database, clock, KEY, writes=False)


def _from(ip: str, call: Callable[..., None], *args: object, **named: object) -> None:
    """Call as if a request came from this address."""

    def inside() -> None:
        set_origin(ip)
        call(*args, **named)

    contextvars.Context().run(inside)


async def _rows(database: Database) -> list[SecurityEventRow]:
    async with database.read() as session:
        return list((await session.exec(select(SecurityEventRow))).all())


async def test_an_event_says_who_what_when_from_where_and_how_it_ended(
    database: Database, clock: ManualClock, events: SecurityLog
) -> None:
    def act() -> None:
        set_person(7, 3)
        events.count(SecurityEvent.ROLE_CHANGE, Outcome.REFUSED, client_id="app_1")

    _from("2001:db8:1:2:3::4", act)
    await events.flush()
    (row,) = await _rows(database)
    assert (row.event, row.outcome, row.user_id, row.school_id) == ("role_change", "refused", 7, 3)
    assert (row.client_id, row.ip, row.count) == ("app_1", "2001:db8:1:2::/64", 1)
    assert row.first_at == row.last_at == clock()


async def test_repeats_share_a_row_within_an_hour(
    database: Database, clock: ManualClock, events: SecurityLog
) -> None:
    for _ in range(3):
        events.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject="a@school.example")
        await events.flush()
        clock.advance(timedelta(minutes=10))
    clock.advance(timedelta(hours=1))
    events.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject="A@school.example ")
    await events.flush()
    assert sorted(row.count for row in await _rows(database)) == [1, 3]


async def test_what_was_typed_is_kept_as_a_keyed_hash_only(
    database: Database, events: SecurityLog
) -> None:
    events.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject="head@school.example")
    await events.flush()
    (row,) = await _rows(database)
    assert "head" not in str(row.model_dump())
    assert row.subject == events.subject_hash("HEAD@school.example")
    assert row.subject != SecurityLog(database, lambda: row.first_at, b"other").subject_hash(
        "head@school.example"
    )


async def test_ten_thousand_attempts_from_a_thousand_addresses_keep_few_rows(
    database: Database, events: SecurityLog
) -> None:
    for attempt in range(10_000):
        _from(
            f"10.0.{attempt % 1000 // 250}.{attempt % 250}",
            events.count,
            SecurityEvent.LOG_IN,
            Outcome.FAILED,
            subject=f"{attempt}@school.example",
        )
    assert len(events._pending) == DISTINCT_LIMIT + 1
    assert len(events._window.distinct[SecurityEvent.LOG_IN, Outcome.FAILED]) == DISTINCT_LIMIT + 1
    await events.flush()
    rows = await _rows(database)
    assert len(rows) == DISTINCT_LIMIT + 1
    assert sum(row.count for row in rows) == 10_000
    (many,) = [row for row in rows if row.is_many]
    assert many.count == 10_000 - DISTINCT_LIMIT
    assert (many.ip, many.subject, many.user_id) == ("", "", None)


async def test_a_flood_of_one_event_hides_no_other(database: Database, events: SecurityLog) -> None:
    for attempt in range(DISTINCT_LIMIT * 2):
        events.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject=str(attempt))
    events.count(SecurityEvent.LOG_IN, Outcome.SUCCEEDED, user_id=5)
    events.count(SecurityEvent.OWNERSHIP_TRANSFER, Outcome.SUCCEEDED, user_id=6)
    await events.flush()
    named = {(row.event, row.user_id) for row in await _rows(database) if not row.is_many}
    assert {("log_in", 5), ("ownership_transfer", 6)} <= named


async def test_a_database_that_is_away_loses_nothing_and_is_bounded(
    database: Database,
    clock: ManualClock,
    events: SecurityLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(security_log, "PENDING_LIMIT", 500)
    write = events._write

    async def away(_counts: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    monkeypatch.setattr(events, "_write", away)
    for hour in range(10):
        for attempt in range(100):
            events.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject=f"{hour}.{attempt}")
        with pytest.raises(OperationalError):
            await events.flush()
        clock.advance(timedelta(hours=1))
    assert len(events._pending) == 501
    monkeypatch.setattr(events, "_write", write)
    await events.flush()
    assert sum(row.count for row in await _rows(database)) == 1000
    assert not events._pending


async def test_several_processes_add_to_one_row(database: Database, clock: ManualClock) -> None:
    processes = [SecurityLog(database, clock, KEY, writes=False) for _ in range(3)]
    for process in processes:
        for subject in ("a", "b", "c", "d"):
            process.count(SecurityEvent.LOG_IN, Outcome.FAILED, subject=subject)
    await asyncio.gather(*(process.flush() for process in processes))
    rows = await _rows(database)
    assert [row.count for row in rows] == [3, 3, 3, 3]


async def test_the_first_of_a_kind_is_written_at_once_and_the_rest_at_the_end(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = SecurityLog(database, clock, KEY)
    written = asyncio.Event()
    write = events._write

    async def seen(counts: dict) -> None:
        await write(counts)
        written.set()

    monkeypatch.setattr(events, "_write", seen)
    events.count(SecurityEvent.LOG_IN, Outcome.FAILED)
    async with asyncio.timeout(30):
        await written.wait()
    assert [row.count for row in await _rows(database)] == [1]
    events.count(SecurityEvent.LOG_IN, Outcome.FAILED)
    await events.close()
    assert [row.count for row in await _rows(database)] == [2]


async def test_old_events_surplus_rows_and_old_addresses_go(
    database: Database, clock: ManualClock
) -> None:
    events = SecurityLog(
        database,
        clock,
        KEY,
        Retention(age=timedelta(days=100), rows=3, ip_age=timedelta(days=10)),
        writes=False,
    )

    async def count(client_id: str) -> None:
        _from(
            "192.0.2.1", events.count, SecurityEvent.API_TOKEN, Outcome.REFUSED, client_id=client_id
        )
        await events.flush()

    await count("old")
    clock.advance(timedelta(days=95))
    for client_id in ("surplus", "third", "second"):
        await count(client_id)
    clock.advance(timedelta(days=11))
    await count("newest")
    await events.clean()
    assert {row.client_id: row.ip for row in await _rows(database)} == {
        "third": "",
        "second": "",
        "newest": "192.0.2.1",
    }


async def test_a_flood_of_refusals_washes_out_no_success_and_no_rare_refusal(
    database: Database, clock: ManualClock
) -> None:
    events = SecurityLog(database, clock, KEY, Retention(rows=30), writes=False)

    def count(event: SecurityEvent, outcome: Outcome, name: str) -> None:
        _from("192.0.2.1", events.count, event, outcome, client_id=name)

    for number in range(10):
        count(SecurityEvent.LOG_IN, Outcome.SUCCEEDED, f"success {number}")
    count(SecurityEvent.TOKEN_REUSE, Outcome.REFUSED, "rare")
    await events.flush()
    for number in range(60):
        count(SecurityEvent.API_TOKEN, Outcome.REFUSED, f"flood {number:02}")
        count(SecurityEvent.LOG_IN, Outcome.FAILED, f"flood {number:02}")
        await events.flush()
    await events.clean()
    kept = await _rows(database)
    assert sum(row.outcome == "succeeded" for row in kept) == 10
    assert sum(row.event == "token_reuse" for row in kept) == 1
    assert 28 <= len(kept) <= 30
    newest = {row.client_id for row in kept if row.event == "api_token"}
    assert newest == {f"flood {number}" for number in range(60 - len(newest), 60)}
    before = len(kept)
    await events.clean()
    assert len(await _rows(database)) == before


async def test_successes_go_by_age_alone(database: Database, clock: ManualClock) -> None:
    events = SecurityLog(
        database, clock, KEY, Retention(age=timedelta(days=100), rows=3), writes=False
    )
    for number in range(6):
        events.count(SecurityEvent.CONSENT, Outcome.SUCCEEDED, client_id=f"app {number}")
    events.count(SecurityEvent.ACCESS, Outcome.REFUSED)
    await events.flush()
    await events.clean()
    assert [row.outcome for row in await _rows(database)] == ["succeeded"] * 6
    clock.advance(timedelta(days=101))
    await events.clean()
    assert await _rows(database) == []


async def test_an_audited_action_is_reported_after_its_commit_and_never_before(
    database: Database, clock: ManualClock, events: SecurityLog
) -> None:
    before = security_log.install(events)
    try:
        with suppress(RuntimeError):
            async with database.transaction() as session:
                record(session, Action.APP_DISABLED, now=clock(), client_id="one")
                raise RuntimeError
        assert not events._pending
        async with database.transaction() as session:
            set_origin("192.0.2.7")
            record(session, Action.APP_DISABLED, now=clock(), client_id="two")
        await events.flush()
    finally:
        security_log.install(before)
    (row,) = await _rows(database)
    assert (row.event, row.outcome, row.client_id) == ("app_disabled", "succeeded", "two")
    async with database.read() as session:
        (entry,) = (await session.exec(select(AuditEntry))).all()
    assert entry.ip == row.ip == "192.0.2.7"


def test_a_tag_has_a_sentence_and_an_audited_action_an_event() -> None:
    assert all(event.sentence.endswith(".") for event in SecurityEvent)
    assert set(SECURITY_EVENTS) == set(Action)


async def test_hostile_text_is_cut_and_cleaned(database: Database, events: SecurityLog) -> None:
    _from(
        "\x00evil\n" * 100,
        events.count,
        SecurityEvent.CLIENT_AUTHENTICATION,
        Outcome.REFUSED,
        client_id="a\x00\n" * 500,
        subject="\ud800" * 10_000,
    )
    await events.flush()
    (row,) = await _rows(database)
    assert row.ip.isprintable()
    assert row.client_id.isprintable()
    assert len(row.ip) <= 64
    assert len(row.client_id) <= 64


async def test_operators_list_and_add_up_what_was_written(
    database: Database, clock: ManualClock, events: SecurityLog
) -> None:
    for school in (1, 2, 2):
        events.count(SecurityEvent.ACCESS, Outcome.REFUSED, school_id=school)
    await events.flush()
    clock.advance(timedelta(hours=2))
    events.count(SecurityEvent.ACCESS, Outcome.REFUSED, school_id=2)
    await events.flush()
    since = clock() - timedelta(days=1)
    (total,) = await total_events(database, since=since)
    assert (total.event, total.outcome, total.count) == ("access", "refused", 4)
    assert total.last_at == clock()
    newest_first = await list_events(database, since=since, school_id=2, limit=10)
    assert [row.count for row in newest_first] == [1, 2]
    assert not await list_events(database, since=clock() + timedelta(seconds=1), limit=10)
