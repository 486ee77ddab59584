"""The table of resources: consistent in itself, with the scopes, and with its description."""

from __future__ import annotations

import re

import pytest

from assembly_ui.api.rest.errors import MethodNotAllowed, NotFound
from assembly_ui.api.rest.finding import Found, find
from assembly_ui.api.rest.resource import Level, Resource
from assembly_ui.api.rest.table import (
    ASSESSMENT,
    RESOURCES,
    RESULT,
    STAFF_PARTS,
    STUDENT_PARTS,
)
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import scope_named
from assembly_ui.scopes.seeing import kinds_of
from tests.journeys.server import ROOT

_ids = [f"{one.method} {one.path}" for one in RESOURCES]
each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=_ids)


@each_resource
def test_an_address_leads_to_its_line(resource: Resource) -> None:
    path = resource.path.replace("{id}", "12")
    is_one = path != resource.path
    assert find(resource.method, path) == Found(resource, *((12, "12") if is_one else ()))


@pytest.mark.parametrize("path", ["//students", "/students/", "students", "///students//"])
def test_slashes_too_many_or_too_few_change_nothing(path: str) -> None:
    assert find("GET", path).resource.path == "/students"


@pytest.mark.parametrize(
    "path", ["/", "/pupils", "/students/x", "/students/0", "/students/1/2", "/left", "/x" * 200]
)
def test_elsewhere_there_is_nothing(path: str) -> None:
    with pytest.raises(NotFound):
        find("GET", path)


def test_what_is_asked_in_the_wrong_way_says_the_right_one() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        find("GET", "/school/sync")
    assert caught.value.allowed == ("POST",)


@each_resource
def test_each_of_its_scopes_shows_what_it_lists(resource: Resource) -> None:
    for scope in resource.scopes:
        held = with_dependencies([scope_named(scope).name, *filter(None, [resource.also])])
        assert resource.kind in kinds_of(held)


@each_resource
def test_what_a_school_allows_is_never_read_without_a_scope(resource: Resource) -> None:
    is_about_people = resource.kind not in ("", "school")
    assert not is_about_people or (resource.scopes and resource.level is Level.SCHOOL)


@each_resource
def test_it_is_described_for_developers(resource: Resource) -> None:
    assert _described()[resource.method, resource.path] == _line(resource)


def test_nothing_else_is_described() -> None:
    assert _described().keys() == {(one.method, one.path) for one in RESOURCES}


TOGETHER = {
    ASSESSMENT: "any of `assessments.*`",
    RESULT: "`assessments.internal`, `.examinations` or `.national`",
    STUDENT_PARTS: "student parts",
    STAFF_PARTS: "staff parts",
}
"""What docs/api.md spells out once."""


def _line(one: Resource) -> tuple[str, str, str]:
    """Scopes, parameters and whether it is conditional, as docs/api.md has them."""
    scopes = TOGETHER.get(one.scopes) or " or ".join(f"`{scope}`" for scope in one.scopes) or "–"
    if one.also:
        scopes += f", and `{one.also}`"
    if one.level is Level.APP:
        scopes = "an app token"
    names = [f"`{name}`" for name in one.parameters]
    if together := TOGETHER.get(one.parts):
        names = [*names[: -len(one.parts)], together]
    asks = ", ".join(names) or "–"
    return scopes, asks, "yes" if one.conditional else "–"


def _described() -> dict[tuple[str, str], tuple[str, str, str]]:
    text = (ROOT / "docs" / "api.md").read_text()
    lines = re.findall(r"^\| (GET|POST) \| `([^`]+)` \| (.*?) \| (.*?) \| (.*?) \|$", text, re.M)
    return {
        (method, path): (scopes, asks, conditional)
        for method, path, scopes, asks, conditional in lines
    }
