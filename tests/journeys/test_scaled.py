"""Several processes on PostgreSQL and Valkey: the same guide, and what happens when one dies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person, until
from tests.journeys.scaled import Scaled
from tests.journeys.tabs import all_say, open_tabs

# The guide's walk, here on the several processes that this module's server is.
from tests.journeys.test_guide import (
    test_step_1_create_an_assembly_account,
    test_step_2_school_information,
    test_steps_3_and_4_from_no_data_to_connected,
)
from tools.scaled.__main__ import WEB_WORKERS

__all__ = [
    "test_step_1_create_an_assembly_account",
    "test_step_2_school_information",
    "test_steps_3_and_4_from_no_data_to_connected",
]

TABS = 50
SOME = 40
"""So many tabs are never all served by the same one of two processes."""
# For this school alone: when all of Xporter on Demand is slow, it is down, and nothing is checked.
SLOW = """
    INSERT INTO simulator_faults (fault, estab, endpoint, words, seconds)
    SELECT 'slow', xporter_estab, '', '', 60 FROM connections WHERE school_id = %s
"""
DUE = """
    UPDATE connections SET due_at = now()
    WHERE school_id = %s AND (leased_until IS NULL OR leased_until <= now())
"""
LAPSED = "UPDATE connections SET leased_until = now() WHERE school_id = %s"
HELD = "SELECT 1 FROM connections WHERE school_id = %s AND leased_until > now()"
CHECKED = "SELECT data_at FROM connections WHERE school_id = %s"
INVITED = "SELECT id FROM timeline_events WHERE school_id = %s AND kind = 'invitation_sent'"
AWAY = r"health.database_away|\.failed|_failed|Error|Traceback"


@pytest.fixture(scope="module")
def running_server(servers_folder: Path) -> Iterator[Scaled]:
    folder = servers_folder / "scaled"
    folder.mkdir()
    server = Scaled(
        folder,
        grant_cooldown_seconds="1",
        simulator_queue_seconds="2",
        simulator_install_seconds="1",
        watch_onboarding_seconds="1",
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def test_a_change_reaches_tabs_of_every_process(server: Scaled) -> None:
    seeded = server.seed("awaiting-invitation")
    async with open_tabs(server, seeded, SOME) as tabs:
        await all_say(tabs, "Awaiting Invitation")
        assert all(server.sockets_of(worker) for worker in server.web_workers)
        await tabs[0].grant_access()
        await all_say(tabs, "Awaiting Connection")


async def test_valkey_restarted(server: Scaled) -> None:
    seeded = server.seed("awaiting-invitation")
    async with open_tabs(server, seeded, SOME) as tabs:
        await all_say(tabs, "Awaiting Invitation")
        assert all(server.sockets_of(worker) for worker in server.web_workers)
        with server.without("valkey-server"):
            await tabs[0].grant_access()
            await all_say(tabs[:1], "Awaiting Connection")
        await all_say(tabs, "Awaiting Connection")
    assert _times_invited(server, seeded) == 1
    _expect_trouble(server, "valkey|throttles")


async def test_a_web_worker_killed_while_50_tabs_watch(server: Scaled) -> None:
    seeded = server.seed("awaiting-invitation")
    async with open_tabs(server, seeded, TABS) as tabs:
        await all_say(tabs, "Awaiting Invitation")
        busiest = max(server.web_workers, key=lambda worker: len(server.sockets_of(worker)))
        lost = len(server.sockets_of(busiest))
        busiest.kill()

        async def all_of_them_noticed() -> bool:
            return sum(tab.cuts > 0 for tab in tabs) >= lost

        await until(all_of_them_noticed, f"{lost} tabs to be cut off", seconds=60)
        await next(tab for tab in tabs if not tab.cuts).grant_access()
        await all_say(tabs, "Awaiting Connection")
    assert _times_invited(server, seeded) == 1
    await until(_are_back(server), "the worker to be started again", seconds=60)
    _expect_trouble(server, "Unexpected exit from worker")


async def test_postgresql_restarted(someone: SessionOf, server: Scaled) -> None:
    seeded = server.seed("awaiting-invitation")
    james = await _at_the_connector(await someone(), seeded)
    with server.without("postgres", "-D"):
        await james.clicks("Grant Access")
        async with httpx.AsyncClient(base_url=server.address, timeout=20) as web:
            # Each of these answers comes after the three seconds a health check is patient.
            for _ in range(3):
                assert (await web.get("/health")).status_code == httpx.codes.SERVICE_UNAVAILABLE
    await james.sees_badge("Awaiting Connection")
    await james.mail(steps.INVITATION_SUBJECT, to=seeded["email"])
    assert _times_invited(server, seeded) == 1
    assert len(server.mail(seeded["email"])) == 1
    _expect_trouble(server, AWAY)


async def test_a_background_worker_killed_while_it_holds_leases(server: Scaled) -> None:
    school = server.seed("connected")["school_id"]

    async def stopped_in_a_check() -> psutil.Process | None:
        server.query(DUE, school)
        if not server.query(HELD, school):
            return None
        worker = server.background_worker
        worker.suspend()
        # A check from before XoD became slow may have ended in between.
        if server.query(HELD, school):
            return worker
        worker.resume()
        return None

    server.query(SLOW, school)
    try:
        killed = await until(stopped_in_a_check, "a check under way", seconds=180)
        killed.kill()
        assert server.query(HELD, school), "the lease outlives its holder"
    finally:
        # Whatever comes of it, nobody else's check is slow.
        server.query("DELETE FROM simulator_faults")
    ((checked,),) = server.query(CHECKED, school)
    # Time passes.
    server.query(LAPSED, school)

    async def another_has_checked() -> bool:
        return server.query(CHECKED, school) != [(checked,)]

    await until(another_has_checked, "a check by another", seconds=60)
    assert server.background_worker.pid != killed.pid


async def _at_the_connector(person: Person, seeded: dict[str, Any]) -> Person:
    await steps.log_in(person, seeded["email"], seeded["password"])
    await person.goes_to("/connector")
    await person.sees_badge("Awaiting Invitation")
    return person


def _times_invited(server: Scaled, seeded: dict[str, Any]) -> int:
    return len(server.query(INVITED, seeded["school_id"]))


def _answers(server: Scaled, query: str, *values: object) -> Callable[[], Awaitable[bool]]:
    """A question for `until`: does the database find a row?"""

    async def found() -> bool:
        return bool(await asyncio.to_thread(server.query, query, *values))

    return found


def _are_back(server: Scaled) -> Callable[[], Awaitable[bool]]:
    """A question for `until`: do both web workers run?"""

    async def both() -> bool:
        return len(server.web_workers) == WEB_WORKERS

    return both


def _expect_trouble(server: Scaled, pattern: str) -> None:
    # The frames of a traceback, which are indented, belong to the line that it begins with.
    said = [line for line in server.trouble() if not line[:1].isspace()]
    unexpected = [line for line in said if not re.search(pattern, line)]
    assert not unexpected, "\n".join([*unexpected, "", server.story])
