"""Xporter on Demand as a whole has problems: no school's fault, and nobody's work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from assembly_ui.clock import ManualClock
from assembly_ui.connector import tester as testing
from assembly_ui.connector.errors import ServiceHasProblems
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.health import SERVICE_TOPIC, read_service
from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import Overview, read_overview
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.service import ENOUGH_SCHOOLS, LONGEST_PROBE
from assembly_ui.connector.status import Status
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import CIPHER, HOUR, the_connection
from tests.factories.mail import outbox_rows
from tests.factories.schools import a_school
from tests.factories.xporter import NOT_FOUND, Answer, Service, a_client, no_token
from tests.integration.connector.conftest import LINKS, Kinds, own_info, several_schools

SECOND = timedelta(seconds=1)


async def _work(watcher: Watcher) -> None:
    """Everything that is due, checks and duties."""
    await watcher.check_due()
    await watcher.duties.do_due()


async def _seen(database: Database, clock: ManualClock, school_id: int = 1) -> Overview:
    return await read_overview(database, school_id=school_id, now=clock())


FAULTS: dict[str, Answer] = {
    "unreachable": httpx.ConnectError("refused"),
    "too slow": httpx.ReadTimeout("slow"),
    "broken": httpx.Response(500),
    "asks for fewer calls": httpx.Response(429),
    "a web page": httpx.Response(200, text="<html>"),
    "nothing": httpx.Response(200),
    "half an answer": httpx.Response(200, text='{"School'),
}


@pytest.mark.parametrize("answer", FAULTS.values(), ids=FAULTS)
async def test_a_school_on_its_own_stays_connected_and_the_service_is_named(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
    told: Kinds,
    answer: Answer,
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    good = await the_connection(database, school)
    service.fall(answer)
    for _ in range(5):
        await _work(watcher)
        clock.advance(timedelta(minutes=10))
    overview = await _seen(database, clock)
    assert overview.status is Status.CONNECTED
    assert overview.service.since == good.due_at
    connection = overview.connection
    assert (connection.failures, connection.problem_at) == (0, None)
    assert connection.data_at == good.data_at
    assert await told(school) == []
    assert await outbox_rows(database) == []
    service.recover()
    clock.advance(LONGEST_PROBE)
    await _work(watcher)
    await _work(watcher)
    overview = await _seen(database, clock)
    assert (overview.status, overview.service.since) == (Status.CONNECTED, None)
    assert overview.connection.checked_at == clock()


async def test_a_school_that_fails_while_the_service_answers_has_a_problem_of_its_own(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(500))
    for _ in range(3):
        await _work(watcher)
        clock.advance(timedelta(minutes=1))
    overview = await _seen(database, clock)
    assert overview.status is Status.CONNECTION_PROBLEM
    assert not overview.service.is_down


async def test_one_school_failing_among_others_that_answer_is_alone(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await several_schools(database, service, count=4, now=clock(), apart=SECOND)
    began = clock()

    def answer(request: httpx.Request) -> Answer:
        is_broken = "3282000" in request.url.path
        return httpx.Response(500) if is_broken else own_info(request)

    service.says("SchoolInfo", service.protected(answer))
    for _ in range(8):
        await _work(watcher)
        clock.advance(5 * SECOND)
    statuses = [(await _seen(database, clock, n)).status for n in (1, 2, 3, 4)]
    assert statuses == [Status.CONNECTION_PROBLEM] + [Status.CONNECTED] * 3
    assert not (await read_service(database)).is_down
    others = [await _seen(database, clock, number) for number in (2, 3, 4)]
    assert all((other.connection.data_at or began) > began for other in others)


async def test_schools_failing_in_a_row_stop_all_asking_but_for_a_probe_now_and_then(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await several_schools(database, service, count=6, now=clock(), apart=SECOND)
    service.says("SchoolInfo", httpx.Response(503))
    for _ in range(ENOUGH_SCHOOLS):
        await watcher.check_due()
        clock.advance(SECOND)
    assert (await read_service(database)).is_down
    service.fall(httpx.Response(503))
    service.asked.clear()
    began, probes = clock(), []
    while clock() - began < HOUR:
        before = service.asked.count("GetToken")
        await _work(watcher)
        if service.asked.count("GetToken") > before:
            probes.append(clock())
        clock.advance(15 * SECOND)
    assert set(service.asked) == {"GetToken"}
    apart = [later - earlier for earlier, later in pairwise(probes)]
    assert apart[0] <= 45 * SECOND
    assert apart == sorted(apart)
    assert 10 <= len(probes) <= 20


async def test_failures_that_were_the_services_are_taken_back(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    await several_schools(database, service, count=ENOUGH_SCHOOLS, now=clock(), apart=SECOND)
    service.says("SchoolInfo", httpx.Response(503))
    for _ in range(ENOUGH_SCHOOLS):
        await watcher.check_due()
        clock.advance(SECOND)
    async with database.read() as session:
        rows = (await session.exec(select(Connection))).all()
    assert [(row.failures, row.problem_at) for row in rows] == [(0, None)] * ENOUGH_SCHOOLS
    clock.advance(HOUR)
    assert (await _seen(database, clock)).status is Status.CONNECTED


async def test_every_tab_hears_of_its_beginning_and_of_its_end(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, pubsub: PubSub
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.fall(httpx.Response(503))
    async with pubsub.listen() as heard:
        await _work(watcher)
        assert _all(heard) == [SERVICE_TOPIC]
        service.recover()
        clock.advance(HOUR)
        await _work(watcher)
        assert _all(heard) == [SERVICE_TOPIC]


def _all(heard: asyncio.Queue[str]) -> list[str]:
    return [heard.get_nowait() for _ in range(heard.qsize())]


async def test_of_two_workers_one_probes(
    database: Database,
    clock: ManualClock,
    http: httpx.AsyncClient,
    watcher: Watcher,
    service: Service,
    pace: Pace,
) -> None:
    await a_school(database, now=clock(), connected=True)
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace, LINKS)
    service.fall(httpx.Response(500, json={}))
    await watcher.check_due()
    service.fall(httpx.Response(401, json={}))
    clock.advance(HOUR)
    service.asked.clear()
    await asyncio.gather(watcher.duties.do_due(), other.duties.do_due())
    assert service.asked == ["GetToken"]
    assert await other.check_due() == 0


async def test_a_service_that_answers_nothing_but_probes_is_left_alone_longer_each_time(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await several_schools(database, service, count=4, now=clock(), apart=SECOND)
    service.says("SchoolInfo", httpx.Response(503))
    opened: list[Any] = []
    for _ in range(120):
        await _work(watcher)
        since = (await read_service(database)).opened_at
        if since and since not in opened:
            opened.append(since)
        clock.advance(15 * SECOND)
    apart = [later - earlier for earlier, later in pairwise(opened)]
    assert len(opened) > 2
    assert apart[-1] > apart[0]


async def test_grant_access_says_so_and_asks_nothing(
    database: Database,
    clock: ManualClock,
    xporter: XporterClient,
    watcher: Watcher,
    service: Service,
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.fall(httpx.Response(503))
    await _work(watcher)
    service.asked.clear()
    with pytest.raises(ServiceHasProblems) as raised:
        await grant_access(database, xporter, school_id=1, by_user_id=1, clock=clock, cooldown=HOUR)
    assert raised.value.since == clock()
    assert service.asked == []
    assert (await _seen(database, clock)).connection.invite_failed_at is None


async def test_test_connection_says_so_and_asks_nothing(
    database: Database,
    clock: ManualClock,
    xporter: XporterClient,
    watcher: Watcher,
    service: Service,
    pubsub: PubSub,
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.fall(httpx.Response(503))
    await _work(watcher)
    service.asked.clear()
    tester = testing.Tester(database, xporter, CIPHER, clock)
    async with pubsub.listen() as heard:
        await tester.start(school_id=1, by_user_id=1, wanted=lambda: True)
        while (
            not (test := await testing.latest_test(database, school_id=1)) or not test.finished_at
        ):
            assert await asyncio.wait_for(heard.get(), 10) == school_topic(1)
            test = await testing.latest_test(database, school_id=1)
    await tester.close()
    found = {layer["layer"]: (layer["result"], layer["cause"]) for layer in test.layers}
    assert found["authorisation"] == ("fail", "service_problem")
    assert found["scopes"] == ("skip", "")
    assert service.asked == []


async def test_refused_credentials_of_ours_are_no_withdrawal_of_any_school(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("GetToken", no_token(NOT_FOUND))
    await _work(watcher)
    overview = await _seen(database, clock)
    assert (overview.status, overview.facts.withdrawn_at) == (Status.CONNECTED, None)
    assert (overview.service.is_down, overview.service.failing_kind) == (
        True,
        "our_credentials_refused",
    )
    assert await told(school) == []


async def test_a_true_withdrawal_is_still_believed(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.withdraw()
    await _work(watcher)
    assert (await _seen(database, clock)).status is Status.ACCESS_WITHDRAWN


async def test_afterwards_waiting_schools_are_asked_one_after_the_other(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await several_schools(database, service, count=40, now=clock(), apart=SECOND)
    service.says("SchoolInfo", httpx.Response(503))
    clock.advance(HOUR)
    await watcher.check_due()
    assert (await read_service(database)).is_down
    async with database.transaction() as session:
        looked_at = await session.get_one(Connection, 40)
        looked_at.watched_at = clock() + HOUR
    clock.advance(HOUR)
    await watcher.duties.do_due()
    assert not (await read_service(database)).is_down
    async with database.read() as session:
        query = select(Connection).order_by(col(Connection.school_id))
        due = [row.due_at for row in await session.exec(query)]
    assert due[39] <= clock()
    moments = {moment for moment in due if moment > clock()}
    assert len(moments) > 20
