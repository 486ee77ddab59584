"""The record of authorisations: newest first, filtered, a page at a time, as CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from assembly_ui.apps.authorising import revoke
from assembly_ui.apps.history import apps_in, csv_of, list_events, note
from assembly_ui.apps.models import Happening
from assembly_ui.apps.registration import Registered
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from tests.factories.apps import LINKS, ASchool, an_app, authorised
from tests.factories.people import a_colleague


@pytest.fixture
async def other(
    database: Database, clock: ManualClock, school: ASchool, app: Registered
) -> Registered:
    """Rooms was authorised and revoked, then Other was authorised."""
    await authorised(database, app, school, now=clock(), scope="timetables")
    clock.advance(timedelta(hours=1))
    await revoke(
        database,
        school_id=school.id,
        app_id=app.app_id,
        by_user_id=school.owner.id,
        now=clock(),
        links=LINKS,
    )
    clock.advance(timedelta(hours=1))
    other = await an_app(database, now=clock(), name="=HYPERLINK(other)")
    await authorised(database, other, school, now=clock(), scope="calendar")
    return other


async def test_the_newest_comes_first(
    database: Database, school: ASchool, other: Registered
) -> None:
    found = await list_events(database, school_id=school.id)
    assert [(event.what, event.app_name, event.by_name) for event in found.rows] == [
        (Happening.AUTHORISED, "=HYPERLINK(other)", "James Walters"),
        (Happening.REVOKED, "Rooms", "James Walters"),
        (Happening.AUTHORISED, "Rooms", "James Walters"),
    ]
    assert found.rows[0].scopes_added == ["calendar", "school"]
    assert found.rows[1].scopes_removed == ["school", "timetables"]


async def test_it_is_filtered_by_app_and_by_what_happened(
    database: Database, school: ASchool, other: Registered
) -> None:
    async def ids(**by: object) -> list[str]:
        found = await list_events(database, school_id=school.id, **by)  # type: ignore[arg-type]
        return [event.slug for event in found.rows]

    assert await ids(app="rooms") == ["rooms", "rooms"]
    assert await ids(what=Happening.AUTHORISED) == [other.slug, "rooms"]
    assert await ids(app="rooms", what=Happening.REVOKED) == ["rooms"]
    assert await ids(app="nobody") == []
    assert await apps_in(database, school_id=school.id) == [
        (other.slug, "=HYPERLINK(other)"),
        ("rooms", "Rooms"),
    ]


async def test_another_school_sees_nothing_of_it(
    database: Database, school: ASchool, other: Registered
) -> None:
    assert (await list_events(database, school_id=school.id + 1)).total == 0
    assert await apps_in(database, school_id=school.id + 1) == []
    assert len((await csv_of(database, school_id=school.id + 1)).splitlines()) == 1


async def test_long_records_come_in_pages(
    database: Database, clock: ManualClock, school: ASchool, app: Registered
) -> None:
    async with database.transaction() as session:
        for _ in range(60):
            note(
                session,
                Happening.DECLINED,
                school_id=school.id,
                app_id=app.app_id,
                now=clock.advance(timedelta(minutes=1)),
            )
    second = await list_events(database, school_id=school.id, page=2)
    assert (second.number, second.pages, second.total, len(second.rows)) == (2, 3, 60, 25)


async def test_the_csv_holds_no_formula_whatever_people_call_themselves(
    database: Database, clock: ManualClock, school: ASchool, other: Registered
) -> None:
    admin = await a_colleague(database, school.row, Role.ADMIN, now=clock(), name="+44 Ann")
    await authorised(
        database, other, school, now=clock.advance(timedelta(hours=1)), by=admin, scope="groups"
    )
    head, *lines = csv.reader(io.StringIO(await csv_of(database, school_id=school.id)))
    assert head == ["Time (UTC)", "What", "App", "By", "Scopes added", "Scopes removed"]
    assert lines[0] == [
        "2026-11-23 12:00:00",
        "changed",
        "'=HYPERLINK(other)",
        "'+44 Ann",
        "groups",
        "calendar",
    ]
    assert len(lines) == 4
    only = await csv_of(database, school_id=school.id, app="rooms", what=Happening.REVOKED)
    assert len(only.splitlines()) == 2
