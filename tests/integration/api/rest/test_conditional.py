"""An app that comes back is given what is new to it, or told that nothing is."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from sqlmodel import col, delete

from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.apps.models import Authorisation
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Record
from tests.factories.api import ALL, DAY, Client
from tests.factories.apps import ASchool
from tests.integration.api.rest.conftest import NewApp

MINUTE = timedelta(minutes=1)
HEADERS = {"If-Modified-Since": "Last-Modified", "If-None-Match": "ETag"}
CONDITIONAL = [one.path for one in RESOURCES if one.conditional]

each_header = pytest.mark.parametrize("header", HEADERS)


async def _again(app: Client, path: str, before: httpx.Response, header: str) -> httpx.Response:
    return await app.ask(path, headers={header: before.headers[HEADERS[header]]})


async def _change(
    database: Database, school: ASchool, kind: str, number: int, *, at: datetime, **columns: object
) -> None:
    async with database.transaction() as session:
        record = await session.get_one(Record, (school.id, kind, number))
        record.changed_at = at
        for name, value in columns.items():
            setattr(record, name, value)


@each_header
async def test_while_nothing_changes_nothing_is_sent(app_with: NewApp, header: str) -> None:
    app = await app_with(*ALL)
    for path in CONDITIONAL:
        path = path.replace("{id}", "1" if path.startswith(("/groups", "/year")) else "8")
        before = await app.ask(path)
        if before.status_code == 404:
            path = path.replace("8", "18")
            before = await app.ask(path)
        assert before.json(), path
        again = await _again(app, path, before, header)
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["ETag"] == before.headers["ETag"]


@each_header
async def test_only_what_changed_is_sent(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool, header: str
) -> None:
    app = await app_with("staff_members.basic")
    before = await app.ask("/staff_members")
    number = before.json()[3]["id"]
    await _change(database, school, "staff_member", number, at=clock.advance(MINUTE))
    clock.advance(MINUTE)
    after = await _again(app, "/staff_members", before, header)
    assert [one["id"] for one in after.json()] == [number]
    assert after.headers["Total"] == "1"
    assert (await _again(app, "/staff_members", after, header)).status_code == 304


@each_header
async def test_what_was_removed_is_not_sent_but_something_is_known_to_have_changed(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool, header: str
) -> None:
    app = await app_with("staff_members.basic")
    before, left = await app.ask("/staff_members"), await app.ask("/staff_members/left")
    number, now = before.json()[0]["id"], clock.advance(MINUTE)
    await _change(database, school, "staff_member", number, at=now, removed_at=now)
    clock.advance(MINUTE)
    after = await _again(app, "/staff_members", before, header)
    assert (after.status_code, after.json()) == (200, [])
    gone = await _again(app, "/staff_members/left", left, header)
    assert [one["id"] for one in gone.json()] == [number]


@each_header
async def test_what_a_school_allowed_since_is_all_new(
    database: Database, clock: ManualClock, app_with: NewApp, header: str
) -> None:
    app = await app_with("staff_members.basic")
    before = await app.ask("/staff_members")
    async with database.transaction() as session:
        allowed = await session.get_one(Authorisation, 1)
        allowed.changed_at = clock.advance(MINUTE)
        allowed.scopes = [*allowed.scopes, "staff_members.emails"]
    after = await _again(app, "/staff_members", before, header)
    assert len(after.json()) == len(before.json())
    assert any(one["email"] for one in after.json())


async def test_another_question_has_another_tag(app_with: NewApp) -> None:
    app = await app_with("students.basic", "students.emails")
    tags = [
        (await app.ask(f"/students{query}")).headers["ETag"]
        for query in ("", "?year_code=8", "?emails=true", "?year_code=9")
    ]
    assert len(set(tags)) == len(tags)
    answer = await app.ask("/students?year_code=8", headers={"If-None-Match": tags[0]})
    assert len(answer.json()) > 0


@each_header
async def test_who_joined_a_group_is_sent_with_all_of_it(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool, header: str
) -> None:
    app = await app_with("groups", "students.basic")
    before = await app.ask("/groups/1/students")
    everybody = [one["id"] for one in before.json()]
    await _change(database, school, "student", everybody[0], at=clock.advance(MINUTE))
    clock.advance(MINUTE)
    changed = await _again(app, "/groups/1/students", before, header)
    assert [one["id"] for one in changed.json()] == everybody[:1]
    await _change(database, school, "group", 1, at=clock.advance(MINUTE))
    joined = await _again(app, "/groups/1/students", changed, header)
    assert [one["id"] for one in joined.json()] == everybody


@each_header
async def test_a_new_week_has_other_marks_though_none_changed(
    clock: ManualClock, app_with: NewApp, header: str
) -> None:
    app = await app_with("attendances")
    clock.advance(-3 * DAY)
    before = await app.ask("/attendances")
    days = {one["session_date"][:10] for one in before.json()}
    clock.advance(3 * DAY)
    after = await _again(app, "/attendances", before, header)
    assert after.status_code == 200
    assert not days & {one["session_date"][:10] for one in after.json()}
    assert (await _again(app, "/attendances", after, header)).status_code == 304


async def test_what_cannot_be_read_of_a_header_is_as_if_it_had_not_come(app_with: NewApp) -> None:
    app = await app_with("timetables")
    everything = (await app.ask("/rooms")).json()
    for header in HEADERS:
        for value in ("x", "*", '"0"', "Mon, 99 Jan 2026 00:00:00 GMT"):
            assert (await app.ask("/rooms", headers={header: value})).json() == everything


@pytest.mark.parametrize("moment", ["f" * 16, "3" * 16, "0", "1"])
async def test_a_tag_that_was_tampered_with_is_answered_as_if_it_had_not_come(
    app_with: NewApp, moment: str
) -> None:
    app = await app_with("timetables")
    whole = await app.ask("/rooms")
    tag = f'{whole.headers["ETag"].rpartition("-")[0]}-{moment}"'
    answer = await app.ask("/rooms", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()) == (200, whole.json())


@each_header
async def test_what_was_sent_after_a_school_allowed_more_is_known(
    database: Database, clock: ManualClock, app_with: NewApp, header: str
) -> None:
    app = await app_with("students.basic", "attendances", "groups", "contacts.basic")
    async with database.transaction() as session:
        allowed = await session.get_one(Authorisation, 1)
        allowed.changed_at = granted = clock.advance(MINUTE)
    clock.advance(MINUTE)
    for path in ("/students", "/attendances", "/groups/1/students"):
        fresh = await app.ask(path)
        assert parsedate_to_datetime(fresh.headers["Last-Modified"]) == granted, path
        assert (await _again(app, path, fresh, header)).status_code == 304, path


@each_header
async def test_a_list_nothing_was_ever_on_is_known_to_be_empty(
    database: Database, clock: ManualClock, app_with: NewApp, header: str
) -> None:
    app = await app_with("students.basic")
    async with database.transaction() as session:
        await session.exec(delete(Record).where(col(Record.kind) == "student"))
    fresh = await app.ask("/students")
    assert fresh.json() == []
    assert (await _again(app, "/students", fresh, header)).status_code == 304
