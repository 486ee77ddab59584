"""What a sync changed of a record, as people read it, and only as far as apps may."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.sync.changes import ChangeView
from assembly_ui.sync.difference import difference
from assembly_ui.sync.models import Change
from assembly_ui.web.change_view import change_line, field_words, value_words

BASIC = ("students.basic",)
EVERYTHING = tuple(scope.name for scope in SCOPES)

AMY = {
    "object": "student",
    "id": 7,
    "first_name": "Amy",
    "last_name": "Adams",
    "year_code": "8",
    "dob": "2014-03-01T00:00:00Z",
    "emails": [{"object": "email", "id": 1, "email": "amy@example.sch.uk", "type": "Work"}],
    "demographics": {"object": "student_demographics", "gender": "F", "is_pp": False},
}


def _changed(kind: str, before: dict[str, Any], after: dict[str, Any]) -> ChangeView:
    return ChangeView(7, "Amy Adams", Change.CHANGED, difference(before, after), after)


def test_a_change_says_what_was_and_what_is() -> None:
    now = AMY | {"last_name": "Brown", "dob": "2014-03-02T00:00:00Z"}
    line = change_line(_changed("student", AMY, now), "student", EVERYTHING)
    assert line is not None
    assert (line["number"], line["label"], line["note"]) == (7, "Amy Adams", "")
    assert {field["path"]: (field["before"], field["after"]) for field in line["fields"]} == {
        "last_name": ("Adams", "Brown"),
        "dob": ("1 Mar 2014", "2 Mar 2014"),
    }


def test_fields_of_scopes_that_are_gone_are_not_shown() -> None:
    now = AMY | {"dob": "2014-03-02T00:00:00Z", "demographics": {"gender": "M", "is_pp": True}}
    line = change_line(_changed("student", AMY, now), "student", BASIC)
    assert line is not None
    assert line["fields"] == []
    assert line["note"] == "Only in fields that no app may read now."
    assert "2014" not in str(line)


def test_a_record_nobody_may_see_is_not_there() -> None:
    assert change_line(_changed("student", AMY, AMY), "student", ("school",)) is None
    secret = {"object": "result_date", "id": 1, "grade_id": 5, "_scope": "assessments.national"}
    told = ChangeView(1, "Phonics", Change.ADDED, {}, secret)
    assert change_line(told, "result", ("assessments.internal",)) is None


def test_what_came_and_what_went_is_told_field_by_field() -> None:
    came = change_line(ChangeView(7, "Amy", Change.ADDED, {}, AMY), "student", EVERYTHING)
    assert came is not None
    told = {field["path"]: field["after"] for field in came["fields"]}
    assert (told["first_name"], told["demographics.is_pp"]) == ("Amy", "No")
    assert told["emails"] == "amy@example.sch.uk, Work"
    assert {field["before"] for field in came["fields"]} == {""}
    went = change_line(ChangeView(7, "Amy", Change.REMOVED, {}, AMY), "student", BASIC)
    assert went is not None
    assert {field["after"] for field in went["fields"]} == {""}
    assert "dob" not in {field["path"] for field in went["fields"]}


def test_of_a_list_of_numbers_it_is_said_how_many_came_and_went() -> None:
    before = {"object": "group", "id": 1, "type": "TeachingGroup", "student_ids": [1, 2, 3]}
    after = before | {"student_ids": [2, 3, 4, 5]}
    held = ("groups", "students.basic")
    line = change_line(_changed("group", before, after), "group", held)
    assert line is not None
    (field,) = line["fields"]
    assert (field["before"], field["after"]) == ("3", "4 (2 added, 1 taken away)")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ([], "nothing"),
        (True, "Yes"),
        (False, "No"),
        (12, "12"),
        ("2026-11-20T00:00:00Z", "20 Nov 2026"),
        ("2026-11-20T09:05:00Z", "20 Nov 2026, 09:05 UTC"),
        ("2026-11-20", "20 Nov 2026"),
        ("20-20-vision", "20-20-vision"),
        ([1, 2, 3], "3"),
        ([{"object": "room", "id": 4, "name": "Lab"}], "Lab"),
        ({"object": "x", "id": 1}, "nothing"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_values_are_written_for_people(value: Any, words: str) -> None:
    assert value_words(value) == words


def test_fields_are_called_as_the_scopes_call_them() -> None:
    assert field_words("group", "mis_subject.subject.code").endswith("code")
    assert field_words("nothing_known", "is_a_thing") == "A thing"
