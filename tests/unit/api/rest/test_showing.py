"""Parts of a record come when they are asked for."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from assembly_ui.api.rest.question import Question
from assembly_ui.api.rest.showing import leaving_out
from assembly_ui.api.rest.table import STUDENT_PARTS

STUDENT: dict[str, Any] = {
    "object": "student",
    "id": 1,
    "last_name": "Jones",
    "emails": [],
    "address": None,
    "demographics": {
        "object": "student_demographics",
        "gender": "F",
        "sen_needs": [],
        "in_care": False,
        "ever_in_care": True,
    },
}


def _with(*parts: str) -> dict[str, Any]:
    data = deepcopy(STUDENT)
    for leave_out in leaving_out(STUDENT_PARTS, Question((part, "true") for part in parts)):
        leave_out(data)
    return data


def test_without_a_word_only_what_everybody_gets_comes() -> None:
    assert _with() == {"object": "student", "id": 1, "last_name": "Jones"}


def test_what_is_asked_for_comes() -> None:
    assert {"emails", "address"} <= _with("emails", "addresses").keys()
    assert "demographics" not in _with("emails")


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["demographics"], {"gender"}),
        (["demographics", "care"], {"gender", "in_care"}),
        (["demographics", "care", "ever_in_care"], {"gender", "in_care", "ever_in_care"}),
        (["demographics", "sen_needs"], {"gender", "sen_needs"}),
        (["sen_needs"], {"sen_needs"}),
    ],
)
def test_of_demographics_comes_what_is_asked_for(parts: list[str], shown: set[str]) -> None:
    assert _with(*parts)["demographics"].keys() == {"object", *shown}


@pytest.mark.parametrize("parts", [["care"], ["ever_in_care"], ["care", "ever_in_care"]])
def test_being_in_care_does_not_come_without_demographics(parts: list[str]) -> None:
    assert "demographics" not in _with(*parts)


def test_a_part_that_is_not_known_is_left_as_it_is() -> None:
    data: dict[str, Any] = {"demographics": None}
    for leave_out in leaving_out(STUDENT_PARTS, Question([("demographics", "1")])):
        leave_out(data)
    assert data == {"demographics": None}
