"""From the MIS to the app: what a sync has read is served, and what has changed is sent."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync import records
from tests.factories.accounts import a_person
from tests.factories.api import Client, a_token
from tests.factories.apps import ASchool
from tests.factories.sync import SyncedSchool, synced_school

SCOPES = (
    "calendar", "groups", "registration_groups", "school", "staff_members.basic",
    "students.basic", "teaching_groups", "timetables",
)  # fmt: skip
LISTS = {
    "academic_year": "/academic_years",
    "calendar_event": "/calendar_events",
    "group": "/groups",
    "mis_subject": "/mis_subjects",
    "registration_group": "/registration_groups",
    "room": "/rooms",
    "subject": "/subjects",
    "teaching_group": "/teaching_groups",
    "timetable": "/timetables",
    "year_group": "/year_groups",
}


@pytest.fixture
async def synced(
    database: Database, clock: ManualClock, http: httpx.AsyncClient
) -> tuple[SyncedSchool, Client]:
    """A school whose data was read for an app, and that app."""
    owner = await a_person(database, now=clock())
    made = await synced_school(database, clock, scopes=SCOPES, owner=owner, pupils=60)
    token = await a_token(database, ASchool(made.school, owner), *SCOPES, now=clock(), life=None)
    return made, Client(http, token)


async def test_an_app_reads_what_the_sync_has_read(
    database: Database, synced: tuple[SyncedSchool, Client]
) -> None:
    made, app = synced
    counts = await records.counts(database, school_id=made.school_id)
    for kind, path in LISTS.items():
        assert len(await app.read(path, per_page=1500)) == counts.get(kind, 0), path
    for people in ("staff_members", "students"):
        here = await app.read(f"/{people}", per_page=1500)
        left = await app.read(f"/{people}/left", per_page=1500)
        kind = people.removesuffix("s")
        kept = await records.all_of(database, school_id=made.school_id, kind=kind)
        assert (len(here), len(here) + len(left)) == (counts[kind], len(kept))
    (timetable,) = await app.read("/timetables")
    nested = await app.read(f"/timetables/{timetable['id']}", start_date="2026-01-01")
    lessons = [
        lesson["id"]
        for day in nested["days"]
        for period in day["periods"]
        for lesson in period["lessons"]
    ]
    assert len(set(lessons)) == len(lessons) == counts["lesson"]
    assert (await app.read("/school/status"))["last_sync_status"] == "success"


async def test_an_app_that_comes_back_is_sent_what_the_next_sync_changed(
    clock: ManualClock, synced: tuple[SyncedSchool, Client]
) -> None:
    made, app = synced
    clock.advance(timedelta(minutes=1))
    whole = {"per_page": 1500}
    before = {path: await app.ask(path, params=whole) for path in ("/students", "/groups")}
    await made.pass_time(weeks=20)
    clock.advance(timedelta(weeks=20))
    await made.sync()
    clock.advance(timedelta(minutes=1))
    for path, answer in before.items():
        since = {"If-Modified-Since": answer.headers["Last-Modified"]}
        changed = (await app.ask(path, params=whole, headers=since)).json()
        everything = await app.read(path, **whole)
        assert 0 < len(changed) < len(everything), path
        merged = {one["id"]: one for one in answer.json()} | {one["id"]: one for one in changed}
        assert [merged[one["id"]] for one in everything] == everything
