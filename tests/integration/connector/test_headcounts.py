"""How many rows stand behind each area: from the last test, or asked for; numbers only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.connector.headcounts import RECENT, ask_headcounts, known_headcounts
from assembly_ui.connector.models import ConnectionTest
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER
from tests.factories.schools import a_school
from tests.factories.xporter import Service

COUNTS = {"Counts": [{"Area": "Staff", "Count": 61}, {"Area": "Students", "Count": 1204}]}


async def _school(database: Database, clock: ManualClock, **connection: Any) -> School:
    owner = await a_person(database, now=clock())
    return await a_school(database, now=clock(), owner=owner, **connection)


async def _tested(
    database: Database, clock: ManualClock, school: School, **layer: Any
) -> ConnectionTest:
    data = {"layer": "data", "result": "pass", "cause": "", "milliseconds": 3}
    test = ConnectionTest(
        school_id=school.id,
        started_by=1,
        started_at=clock(),
        finished_at=clock(),
        layers=[{**data, "detail": {"Students": "1,204", "Staff": "61"}, **layer}],
    )
    async with database.transaction() as session:
        session.add(test)
    return test


async def _asked(
    database: Database, xporter: XporterClient, clock: ManualClock, school: School
) -> dict[str, int]:
    return await ask_headcounts(database, xporter, CIPHER, school_id=school.id or 0, now=clock())


async def test_what_was_tested_lately_is_known(database: Database, clock: ManualClock) -> None:
    school = await _school(database, clock, connected=True)
    assert await known_headcounts(database, school_id=school.id or 0, now=clock()) is None
    await _tested(database, clock, school)
    known = await known_headcounts(database, school_id=school.id or 0, now=clock())
    assert known == {"Students": 1204, "Staff": 61}
    clock.advance(RECENT + timedelta(seconds=1))
    assert await known_headcounts(database, school_id=school.id or 0, now=clock()) is None


async def test_a_test_that_failed_tells_nothing(database: Database, clock: ManualClock) -> None:
    school = await _school(database, clock, connected=True)
    await _tested(database, clock, school, result="fail", detail={"said": "…"})
    assert await known_headcounts(database, school_id=school.id or 0, now=clock()) is None


async def test_otherwise_xporter_is_asked_for_numbers_and_nothing_else(
    database: Database, clock: ManualClock, service: Service, xporter: XporterClient
) -> None:
    school = await _school(database, clock, connected=True)
    service.says("Counts", COUNTS)
    assert await _asked(database, xporter, clock, school) == {"Staff": 61, "Students": 1204}
    assert service.asked == ["GetToken", "Counts"]


@pytest.mark.parametrize("trouble", ["down", "paused", "not connected"])
async def test_while_xporter_does_not_answer_there_are_no_numbers(
    database: Database,
    clock: ManualClock,
    service: Service,
    xporter: XporterClient,
    trouble: str,
) -> None:
    school = await _school(database, clock, connected=trouble != "not connected")
    service.says("Counts", COUNTS)
    if trouble == "down":
        service.says("Counts", httpx.Response(503))
    if trouble == "paused":
        service.pause()
    assert await _asked(database, xporter, clock, school) == {}
