"""The same client, the stand-in as a process of its own, and a real connection between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from assembly_ui.xporter import errors
from assembly_ui.xporter.client import XporterClient, make_http
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.rows.people import Student
from tests.factories.xporter import a_client
from tests.integration.simulators.xporter.alone import alone

STUDENTS = Query.of("Students", options=["includeGroupIds"])


@pytest.fixture(scope="module")
def started() -> Iterator[dict[str, Any]]:
    """The first line of a stand-in that runs alone."""
    with alone("--pupils", "150") as line:
        yield line


@pytest.fixture
async def client(started: dict[str, Any]) -> AsyncIterator[XporterClient]:
    async with make_http() as http:
        yield a_client(
            http,
            lambda: datetime.now(UTC),
            address=started["base_url"],
            relying_party=started["relying_party"],
            management_secret=started["management_secret"],
        )


@pytest.fixture
async def control(started: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    """Drives the stand-in from outside; leaves it without faults."""
    headers = {"Authorization": f"Bearer {started['control_key']}"}
    async with httpx.AsyncClient(base_url=started["base_url"], headers=headers) as http:
        yield http
        assert (await http.delete("/control/faults")).is_success


def _school(started: dict[str, Any], number: int = 0) -> tuple[str, str]:
    school = started["schools"][number]
    return school["estab"], school["secret"]


async def test_pupils_are_read_in_pages_and_then_only_what_changed(
    started: dict[str, Any], client: XporterClient
) -> None:
    estab, secret = _school(started)
    first = await client.changes(estab, secret, STUDENTS, page_size=40).collect()
    pupils = list(first.rows(Student))
    assert len(pupils) == (await client.counts(estab, secret))["Students"]
    assert all(pupil.id and pupil.surname for pupil in pupils)
    again = await client.changes(estab, secret, STUDENTS, first.summary.marker).collect()
    assert not again.summary.is_full
    assert again.tables["Students"] == []


async def test_the_schools_that_authorised_are_listed(
    started: dict[str, Any], client: XporterClient
) -> None:
    listed = {school.estab for school in await client.authorised_schools()}
    assert {school["estab"] for school in started["schools"] if school["installed"]} <= listed


async def test_a_school_in_the_queue_has_no_data_yet(
    started: dict[str, Any], client: XporterClient
) -> None:
    with pytest.raises(errors.NoDataYet):
        await client.school_info(*_school(started, -1))


FAULTS: dict[str, type[errors.XporterError]] = {
    "down": errors.ServiceDown,
    "error": errors.ServiceDown,
    "limited": errors.RateLimited,
    "html": errors.NotJson,
    "truncated": errors.Truncated,
    "empty": errors.EmptyAnswer,
    "exception": errors.Refused,
    "wrong_shape": errors.WrongShape,
    "token_expired": errors.TokenExpired,
    "no_data": errors.NoDataYet,
    "dropped": errors.ConnectionLost,
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.items(), ids=FAULTS.keys())
async def test_every_fault_of_the_service_is_named(
    started: dict[str, Any],
    client: XporterClient,
    control: httpx.AsyncClient,
    fault: str,
    error: type,
) -> None:
    await client.school_token(*_school(started))
    answered = await control.post("/control/faults", json={"fault": fault, "endpoint": "Students"})
    assert answered.is_success, answered.text
    with pytest.raises(error):
        await client.read(*_school(started), STUDENTS)
