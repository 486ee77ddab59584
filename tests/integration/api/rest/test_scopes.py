"""With only one scope granted, only its fields are served, whatever else is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.seeing import ALWAYS, paths_of
from tests.factories.api import Client, records_of_a_school
from tests.integration.api.rest.conftest import NewApp

READ = [one for one in RESOURCES if one.kind and one.method == "GET"]
EVERY_PART = {part.name: "true" for one in RESOURCES for part in one.parts}
WEEKS = {"start_date": "2026-11-16", "end_date": "2026-12-04"}
REPRESENTATIVE = (
    "school", "calendar", "timetables", "timetables.cover", "groups", "groups.user",
    "registration_groups", "teaching_groups", "attendances", "assessments.internal",
    "assessments.national", "assessments.write", "contacts.basic", "contacts.priority",
    "contacts.telephone_numbers", "staff_members.basic", "staff_members.emails",
    "staff_members.addresses", "staff_members.teaching_status", "students.basic",
    "students.addresses", "students.care", "students.sen_provision", "students.upn",
)  # fmt: skip


@pytest.mark.parametrize("scope", REPRESENTATIVE)
async def test_only_its_fields_are_served(app_with: NewApp, scope: str) -> None:
    app, held = await app_with(scope), with_dependencies([scope])
    for resource in READ:
        path = resource.path.replace("{id}", str(_number(resource.path)))
        asked = (EVERY_PART | WEEKS).items()
        query = {name: value for name, value in asked if name in resource.known}
        answer = await app.ask(path, params=query)
        if not held.isdisjoint(resource.scopes) and resource.also in ("", *held):
            assert answer.status_code in (200, 404), path
        else:
            assert answer.json()["error"] == "insufficient_scope", path
            continue
        if answer.status_code == 200:
            _check(answer.json(), held)


def _number(path: str) -> int:
    """A record there is, wherever a path names one."""
    kind = path.split("/")[1].removesuffix("s")
    kept = records_of_a_school().get(kind) or records_of_a_school()["group"]
    return next(
        (number for number, one in kept.items() if one.get("student_ids")), next(iter(kept))
    )


def _check(body: Any, held: frozenset[str]) -> None:
    for record in body if isinstance(body, list) else [body]:
        kind = "result" if record["object"] == "result_date" else record["object"]
        allowed = paths_of(kind, held)
        for path in _told(record):
            assert any(f"{path}.".startswith(f"{one}.") for one in allowed), (kind, path)


def _told(data: dict[str, Any], before: str = "") -> Iterator[str]:
    """Where in a record something is told."""
    for name, value in data.items():
        if name in ALWAYS or value in (None, [], {}):
            continue
        parts = value if isinstance(value, list) else [value]
        if all(isinstance(part, dict) for part in parts):
            for part in parts:
                yield from _told(part, f"{before}{name}.")
        else:
            yield before + name


async def test_results_come_of_the_assessments_that_are_shared(app_with: NewApp) -> None:
    kept = records_of_a_school()["result"].values()
    internal = [one for one in kept if one["_scope"] == "assessments.internal"]
    assert internal
    assert await _total(await app_with("assessments.internal"), "/results") == len(internal)
    assert await _total(await app_with("assessments.national"), "/results") == 0


async def test_groups_of_the_schools_own_come_apart_from_the_others(app_with: NewApp) -> None:
    kept = records_of_a_school()["group"].values()
    own = sum(one["type"] == "UserGroup" for one in kept)
    assert await _total(await app_with("groups"), "/groups") == len(kept) - own
    assert await _total(await app_with("groups.user"), "/groups") == own
    assert await _total(await app_with("groups", "groups.user"), "/groups") == len(kept)


async def _total(app: Client, path: str) -> int:
    answer = await app.ask(path, params={"per_page": 1500})
    assert answer.headers["Total"] == str(len(answer.json()))
    return len(answer.json())
