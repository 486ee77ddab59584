"""Parameters narrow lists, and tell nobody what they may not know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.api import ALL, Client, records_of_a_school
from tests.integration.api.rest.conftest import NewApp


async def _numbers(app: Client, path: str, **params: Any) -> set[int]:
    return {one["id"] for one in await app.read(path, per_page=1500, **params)}


def _of(kind: str) -> list[dict[str, Any]]:
    return list(records_of_a_school()[kind].values())


async def test_students_of_a_year_group(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    found = await app.read("/students", per_page=1500, year_code="8")
    assert found
    assert {one["year_code"] for one in found} == {"8"}


async def test_students_by_their_numbers(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    (one, two, *_) = sorted(await _numbers(app, "/students"))
    assert await _numbers(app, "/students", students=f"{one} {two} 999999") == {one, two}
    assert await _numbers(app, "/students", **{"students[]": [one, two]}) == {one, two}


async def test_numbers_and_a_year_group_do_not_go_together(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    answer = await app.ask("/students", params={"students": "1", "year_code": "8"})
    assert answer.status_code == 400
    assert answer.json()["message"] == "students[] and year_code cannot be used together."


async def test_who_was_there_on_a_day(app_with: NewApp) -> None:
    app = await app_with("students.basic", "students.dates")
    there = {
        one["id"]
        for one in _of("student")
        if (one["start_date"] or "") <= "2025-06-02T00:00:00Z"
        and (one["end_date"] or "9") >= "2025-06-02T00:00:00Z"
        and not (one["_left"] and one["end_date"] is None)
    }
    assert there
    assert await _numbers(app, "/students", date="2025-06-02") == there


async def test_teachers_alone(app_with: NewApp) -> None:
    app = await app_with("staff_members.basic")
    everybody = await app.read("/staff_members", per_page=1500)
    teachers = {one["id"] for one in everybody if one["is_teaching_staff"]}
    assert 0 < len(teachers) < len(everybody)
    assert await _numbers(app, "/staff_members", teachers_only="true") == teachers
    assert len(await _numbers(app, "/staff_members", teachers_only="0")) == len(everybody)


async def test_a_day_brings_nobody_back_who_left(app_with: NewApp) -> None:
    app = await app_with("staff_members.basic")
    assert any(one["_left"] for one in _of("staff_member"))
    assert await app.refused("/staff_members?date=2020-01-01") == (400, "bad_request")


@pytest.mark.parametrize("type_", ["YearGroup", "TeachingGroup", "UserGroup", "Nothing"])
async def test_groups_of_a_type(app_with: NewApp, type_: str) -> None:
    app = await app_with("groups", "groups.user")
    wanted = {one["id"] for one in _of("group") if one["type"] == type_}
    assert await _numbers(app, "/groups", type=type_) == wanted


async def test_classes_of_a_subject(app_with: NewApp) -> None:
    app = await app_with("teaching_groups")
    found = await app.read("/teaching_groups", subject_code="MAT")
    assert found
    assert {one["subject"]["code"] for one in found} == {"MAT"}


@pytest.mark.parametrize("path", ["/groups", "/registration_groups", "/teaching_groups"])
async def test_groups_with_students_of_a_year_group(app_with: NewApp, path: str) -> None:
    app = await app_with(*ALL)
    year = await _numbers(app, "/students", year_code="8")
    groups = await app.read(path, per_page=1500)
    wanted = {one["id"] for one in groups if year & set(one["student_ids"] or ())}
    assert wanted
    assert await _numbers(app, path, year_code="8") == wanted


async def test_a_year_group_is_found_by_its_code(app_with: NewApp) -> None:
    app = await app_with("groups")
    assert [one["name"] for one in await app.read("/year_groups", year_code="8")] == ["Year 8"]


@pytest.mark.parametrize(
    ("params", "are_there"),
    [
        ({"date": "2026-11-23"}, True),
        ({"date": "2024-11-23"}, False),
        ({"academic_year_id": "1"}, True),
        ({"academic_year_id": "7"}, False),
    ],
)
async def test_groups_that_run_then(
    app_with: NewApp, params: dict[str, str], are_there: bool
) -> None:
    app = await app_with("groups")
    everything = await _numbers(app, "/groups")
    assert await _numbers(app, "/groups", **params) == (everything if are_there else set())


async def test_contacts_of_a_student(app_with: NewApp) -> None:
    app = await app_with("contacts.basic", "students.basic")
    contacts = await app.read("/contacts", per_page=1500)
    student = contacts[0]["students"][0]["student_id"]
    wanted = {
        one["id"] for one in contacts if student in [link["student_id"] for link in one["students"]]
    }
    assert await _numbers(app, "/contacts", student_id=student) == wanted


async def test_marks_of_a_student_and_of_days(app_with: NewApp) -> None:
    app = await app_with("attendances", "students.basic")
    student = _of("attendance")[0]["student_id"]
    day = {"start_date": "2026-11-16", "end_date": "2026-11-17"}
    wanted = {
        one["id"]
        for one in _of("attendance")
        if one["student_id"] == student and one["session_date"][:10] in day.values()
    }
    assert wanted
    assert await _numbers(app, "/attendances", student_id=student, **day) == wanted


async def test_results_of_students(app_with: NewApp) -> None:
    app = await app_with("assessments.internal", "students.basic")
    student = _of("result")[0]["student_id"]
    found = await app.read("/results", students=str(student), per_page=1500)
    assert found
    assert {one["student_id"] for one in found} == {student}


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("contacts.basic", "/contacts?student_id=1"),
        ("attendances", "/attendances?student_id=1"),
        ("attendances", "/attendances?group_id=1"),
        ("attendances", "/attendances?registration_group_id=1"),
        ("assessments.internal", "/results?students=1"),
        ("teaching_groups", "/teaching_groups?year_code=8"),
        ("students.basic", "/students?date=2025-06-02"),
    ],
)
async def test_nobody_learns_by_asking_what_they_may_not_see(
    app_with: NewApp, scope: str, path: str
) -> None:
    app = await app_with(scope)
    assert (await app.ask(path.partition("?")[0])).status_code == 200
    assert await app.refused(path) == (401, "insufficient_scope")


async def test_students_of_a_group(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    left = {one["id"] for one in _of("student") if one["_left"]}
    for path in ("/groups", "/year_groups", "/registration_groups", "/teaching_groups"):
        group = next(one for one in await app.read(path, per_page=1500) if one["student_ids"])
        found = await _numbers(app, f"{path}/{group['id']}/students")
        assert found == set(group["student_ids"]) - left


async def test_students_of_a_group_need_both_scopes(app_with: NewApp) -> None:
    app = await app_with("students.basic", "groups.user")
    year_group = next(one for one in _of("group") if one["type"] == "YearGroup")
    path = f"/groups/{year_group['id']}/students"
    assert await app.refused(path) == (404, "not found")
    other = await app_with("groups")
    assert await other.refused(path) == (401, "insufficient_scope")


async def test_form_fields_of_a_get_are_parameters_too(app_with: NewApp) -> None:
    app = await app_with("students.basic")
    answer = await app.ask("/students", data={"page": "2", "per_page": "5"})
    assert answer.headers["Page"] == "2"
    assert len(answer.json()) == 5
