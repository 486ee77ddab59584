"""A whole school of the stand-in becomes records whose every reference leads somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.seeing import visible
from assembly_ui.sync.mapping import KINDS
from assembly_ui.sync.mapping.making import Kind
from tests.unit.scopes.models import KINDS as MODELS
from tests.unit.scopes.models import members_of
from tests.unit.sync.mapping.read_school import (
    ALL_SCOPES,
    BY_DEFAULT,
    Numbers,
    Read,
    Records,
    chosen_of,
    make_all,
    read_school,
)

REFERENCES = {
    "student_id": "student",
    "contact_id": "contact",
    "staff_member_id": "staff_member",
    "supervisor_ids": "staff_member",
    "student_ids": "student",
    "registration_group_id": "registration_group",
    "academic_year_id": "academic_year",
    "subject_id": "subject",
    "assessment_id": "assessment",
    "facet_id": "facet",
    "_timetable_id": "timetable",
}
OBJECTS = {
    "subject": "subject",
    "mis_subject": "mis_subject",
    "group": "group",
    "room": "room",
}


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture(scope="module")
def school(numbers: Numbers) -> Records:
    return make_all(read_school(), ids=numbers)


def _kinds() -> list[str]:
    return [kind.name for kind in KINDS]


def test_each_kind_is_made_once_and_after_what_it_refers_to() -> None:
    assert len(set(_kinds())) == len(KINDS)
    assert _kinds().index("staff_member") < _kinds().index("group") < _kinds().index("lesson")
    assert _kinds().index("student") < _kinds().index("result")


@pytest.mark.parametrize("kind", _kinds())
def test_every_kind_the_mis_can_fill_is_filled(kind: str, school: Records) -> None:
    assert school[kind]
    for number, one in school[kind].items():
        assert one.key
        assert one.label
        assert one.data.get("id", number) == number


@pytest.mark.parametrize("kind", _kinds())
def test_every_record_has_exactly_the_keys_of_the_model(kind: str, school: Records) -> None:
    for one in school[kind].values():
        _check_keys(MODELS[kind], one.data)


def test_there_are_as_many_as_the_school_has(school: Records) -> None:
    read = read_school()
    assert len(school["student"]) == len(list(read.rows("Students", "Students")))
    assert len(school["staff_member"]) == len(list(read.rows("Staff", "Staff")))
    assert len(school["contact"]) == len(list(read.rows("Contacts", "Contacts")))
    assert len(school["group"]) == len(list(read.rows("Groups", "Group")))
    assert len(school["lesson"]) == len(list(read.rows("Timetable", "Lessons")))
    assert len(school["attendance"]) == len(
        list(read.rows("AttendanceForDateRange", "AttendMarks"))
    )
    assert len(school["year_group"]) == 7
    assert len(school["timetable"]) == len(school["academic_year"]) == len(school["school"]) == 1


def test_every_reference_leads_to_a_record(school: Records) -> None:
    for kind, records in school.items():
        for one in records.values():
            for name, number in _references(one.data):
                assert number in school[REFERENCES[name]], (kind, one.key, name, number)


def test_every_part_that_is_a_record_of_its_own_has_its_number(school: Records) -> None:
    seen = set()
    for records in school.values():
        for one in records.values():
            for name, number in _objects(one.data):
                assert number in school[OBJECTS[name]], (one.key, name, number)
                seen.add(name)
    assert seen == set(OBJECTS)


def test_grades_and_points_of_results_are_those_of_the_lists(school: Records) -> None:
    points = {one.data["rank"] for one in school["assessment_point"].values()}
    for one in school["result"].values():
        grades = school["grade_set"][one.data["assessment_id"]].data["grades"]
        assert one.data["grade_id"] in {grade["id"] for grade in grades}
        assert one.data["assessment_point_rank"] in points | {None}
    ranked = [one.data["assessment_point_rank"] for one in school["result"].values()]
    assert sum(rank is not None for rank in ranked) > len(ranked) * 0.7


def test_a_group_has_one_number_in_every_shape(school: Records) -> None:
    for kind in ("year_group", "registration_group", "teaching_group"):
        for number, one in school[kind].items():
            assert school["group"][number].key == one.key


def test_the_same_rows_become_the_same_records_in_whatever_order() -> None:
    read, numbers = read_school(), Numbers()
    first, again = make_all(read, ids=numbers), make_all(read, ids=numbers)
    given = dict(numbers.given)
    backwards = make_all(read.backwards(), ids=numbers)
    assert first == again == backwards
    assert numbers.given == given


def test_days_later_everything_that_is_still_there_has_its_number() -> None:
    numbers = Numbers()
    before = make_all(read_school(), ids=numbers)
    given = dict(numbers.given)
    later = make_all(read_school(at="2026-12-10T03:00:00"), ids=numbers)
    assert given.items() <= numbers.given.items()
    for kind in ("student", "staff_member", "contact", "group", "room"):
        both = before[kind].keys() & later[kind].keys()
        assert len(both) > 0.9 * len(before[kind])
        assert all(before[kind][one].key == later[kind][one].key for one in both)


def test_all_of_it_can_be_kept_as_json(school: Records) -> None:
    for records in school.values():
        for one in records.values():
            assert json.loads(json.dumps(one.data)) == one.data


def test_what_the_school_does_not_share_is_null() -> None:
    school = make_all(read_school(shared=BY_DEFAULT))
    students = [one.data for one in school["student"].values()]
    assert all(one["dob"] and one["upn"] and one["first_name"] for one in students)
    assert all(one["address"] is None for one in students)
    assert all(one["demographics"]["is_pp"] is None for one in students)
    staff = [one.data for one in school["staff_member"].values()]
    assert all(one["email"] and one["dob"] is one["address"] is None for one in staff)


@pytest.mark.parametrize("name", [scope.name for scope in SCOPES])
def test_with_one_scope_alone_only_what_it_shows_is_made(name: str) -> None:
    """What is kept and what is served hold nothing besides, but numbers of ours."""
    held = with_dependencies([name])
    for kind, records in make_all(read_school((name,), pupils=28), [name]).items():
        for one in records.values():
            seen = visible(kind, one.data, held)
            if name == "timetables.cover" and seen is None:
                # Only what is planned tells what is covered.
                continue
            kept = {key for key, value in one.data.items() if value not in (None, [], {})}
            shown = {key for key, value in (seen or {}).items() if value not in (None, [], {})}
            of_ours = {key for key in kept if key.startswith("_")} | {"id", "mis_id", "object"}
            assert kept - of_ours - ALIKE.get(kind, set()) <= shown, (kind, one.key)


ALIKE = {
    "student": {"demographics", "languages"},
    "staff_member": {"demographics", "qualification_info"},
    "lesson": {"supervisors"},
    "group": {"mis_subject"},
    "room": set[str](),
}
"""Parts that are there with nothing in them, or are the catalogue's own."""


def test_nobody_is_referred_to_who_may_not_be_known() -> None:
    school = make_all(read_school(("groups", "registration_groups", "timetables")), ALL_SCOPES)
    for one in school["group"].values():
        assert (one.data["student_ids"], one.data["supervisors"]) == (None, None)
    for one in school["registration_group"].values():
        assert (one.data["student_ids"], one.data["supervisor_ids"]) == (None, None)
    for one in school["lesson"].values():
        assert one.data["supervisors"] is None


def test_lessons_are_where_the_timetable_has_them(school: Records) -> None:
    for one in school["lesson"].values():
        timetable = school["timetable"][one.data["_timetable_id"]].data
        (day,) = [day for day in timetable["days"] if day["id"] == one.data["_day_id"]]
        assert one.data["start_date"][:10] in day["occurs_on"]
        (period,) = [it for it in day["periods"] if it["id"] == one.data["_period_id"]]
        assert one.data["start_date"][11:16] == period["start_time"]
        assert one.data["rooms"]
        assert one.data["supervisors"]


def test_only_mapped_subjects_have_teaching_groups(school: Records) -> None:
    codes = {one.data["subject"]["code"] for one in school["teaching_group"].values()}
    assert codes == {"ENG", "MAT", "PHY", "PED"}
    classes = [one for one in school["group"].values() if one.data["type"] == "TeachingGroup"]
    assert len(school["teaching_group"]) < len(classes)


def test_what_rolls_with_the_calendar_says_so() -> None:
    assert {kind.name for kind in KINDS if kind.rolls} == {
        "attendance",
        "calendar_event",
        "lesson",
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_says_what_it_is_made_from(kind: Kind, school: Records, numbers: Numbers) -> None:
    """Made again from the queries it names alone, it is the same."""
    read = read_school()
    part = Read({of: rows for of, rows in read.tables.items() if of[0] in kind.made_from})
    made = kind.make(part, numbers, chosen_of(read))
    assert {numbers.of(kind.identity, one.key): one for one in made} == school[kind.name]


def _check_keys(model: str, data: Mapping[str, Any]) -> None:
    members = members_of(model)
    keys = [key for key in data if not key.startswith("_")]
    assert keys == [name.partition("=")[0] for name in members]
    assert f"object={data['object']}" in members
    for name, of in members.items():
        for part in _parts(data.get(name)) if of else ():
            _check_keys(of, part)


def _parts(value: Any) -> list[Mapping[str, Any]]:
    return value if isinstance(value, list) else [value] if value else []


def _references(data: Any) -> Iterator[tuple[str, int]]:
    for name, value in _members(data):
        if name in REFERENCES and value is not None:
            yield from ((name, one) for one in (value if isinstance(value, list) else [value]))


def _objects(data: Any, *, is_top: bool = True) -> Iterator[tuple[str, int]]:
    if isinstance(data, list):
        for one in data:
            yield from _objects(one, is_top=False)
    elif isinstance(data, Mapping):
        if not is_top and data.get("object") in OBJECTS:
            yield data["object"], data["id"]
        for value in data.values():
            yield from _objects(value, is_top=False)


def _members(data: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(data, list):
        for one in data:
            yield from _members(one)
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield name, value
            yield from _members(value)
