"""What is asked of a school's endpoints, and what their answers become."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter import errors
from assembly_ui.xporter.client import Timeouts, XporterClient
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.endpoints import ENDPOINTS
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.rows.assessment import Result
from assembly_ui.xporter.rows.people import Student
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import AT_ONCE, NULLS, Answer, Service, a_client
from tests.integration.xporter.test_replies import HTML
from tests.unit.xporter.test_queries import EVERY, NEEDED

STUDENTS = Query.of("Students", options=["includeLeavers"], select=["Id"], studentStatus="OnRoll")
META = {"meta": [{"MIS": "isams", "Version": "4", "DateTime": "2026-11-23T03:00:06"}]}


def _answer_of(name: str) -> dict[str, Any]:
    tables = ENDPOINTS[name].tables or ("Agent",)
    return {table: [{"Id": "1"}] for table in tables} | META


async def test_a_query_is_sent_as_documented(service: Service, xporter: XporterClient) -> None:
    service.says("Students", service.protected({"Students": []}))
    await xporter.read(DFE_NUMBER, SECRET, STUDENTS)
    request = service.requests[-1]
    assert request.url.path == f"/api/v1/School/{DFE_NUMBER}/Students"
    assert dict(request.url.params) == {
        "studentStatus": "OnRoll",
        "options": "includeLeavers",
        "select": "Id",
        "page": "1",
        "pageSize": "1000",
        "httpStatusCodes": "true",
    }


async def test_one_record_is_asked_for_by_its_id(service: Service, xporter: XporterClient) -> None:
    service.says("7", {"Students": [{"Id": "PL/7"}]})
    await xporter.read(DFE_NUMBER, SECRET, Query.of("Students", "PL/7"))
    assert service.requests[-1].url.raw_path.startswith(
        f"/api/v1/School/{DFE_NUMBER}/Students/PL%2F7?".encode()
    )


@pytest.mark.parametrize("name", EVERY)
async def test_every_endpoint_is_read_into_its_tables(
    service: Service, xporter: XporterClient, name: str
) -> None:
    service.says(name, service.protected(_answer_of(name)))
    read = await xporter.read(DFE_NUMBER, SECRET, Query.of(name, **NEEDED.get(name, {})))
    assert read.tables == {table: [{"Id": "1"}] for table in ENDPOINTS[name].tables or ("Agent",)}
    assert read.summary.mis == "isams"
    for kind in ENDPOINTS[name].rows:
        assert [row.id for row in read.rows(kind)] == ["1"]


async def test_rows_are_typed_when_they_are_looked_at(
    service: Service, xporter: XporterClient
) -> None:
    rows = [{"Id": "1", "DateofBirth": "2012-03-04"}, {"id": 2, "GroupIds": "9,8", "EAL": "0"}]
    service.says("Students", {"Students": rows})
    read = await xporter.read(DFE_NUMBER, SECRET, STUDENTS)
    assert read.tables["Students"] == rows
    first, second = read.rows(Student)
    assert str(first.date_of_birth) == "2012-03-04"
    assert (second.id, second.group_ids, second.eal) == ("2", ("9", "8"), False)
    assert list(read.rows(Result)) == []


async def test_a_row_that_comes_twice_is_kept_once_as_it_came_last(
    service: Service, xporter: XporterClient
) -> None:
    service.says("Students", {"Students": [{"Id": "1", "Surname": "A"}, {"Id": 1, "Surname": "B"}]})
    read = await xporter.read(DFE_NUMBER, SECRET, STUDENTS)
    assert [row.surname for row in read.rows(Student)] == ["B"]


async def test_rows_without_an_id_are_all_kept(service: Service, xporter: XporterClient) -> None:
    codes = [{"Mark": "/"}, {"Mark": "L"}]
    service.says("AttendanceCodes", {"AttendanceCodes": codes})
    read = await xporter.read(DFE_NUMBER, SECRET, Query.of("AttendanceCodes"))
    assert read.tables["AttendanceCodes"] == codes


async def test_a_main_table_of_another_name_is_found(
    service: Service, xporter: XporterClient
) -> None:
    service.says("AttendanceForDate", {"Marks": [{"Id": "1"}], **META})
    read = await xporter.read(DFE_NUMBER, SECRET, Query.of("AttendanceForDate"))
    assert read.tables == {"AttendMarks": [{"Id": "1"}]}


async def test_a_table_of_another_name_can_be_set(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    service.says("Groups", {"Groups": [{"Id": "1"}], "Pupils": [{"Id": "2"}], "More": []})
    client = a_client(
        http, clock, dialect=Dialect(table_names={"Group": "Groups", "StudentMembers": "pupils"})
    )
    read = await client.read(DFE_NUMBER, SECRET, Query.of("Groups"))
    assert read.tables == {
        "Group": [{"Id": "1"}],
        "StudentMembers": [{"Id": "2"}],
        "More": [],
    }


@pytest.mark.parametrize(
    "answer",
    [
        {},
        NULLS,
        META,
        {"Staff": []},
        {"Students": "none"},
        {"Students": ["a", "b"]},
        {"Students": [], "__pagination__": 7},
    ],
)
async def test_an_answer_without_the_table_has_the_wrong_shape(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("Students", answer)
    with pytest.raises(errors.WrongShape):
        await xporter.read(DFE_NUMBER, SECRET, STUDENTS)


async def test_before_the_first_collection_there_is_no_data_rather_than_nobody(
    service: Service, xporter: XporterClient
) -> None:
    service.says("Students", {"Students": [], "meta": [{"Id": 1, "MIS": None, "DateTime": None}]})
    with pytest.raises(errors.NoDataYet):
        await xporter.read(DFE_NUMBER, SECRET, STUDENTS)
    service.says("Students", {"Students": [], **META})
    assert (await xporter.read(DFE_NUMBER, SECRET, STUDENTS)).tables == {"Students": []}


@pytest.mark.parametrize("name", ["__dbStatus__", "dbstatus", "DbStatus"])
@pytest.mark.parametrize("status", [{"Status": "OK"}, [{"Status": "OK"}]], ids=["one", "list"])
async def test_how_fresh_the_data_are_is_asked_without_reading_them(
    service: Service, xporter: XporterClient, name: str, status: object
) -> None:
    service.says("Students", {name: status})
    assert await xporter.database_status(DFE_NUMBER, SECRET, STUDENTS) == [{"Status": "OK"}]
    assert service.requests[-1].url.params["onlygetDBStatus"] == "true"


async def test_a_freshness_nobody_told_is_named(service: Service, xporter: XporterClient) -> None:
    service.says("Students", {"Students": []})
    with pytest.raises(errors.WrongShape):
        await xporter.database_status(DFE_NUMBER, SECRET, STUDENTS)


FAILURES: dict[str, tuple[Answer, type[errors.XporterError]]] = {
    "200 and words about scopes": (
        NULLS | {"ExceptionMessage": "Scope Student is not granted"},
        errors.ScopeNotGranted,
    ),
    "403": (httpx.Response(403, json=NULLS), errors.ScopeNotGranted),
    "404": (httpx.Response(404, json=NULLS), errors.NotFound),
    "429": (httpx.Response(429, headers={"Retry-After": "5"}), errors.RateLimited),
    "500": (httpx.Response(500, json=NULLS), errors.ServiceDown),
    "504": (httpx.Response(504, text=HTML), errors.TooSlow),
    "a web page": (httpx.Response(200, text=HTML), errors.NotJson),
    "nothing": (httpx.Response(200), errors.EmptyAnswer),
    "half of it": (httpx.Response(200, text='{"Students": [{"Id": '), errors.Truncated),
    "half of something long": (
        httpx.Response(200, text='{"Students": [' + '{"Id": "1"},' * 50_000),
        errors.Truncated,
    ),
    "elsewhere": (httpx.Response(302, headers={"Location": "/"}), errors.Redirected),
    "no data": (NULLS | {"ExceptionMessage": "No data for this school"}, errors.NoDataYet),
    "a lost connection": (httpx.ReadError("reset"), errors.ConnectionLost),
    "no connection": (httpx.ConnectError("refused"), errors.ConnectionRefused),
}


@pytest.mark.parametrize(("answer", "error"), FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("page", ["the first", "a later"])
async def test_every_failure_is_named_on_whichever_page_it_comes(
    service: Service, xporter: XporterClient, answer: Answer, error: type, page: str
) -> None:
    first = {"Students": [], "__pagination__": [{"PageNumber": 1, "PageCount": 2}]}
    # A page that is gone, or refused, may be one that was there a moment ago: begun anew.
    again = [answer] * 3 if page == "a later" else []
    service.says("Students", *([first] if again else []), *again, answer)
    with pytest.raises(error):
        await xporter.read(DFE_NUMBER, SECRET, STUDENTS)


async def test_a_token_that_ends_in_mid_reading_is_renewed(
    service: Service, xporter: XporterClient
) -> None:
    pages = [
        {
            "Students": [{"Id": str(number)}],
            "__pagination__": [{"PageNumber": number, "PageCount": 2, "RowCount": 2}],
        }
        for number in (1, 2)
    ]
    service.says("Students", pages[0], httpx.Response(401, json=NULLS), pages[1])
    read = await xporter.read(DFE_NUMBER, SECRET, STUDENTS)
    assert [row.id for row in read.rows(Student)] == ["1", "2"]
    assert service.asked == ["GetToken", "Students", "Students", "GetToken", "Students"]


async def test_between_two_pages_others_have_a_turn(
    service: Service, xporter: XporterClient
) -> None:
    page = {"Students": [], "__pagination__": [{"PageNumber": 1, "PageCount": 2}]}
    last = {"Students": [], "__pagination__": [{"PageNumber": 2, "PageCount": 2}]}
    service.says("Students", page, last)
    reading = aiter(xporter.pages(DFE_NUMBER, SECRET, STUDENTS))
    await anext(reading)
    async with asyncio.timeout(5):
        await xporter.school_info(DFE_NUMBER, SECRET)
    await anext(reading)
    with pytest.raises(StopAsyncIteration):
        await anext(reading)


async def test_an_answer_too_long_to_take_in_is_refused(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    service.says("Students", {"Students": [{"Id": "1", "QuickNote": "x" * 5000}]})
    client = a_client(http, clock, longest_body=5000)
    with pytest.raises(errors.TooLarge) as caught:
        await client.read(DFE_NUMBER, SECRET, STUDENTS)
    assert caught.value.detail == "5000 bytes"
    assert service.asked.count("Students") == 1


async def test_a_long_answer_is_read_like_a_short_one(
    service: Service, xporter: XporterClient
) -> None:
    rows = [{"Id": str(number), "Surname": "O’Brien 😀"} for number in range(20_000)]
    content = b"\xef\xbb\xbf" + json.dumps({"Students": rows}, ensure_ascii=False).encode()
    service.says("Students", httpx.Response(200, content=content))
    assert (await xporter.read(DFE_NUMBER, SECRET, STUDENTS)).tables["Students"] == rows


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        (STUDENTS, "data"),
        (Query.of("assessmentresults", Students="1"), "live"),
        (Query.of("AttendanceForDate"), "live"),
    ],
)
async def test_what_may_be_read_live_has_a_limit_of_its_own(
    service: Service, http: httpx.AsyncClient, clock: ManualClock, query: Query, limit: str
) -> None:
    async def never(_request: httpx.Request) -> dict:
        await asyncio.Event().wait()
        return {}

    service.says(query.endpoint.name, never)
    client = a_client(http, clock, timeouts=Timeouts(**{limit: 0.01}), repeats=AT_ONCE)
    async with asyncio.timeout(5):
        with pytest.raises(errors.TooSlow):
            await client.read(DFE_NUMBER, SECRET, query)
