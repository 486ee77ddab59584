"""After 1 September, an app reads lessons of classes that are there, allowed or held back."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from sqlmodel import update

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.models import Sharing
from tests.factories.accounts import a_person
from tests.factories.api import Client, a_token
from tests.factories.apps import ASchool
from tests.factories.sync import SyncedSchool, synced_school

SCOPES = (
    "groups", "school", "staff_members.basic", "students.basic", "teaching_groups", "timetables",
)  # fmt: skip
SUMMER = datetime(2027, 7, 20, 12, tzinfo=UTC)
AUTUMN = datetime(2027, 9, 6, 12, tzinfo=UTC)


@pytest.fixture
async def synced(
    database: Database, clock: ManualClock, http: httpx.AsyncClient
) -> tuple[SyncedSchool, Client]:
    """A school that was synced before the summer, and its app."""
    owner = await a_person(database, now=clock())
    made = await synced_school(database, clock, scopes=SCOPES, owner=owner, pupils=80)
    await _sync_at(made, SUMMER)
    token = await a_token(database, ASchool(made.school, owner), *SCOPES, now=clock(), life=None)
    return made, Client(http, token)


async def _sync_at(made: SyncedSchool, moment: datetime) -> None:
    made.clock.advance(moment - made.clock())
    await made.pass_time()
    await made.sync()


async def _classes(app: Client, first_day: str) -> set[int]:
    """The classes of the lessons that the app is given, each of which it can read."""
    found = set()
    for timetable in await app.read("/timetables"):
        path = f"/timetables/{timetable['id']}"
        nested = await app.read(path, start_date=first_day)
        found |= {
            lesson["group"]["id"]
            for day in nested["days"]
            for period in day["periods"]
            for lesson in period["lessons"]
        }
    readable = {group["id"] for group in await app.read("/groups", per_page=1500)}
    assert found <= readable
    return found


async def test_lessons_of_the_new_year_name_classes_that_can_be_read(
    synced: tuple[SyncedSchool, Client],
) -> None:
    made, app = synced
    years = {one["year_code"] for one in await app.read("/students", per_page=1500)}
    await _sync_at(made, AUTUMN)
    assert await _classes(app, "2027-09-01")
    assert {one["year_code"] for one in await app.read("/students", per_page=1500)} == years
    assert (await app.read("/school/status"))["changes_held_since"] is None


async def test_what_is_held_back_is_told_and_names_classes_that_can_be_read(
    synced: tuple[SyncedSchool, Client],
) -> None:
    made, app = synced
    before = await _classes(app, "2027-07-01")
    async with made.database.transaction() as session:
        await session.exec(update(Sharing).values(pupils=30))
    await _sync_at(made, AUTUMN)
    status = await app.read("/school/status")
    assert status["changes_held_since"] == "2027-09-06T12:00:00Z"
    assert await _classes(app, "2027-07-01") == before
    assert not await _classes(app, "2027-09-01")
