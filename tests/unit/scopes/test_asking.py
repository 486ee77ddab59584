"""Apps ask for scopes in every way that clients are known to, and mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.scopes.asking import (
    ALIASES,
    Asked,
    UnknownScope,
    in_words_of,
    parse,
    with_dependencies,
)
from assembly_ui.scopes.catalogue import SCOPES

NAMES = [scope.name for scope in SCOPES]


@pytest.mark.parametrize(
    "text",
    [
        "calendar timetables",
        "calendar+timetables",
        "calendar%2Btimetables",
        "calendar%2btimetables",
        "calendar%20timetables",
        "calendar,timetables",
        "calendar, timetables",
        "  calendar\t timetables ",
        "timetables calendar",
        "calendar:required timetables:required",
        "calendar calendar timetables",
    ],
)
def test_however_they_are_separated(text: str) -> None:
    assert parse(text) == Asked(("calendar", "timetables"), ())


def test_what_is_optional_says_so() -> None:
    asked = parse("school:required students.basic:optional contacts.basic:optional")
    assert asked == Asked(("school",), ("students.basic", "contacts.basic"))
    assert asked.all == ("school", "students.basic", "contacts.basic")


def test_what_is_asked_for_twice_is_required_if_it_once_is() -> None:
    assert parse("calendar:optional calendar") == Asked(("calendar",), ())
    assert parse("calendar calendar:optional") == Asked(("calendar",), ())


def test_nothing_asks_for_nothing() -> None:
    assert parse("") == parse(" + ,") == Asked((), ())


def test_both_samples_and_the_first_documents_are_understood() -> None:
    assert parse("students+teaching_groups").required == ("teaching_groups", "students.basic")
    assert parse("staff_members").required == ("staff_members.basic",)
    assert parse("student_care").required == ("students.care", "students.ever_in_care")
    for alias in ALIASES:
        assert parse(alias).required


def test_optional_coarse_names_stay_optional() -> None:
    assert parse("student_care:optional").optional == ("students.care", "students.ever_in_care")


@pytest.mark.parametrize("text", ["homework", "school homework:optional", "school:perhaps", ":"])
def test_what_is_no_scope_is_told(text: str) -> None:
    with pytest.raises(UnknownScope):
        parse(text)


@pytest.mark.parametrize(
    ("name", "brought"),
    [
        ("students.dob", "students.basic"),
        ("students.medical.notes", "students.basic"),
        ("staff_members.emails", "staff_members.basic"),
        ("contacts.priority", "contacts.basic"),
    ],
)
def test_anything_of_people_brings_who_they_are(name: str, brought: str) -> None:
    assert with_dependencies([name]) == {"school", name, brought}


@pytest.mark.parametrize("name", ["calendar", "groups.user", "assessments.internal"])
def test_everything_brings_the_school(name: str) -> None:
    assert with_dependencies([name]) == {"school", name}
    assert with_dependencies([]) == {"school"}


def test_dependencies_of_nothing_known_are_told() -> None:
    with pytest.raises(UnknownScope):
        with_dependencies(["homework"])


@given(st.lists(st.sampled_from(NAMES), unique=True), st.sampled_from([" ", "+", "%2B", ","]))
def test_all_that_is_asked_is_understood(names: list[str], separator: str) -> None:
    asked = parse(separator.join(names))
    assert set(asked.required) == set(names)
    brought = with_dependencies(names)
    assert brought >= {*names, "school"}
    assert with_dependencies(brought) == brought


_words = st.lists(
    st.tuples(
        st.sampled_from([*sorted(ALIASES), *(scope.name for scope in SCOPES)]),
        st.sampled_from(["", ":required", ":optional"]),
    ),
    min_size=1,
    max_size=12,
)


@given(_words, st.sampled_from([" ", ",", "+", "  "]))
def test_what_is_all_held_is_told_in_the_words_that_asked(
    words: list[tuple[str, str]], between: str
) -> None:
    asked = [name + how for name, how in words]
    held = with_dependencies(parse(" ".join(asked)).all)
    assert in_words_of(between.join(asked), sorted(held)) == " ".join(asked)


@given(_words, st.sets(st.sampled_from([scope.name for scope in SCOPES]), min_size=1))
def test_what_is_told_is_held(words: list[tuple[str, str]], held: set[str]) -> None:
    told = in_words_of(" ".join(name + how for name, how in words), sorted(held))
    assert held.issuperset(parse(told).all)


def test_a_scope_that_is_none_any_more_is_not_told() -> None:
    assert in_words_of("students.shoe_size timetables", ["school", "timetables"]) == "timetables"
