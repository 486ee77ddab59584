"""From records made now and those kept before to what is to be written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from assembly_ui.sync.comparing import Comparison, Eyes, Ids, Kept, compare


@dataclass
class Made:
    """A record."""

    key: str
    data: dict[str, Any]
    label: str = "Jo"


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    return data


def _compare(ids: Ids, made: list[Made], before: dict[int, Kept], **more: Any) -> Comparison:
    return compare("student", made, before, ids, _whole, **more)


def _kept(data: dict[str, Any], *, label: str = "Jo", is_there: bool = True) -> Kept:
    return Kept(json.dumps(data), label, is_there)


def test_a_number_is_given_once_and_never_again() -> None:
    ids = Ids()
    ids.know("student", "a", 7)
    assert (ids.of("student", "b"), ids.of("student", "a"), ids.of("contact", "a")) == (8, 7, 1)
    assert ids.given == [("student", "b", 8), ("contact", "a", 1)]


def test_what_is_new_changed_back_and_gone_is_told_apart() -> None:
    ids = Ids()
    for number, key in enumerate("abcd", 1):
        ids.know("student", key, number)
    before = {
        1: _kept({"age": 1}),
        2: _kept({"age": 2}),
        3: _kept({"age": 3}, is_there=False),
        4: _kept({"age": 4}),
    }
    made = [Made("a", {"age": 1}), Made("b", {"age": 9}), Made("c", {"age": 3}), Made("e", {})]
    found = _compare(ids, made, before)
    assert [one.number for one in found.added] == [5]
    assert [one.number for one in found.again] == [3]
    assert [(one.number, one.fields) for one in found.altered] == [(2, {"age": [2, 9]})]
    assert (found.removed, found.total, found.changed) == ([4], 4, 1)


def test_of_two_records_with_one_key_the_later_counts() -> None:
    found = _compare(Ids(), [Made("a", {"age": 1}), Made("a", {"age": 2})], {})
    assert [one.text for one in found.added] == ['{"age": 2}']


def test_a_record_that_nobody_may_see_is_not_there() -> None:
    ids = Ids()
    ids.know("student", "a", 1)
    made = [Made("a", {"age": 1})]
    found = compare("student", made, {1: _kept({"age": 1})}, ids, lambda _data: None)
    assert (found.added, found.removed, found.total) == ([], [1], 0)


def test_a_new_label_is_kept_and_counts_for_nothing() -> None:
    ids = Ids()
    ids.know("student", "a", 1)
    found = _compare(ids, [Made("a", {"age": 1}, label="Joe")], {1: _kept({"age": 1})})
    assert [one.label for one in found.altered] == ["Joe"]
    assert found.changed == 0


def test_with_other_eyes_only_what_both_could_see_counts_as_changed() -> None:
    ids = Ids()
    ids.know("student", "a", 1)
    eyes = Eyes(
        shared=lambda data: {"name": data["name"]},
        now=lambda data: {"name": data["name"], "dob": data["dob"]},
    )
    before = {1: _kept({"name": "Jo", "dob": None, "upn": "X"})}
    (more,) = _compare(
        ids, [Made("a", {"name": "Jo", "dob": "2015", "upn": "X"})], before, eyes=eyes
    ).altered
    assert (more.fields, more.is_news) == ({}, True)
    (less,) = _compare(
        ids, [Made("a", {"name": "Jo", "dob": None, "upn": None})], before, eyes=eyes
    ).altered
    assert (less.fields, less.is_news) == ({}, False)
