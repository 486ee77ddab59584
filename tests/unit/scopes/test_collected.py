"""What is not collected is said, in the app's documents too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assembly_ui.apps.receipts import titles
from assembly_ui.scopes.catalogue import SCOPES, Scope
from assembly_ui.scopes.collected import (
    NOT_COLLECTED,
    UNCOLLECTED_SCOPES,
    collects,
    is_collected,
)
from assembly_ui.web.scopes_view import NOTHING_SHARED, shown

API = Path(__file__).parents[3] / "docs" / "api.md"
EVERYBODY = {kind: 433 for scope in SCOPES for kind in (field.kind for field in scope.fields)}


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_a_consent_promises_nothing_that_is_not_collected(scope: Scope) -> None:
    (seen,) = shown([scope.name], counts=EVERYBODY)
    assert (seen["figures"] == "Not collected") is not collects(scope)
    assert (NOTHING_SHARED in seen["summary"]) is not collects(scope)
    for field, told in zip(scope.fields, seen["fields"], strict=True):
        is_filled = collects(scope) and is_collected(field)
        assert told["absent"] == ("" if is_filled else "Not collected")
        assert is_filled or not told["sample"]


def test_the_receipt_says_it_too() -> None:
    assert titles(["students.photo", "students.fsm"]) == [
        "Student Free School Meals",
        "Student Photo (not collected)",
    ]


def test_what_is_not_collected_is_in_the_catalogue() -> None:
    known = {field.kind: set[str]() for scope in SCOPES for field in scope.fields}
    for scope in SCOPES:
        for field in scope.fields:
            known[field.kind].add(field.path)
    for kind, paths in NOT_COLLECTED.items():
        assert all(not path or path in known[kind] for path in paths), kind


def test_the_documents_list_the_same_scopes_and_fields() -> None:
    section = API.read_text(encoding="utf-8").partition("## Not collected")[2].partition("\n## ")[0]
    scopes, fields = section.split("**Fields**")
    assert set(re.findall(r"`([a-z_.]+)`", scopes)) == UNCOLLECTED_SCOPES
    told = {
        (field.kind, field.path)
        for scope in SCOPES
        if collects(scope)
        for field in scope.fields
        if not is_collected(field)
    }
    listed = {tuple(name.split(".", 1)) for name in re.findall(r"`([a-z_.]+)`", fields)}
    assert listed == told
