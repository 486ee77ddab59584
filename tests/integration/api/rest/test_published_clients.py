"""What SDKs and programs of others send is read as they mean it, and nothing is ignored."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assembly_ui.api.rest.resource import Resource
from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.mapping.catalogue import SUBJECTS
from tests.factories.accounts import a_person
from tests.factories.api import ALL, Client, a_record, a_token, records_of_a_school
from tests.factories.apps import ASchool
from tests.factories.sync import synced_school
from tests.integration.api.rest.conftest import NewApp

_ids = [f"{one.method} {one.path}" for one in RESOURCES]


async def _numbers(app: Client, path: str) -> set[int]:
    answer = await app.ask(path)
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json()}


@pytest.mark.parametrize(
    "written",
    [
        "start_date=2026-11-16&end_date=2026-11-16",
        "startDate=2026-11-16&endDate=2026-11-16",
        "start_date=2026-11-16T00:00Z&end_date=2026-11-16T00:00Z",
        "date=2026-11-16T00%3A00%3A00%2B00%3A00",
        "date=2026-11-16T00:00:00+00:00",
    ],
)
async def test_days_come_as_each_client_writes_them(app_with: NewApp, written: str) -> None:
    app = await app_with("attendances")
    found = (await app.ask(f"/attendances?{written}&perPage=1500")).json()
    assert found
    assert {one["session_date"][:10] for one in found} == {"2026-11-16"}


async def test_students_come_as_each_client_writes_them(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    one, two, *_ = sorted(await _numbers(app, "/students"))
    for written in (
        f"students[0]={one}&students[1]={two}",
        f"students%5B0%5D={one}&students%5B1%5D={two}",
        f"students[]={one}&students[]={two}",
        f"students={one}+{two}",
    ):
        assert await _numbers(app, f"/students?{written}&senNeeds=0") == {one, two}


async def test_one_client_sends_the_tag_as_a_parameter(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    tag = (await app.ask("/students?per_page=20")).headers["ETag"]
    for name in ("if_none_match", "ifNoneMatch"):
        answer = await app.ask("/students", params={name: tag, "per_page": 20})
        assert answer.status_code == 304


@pytest.mark.parametrize("resource", RESOURCES, ids=_ids)
async def test_what_nobody_reads_is_refused(app_with: NewApp, resource: Resource) -> None:
    app = await app_with(*ALL) if resource.level != "app" else None
    if app is None:
        return
    path = resource.path.replace("{id}", "1")
    answer = await app.ask(f"{path}?studnets=1", resource.method)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert answer.json()["message"].startswith("there is no parameter studnets here; it takes ")
    names = answer.json()["message"].partition("it takes ")[2].rstrip(".").split(", ")
    assert {name.removesuffix("[]") for name in resource.parameters} <= {*names, "none"}


async def test_a_parameter_nobody_reads_is_refused_within_a_form_too(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    answer = await app.ask("/students", data={"studnets": "1"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "kind", ["groups", "year_groups", "registration_groups", "teaching_groups"]
)
async def test_a_single_group_is_of_a_day_too(app_with: NewApp, kind: str) -> None:
    app = await app_with(*ALL)
    group: dict[str, Any] = (await app.read(f"/{kind}"))[0]
    path = f"/{kind}/{group['id']}"
    assert await app.read(path, date="2026-11-23") == await app.read(path)
    assert await app.refused(f"{path}?date=2024-11-23") == (404, "not found")


@pytest.mark.parametrize("kind", ["groups", "teaching_groups"])
async def test_students_of_a_group_in_an_academic_year(app_with: NewApp, kind: str) -> None:
    app = await app_with(*ALL)
    group = next(one for one in await app.read(f"/{kind}") if one["student_ids"])
    path = f"/{kind}/{group['id']}/students"
    everybody = await _numbers(app, path)
    assert everybody
    assert await _numbers(app, f"{path}?academic_year_id=1") == everybody
    assert await _numbers(app, f"{path}?academicYearId=77") == set()


async def test_who_had_left_before_a_day(app_with: NewApp) -> None:
    app = await app_with("students.basic", "students.dates")
    left = {
        one["id"]: one["end_date"]
        for one in records_of_a_school()["student"].values()
        if one["_left"] and one["end_date"]
    }
    day = sorted(left.values())[len(left) // 2][:10]
    wanted = {number for number, end in left.items() if end[:10] < day}
    assert wanted
    assert set(left) > await _numbers(app, f"/students/left?per_page=1500&date={day}") >= wanted
    other = await app_with("students.basic")
    assert await other.refused(f"/students/left?date={day}") == (401, "insufficient_scope")


async def test_a_client_that_pages_through_everything_reads_single_records(
    app_with: NewApp,
) -> None:
    app = await app_with(*ALL)
    room = (await app.read("/rooms"))[0]["id"]
    for path in ("/school", "/academic_years/1", f"/rooms/{room}?date=2026-11-23&x="):
        answer = await app.ask(path + ("&" if "?" in path else "?") + "page=1&per_page=100")
        assert answer.status_code == 200, answer.text
    assert await app.refused(f"/rooms/{room}?date=23/11/2026") == (400, "bad_request")


@pytest.mark.parametrize("code", ["MA", "MAT", "mat", "ma"])
async def test_classes_of_mathematics_by_the_code_of_the_examples(
    app_with: NewApp, code: str
) -> None:
    app = await app_with("teaching_groups")
    found = await app.read("/teaching_groups", subject_code=code, per_page=1500)
    assert found
    assert {one["subject"]["code"] for one in found} == {"MAT"}


async def test_classes_of_a_subject_by_the_code_of_the_mis(app_with: NewApp) -> None:
    app = await app_with("teaching_groups")
    groups = await app.read("/teaching_groups", per_page=1500)
    codes = {one["subject"]["mis_subjects"][0]["code"] for one in groups}
    ours = {subject.code for subject in SUBJECTS} | {"MA"}
    others = sorted(code for code in codes if code and code.upper() not in ours)
    assert others
    for code in others:
        found = await app.read("/teaching_groups", subject_code=code, per_page=1500)
        assert {one["subject"]["mis_subjects"][0]["code"] for one in found} == {code}


@pytest.mark.parametrize(("version", "name"), [("1", "result"), ("1.1", "result_date")])
async def test_a_result_is_called_as_the_clients_of_its_version_do(
    app_with: NewApp, version: str, name: str
) -> None:
    app = await app_with("assessments.internal")
    headers = {"Accept": f"application/vnd.assembly+json; version={version}"}
    for path in ("/results", "/assessments/{assessment_id}/results"):
        first = (await app.read("/results", per_page=1))[0]
        body = (await app.ask(path.format(**first), headers=headers)).json()
        rows = body["data"] if version == "1" else body
        assert {one["object"] for one in rows} == {name}


async def test_the_students_of_a_year_are_found_by_its_code(
    database: Database, clock: ManualClock, http: httpx.AsyncClient
) -> None:
    scopes, owner = ("groups", "students.basic"), await a_person(database, now=clock())
    made = await synced_school(database, clock, scopes=scopes, owner=owner, pupils=60)
    token = await a_token(database, ASchool(made.school, owner), *scopes, now=clock(), life=None)
    app = Client(http, token)
    groups = await app.read("/year_groups")
    assert len(groups) > 3
    for group in groups:
        by_id = await app.read(f"/year_groups/{group['id']}/students")
        assert {one["year_code"] for one in by_id} == {group["code"]}
        assert await app.read(f"/year_groups/{group['code']}/students") == by_id
        assert await app.read(f"/year_groups/{group['code']}") == group
    for code in ("99", "FS9", "x" * 11, "%C3%A9"):
        assert await app.refused(f"/year_groups/{code}/students") == (404, "not found")


async def test_an_id_goes_before_a_code(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    """Schools that were read long ago have year groups with ids that are codes as well."""
    app = await app_with("groups", "students.basic")
    group = next(one for one in await app.read("/year_groups") if one["id"] == 1)
    data = {**group, "id": 900, "code": "1", "student_ids": []}
    async with database.transaction() as session:
        session.add(a_record(school.id, "year_group", 900, data, at=clock()))
    assert (await app.read("/year_groups/1"))["id"] == 1
