"""Emails to a school's admins: of trouble that lasts and of its end, each once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.connector.models import Connection, ServiceHealth
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.trouble import PATIENCE, Trouble
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, HOUR, the_connection
from tests.factories.mail import outbox_rows
from tests.factories.schools import a_member, a_school
from tests.factories.xporter import Service, a_client, school_info
from tests.integration.connector.conftest import LINKS, Kinds

MINUTE = timedelta(minutes=1)
OWNER = "james.walters@kings.sch.uk"


async def _pass(watcher: Watcher, clock: ManualClock, length: timedelta) -> None:
    """Let time pass, a minute at a time, with everything done that falls due."""
    end = clock() + length
    while clock() < end:
        await watcher.check_due()
        await watcher.duties.do_due()
        clock.advance(min(MINUTE, end - clock()))


async def _told(database: Database) -> list[tuple[str, str]]:
    return [(row.kind, row.to) for row in await outbox_rows(database)]


async def test_a_problem_that_lasts_is_told_once_and_so_is_its_end(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(400))
    await _pass(watcher, clock, 14 * MINUTE)
    assert await _told(database) == []
    await _pass(watcher, clock, 3 * HOUR)
    assert await _told(database) == [("connection_problem", OWNER)]
    service.recover()
    await _pass(watcher, clock, HOUR)
    assert await _told(database) == [
        ("connection_problem", OWNER),
        ("connection_recovered", OWNER),
    ]
    assert await told(school) == ["problem", "trouble_told", "recovered", "recovery_told"]
    connection = await the_connection(database, school)
    assert connection.trouble_told == ""
    assert connection.recovery_told_at is not None
    assert connection.notice_due_at is None


async def test_a_problem_that_passes_soon_is_not_worth_an_email(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(400))
    await _pass(watcher, clock, 10 * MINUTE)
    service.recover()
    await _pass(watcher, clock, 2 * HOUR)
    assert await _told(database) == []


async def test_a_problem_of_our_own_needs_no_new_answer_of_the_service_to_be_told(
    database: Database, clock: ManualClock, watcher: Watcher
) -> None:
    """The service was down after the last check; since then nobody can ask."""
    await a_school(
        database,
        now=clock(),
        connected=True,
        secret_encrypted="rubbish",
        due_at=clock(),
    )
    async with database.transaction() as session:
        session.add(ServiceHealth(id=1, closed_at=clock() - 10 * MINUTE))
    await _pass(watcher, clock, HOUR)
    assert await _told(database) == [("connection_problem", OWNER)]


async def test_owner_and_admins_are_told_and_viewers_are_not(
    database: Database, clock: ManualClock, watcher: Watcher
) -> None:
    school = await a_school(database, now=clock(), wrong_school=True, notice_due_at=clock())
    for name, role in [("amina", Role.ADMIN), ("vera", Role.VIEWER)]:
        person = await a_person(database, now=clock(), email=f"{name}@kings.sch.uk", name=name)
        await a_member(database, school, person, role, now=clock())
    await watcher.duties.do_due()
    assert [to for _, to in await _told(database)] == [OWNER, "amina@kings.sch.uk"]


SITUATIONS: dict[str, tuple[dict[str, Any], str, Trouble]] = {
    "withdrawn": ({"withdrawn": True}, "access_withdrawn", Trouble.WITHDRAWN),
    "paused": ({"paused": True, "connected": True}, "access_paused", Trouble.PAUSED),
    "another school": ({"wrong_school": True}, "wrong_school", Trouble.WRONG_SCHOOL),
    "failing": ({"failing": True}, "connection_problem", Trouble.PROBLEM),
}


@pytest.mark.parametrize(("traits", "kind", "trouble"), SITUATIONS.values(), ids=SITUATIONS)
async def test_each_trouble_has_a_message_of_its_own(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    traits: dict[str, Any],
    kind: str,
    trouble: Trouble,
) -> None:
    began = clock() - HOUR
    school = await a_school(database, now=clock(), **traits, notice_due_at=clock())
    clock.advance(max(began + PATIENCE[trouble] - clock(), timedelta()))
    await watcher.duties.do_due()
    (row,) = await outbox_rows(database)
    assert (row.kind, row.values["since"]) == (kind, began.isoformat())
    assert row.values["href"] == LINKS.href
    connection = await the_connection(database, school)
    assert (connection.trouble_told, connection.trouble_told_at) == (trouble, clock())


async def test_a_pause_is_told_after_a_day_and_its_end_after_that(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.pause()
    await watcher.check_due()
    clock.advance(timedelta(hours=23))
    await watcher.duties.do_due()
    assert await _told(database) == []
    clock.advance(HOUR)
    await watcher.duties.do_due()
    assert [kind for kind, _ in await _told(database)] == ["access_paused"]
    service.recover()
    await watcher.check_due()
    await watcher.duties.do_due()
    assert [kind for kind, _ in await _told(database)] == ["access_paused", "connection_recovered"]


async def test_a_school_found_to_be_another_is_told_at_once(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", school_info("3281110", "Queen's School"))
    await watcher.check_due()
    await watcher.duties.do_due()
    (row,) = await outbox_rows(database)
    assert (row.kind, row.values["found"]) == ("wrong_school", "Queen's School")


async def test_one_trouble_after_another_is_told_too(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(400))
    await _pass(watcher, clock, HOUR)
    service.withdraw()
    await _pass(watcher, clock, 2 * HOUR)
    assert [kind for kind, _ in await _told(database)] == ["connection_problem", "access_withdrawn"]


async def test_two_workers_tell_once(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    watcher: Watcher,
    pace: Pace,
    service: Service,
) -> None:
    await a_school(database, now=clock(), failing=True, notice_due_at=clock())
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace, LINKS)
    await asyncio.gather(*[worker.duties.do_due() for worker in [watcher, other] * 5])
    assert len(await outbox_rows(database)) == 1


async def test_a_process_that_dies_in_between_tells_neither_twice_nor_never(
    database: Database, clock: ManualClock, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await a_school(database, now=clock(), failing=True, notice_due_at=clock())

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("assembly_ui.connector.notices.timeline.add", dies)
        with pytest.raises(KeyboardInterrupt):
            await watcher.duties.do_due()
    assert await outbox_rows(database) == []
    await watcher.duties.do_due()
    assert len(await outbox_rows(database)) == 1
    assert (await the_connection(database, school)).notice_due_at is None


async def test_while_the_service_is_down_no_school_is_told_anything(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True)
    service.fall(httpx.Response(503))
    await _pass(watcher, clock, 5 * HOUR)
    service.recover()
    await _pass(watcher, clock, HOUR)
    assert await _told(database) == []


async def test_trouble_from_before_an_outage_is_looked_at_again_first(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(400))
    await _pass(watcher, clock, 10 * MINUTE)
    service.fall(httpx.Response(503))
    await _pass(watcher, clock, 2 * HOUR)
    service.recover()
    await watcher.duties.do_due()
    clock.advance(5 * MINUTE)
    await watcher.duties.do_due()
    assert await _told(database) == []
    async with database.transaction() as session:
        (await session.get_one(Connection, school.id)).due_at = clock()
    await _pass(watcher, clock, HOUR)
    assert await _told(database) == []
