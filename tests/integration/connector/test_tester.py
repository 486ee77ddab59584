"""Test Connection: layer by layer, one run at a time, over when nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from assembly_ui.audit.models import AuditEntry
from assembly_ui.clock import ManualClock
from assembly_ui.connector import tester as runs
from assembly_ui.connector.layers import LAYERS
from assembly_ui.connector.models import ConnectionTest
from assembly_ui.connector.tester import LONGEST_RUN, close_interrupted, latest_test
from assembly_ui.connector.timeline import newest
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import CIPHER, HOUR, the_connection
from tests.factories.schools import a_school
from tests.factories.xporter import Answer, Service, no_token, school_info

LONG_ENOUGH = 10.0


@pytest.fixture
async def tester(
    database: Database, xporter: XporterClient, clock: ManualClock
) -> AsyncIterator[runs.Tester]:
    tester = runs.Tester(database, xporter, CIPHER, clock)
    yield tester
    await tester.close()


class Looking:
    """Somebody who looks at the page, until they leave."""

    def __init__(self) -> None:
        self.is_there = True

    def __call__(self) -> bool:
        return self.is_there


class Gate:
    """Holds an answer back until it is opened."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def __call__(self, _request: httpx.Request) -> Answer:
        self.reached.set()
        await self.opened.wait()
        return self.answer


async def _start(tester: runs.Tester, wanted: Any = None, by_user_id: int = 1) -> int:
    return await tester.start(school_id=1, by_user_id=by_user_id, wanted=wanted or Looking())


async def _the_end(database: Database, pubsub: PubSub) -> ConnectionTest:
    """The latest run, once it is over."""
    async with pubsub.listen() as topics, asyncio.timeout(LONG_ENOUGH):
        while True:
            test = await latest_test(database, school_id=1)
            if test and (test.finished_at or test.cancelled_at):
                return test
            await topics.get()


def _results(test: ConnectionTest) -> dict[str, str]:
    return {layer["layer"]: layer["result"] for layer in test.layers}


def _up_to(failing: str) -> dict[str, str]:
    names = list(LAYERS)
    place = names.index(failing)
    passed = dict.fromkeys(names[:place], "pass")
    return passed | {failing: "fail"} | dict.fromkeys(names[place + 1 :], "skip")


async def test_a_sound_connection_passes_every_layer(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    await _start(tester)
    test = await _the_end(database, pubsub)
    assert _results(test) == dict.fromkeys(LAYERS, "pass")
    assert (test.finished_at, test.cancelled_at) == (clock(), None)
    found = {layer["layer"]: layer["detail"] for layer in test.layers}
    assert found["register_match"] == {"dfe_number": "3281102", "name": "King's School"}
    assert found["scopes"] == {"scopes": "School, Student"}
    both = {"chosen": "King's School", "found": "King's School", "differing": ""}
    assert found["right_school"] == both
    assert found["data"] == {"Students": "1,042"}
    assert all(isinstance(layer["milliseconds"], int) for layer in test.layers)


async def test_only_the_school_itself_and_numbers_are_asked_for(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    await _start(tester)
    await _the_end(database, pubsub)
    assert service.asked == ["GetToken", "TokenDetails", "SchoolInfo", "Counts"]


FAILURES: dict[str, tuple[dict[str, Any], str, Answer, str, str]] = {
    "no number": ({"dfe_number": "", "invited": True}, "", None, "register_match", "no_dfe_number"),
    "not invited": ({}, "", None, "invitation", "not_invited"),
    "not authorised": ({"invited": True}, "", None, "authorisation", "not_authorised"),
    "secret unreadable": (
        {"connected": True, "secret_encrypted": "rubbish"},
        "",
        None,
        "authorisation",
        "secret_unreadable",
    ),
    "withdrawn": (
        {"connected": True},
        "GetToken",
        no_token("Relying Party not found for estab or secret not correct"),
        "authorisation",
        "not_authorised",
    ),
    "paused": (
        {"connected": True},
        "GetToken",
        no_token("Authorisation is currently paused"),
        "authorisation",
        "authorisation_paused",
    ),
    "service down": (
        {"connected": True},
        "GetToken",
        httpx.Response(500),
        "authorisation",
        "service_down",
    ),
    "no school scope": (
        {"connected": True},
        "TokenDetails",
        {"Estab": "3281102", "Scopes": ["Photos"]},
        "scopes",
        "no_school_scope",
    ),
    "details fail": (
        {"connected": True},
        "TokenDetails",
        httpx.ReadTimeout("slow"),
        "scopes",
        "too_slow",
    ),
    "not installed": (
        {"authorised": True},
        "SchoolInfo",
        {"SchoolInfo": []},
        "installed",
        "not_installed",
    ),
    "no web page wanted": (
        {"authorised": True},
        "SchoolInfo",
        httpx.Response(200, text="<html>"),
        "installed",
        "not_json",
    ),
    "another school": (
        {"authorised": True},
        "SchoolInfo",
        school_info("3281110", "Queen's School"),
        "right_school",
        "wrong_school",
    ),
    "no counts": ({"connected": True}, "Counts", {"Counts": []}, "data", "no_data_yet"),
    "counts without numbers": (
        {"connected": True},
        "Counts",
        {"Counts": [{"Area": "Staff"}]},
        "data",
        "no_counts",
    ),
    "counts forbidden": (
        {"connected": True},
        "Counts",
        httpx.Response(403),
        "data",
        "scope_not_granted",
    ),
}


@pytest.mark.parametrize(
    ("traits", "endpoint", "answer", "layer", "cause"), FAILURES.values(), ids=FAILURES.keys()
)
async def test_the_first_failure_is_named_and_what_rests_on_it_skipped(
    database: Database,
    clock: ManualClock,
    tester: runs.Tester,
    pubsub: PubSub,
    service: Service,
    traits: dict[str, Any],
    endpoint: str,
    answer: Answer,
    layer: str,
    cause: str,
) -> None:
    await a_school(database, now=clock(), **traits)
    if endpoint:
        service.says(endpoint, answer)
    await _start(tester)
    test = await _the_end(database, pubsub)
    assert _results(test) == _up_to(layer)
    assert [found["cause"] for found in test.layers if found["cause"]] == [cause]
    entry = (await newest(database, school_id=1))[0]
    assert (entry.kind, entry.detail, entry.by) == ("tested", {"passed": False}, "James Walters")


async def test_what_the_service_says_at_length_is_kept_in_short(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    scopes = ["School", *[f"{'Scope' * 30}{n}" for n in range(500)]]
    service.says("TokenDetails", {"Estab": "3281102", "Scopes": scopes})
    counts = [{"Area": f"{n}{'Area' * 100}", "Count": n} for n in range(500)]
    service.says("Counts", {"Counts": counts})
    await _start(tester)
    test = await _the_end(database, pubsub)
    assert _results(test) == dict.fromkeys(LAYERS, "pass")
    assert len(str(test.layers)) < 10_000


async def test_results_arrive_one_by_one(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    gates = {
        "SchoolInfo": Gate(school_info()),
        "Counts": Gate({"Counts": [{"Area": "Staff", "Count": 1}]}),
    }
    for endpoint, gate in gates.items():
        service.says(endpoint, gate)
    async with pubsub.listen() as heard:
        await _start(tester)
        seen = []
        for gate in gates.values():
            async with asyncio.timeout(LONG_ENOUGH):
                await gate.reached.wait()
            test = await latest_test(database, school_id=1)
            assert test
            seen.append(list(_results(test)))
            gate.opened.set()
        await _the_end(database, pubsub)
        assert seen == [list(LAYERS)[:4], list(LAYERS)[:6]]
        # The start, seven results, and the end.
        assert [heard.get_nowait() for _ in range(9)] == [school_topic(1)] * 9
        assert heard.empty()


async def test_pressing_twice_runs_one(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate = Gate(school_info())
    service.says("SchoolInfo", gate)
    started = await asyncio.gather(*[_start(tester) for _ in range(5)])
    assert len(set(started)) == 1
    gate.opened.set()
    await _the_end(database, pubsub)
    assert service.asked.count("Counts") == 1
    async with database.read() as session:
        assert len((await session.exec(select(AuditEntry))).all()) == 1


async def test_a_new_press_after_the_end_runs_again(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub
) -> None:
    await a_school(database, now=clock(), connected=True)
    first = await _start(tester)
    await _the_end(database, pubsub)
    assert await _start(tester) == first + 1
    assert (await _the_end(database, pubsub)).id == first + 1


async def test_another_process_joins_the_run_too(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    tester: runs.Tester,
    pubsub: PubSub,
    service: Service,
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate = Gate(school_info())
    service.says("SchoolInfo", gate)
    first = await _start(tester)
    assert await _start(runs.Tester(database, xporter, CIPHER, clock)) == first
    gate.opened.set()
    await _the_end(database, pubsub)


async def test_presses_in_several_processes_at_once_run_one(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    pubsub: PubSub,
    service: Service,
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate = Gate(school_info())
    service.says("SchoolInfo", gate)
    processes = [runs.Tester(database, xporter, CIPHER, clock) for _ in range(5)]
    assert len(set(await asyncio.gather(*map(_start, processes)))) == 1
    gate.opened.set()
    await _the_end(database, pubsub)
    for process in processes:
        await process.close()


async def test_a_run_ends_early_when_whoever_pressed_has_left(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate, somebody = Gate(school_info()), Looking()
    service.says("SchoolInfo", gate)
    await _start(tester, somebody)
    await gate.reached.wait()
    somebody.is_there = False
    gate.opened.set()
    test = await _the_end(database, pubsub)
    assert (test.finished_at, test.cancelled_at) == (None, clock())
    assert list(_results(test)) == list(LAYERS)[:5]
    assert "Counts" not in service.asked
    assert await newest(database, school_id=1) == []


async def test_a_run_goes_on_for_a_colleague_who_joined_it(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate, starter = Gate(school_info()), Looking()
    service.says("SchoolInfo", gate)
    await _start(tester, starter)
    await gate.reached.wait()
    await _start(tester, Looking())
    starter.is_there = False
    gate.opened.set()
    assert (await _the_end(database, pubsub)).finished_at


async def test_a_finished_run_has_the_watcher_look_at_once(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub
) -> None:
    school = await a_school(database, now=clock(), connected=True, due_at=clock() + HOUR)
    await _start(tester)
    await _the_end(database, pubsub)
    assert (await the_connection(database, school)).due_at == clock()


async def test_a_school_without_a_secret_is_not_made_due_by_a_test(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await _start(tester)
    await _the_end(database, pubsub)
    assert (await the_connection(database, school)).due_at is None


async def test_a_fault_of_ours_stops_the_run_and_is_logged(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.says("TokenDetails", RuntimeError("a fault of ours"))
    with capture_logs() as logged:
        await _start(tester)
        test = await _the_end(database, pubsub)
    assert test.cancelled_at
    assert [line["event"] for line in logged if line["log_level"] == "error"] == [
        "connection_test.failed"
    ]


async def test_a_run_that_takes_forever_is_stopped(
    database: Database,
    clock: ManualClock,
    tester: runs.Tester,
    pubsub: PubSub,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "LONGEST_RUN", timedelta(milliseconds=50))
    await a_school(database, now=clock(), connected=True)
    service.says("GetToken", Gate({}))
    with capture_logs():
        await _start(tester)
        assert (await _the_end(database, pubsub)).cancelled_at


@pytest.mark.sqlite
async def test_runs_of_a_stopped_process_are_over_at_the_next_start(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    tester: runs.Tester,
    pubsub: PubSub,
    service: Service,
) -> None:
    await a_school(database, now=clock(), connected=True)
    gate = Gate(school_info())
    service.says("SchoolInfo", gate)
    await _start(tester)
    await gate.reached.wait()
    await tester.close()
    await close_interrupted(database, now=clock())
    test = await latest_test(database, school_id=1)
    assert test
    assert test.cancelled_at == clock()
    assert list(_results(test)) == list(LAYERS)[:4]
    service.recover()
    next_process = runs.Tester(database, xporter, CIPHER, clock)
    await _start(next_process)
    assert (await _the_end(database, pubsub)).finished_at


async def test_a_run_left_open_blocks_no_press_for_long(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub
) -> None:
    await a_school(database, now=clock(), connected=True)
    async with database.transaction() as session:
        session.add(ConnectionTest(school_id=1, started_by=1, started_at=clock()))
    assert await _start(tester) == 1
    clock.advance(LONGEST_RUN)
    assert await _start(tester) == 2
    assert (await _the_end(database, pubsub)).id == 2


async def test_finished_runs_are_left_alone_at_start(
    database: Database, clock: ManualClock, tester: runs.Tester, pubsub: PubSub
) -> None:
    await a_school(database, now=clock(), connected=True)
    await _start(tester)
    finished = await _the_end(database, pubsub)
    clock.advance(HOUR)
    await close_interrupted(database, now=clock())
    assert await latest_test(database, school_id=1) == finished


async def test_a_new_token_is_made_for_the_test_and_a_call_under_way_keeps_its_own(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    tester: runs.Tester,
    pubsub: PubSub,
    service: Service,
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    gate = Gate(school_info())
    service.says("SchoolInfo", gate, service.protected(school_info()))
    secret = CIPHER.unlock((await the_connection(database, school)).secret_encrypted)
    reading = asyncio.create_task(xporter.school_info(school.dfe_number, secret))
    await gate.reached.wait()
    await _start(tester)
    gate.opened.set()
    assert (await reading).name == "King's School"
    assert _results(await _the_end(database, pubsub)) == dict.fromkeys(LAYERS, "pass")
    assert service.asked.count("GetToken") == 2
