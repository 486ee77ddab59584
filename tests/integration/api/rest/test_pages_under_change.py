"""Pages that are read one after the other miss nobody, though records change in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select, update

from assembly_ui.api.models import PageCursor
from assembly_ui.api.rest import page_cursors
from assembly_ui.apps.models import Authorisation
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Record
from tests.factories.accounts import a_person
from tests.factories.api import ALL, DAY, Client, a_record, a_token
from tests.factories.apps import ASchool, a_connected_school
from tests.factories.sync import synced_school
from tests.integration.api.rest.conftest import NewApp

V1 = "application/vnd.assembly+json; version=1"
MINUTE = timedelta(minutes=1)
SIZE = 5
HEADERS = {"If-Modified-Since": "Last-Modified", "If-None-Match": "ETag"}

each_header = pytest.mark.parametrize("header", HEADERS)


async def _change(
    database: Database, school_id: int, kind: str, *ids: int, at: datetime, **columns: object
) -> None:
    these = (
        col(Record.school_id) == school_id,
        col(Record.kind) == kind,
        col(Record.number).in_(ids),
    )
    async with database.transaction() as session:
        await session.exec(update(Record).where(*these).values(changed_at=at, **columns))


async def _pages(
    app: Client, path: str, headers: dict[str, str] | None = None, **params: Any
) -> AsyncIterator[httpx.Response]:
    """Every page, as an app that follows Next-Page reads them."""
    page = "1"
    while page:
        asked = {"per_page": SIZE, **params, "page": page}
        answer = await app.ask(path, params=asked, headers=headers or {})
        assert answer.status_code == 200, answer.text
        yield answer
        page = answer.headers["Next-Page"]


def _ids(answer: httpx.Response) -> list[int]:
    return [one["id"] for one in answer.json()]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/students", "student"),
        ("/students?year_code=8", "student"),
        ("/year_groups/{year}/students", "student"),
        ("/contacts", "contact"),
        ("/results", "result"),
        ("/groups", "group"),
        ("/rooms/{room}/lessons", "lesson"),
    ],
)
async def test_those_who_stay_are_served_though_others_go(
    database: Database,
    clock: ManualClock,
    app_with: NewApp,
    school: ASchool,
    path: str,
    kind: str,
) -> None:
    app = await app_with(*ALL)
    if "{room}" in path:
        lesson = (await app.read("/timetables/1"))["days"][0]["periods"][0]["lessons"][0]
        path = path.format(room=lesson["rooms"][0]["id"])
    if "{year}" in path:
        path = path.format(year=(await app.read("/year_groups"))[-1]["id"])
    path, _, query = path.partition("?")
    params = dict(pair.split("=") for pair in query.split("&") if pair)
    before = {one["id"] for one in await app.read(path, per_page=1500, **params)}
    assert len(before) > 2 * SIZE
    served: list[int] = []
    async for answer in _pages(app, path, **params):
        if not served:
            gone, now = _ids(answer)[:3], clock.advance(MINUTE)
            await _change(database, school.id, kind, *gone, at=now, removed_at=now)
        served += _ids(answer)
    assert sorted(served) == sorted(before)


async def test_schools_that_stay_are_served_though_others_end_the_access(
    database: Database, clock: ManualClock, http: httpx.AsyncClient, school: ASchool
) -> None:
    app = Client(http, await a_token(database, None, now=clock()))
    owner, schools = school.owner, [school]
    for number in range(1, 5):
        same = {"urn": f"20000{number}", "dfe_number": f"202400{number}"}
        schools.append(await a_connected_school(database, now=clock(), owner=owner, **same))
    async with database.transaction() as session:
        session.add_all(
            Authorisation(
                school_id=one.id,
                app_id=1,
                required_scopes=[],
                offered_scopes=[],
                optional_scopes=[],
                scopes=["school"],
                granted_by=owner.id,
                granted_at=clock(),
            )
            for one in schools
        )
    served: list[int] = []
    async for answer in _pages(app, "/schools/registered", per_page=2):
        if not served:
            async with database.transaction() as session:
                first = (await session.exec(select(Authorisation))).first()
                assert first
                first.revoked_at = clock.advance(MINUTE)
        served += _ids(answer)
    assert served == [one.id for one in schools]


async def test_an_old_client_pages_by_its_envelope(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    app, page, served = await app_with("students.basic"), 1, []
    before = {one["id"] for one in await app.read("/students", per_page=1500)}
    while page:
        params = {"page": page, "per_page": 20}
        body = (await app.ask("/students", params=params, headers={"Accept": V1})).json()
        if page == 1:
            gone, now = [one["id"] for one in body["data"][:9]], clock.advance(MINUTE)
            await _change(database, school.id, "student", *gone, at=now, removed_at=now)
        served += [one["id"] for one in body["data"]]
        page = body["next_page"]
    assert sorted(served) == sorted(before)


async def test_pages_in_any_order_miss_nobody(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    app = await app_with("students.basic")
    before = {one["id"] for one in await app.read("/students", per_page=1500)}
    first = await app.ask("/students", params={"per_page": 20})
    served, pages = set(_ids(first)), int(first.headers["Total-Pages"])
    for page in [*range(3, pages + 1, 2), *range(2, pages + 1, 2)]:
        served |= set(await _numbers(app, page))
        now = clock.advance(MINUTE)
        await _change(database, school.id, "student", max(served), at=now, removed_at=now)
        await _change(database, school.id, "student", min(served), at=now, removed_at=now)
    gone = before - {one["id"] for one in await app.read("/students", per_page=1500)}
    assert before - gone <= served


async def _numbers(app: Client, page: int) -> list[int]:
    return _ids(await app.ask("/students", params={"per_page": 20, "page": page}))


@each_header
async def test_what_changed_while_pages_were_read_is_new_afterwards(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool, header: str
) -> None:
    app = await app_with("students.basic")
    pages = [page async for page in _pages(app, "/students", per_page=20)]
    changed: list[int] = []
    async for answer in _pages(app, "/students", per_page=20):
        if not changed:
            changed = _ids(answer)[:1]
            await _change(database, school.id, "student", *changed, at=clock.advance(MINUTE))
            clock.advance(MINUTE)
        last = answer
    assert last.headers["ETag"] == pages[0].headers["ETag"]
    since = {header: last.headers[HEADERS[header]]}
    again = await app.ask("/students", params={"per_page": 1500}, headers=since)
    assert (again.status_code, _ids(again)) == (200, changed)


@each_header
async def test_what_changed_is_read_page_by_page_with_one_header(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool, header: str
) -> None:
    app = await app_with("students.basic")
    before = await app.ask("/students")
    changed = _ids(before)[:30]
    await _change(database, school.id, "student", *changed, at=clock.advance(MINUTE))
    clock.advance(MINUTE)
    since, served = {header: before.headers[HEADERS[header]]}, []
    async for answer in _pages(app, "/students", since, per_page=10):
        if not served:
            now = clock.advance(MINUTE)
            await _change(database, school.id, "student", *_ids(answer)[:5], at=now, removed_at=now)
        served += _ids(answer)
    assert served == changed


async def test_pages_go_on_when_the_school_allows_more(
    database: Database, clock: ManualClock, app_with: NewApp
) -> None:
    app = await app_with("students.basic")
    async for answer in _pages(app, "/students", per_page=40):
        if answer.headers["Page"] == "1":
            async with database.transaction() as session:
                allowed = await session.get_one(Authorisation, 1)
                allowed.changed_at = clock.advance(MINUTE)
                allowed.scopes = [*allowed.scopes, "students.emails"]
            clock.advance(MINUTE)
        last = answer
    everybody = await app.read("/students", per_page=1500)
    for header, told in HEADERS.items():
        since = {header: last.headers[told]}
        again = await app.ask("/students", params={"per_page": 1500}, headers=since)
        assert len(again.json()) == len(everybody)


async def test_a_sync_between_two_pages_hides_nobody(
    database: Database, clock: ManualClock, http: httpx.AsyncClient
) -> None:
    scopes, owner = ("groups", "school", "students.basic"), await a_person(database, now=clock())
    made = await synced_school(database, clock, scopes=scopes, owner=owner, pupils=60)
    token = await a_token(database, ASchool(made.school, owner), *scopes, now=clock(), life=None)
    app = Client(http, token)
    before = {one["id"] for one in await app.read("/students", per_page=1500)}
    served: list[int] = []
    async for answer in _pages(app, "/students"):
        served += _ids(answer)
        if answer.headers["Page"] == "6":
            await made.pass_time(weeks=20)
            clock.advance(timedelta(hours=1))
            await made.sync()
        last = answer
    after = await app.read("/students", per_page=1500)
    assert {one["id"] for one in after} != before
    assert before & {one["id"] for one in after} <= set(served)
    since = {"If-Modified-Since": last.headers["Last-Modified"]}
    changed = await app.ask("/students", params={"per_page": 1500}, headers=since)
    assert {one["id"] for one in after} <= set(served) | set(_ids(changed))


steps = st.lists(
    st.tuples(
        st.sampled_from(["read", "read", "go", "return", "leave", "come"]), st.integers(0, 29)
    ),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps, size=st.integers(1, 7))
async def test_whatever_changes_who_is_there_throughout_is_served_once(
    database: Database,
    clock: ManualClock,
    app_with: NewApp,
    school: ASchool,
    steps: list[tuple[str, int]],
    size: int,
) -> None:
    """Changed ones are sent again to who asks by what came with the last page."""
    app = await app_with("students.basic")
    await _only(database, school.id, range(1, 31, 2), at=clock.advance(MINUTE))
    clock.advance(MINUTE)
    seen: Counter[int] = Counter()
    there = throughout = set(range(1, 31, 2))
    page, headers = "1", httpx.Headers()
    for step, number in [*steps, *[("read", 0)] * 40]:
        if step != "read":
            await _do(database, school.id, step, number + 1, at=clock.advance(MINUTE))
        elif page:
            answer = await app.ask("/students", params={"per_page": size, "page": page})
            seen.update(_ids(answer))
            assert len(answer.json()) <= 2 * size
            page, headers = answer.headers["Next-Page"], answer.headers
        there = set(await _there(database, school.id))
        throughout = throughout & there
    assert not page
    assert {number: seen[number] for number in throughout} == dict.fromkeys(throughout, 1)
    for header, told in HEADERS.items():
        again = await app.ask(
            "/students", params={"per_page": 1500}, headers={header: headers[told]}
        )
        new = set() if again.status_code == 304 else set(_ids(again))
        assert there <= new | set(seen)


async def _only(database: Database, school_id: int, ids: Any, *, at: datetime) -> None:
    async with database.transaction() as session:
        await session.exec(delete(Record).where(col(Record.kind) == "student"))
        session.add_all(a_record(school_id, "student", one, _pupil(one), at=at) for one in ids)


def _pupil(number: int, *, left: bool = False) -> dict[str, Any]:
    return {"object": "student", "id": number, "last_name": "X", "_left": left}


async def _do(database: Database, school_id: int, step: str, number: int, *, at: datetime) -> None:
    key = (school_id, "student", number)
    async with database.transaction() as session:
        record = await session.get(Record, key)
        if step == "come" and record is None:
            session.add(a_record(school_id, "student", number, _pupil(number), at=at))
        elif record is not None:
            record.changed_at = at
            if step == "leave":
                record.data = _pupil(number, left=True)
            else:
                record.removed_at = at if step == "go" else None
                record.data = _pupil(number)


async def _there(database: Database, school_id: int) -> list[int]:
    rows = await database.glance_all(
        select(Record).where(col(Record.school_id) == school_id, col(Record.kind) == "student")
    )
    return [row.number for row in rows if row.removed_at is None and not row.data["_left"]]


async def test_pages_read_again_after_a_day_begin_anew(
    database: Database, clock: ManualClock, app_with: NewApp
) -> None:
    app = await app_with("students.basic", life=None)
    first = await app.ask("/students?per_page=20")
    clock.advance(2 * DAY)
    later = await app.ask("/students?per_page=20&page=2")
    assert not set(_ids(first)) & set(_ids(later))
    (cursor,) = await _cursors(database)
    assert cursor.started_at == clock()


async def test_few_boundaries_are_kept_of_an_app_that_asks_much(
    database: Database, clock: ManualClock, app_with: NewApp
) -> None:
    app, other = await app_with("students.basic"), await app_with("students.basic")
    await other.ask("/students?per_page=5")
    for size in range(1, page_cursors.KEPT + 5):
        clock.advance(timedelta(seconds=1))
        assert (await app.ask(f"/students?per_page={size}")).status_code == 200
    kept = await _cursors(database)
    assert len(kept) == page_cursors.KEPT + 1
    assert all(len(one.boundaries) <= page_cursors.MOST_BOUNDARIES for one in kept)


async def test_more_pages_than_are_remembered_can_be_read(
    database: Database, app_with: NewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cursors, "MOST_BOUNDARIES", 3)
    app = await app_with("students.basic")
    before = {one["id"] for one in await app.read("/students", per_page=1500)}
    served = [id_ async for page in _pages(app, "/students", per_page=10) for id_ in _ids(page)]
    assert sorted(served) == sorted(before)
    assert max(len(one.boundaries) for one in await _cursors(database)) == 3


async def test_a_page_after_the_last_is_empty(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    for _ in range(2):
        answer = await app.ask("/students?page=900")
        assert (answer.json(), answer.headers["Next-Page"]) == ([], "")
        assert answer.headers["Prev-Page"] == answer.headers["Total-Pages"]


async def _cursors(database: Database) -> list[PageCursor]:
    async with database.read() as session:
        return list((await session.exec(select(PageCursor))).all())
