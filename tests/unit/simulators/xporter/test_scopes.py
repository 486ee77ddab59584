"""What is asked for and what is granted; School is always part of both."""

from __future__ import annotations

import pytest

from simulators.xporter.scopes import ASKED_BY_DEFAULT, CATALOGUE, asked, granted, scopes_of

EVERYTHING = ",".join(ASKED_BY_DEFAULT)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, EVERYTHING),
        ("", EVERYTHING),
        ([], EVERYTHING),
        (7, EVERYTHING),
        ("Nonsense", EVERYTHING),
        ("Staff", "School,Staff"),
        (["Staff", "School", "Staff", None, {}], "School,Staff"),
        (" Staff , Student ", "School,Staff,Student"),
    ],
)
def test_what_is_asked_for(names: object, expected: str) -> None:
    assert asked(names) == expected


@pytest.mark.parametrize(
    ("ticked", "expected"),
    [
        ([], "School"),
        (["Staff"], "School,Staff"),
        (["Student", "Staff", "Student"], "School,Staff,Student"),
        (["UPN", "<b>"], "School"),
    ],
)
def test_only_what_was_asked_for_is_granted(ticked: list[str], expected: str) -> None:
    assert granted("School,Staff,Student", ticked) == expected


def test_every_scope_is_described_in_a_sentence() -> None:
    assert all(scope.description.endswith(".") for scope in CATALOGUE)
    assert len({scope.title for scope in CATALOGUE}) == len(CATALOGUE)


def test_a_scope_nobody_described_shows_as_its_name() -> None:
    assert [scope.title for scope in scopes_of("School,Novel")] == ["School", "Novel"]
