"""Every resource answers with what the school has, in the shape apps know."""

from __future__ import annotations

import httpx
import pytest

from assembly_ui.api.rest import lists
from assembly_ui.api.rest.resource import Resource
from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.accounts import a_person
from tests.factories.api import ALL, Client, Data, a_record, a_token, records_of_a_school
from tests.factories.apps import ASchool, a_connected_school
from tests.integration.api.rest.conftest import NewApp

PLAIN = [one for one in RESOURCES if one.answer is lists.every and "{id}" not in one.path]
SINGLE = [one for one in RESOURCES if one.answer is lists.one]


def _named(resources: list[Resource]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("resource", resources, ids=[one.path for one in resources])


def _kept(kind: str) -> list[Data]:
    return list(records_of_a_school()[kind].values())


async def test_every_list_holds_what_the_school_has(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for resource in PLAIN:
        found = await app.read(resource.path, per_page=1500)
        expected = {one["id"] for one in _kept(resource.kind) if "id" in one and _is_shown(one)}
        assert {one["id"] for one in found if "id" in one} == expected, resource.path
        assert {one["object"] for one in found} == {_kept(resource.kind)[0]["object"]}


def _is_shown(record: Data) -> bool:
    """Whether it is there by itself, in the week of the tests' Monday."""
    if record["object"] == "attendance":
        return "2026-11-23" <= record["session_date"][:10] <= "2026-11-29"
    if "_left" not in record:
        return True
    return not record["_left"] and (record["end_date"] or "9") >= "2026-11-23"


async def test_one_record_is_as_in_its_list(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for resource in SINGLE:
        (listed, *_) = await app.read(resource.path.removesuffix("/{id}"), per_page=1)
        alone = await app.read(resource.path.replace("{id}", str(listed["id"])))
        assert alone == listed


async def test_nothing_of_ours_leaves_with_a_record(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for resource in PLAIN:
        for record in await app.read(resource.path):
            assert not [name for name in record if name.startswith("_")]


async def test_what_is_not_there_is_not_found(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for path in ("/students/999999", "/groups/999999/students", "/timetables/999999",
                 "/rooms/999999/lessons", "/assessments/999999/grade_set",
                 "/assessment_points/999999"):  # fmt: skip
        assert await app.refused(path) == (404, "not found")


async def test_another_schools_records_are_not_there(
    database: Database, clock: ManualClock, app_with: NewApp, http: httpx.AsyncClient
) -> None:
    await app_with(*ALL)
    someone = await a_person(database, now=clock(), email="ann@queens.sch.uk")
    other = await a_connected_school(
        database, now=clock(), owner=someone, urn="654321", dfe_number="3301234", name="Queen's"
    )
    stranger = Client(http, await a_token(database, other, *ALL, now=clock()))
    for resource in PLAIN:
        assert await stranger.read(resource.path) == []
    for resource in SINGLE:
        path = resource.path.replace("{id}", "1")
        assert await stranger.refused(path) == (404, "not found")


async def test_a_removed_record_is_not_served(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    app = await app_with("timetables")
    data = {"object": "room", "id": 9001, "code": "X", "name": "X", "description": None}
    row = a_record(school.id, "room", 9001, data, at=clock(), removed_at=clock())
    async with database.transaction() as session:
        session.add(row)
    assert 9001 not in [one["id"] for one in await app.read("/rooms", per_page=1500)]
    assert await app.refused("/rooms/9001") == (404, "not found")


async def test_who_left_and_whom_the_mis_forgot_are_listed_apart(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    gone = {**_kept("staff_member")[0], "id": 9001, "_left": False, "end_date": None}
    row = a_record(school.id, "staff_member", 9001, gone, at=clock(), removed_at=clock())
    async with database.transaction() as session:
        session.add(row)
    app = await app_with(*ALL)
    for people, kind in (("staff_members", "staff_member"), ("students", "student")):
        here = {one["id"] for one in await app.read(f"/{people}", per_page=1500)}
        left = {one["id"] for one in await app.read(f"/{people}/left", per_page=1500)}
        assert here
        assert not here & left
        assert here | (left - {9001}) == {one["id"] for one in _kept(kind)}
    assert 9001 in {one["id"] for one in await app.read("/staff_members/left", per_page=1500)}


async def test_an_assessment_has_grades_and_in_version_1_both_come_together(
    app_with: NewApp,
) -> None:
    app = await app_with("assessments.internal")
    (assessment, *_) = await app.read("/assessments", per_page=1)
    path = f"/assessments/{assessment['id']}/grade_set"
    grades = await app.read(path)
    assert grades["object"] == "grade_set"
    assert grades["grades"]
    old = await app.ask(path, headers={"Accept": "application/vnd.assembly+json; version=1"})
    assert old.json() == {**assessment, "grade_set": grades}


async def test_an_assessment_point_is_known_by_its_rank(app_with: NewApp) -> None:
    app = await app_with("assessments.internal")
    point = await app.read("/assessment_points/93")
    assert (point["object"], point["rank"]) == ("assessment_point", 93)


async def test_results_are_also_listed_by_assessment_and_by_point(app_with: NewApp) -> None:
    app = await app_with("assessments.internal", "students.basic")
    results = await app.read("/results", per_page=1500)
    one = next(result for result in results if result["assessment_point_rank"])
    for path, key in (("assessments", "assessment_id"),
                      ("assessment_points", "assessment_point_rank")):  # fmt: skip
        found = await app.read(f"/{path}/{one[key]}/results", per_page=1500)
        assert found == [result for result in results if result[key] == one[key]]
