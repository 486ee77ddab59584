"""The watcher: who is checked when, by whom, and what it survives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
import structlog
from sqlmodel import update
from structlog.testing import capture_logs

from assembly_ui.clock import ManualClock
from assembly_ui.connector import watcher as watcher_module
from assembly_ui.connector.callback import receive_callback
from assembly_ui.connector.models import Connection
from assembly_ui.connector.onlookers import mark_watched
from assembly_ui.connector.overview import read_badge
from assembly_ui.connector.schedule import LOOKED_AT, Pace
from assembly_ui.connector.status import PROBLEM_GRACE, Status
from assembly_ui.connector.watcher import AT_ONCE, LEASE, Watcher
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, Topic, school_topic
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, HOUR, SECRET, the_connection
from tests.factories.database import listen_to
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import Answer, Service, a_client, school_info
from tests.integration.connector.conftest import several_schools

SECOND = timedelta(seconds=1)
LONG_ENOUGH = 10.0


@asynccontextmanager
async def _running(watcher: Watcher, pubsub: PubSub) -> AsyncIterator[None]:
    work = asyncio.create_task(watcher.run(pubsub))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _until(topics: asyncio.Queue[Topic], come_true: Callable[[], Awaitable[bool]]) -> None:
    """Wait, from one announcement to the next, until it has come true."""
    async with asyncio.timeout(LONG_ENOUGH):
        while not await come_true():
            await topics.get()


async def _change(database: Database, **values: Any) -> None:
    async with database.transaction() as session:
        await session.exec(update(Connection).values(**values))


async def test_what_is_due_is_checked_and_due_again_later(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    assert await watcher.check_due() == 1
    connection = await the_connection(database, school)
    assert (connection.due_at, connection.leased_until) == (clock() + 3 * HOUR, None)
    assert await watcher.check_due() == 0
    clock.advance(3 * HOUR)
    assert await watcher.check_due() == 1
    assert service.asked.count("SchoolInfo") == 2


async def test_schools_nobody_authorised_are_never_due(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    assert await watcher.check_due() == 0
    assert service.asked == []


async def test_two_processes_check_a_school_once(
    database: Database,
    clock: ManualClock,
    http: httpx.AsyncClient,
    watcher: Watcher,
    service: Service,
    pace: Pace,
) -> None:
    await several_schools(database, service, count=3, now=clock())
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace)
    checked = await asyncio.gather(watcher.check_due(), other.check_due())
    assert sum(checked) == 3
    assert service.asked.count("SchoolInfo") == 3


async def test_a_school_whose_process_died_is_taken_over_when_the_lease_lapses(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(
        database, now=clock(), authorised=True, leased_until=clock() + LEASE, checking_since=clock()
    )
    assert await watcher.check_due() == 0
    clock.advance(LEASE)
    assert await watcher.check_due() == 1
    assert (await the_connection(database, school)).checking_since is None


@pytest.mark.sqlite
async def test_at_start_nothing_of_a_stopped_process_is_waited_for(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    pubsub: PubSub,
    service: Service,
) -> None:
    held = {"leased_until": clock() + LEASE, "checking_since": clock()}
    due = await a_school(database, now=clock(), authorised=True, **held)
    owner = await a_person(database, now=clock(), email="other@queens.sch.uk")
    idle = await a_school(
        database,
        now=clock(),
        owner=owner,
        urn="2",
        dfe_number="3281110",
        connected=True,
        due_at=clock() + HOUR,
        **held,
    )
    async with pubsub.listen() as topics, _running(watcher, pubsub):

        async def is_checked() -> bool:
            return (await the_connection(database, due)).checked_at is not None

        await _until(topics, is_checked)
    connection = await the_connection(database, idle)
    assert (connection.leased_until, connection.checking_since) == (None, None)


async def test_an_announced_authorisation_is_checked_at_once(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    watcher: Watcher,
    pubsub: PubSub,
) -> None:
    await a_school(database, now=clock(), invited=True)
    callback = AuthorisationCallback(estab=DFE_NUMBER, secret=SECRET)
    async with pubsub.listen() as topics, _running(watcher, pubsub):
        await asyncio.sleep(0)
        await receive_callback(database, xporter, CIPHER, callback=callback, clock=clock)

        async def is_connected() -> bool:
            badge = await read_badge(database, school_id=1, now=clock())
            return badge is Status.CONNECTED

        await _until(topics, is_connected)


async def test_a_slow_school_holds_up_no_other(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    pubsub: PubSub,
    service: Service,
) -> None:
    await several_schools(database, service, count=2, now=clock())
    await _change(database, due_at=None, watched_at=clock())
    slow_asked, answer_now = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> Answer:
        estab = request.url.path.split("/")[4]
        if estab == "3282000":
            slow_asked.set()
            await answer_now.wait()
        return school_info(estab)

    service.says("SchoolInfo", answer)
    async with pubsub.listen() as topics, _running(watcher, pubsub):

        async def have_checked(school_id: int) -> None:
            async with database.transaction() as session:
                row = await session.get_one(Connection, school_id)
                row.due_at, row.checked_at = clock(), None
            await pubsub.announce([school_topic(school_id)])

        def is_checked(school_id: int) -> Callable[[], Awaitable[bool]]:
            async def checked() -> bool:
                async with database.read() as session:
                    return (await session.get_one(Connection, school_id)).checked_at is not None

            return checked

        await have_checked(1)
        await slow_asked.wait()
        await have_checked(2)
        await _until(topics, is_checked(2))
        assert not await is_checked(1)()
        answer_now.set()
        await _until(topics, is_checked(1))


async def test_many_due_schools_are_checked_a_few_at_a_time_until_none_is_left(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    pubsub: PubSub,
    service: Service,
) -> None:
    count = 2 * AT_ONCE + 1
    await several_schools(database, service, count=count, now=clock())
    await _change(database, checked_at=None, watched_at=clock())
    under_way = most = 0

    async def answer(request: httpx.Request) -> Answer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return school_info(request.url.path.split("/")[4])

    service.says("SchoolInfo", answer)
    async with pubsub.listen() as topics, _running(watcher, pubsub):

        async def all_checked() -> bool:
            async with database.read() as session:
                rows = [await session.get_one(Connection, n + 1) for n in range(count)]
            return all(row.checked_at for row in rows)

        await _until(topics, all_checked)
    assert service.asked.count("SchoolInfo") == count
    assert most <= AT_ONCE


async def test_a_problem_that_outlasts_the_grace_is_announced_though_nothing_changed(
    database: Database, clock: ManualClock, watcher: Watcher, pubsub: PubSub, service: Service
) -> None:
    """The next check may hang; the badge must turn all the same."""
    await a_school(
        database,
        now=clock(),
        connected=True,
        problem_at=clock(),
        failures=1,
        due_at=clock() + HOUR,
    )
    assert await read_badge(database, school_id=1, now=clock()) is Status.CONNECTED
    async with pubsub.listen() as topics, _running(watcher, pubsub):
        await pubsub.announce(["anything"])
        assert await asyncio.wait_for(topics.get(), LONG_ENOUGH) == "anything"
        clock.advance(PROBLEM_GRACE)
        await pubsub.announce(["anything else"])
        heard = [await asyncio.wait_for(topics.get(), LONG_ENOUGH) for _ in range(2)]
    assert heard == ["anything else", school_topic(1)]
    assert await read_badge(database, school_id=1, now=clock()) is Status.CONNECTION_PROBLEM
    assert service.asked == []


@pytest.mark.parametrize(
    ("columns", "sleep"),
    [
        ({}, 30 * SECOND),
        ({"due_at": 7 * SECOND}, 7 * SECOND),
        ({"due_at": HOUR}, 30 * SECOND),
        ({"due_at": -HOUR}, 0 * SECOND),
        ({"due_at": -HOUR, "leased_until": 9 * SECOND}, 9 * SECOND),
        ({"due_at": HOUR, "problem_at": -5 * SECOND}, PROBLEM_GRACE - 5 * SECOND),
        ({"due_at": HOUR, "problem_at": -HOUR}, 30 * SECOND),
    ],
)
async def test_it_sleeps_until_something_will_be_due_and_no_shorter(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    columns: dict[str, timedelta],
    sleep: timedelta,
) -> None:
    moved = {name: clock() + away for name, away in columns.items()}
    await a_school(database, now=clock(), connected=True)
    await _change(database, **{"due_at": None, **moved})
    assert await watcher._until_next() == sleep


async def test_while_a_check_is_under_way_it_does_not_turn_in_circles(
    database: Database, clock: ManualClock, watcher: Watcher, pubsub: PubSub, service: Service
) -> None:
    """The row of a school under way stays due until its check ends."""
    asked, statements = asyncio.Event(), 0

    async def never(_request: httpx.Request) -> None:
        asked.set()
        await asyncio.Event().wait()

    def count(_statement: str) -> None:
        nonlocal statements
        statements += 1

    service.says("SchoolInfo", never)
    await a_school(database, now=clock(), authorised=True)
    async with _running(watcher, pubsub):
        await asyncio.wait_for(asked.wait(), LONG_ENOUGH)
        listen_to(database, count)
        for _ in range(20_000):
            await asyncio.sleep(0)
    assert statements < 50


async def test_one_school_that_cannot_be_checked_ends_nothing(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
) -> None:
    await several_schools(database, service, count=3, now=clock())

    async def answer(request: httpx.Request) -> Answer:
        if "3282001" in request.url.path:
            raise RuntimeError("a fault of ours")
        return school_info(request.url.path.split("/")[4])

    service.says("SchoolInfo", answer)
    with capture_logs() as logged:
        assert await watcher.check_due() == 3
    failed = [(line["event"], line["school_id"]) for line in logged]
    assert failed == [("watcher.check_failed", 2)]
    async with database.read() as session:
        rows = [await session.get_one(Connection, n) for n in (1, 2, 3)]
    assert [row.checked_at == clock() for row in rows] == [True, False, True]
    assert (rows[1].leased_until, rows[1].checking_since) == (None, None)
    assert clock() < rows[1].due_at <= clock() + 5 * SECOND


async def test_a_database_that_is_away_for_a_while_is_waited_for(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    pubsub: PubSub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watcher_module, "AFTER_FAILURE", timedelta(0))
    school = await a_school(database, now=clock(), authorised=True)
    await _rename(database, "connections", "away")
    with _logged() as events:
        async with pubsub.listen() as topics, _running(watcher, pubsub):
            async with asyncio.timeout(LONG_ENOUGH):
                while await events.get() != "watcher.failed":
                    pass
            await _rename(database, "away", "connections")
            await pubsub.announce(["anything"])

            async def is_checked() -> bool:
                return (await the_connection(database, school)).checked_at is not None

            await _until(topics, is_checked)


@contextmanager
def _logged() -> Iterator[asyncio.Queue[str]]:
    """The events that are logged from now on."""
    events: asyncio.Queue[str] = asyncio.Queue()

    def keep(_logger: object, _level: str, line: dict[str, Any]) -> None:
        events.put_nowait(line["event"])
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[keep])
    try:
        yield events
    finally:
        structlog.configure(processors=before)


async def _rename(database: Database, old: str, new: str) -> None:
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


async def test_it_ends_when_it_is_told_to_in_the_middle_of_a_check(
    database: Database, clock: ManualClock, watcher: Watcher, pubsub: PubSub, service: Service
) -> None:
    asked = asyncio.Event()

    async def never(_request: httpx.Request) -> None:
        asked.set()
        await asyncio.Event().wait()

    service.says("SchoolInfo", never)
    await a_school(database, now=clock(), authorised=True)
    async with _running(watcher, pubsub):
        await asyncio.wait_for(asked.wait(), LONG_ENOUGH)
    async with _running(watcher, pubsub):
        await asyncio.sleep(0)


async def test_nothing_but_the_school_itself_is_read_by_watching(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), authorised=True)
    for _ in range(5):
        await watcher.check_due()
        clock.advance(3 * HOUR)
    assert set(service.asked) == {"GetToken", "SchoolInfo"}


NEARER: list[tuple[str, dict[str, Any], bool]] = [
    ("being set up", {"authorised": True}, True),
    ("connected", {"connected": True}, False),
    ("failing", {"failing": True}, True),
    ("paused", {"paused": True, "connected": True}, True),
    ("another school", {"wrong_school": True}, True),
    ("withdrawn", {"withdrawn": True}, False),
]


@pytest.mark.parametrize(
    ("traits", "is_nearer"), [row[1:] for row in NEARER], ids=[row[0] for row in NEARER]
)
async def test_looking_at_a_page_brings_a_distant_check_nearer_where_that_helps(
    database: Database, clock: ManualClock, pace: Pace, traits: dict[str, Any], is_nearer: bool
) -> None:
    later, soon = clock() + HOUR, clock() + pace.onboarding
    school = await a_school(database, now=clock(), **traits, due_at=later)
    await mark_watched(database, school_ids={1}, now=clock(), pace=pace)
    connection = await the_connection(database, school)
    assert connection.watched_at == clock()
    assert connection.due_at == (soon if is_nearer else later)


@pytest.mark.parametrize(
    ("held_for", "is_nearer"), [(timedelta(minutes=10), False), (SECOND, True)]
)
async def test_looking_does_not_hurry_a_service_that_asked_us_to_wait(
    database: Database, clock: ManualClock, pace: Pace, held_for: timedelta, is_nearer: bool
) -> None:
    later = clock() + HOUR
    held = {"held_until": clock() + held_for, "due_at": later}
    school = await a_school(database, now=clock(), failing=True, **held)
    await mark_watched(database, school_ids={1}, now=clock(), pace=pace)
    due_at = (await the_connection(database, school)).due_at
    assert due_at == (clock() + pace.onboarding if is_nearer else later)


async def test_looking_never_puts_a_check_off(
    database: Database, clock: ManualClock, pace: Pace
) -> None:
    due_at = clock() + SECOND
    school = await a_school(database, now=clock(), authorised=True, due_at=due_at)
    await mark_watched(database, school_ids={1}, now=clock(), pace=pace)
    assert (await the_connection(database, school)).due_at == due_at


async def test_only_the_schools_looked_at_are_marked(
    database: Database, clock: ManualClock, pace: Pace, service: Service
) -> None:
    await several_schools(database, service, count=2, now=clock())
    await mark_watched(database, school_ids={2}, now=clock(), pace=pace)
    await mark_watched(database, school_ids=set(), now=clock(), pace=pace)
    await mark_watched(database, school_ids={99}, now=clock(), pace=pace)
    async with database.read() as session:
        rows = [await session.get_one(Connection, n) for n in (1, 2)]
    assert [row.watched_at for row in rows] == [None, clock()]


async def test_a_school_in_the_queue_is_asked_about_every_few_seconds_while_looked_at(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    pace: Pace,
    service: Service,
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", {"SchoolInfo": []})
    await mark_watched(database, school_ids={1}, now=clock(), pace=pace)
    await watcher.check_due()
    assert (await the_connection(database, school)).due_at == clock() + 5 * SECOND
    clock.advance(LOOKED_AT)
    await watcher.check_due()
    assert (await the_connection(database, school)).due_at == clock() + timedelta(minutes=2)
