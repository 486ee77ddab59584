"""What differs between two states of a record."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.sync.difference import difference, joined, nested

names = st.sampled_from(["a", "b", "c"])
records = st.recursive(
    st.dictionaries(names, st.none() | st.integers(0, 3) | st.lists(st.integers(0, 1))),
    lambda inner: st.dictionaries(names, st.none() | st.integers(0, 3) | inner),
    max_leaves=6,
)


def test_a_field_within_another_has_a_path() -> None:
    before = {"name": "Jo", "demographics": {"gender": "F", "is_pp": True}, "emails": [1, 2]}
    after = {"name": "Jo", "demographics": {"gender": "M", "is_pp": True}, "emails": [1]}
    assert difference(before, after) == {
        "demographics.gender": ["F", "M"],
        "emails": [[1, 2], [1]],
    }


def test_nobody_is_told_of_names_that_are_ours() -> None:
    assert difference({"_left": False}, {"_left": True}) == {}


@given(records, records)
def test_two_records_differ_when_something_of_them_does(before: Any, after: Any) -> None:
    assert difference(before, before) == {}
    found = difference(before, after)
    gone = {name for name in before.keys() ^ after.keys() if before.get(name) == after.get(name)}
    plain = [{n: v for n, v in one.items() if n not in gone} for one in (before, after)]
    if not found:
        assert difference(*plain) == {}
    for place, one in enumerate((before, after)):
        for path, both in found.items():
            assert _at(one, path) == both[place]


def test_fields_are_a_record_again() -> None:
    fields = {"demographics.gender": ["F", "M"], "name": [None, "Jo"]}
    assert nested(fields, 1) == {"demographics": {"gender": "M"}, "name": "Jo"}


def test_of_two_differences_the_first_says_what_was_and_the_second_what_is() -> None:
    assert joined({"a": [1, 2]}, {"a": [2, 3], "b": [4, 5]}) == {"a": [1, 3], "b": [4, 5]}


def _at(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = (record or {}).get(name)
    return record
