"""The OneRoster face: tokens by Basic, the main collections, plain OAuth errors."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from simulators.xporter.faults import set_fault
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    ESTAB,
    RELYING_PARTY,
    InstalledSchool,
    Mailbox,
    an_installed_school,
)

BASE = "/api/ims/oneroster/v1p1"


@pytest.fixture
async def school(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> InstalledSchool:
    return await an_installed_school(web, stand_in, mailbox)


async def _token(
    web: httpx.AsyncClient, secret: str, *, path: str = "/token", estab: str = ESTAB
) -> httpx.Response:
    basic = base64.b64encode(f"{RELYING_PARTY}|{estab}:{secret}".encode()).decode()
    return await web.post(
        BASE + path,
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )


async def _read(school: InstalledSchool, path: str, **params: str) -> httpx.Response:
    token = (await _token(school.web, school.secret)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return await school.web.get(BASE + path, params=params, headers=headers)


@pytest.mark.parametrize("path", ["/token", "/school/auth/token"])
async def test_a_token_lasts_an_hour(school: InstalledSchool, path: str) -> None:
    answer = (await _token(school.web, school.secret, path=path)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


@pytest.mark.parametrize("changes", [{"estab": "3302006"}, {"estab": ""}])
async def test_a_wrong_client_is_told_so(school: InstalledSchool, changes: dict[str, str]) -> None:
    for secret in ("wrong", school.secret):
        answer = await _token(school.web, secret, **changes)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_main_collections(school: InstalledSchool) -> None:
    (org,) = (await _read(school, "/schools")).json()["orgs"]
    assert (org["name"], org["identifier"]) == ("King's School", ESTAB)
    users = (await _read(school, "/users", limit="10000")).json()["users"]
    assert {user["role"] for user in users} >= {"student", "teacher"}
    students = (await _read(school, "/school/students", limit="10000")).json()["users"]
    rows = (await school.read("Students"))["Students"]
    assert [student["identifier"] for student in students] == [row["Id"] for row in rows]
    ids = {user["sourcedId"] for user in users}
    classes = (await _read(school, "/classes", limit="10000")).json()["classes"]
    taught = {one["sourcedId"] for one in classes}
    enrolled = (await _read(school, "/enrollments", limit="10000")).json()["enrollments"]
    assert enrolled
    for one in enrolled:
        assert one["user"]["sourcedId"] in ids
        assert one["class"]["sourcedId"] in taught


async def test_limit_and_offset(school: InstalledSchool) -> None:
    whole = (await _read(school, "/students", limit="10000")).json()["users"]
    part = await _read(school, "/students", limit="3", offset="2")
    assert part.json()["users"] == whole[2:5]
    assert part.headers["x-total-count"] == str(len(whole))


async def test_one_record(school: InstalledSchool) -> None:
    (first, *_) = (await _read(school, "/students")).json()["users"]
    assert (await _read(school, f"/users/{first['sourcedId']}")).json()["user"] == first
    assert (await _read(school, "/users/nobody")).status_code == 404


async def test_what_changed_since(school: InstalledSchool) -> None:
    whole = (await _read(school, "/students", limit="10000")).json()["users"]
    newest = max(user["dateLastModified"] for user in whole)
    later = await _read(school, "/students", filter=f"dateLastModified>'{newest}'")
    assert later.json()["users"] == []
    since = await _read(
        school, "/students", filter="dateLastModified>'2000-01-01T00:00:00.000Z'", limit="10000"
    )
    assert since.json()["users"] == whole


@pytest.mark.parametrize(
    "params", [{"limit": "x"}, {"filter": "name='x'"}, {"filter": "dateLastModified>'x'"}]
)
async def test_what_cannot_be_read_is_refused(
    school: InstalledSchool, params: dict[str, Any]
) -> None:
    answer = await _read(school, "/students", **params)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_no_token_no_data(web: httpx.AsyncClient) -> None:
    answer = await web.get(BASE + "/users")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_faults_hit_it_by_its_name(school: InstalledSchool) -> None:
    await set_fault(school.stand_in.database, fault="down", endpoint="OneRoster")
    assert (await _token(school.web, school.secret)).status_code == 503
