"""The school itself, its sync, and what an app reads about itself."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from assembly_ui.apps.models import App, Authorisation, Happening
from assembly_ui.clock import ManualClock
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Reason, SchoolSync
from tests.factories.api import Client, a_record, a_token
from tests.factories.apps import REDIRECT, ASchool, a_connected_school, allowed, happened
from tests.integration.api.rest.conftest import NewApp

V1 = {"Accept": "application/vnd.assembly+json; version=1"}


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    """A school of which nothing has been read yet."""
    return await a_connected_school(database, now=clock())


async def _sync(database: Database, school: ASchool, **columns: object) -> None:
    async with database.transaction() as session:
        session.add(SchoolSync(school_id=school.id, wanted_scopes=["school"], **columns))


async def _how_it_stands(database: Database, school: ASchool) -> SchoolSync:
    async with database.read() as session:
        return await session.get_one(SchoolSync, school.id)


async def test_before_anything_is_read_the_school_is_as_registered(app_with: NewApp) -> None:
    app = await app_with("school")
    assert await app.read("/school") == {
        "object": "school",
        "name": "King's School",
        "slug": "king-s-school",
        "urn": "123456",
        "mis_provider": "iSAMS",
        "la_code": 328,
        "la_name": "Gloucestershire",
        "establishment_number": 1102,
        "establishment_type": None,
        "phase": None,
        "street": None,
        "town": "Gloucester",
        "postcode": "GL1 2LR",
        "head_teacher": None,
    }


async def test_what_the_register_leaves_open_the_mis_says(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    said = {"object": "school", "name": "Kings", "phase": "Secondary", "head_teacher": "Dr Hale"}
    async with database.transaction() as session:
        session.add(a_record(school.id, "school", 1, said, at=clock()))
    found = await (await app_with("school")).read("/school")
    assert (found["name"], found["phase"], found["head_teacher"]) == (
        "King's School",
        "Secondary",
        "Dr Hale",
    )


async def test_the_status_tells_of_the_last_sync(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    app = await app_with("school")
    nothing = dict.fromkeys(
        ("last_changes_at", "last_sync_at", "last_sync_status", "changes_held_since")
    )
    assert await app.read("/school/status") == {"object": "school_status", **nothing}
    hour = timedelta(hours=1)
    await _sync(
        database,
        school,
        last_sync_at=clock(),
        last_changes_at=clock() - hour,
        last_status="no_changes",
        held_since=clock() - 2 * hour,
    )
    assert await app.read("/school/status") == {
        "object": "school_status",
        "last_changes_at": "2026-11-23T08:00:00Z",
        "last_sync_at": "2026-11-23T09:00:00Z",
        "last_sync_status": "no_changes",
        "changes_held_since": "2026-11-23T07:00:00Z",
    }


async def test_an_app_may_ask_for_a_sync(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    await _sync(database, school, last_sync_at=clock() - timedelta(hours=1))
    app = await app_with("school")
    answer = await app.ask("/school/sync", "POST")
    assert (answer.status_code, answer.content) == (202, b"")
    sync = await _how_it_stands(database, school)
    assert (sync.reason, sync.due_at) == (Reason.APP, clock())
    assert sync.asked_by_app_id


async def test_while_one_waits_or_just_ended_another_is_not_taken(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    await _sync(database, school, last_sync_at=clock() - timedelta(seconds=30))
    app = await app_with("school")
    assert await app.refused("/school/sync", method="POST") == (503, "sync_pending")
    clock.advance(timedelta(minutes=1))
    assert (await app.ask("/school/sync", "POST")).status_code == 202
    assert await app.refused("/school/sync", method="POST") == (503, "sync_pending")


async def test_a_school_that_is_not_connected_cannot_be_synced(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    await _sync(database, school)
    async with database.transaction() as session:
        (await session.get_one(Connection, school.id)).withdrawn_at = clock()
    app = await app_with("school")
    assert await app.refused("/school/sync", method="POST") == (403, "sync_disabled")


async def test_an_app_may_end_its_access(
    database: Database, app_with: NewApp, school: ASchool
) -> None:
    app = await app_with("school")
    assert (await app.ask("/school/deauthorize", "POST")).status_code == 202
    (ended,) = await allowed(database, school)
    assert ended.revoked_at
    assert await happened(database, school) == [Happening.ENDED_BY_APP]
    assert await app.refused("/school") == (401, "invalid_token")


async def test_me_tells_an_app_about_itself_and_its_token(app_with: NewApp) -> None:
    me = await (await app_with("students.upn")).read("/me")
    assert (me["object"], me["redirect_uri"], me["listed"]) == ("application", REDIRECT, True)
    assert me["token"] == {
        "access_level": "school",
        "scopes": ["school", "students.basic", "students.upn"],
    }
    assert me["created_at"] == "2026-11-23T09:00:00Z"


async def test_version_1_tells_of_the_school_as_well(app_with: NewApp, school: ASchool) -> None:
    me = (await (await app_with("school")).ask("/me", headers=V1)).json()
    assert me["level"] == "school"
    assert me["app"].keys() == {"id", "name"}
    assert me["school"] == {
        "id": school.id,
        "urn": "123456",
        "name": "King's School",
        "slug": "king-s-school",
        "la_code": 328,
        "establishment_number": 1102,
        "phase": None,
        "scopes": ["school"],
    }


async def test_an_app_token_tells_which_schools_allow_the_app_something(
    database: Database, clock: ManualClock, http: httpx.AsyncClient, school: ASchool
) -> None:
    app = Client(http, await a_token(database, None, now=clock()))
    assert (await app.read("/me"))["token"] == {"access_level": "app", "scopes": []}
    assert await app.read("/schools/registered") == []
    async with database.transaction() as session:
        app_id = (await session.get_one(App, 1)).id
        same = {"required_scopes": [], "offered_scopes": [], "optional_scopes": []}
        session.add(
            Authorisation(
                school_id=school.id,
                app_id=app_id,
                scopes=["school"],
                granted_by=school.owner.id,
                granted_at=clock(),
                **same,
            )
        )
    (registered,) = await app.read("/schools/registered")
    assert (registered["object"], registered["id"], registered["urn"]) == (
        "school",
        school.id,
        "123456",
    )
    authorizations = await app.read("/authorizations")
    assert authorizations["object"] == "authorizations"
    assert authorizations["data"] == [
        {
            "object": "authorization",
            "school_id": school.id,
            "school_name": "King's School",
            "school_urn": "123456",
        }
    ]


async def test_each_token_opens_what_is_of_its_level(
    database: Database, clock: ManualClock, http: httpx.AsyncClient, app_with: NewApp
) -> None:
    app = Client(http, await a_token(database, None, now=clock()))
    assert await app.refused("/school") == (401, "insufficient_scope")
    assert await app.refused("/students") == (401, "insufficient_scope")
    of_school = await app_with("school")
    assert await of_school.refused("/authorizations") == (401, "insufficient_scope")
    assert (await of_school.ask("/me")).status_code == 200
