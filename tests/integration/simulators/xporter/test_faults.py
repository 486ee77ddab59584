"""Fault switches: each does what its name says, where it was set, for as long as it was set."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.faults import (
    Fault,
    clear_faults,
    list_faults,
    set_fault,
)
from simulators.xporter.simulator import XporterSimulator
from tests.factories.database import listen_to
from tests.factories.xporter_simulator import (
    ESTAB,
    Mailbox,
    Partner,
    authorise,
    choose_install,
    get_token,
    register,
)

INFO = f"/api/v1/School/{ESTAB}/SchoolInfo"
Read = Callable[[str], Awaitable[httpx.Response]]


@pytest.fixture
async def secret(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    database: Database,
    clock: ManualClock,
    mailbox: Mailbox,
    partner: Partner,
) -> str:
    """The secret of a school that is installed."""
    await register(web)
    await stand_in.do_due()
    await authorise(database, mailbox.newest_token, now=clock())
    await choose_install(database, mailbox.newest_token, now=clock(), seconds=0)
    await stand_in.do_due()
    return partner.posted[-1]["schoolSecret"]


@pytest.fixture
async def token(web: httpx.AsyncClient, secret: str) -> str:
    return (await get_token(web, estab=ESTAB, password=secret))["token"]


@pytest.fixture
def read(web: httpx.AsyncClient, token: str) -> Read:
    async def read(path: str = INFO) -> httpx.Response:
        return await web.get(path, headers={"Authorization": f"Idaas {token}"})

    return read


async def test_down_is_a_page_with_503(read: Read, database: Database) -> None:
    await set_fault(database, fault="down")
    answer = await read(INFO)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (503, "text/html")


async def test_an_error_is_500_with_the_body_of_an_exception(
    read: Read, database: Database
) -> None:
    await set_fault(database, fault=Fault.ERROR)
    answer = await read(INFO)
    assert answer.status_code == 500
    assert answer.json()["ExceptionType"] == "System.NullReferenceException"


@pytest.mark.parametrize(("seconds", "header"), [(30, "30"), (None, None)])
async def test_too_many_requests_with_or_without_a_time_to_come_back(
    read: Read, database: Database, seconds: float | None, header: str | None
) -> None:
    await set_fault(database, fault="limited", seconds=seconds)
    answer = await read(INFO)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)


async def test_a_page_where_json_is_due(read: Read, database: Database) -> None:
    await set_fault(database, fault="html")
    answer = await read(INFO)
    assert answer.status_code == 200
    assert "<h1>Sign in" in answer.text


async def test_an_empty_body(read: Read, database: Database) -> None:
    await set_fault(database, fault="empty")
    answer = await read(INFO)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_half_the_json_is_no_json(read: Read, database: Database) -> None:
    whole = (await read(INFO)).content
    await set_fault(database, fault="truncated")
    half = await read(INFO)
    assert half.status_code == 200
    assert whole.startswith(half.content)
    with pytest.raises(json.JSONDecodeError):
        half.json()


async def test_a_line_that_is_cut(read: Read, database: Database) -> None:
    await set_fault(database, fault="dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        await read(INFO)


async def test_an_exception_with_status_200_in_words_nobody_knows(
    read: Read, database: Database
) -> None:
    await set_fault(database, fault="exception", words="Guru meditation")
    answer = await read(INFO)
    assert (answer.status_code, answer.json()["ExceptionMessage"]) == (200, "Guru meditation")


async def test_json_of_another_shape(read: Read, database: Database) -> None:
    await set_fault(database, fault="wrong_shape")
    assert isinstance((await read(INFO)).json(), list)


async def test_data_of_another_school(read: Read, database: Database) -> None:
    await set_fault(database, fault="wrong_school")
    (row,) = (await read(INFO)).json()["SchoolInfo"]
    assert row["EstabId"] != ESTAB
    assert (await read("/api/v1/TokenDetails")).json()["Estab"] != ESTAB


async def test_tables_without_rows(read: Read, database: Database) -> None:
    await set_fault(database, fault="no_data")
    assert (await read(INFO)).json()["SchoolInfo"] == []


async def test_a_token_that_is_called_expired_can_be_renewed_to_no_avail(
    read: Read, web: httpx.AsyncClient, secret: str, database: Database
) -> None:
    await set_fault(database, fault="token_expired")
    assert (await get_token(web, estab=ESTAB, password=secret))["token"]
    assert (await read(INFO)).json()["ExceptionMessage"] == "Token has expired"


async def test_refused_as_after_a_withdrawal(
    read: Read, web: httpx.AsyncClient, secret: str, database: Database
) -> None:
    await set_fault(database, fault="token_refused")
    made = await get_token(web, estab=ESTAB, password=secret)
    assert made["ExceptionMessage"].startswith("Relying Party not found")
    assert (await read(INFO)).json()["ExceptionMessage"] == "Token is not valid"


async def test_paused_is_said_of_tokens_and_data(
    read: Read, web: httpx.AsyncClient, secret: str, database: Database
) -> None:
    await set_fault(database, fault="paused", estab=ESTAB)
    assert (await get_token(web, estab=ESTAB, password=secret))["AuthorisationPaused"] is True
    assert (await read(INFO)).json()["AuthorisationPaused"] is True


async def test_slow_is_right_but_late(read: Read, database: Database) -> None:
    await set_fault(database, fault="slow", seconds=0.05)
    answer = await read(INFO)
    assert answer.elapsed >= timedelta(seconds=0.05)
    assert answer.json()["SchoolInfo"]


async def test_the_invitation_can_fail_too(web: httpx.AsyncClient, database: Database) -> None:
    await set_fault(database, fault="exception", endpoint="SchoolRegister", estab=ESTAB)
    assert (await register(web))["ExceptionMessage"]
    assert (await register(web, DfesCode="2006"))["Schools"][0]["Status"] == "OK"


async def test_a_fault_of_one_school_leaves_the_others_alone(
    read: Read, web: httpx.AsyncClient, database: Database
) -> None:
    await set_fault(database, fault="down", estab="3302006")
    assert (await read(INFO)).status_code == 200
    assert (await get_token(web))["token"]


async def test_a_fault_of_one_endpoint_leaves_the_others_alone(
    read: Read, database: Database
) -> None:
    await set_fault(database, fault="down", endpoint="schoolINFO")
    assert (await read(INFO)).status_code == 503
    assert (await read(f"/api/v1/school/{ESTAB}/schoolinfo")).status_code == 503
    assert (await read(f"/api/v1/School/{ESTAB}/Counts")).status_code == 200


async def test_a_fault_lasts_so_many_calls(read: Read, database: Database) -> None:
    await set_fault(database, fault="down", calls=2)
    assert [(await read(INFO)).status_code for _ in range(3)] == [503, 503, 200]


async def test_a_fault_lasts_until_its_time(
    read: Read, database: Database, clock: ManualClock
) -> None:
    await set_fault(database, fault="down", until=clock() + timedelta(minutes=5))
    assert (await read(INFO)).status_code == 503
    clock.advance(timedelta(minutes=5))
    assert (await read(INFO)).status_code == 200


async def test_faults_are_listed_and_cleared(database: Database, clock: ManualClock) -> None:
    await set_fault(database, fault="down", estab=ESTAB)
    await set_fault(database, fault="slow", seconds=1, endpoint="GetToken")
    listed = await list_faults(database, now=clock())
    assert [(one.fault, one.estab, one.endpoint) for one in listed] == [
        (Fault.DOWN, ESTAB, ""),
        (Fault.SLOW, "", "gettoken"),
    ]
    assert await clear_faults(database, fault="down") == 1
    assert await clear_faults(database) == 1
    assert await list_faults(database, now=clock()) == []


async def test_an_unknown_fault_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        await set_fault(database, fault="nonsense")


async def test_without_faults_a_call_pays_one_look(read: Read, database: Database) -> None:
    said: list[str] = []
    listen_to(database, said.append)
    await read(INFO)
    assert sum("simulator_faults" in statement for statement in said) == 1
