"""A record shows what the scopes of whoever looks allow, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES, scope_named
from assembly_ui.scopes.seeing import kinds_of, visible
from tests.unit.scopes.models import KINDS, filled, members_of, paths_of, shown_in

NAMES = [scope.name for scope in SCOPES]


def _record(kind: str) -> dict[str, Any]:
    """A full record, of the sort that the scopes under test are about."""
    data = filled(kind)
    if kind == "result":
        data["_scope"] = "assessments.internal"
    if kind == "group":
        data["type"] = "YearGroup"
    return data


def _meant(kind: str, held: frozenset[str]) -> set[str]:
    """What the catalogue says these scopes show of a kind, path by path."""
    fields = [
        field
        for name in held
        for field in scope_named(name).fields
        if field.kind == kind and held.issuperset(field.also)
    ]
    return {
        path
        for path in paths_of(kind)
        for field in fields
        if path == field.path or path.startswith(f"{field.path}.")
    }


@pytest.mark.parametrize("name", NAMES)
def test_with_one_scope_alone_only_its_fields_are_there(name: str) -> None:
    held = with_dependencies([name])
    for kind in KINDS:
        seen = visible(kind, _record(kind), held)
        if kind in ("group", "result", "lesson") and seen is None:
            continue
        assert (seen is None) == (not _meant(kind, held)), kind
        if seen is not None:
            assert shown_in(seen) == _meant(kind, held), kind


@pytest.mark.parametrize("name", NAMES)
def test_every_scope_shows_its_own_fields(name: str) -> None:
    held = with_dependencies([name])
    for field in scope_named(name).fields:
        full = {**_record(field.kind), "_scope": name}
        if name == "groups.user":
            full["type"] = "UserGroup"
        if name == "timetables.cover":
            full["_planned"] = {}
        seen = visible(field.kind, full, held | set(field.also))
        assert seen is not None
        assert any(
            path == field.path or path.startswith(f"{field.path}.") for path in shown_in(seen)
        )


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_the_model_is_there_be_it_null(kind: str) -> None:
    for scope in SCOPES:
        seen = visible(kind, _record(kind), with_dependencies([scope.name]))
        if seen is not None:
            keys = [name.partition("=")[0] for name in members_of(KINDS[kind])]
            assert list(seen) == keys


def test_the_object_and_the_number_are_always_there() -> None:
    seen = visible("student", filled("student"), {"students.dob"})
    assert seen is not None
    assert (seen["object"], seen["id"], seen["dob"]) == ("student", "id", "dob")
    assert shown_in(seen) == {"dob"}


def test_parts_are_null_when_nothing_of_them_is_shown() -> None:
    seen = visible("student", filled("student"), {"students.basic", "students.gender"})
    assert seen is not None
    assert seen["address"] is None
    assert seen["demographics"]["gender"] == "demographics.gender"
    assert seen["demographics"]["is_pp"] is None
    assert seen["demographics"]["object"] == "student_demographics"


def test_lists_are_cut_one_by_one() -> None:
    held = {"students.basic", "contacts.basic", "contacts.priority"}
    seen = visible("student", filled("student"), held)
    assert seen is not None
    (contact,) = seen["contacts"]
    assert contact["contact_id"]
    assert contact["relationship"]["priority"]
    assert contact["relationship"]["parental_responsibility"] is None


def test_missing_parts_stay_null() -> None:
    full = {**filled("student"), "address": None}
    seen = visible("student", full, {"students.addresses"})
    assert seen is not None
    assert seen["address"] is None


def test_our_own_keys_never_leave() -> None:
    full = {**filled("student"), "_left": True}
    seen = visible("student", full, NAMES)
    assert seen is not None
    assert "_left" not in seen


def test_nobody_sees_anything_without_a_scope() -> None:
    for kind in KINDS:
        assert visible(kind, _record(kind), ()) is None
    assert kinds_of(()) == ()
    assert visible("homework", {"id": 1}, NAMES) is None


def test_who_is_in_a_group_is_for_whoever_knows_students() -> None:
    full = _record("group")
    alone = visible("group", full, {"groups"})
    together = visible("group", full, {"groups", "students.basic", "staff_members.basic"})
    assert alone is not None
    assert together is not None
    assert (alone["student_ids"], alone["supervisors"]) == (None, None)
    assert together["student_ids"] == "student_ids"
    assert together["supervisors"]


def test_groups_a_school_made_for_itself_have_a_scope_of_their_own() -> None:
    own = {**filled("group"), "type": "UserGroup"}
    year = {**filled("group"), "type": "YearGroup"}
    assert visible("group", own, {"groups"}) is None
    assert visible("group", year, {"groups.user"}) is None
    assert visible("group", own, {"groups.user"}) is not None
    assert visible("group", year, {"groups"}) is not None


def test_results_are_shared_by_the_scope_of_their_assessment() -> None:
    of_exam = {**filled("result"), "_scope": "assessments.examinations"}
    assert visible("result", of_exam, {"assessments.internal"}) is None
    assert visible("result", of_exam, {"assessments.examinations"}) is not None


COVERED = {
    **filled("lesson"),
    "type": "StaffCover",
    "supervisors": [{"object": "supervisor", "staff_member_id": 2, "role": None}],
    "rooms": [{"object": "room", "id": 5, "code": "B2", "name": "B2", "description": None}],
    "_planned": {
        "supervisors": [{"object": "supervisor", "staff_member_id": 1, "role": None}],
        "rooms": [{"object": "room", "id": 4, "code": "A1", "name": "A1", "description": None}],
    },
}


def test_a_covered_lesson_is_as_planned_to_whoever_may_not_see_cover() -> None:
    held = {"timetables", "staff_members.basic"}
    planned = visible("lesson", COVERED, held)
    actual = visible("lesson", COVERED, held | {"timetables.cover"})
    assert planned is not None
    assert actual is not None
    assert (planned["type"], actual["type"]) == ("Scheduled", "StaffCover")
    assert [one["staff_member_id"] for one in planned["supervisors"]] == [1]
    assert [one["staff_member_id"] for one in actual["supervisors"]] == [2]
    assert [one["code"] for one in planned["rooms"]] == ["A1"]


def test_cover_alone_shows_covered_lessons_alone() -> None:
    assert visible("lesson", COVERED, {"timetables.cover"}) is not None
    assert visible("lesson", filled("lesson"), {"timetables.cover"}) is None


def test_who_covers_is_for_whoever_knows_staff() -> None:
    seen = visible("lesson", COVERED, {"timetables", "timetables.cover"})
    assert seen is not None
    assert seen["supervisors"] is None


def test_a_record_is_not_changed_by_being_looked_at() -> None:
    full = filled("student")
    visible("student", full, {"students.basic"})
    assert full == filled("student")
