"""What the service says about itself and us, and by whose token it is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter import errors
from assembly_ui.xporter.client import AuthorisedSchool, Token, XporterClient
from assembly_ui.xporter.dialect import Dialect
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import NULLS, RELYING_PARTY, Service, a_client, school_info

SCHOOL = (DFE_NUMBER, SECRET)
SCOPES = {"Scopes": [{"Name": "School", "Category": "School", "Description": "All"}]} | NULLS
QUERIES = {
    "Endpoints": [
        {
            "Version": "1",
            "Id": "school.students",
            "Method": "GET",
            "Scope": "Student,StudentLite",
            "Path": "/api/v1/School/{estab}/Students/{id}",
            "Published": True,
            "PageSize": 0,
        }
    ],
    "Queries": [],
} | NULLS
USAGE = {
    "Usage": [
        {
            "Estab": DFE_NUMBER,
            "RP": RELYING_PARTY,
            "Areas": [
                {
                    "Area": "request",
                    "Total": 7,
                    "Today": 1,
                    "ThisMonth": 7,
                    "History": [{"month": "2018-06", "count": 7}],
                }
            ],
        }
    ]
}
GDPR = {
    "GDPR": [
        {
            "IsOptIn": False,
            "Estab": DFE_NUMBER,
            "RelyingParty": RELYING_PARTY,
            "MIS": None,
            "StudentIds": ["12", 13],
            "StaffIds": [],
            "ContactIds": None,
            "OtherIds": [],
        }
    ]
} | NULLS
FOUND = {
    "Table": [{"URN": 100001, "Name": "King's School", "la_code": "328", "estab_code": "1102"}]
}


async def test_scopes_are_named_and_explained(service: Service, xporter: XporterClient) -> None:
    service.says("Scopes", SCOPES)
    (scope,) = await xporter.scopes(SCHOOL)
    assert (scope.name, scope.category, scope.description) == ("School", "School", "All")


async def test_the_endpoints_a_token_may_call_are_listed(
    service: Service, xporter: XporterClient
) -> None:
    service.says("Queries", QUERIES)
    (offer,) = await xporter.queries(SCHOOL)
    assert (offer.id, offer.scope) == ("school.students", "Student,StudentLite")
    assert offer.published is True


async def test_usage_is_counted_by_school_area_and_month(
    service: Service, xporter: XporterClient
) -> None:
    service.says("Usage", USAGE)
    (usage,) = await xporter.usage(SCHOOL)
    (area,) = usage.areas
    assert (usage.estab, usage.rp, area.area, area.total) == (
        DFE_NUMBER,
        RELYING_PARTY,
        "request",
        7,
    )
    assert [(month.month, month.count) for month in area.history] == [("2018-06", 7)]


async def test_people_left_out_are_listed(service: Service, xporter: XporterClient) -> None:
    service.says("GDPRIDs", GDPR)
    (selection,) = await xporter.gdpr_ids(DFE_NUMBER, SECRET)
    assert selection.is_opt_in is False
    assert selection.student_ids == ("12", "13")
    assert selection.contact_ids == ()


async def test_logs_come_as_they_are_and_only_what_was_said_is_asked(
    service: Service, xporter: XporterClient
) -> None:
    service.says("Logs", {"Logs": [{"TrackingId": "a", "What": "else"}], **NULLS})
    assert await xporter.logs(SCHOOL, tracking_id="a", take=5) == [
        {"TrackingId": "a", "What": "else"}
    ]
    assert dict(service.requests[-1].url.params) == {"trackingId": "a", "take": "5"}


async def test_schools_are_found_in_edubase(service: Service, xporter: XporterClient) -> None:
    service.says("", FOUND)
    found = await xporter.find_schools("King", la_code="328", is_closed_included=True)
    assert found == FOUND["Table"]
    request = service.requests[-1]
    assert request.url.path == "/api/v1/RunQuery/"
    assert dict(request.url.params) == {
        "id": "edubase.search",
        "q": "King",
        "la_code": "328",
        "limit": "20",
        "options": "includeClosed",
    }


Ask = Callable[[XporterClient], Awaitable[Any]]
ANYBODYS: dict[str, tuple[str, dict, Callable[..., Ask]]] = {
    "scopes": ("Scopes", SCOPES, lambda **whose: lambda client: client.scopes(**whose)),
    "queries": ("Queries", QUERIES, lambda **whose: lambda client: client.queries(**whose)),
    "usage": ("Usage", USAGE, lambda **whose: lambda client: client.usage(**whose)),
    "logs": ("Logs", {"Logs": []}, lambda **whose: lambda client: client.logs(**whose)),
    "edubase": ("", FOUND, lambda **whose: lambda client: client.find_schools("K", **whose)),
}


@pytest.mark.parametrize(("endpoint", "answer", "ask"), ANYBODYS.values(), ids=ANYBODYS.keys())
async def test_a_school_is_asked_with_its_token_the_application_with_ours(
    service: Service, xporter: XporterClient, endpoint: str, answer: dict, ask: Callable[..., Ask]
) -> None:
    service.says(endpoint, service.protected(answer))
    await ask(school=SCHOOL)(xporter)
    assert service.requests[-1].headers["Authorization"].startswith(f"Idaas {DFE_NUMBER}-")
    await ask()(xporter)
    assert service.requests[-1].headers["Authorization"].startswith("Idaas ours-")


@pytest.mark.parametrize(("endpoint", "answer", "ask"), ANYBODYS.values(), ids=ANYBODYS.keys())
async def test_an_answer_of_another_shape_is_named(
    service: Service, xporter: XporterClient, endpoint: str, answer: dict, ask: Callable[..., Ask]
) -> None:
    service.says(endpoint, {"Message": None})
    with pytest.raises(errors.WrongShape):
        await ask(school=SCHOOL)(xporter)


async def test_authorised_schools_come_with_their_tokens(
    service: Service, xporter: XporterClient
) -> None:
    service.says(
        "GetXodSchoolTokens",
        service.protected(
            {
                "Tokens": [
                    {"estab": DFE_NUMBER, "token": "abc", "expires": "2026-11-28T00:00:00Z"},
                    {"Estab": "3281110", "Token": "def", "name": "unknown member"},
                    {"estab": "3281111", "token": None},
                    None,
                ]
            }
        ),
    )
    assert await xporter.authorised_schools() == [
        AuthorisedSchool(DFE_NUMBER, Token("abc", datetime(2026, 11, 28, tzinfo=UTC))),
        AuthorisedSchool("3281110", Token("def", None)),
    ]
    request = service.requests[-1]
    assert request.url.path == "/api/manage/GetXodSchoolTokens"
    assert dict(request.url.params) == {"applicationid": RELYING_PARTY}
    assert request.headers["Authorization"].startswith("Idaas ours-")


async def test_no_token_is_printed(service: Service, xporter: XporterClient) -> None:
    service.says("GetXodSchoolTokens", {"Tokens": [{"estab": DFE_NUMBER, "token": "abcdef"}]})
    assert "abcdef" not in repr(await xporter.authorised_schools())


async def test_where_authorised_schools_are_listed_can_be_set(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    service.says("Elsewhere", {"Tokens": []})
    client = a_client(http, clock, dialect=Dialect(school_tokens_path="/api/Elsewhere"))
    assert await client.authorised_schools() == []


async def test_a_token_we_were_given_opens_the_school(
    service: Service, xporter: XporterClient
) -> None:
    given = await xporter.school_token(DFE_NUMBER, SECRET)
    service.says("GetToken", httpx.Response(500))
    assert (await xporter.school_info(DFE_NUMBER, Token(given.value, None))).estab == DFE_NUMBER
    assert (await xporter.token_details(DFE_NUMBER, given)).estab == DFE_NUMBER


async def test_a_token_we_were_given_is_never_renewed(
    service: Service, xporter: XporterClient
) -> None:
    with pytest.raises(errors.TokenExpired):
        await xporter.school_info(DFE_NUMBER, Token("long-ago", None))
    assert service.asked == ["SchoolInfo"]


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "tökén"])
async def test_a_given_token_that_would_break_a_header_is_not_sent(
    service: Service, xporter: XporterClient, token: str
) -> None:
    with pytest.raises(errors.WrongShape):
        await xporter.school_info(DFE_NUMBER, Token(token, None))
    assert not service.requests


async def test_proving_asks_for_a_new_token_of_ours(
    service: Service, xporter: XporterClient
) -> None:
    for _ in range(2):
        await xporter.prove()
    assert service.asked == ["GetToken", "GetToken"]


async def test_proving_tells_that_we_are_refused(service: Service, xporter: XporterClient) -> None:
    service.secrets[""] = "another"
    with pytest.raises(errors.OurCredentialsRefused):
        await xporter.prove()


async def test_proving_tells_that_the_service_is_down(
    service: Service, xporter: XporterClient
) -> None:
    service.says("GetToken", httpx.Response(503))
    with pytest.raises(errors.ServiceDown):
        await xporter.prove()


async def test_the_list_of_schools_waits_for_no_school(
    service: Service, xporter: XporterClient
) -> None:
    async def answer(_request: httpx.Request) -> dict:
        # Asked while the school's own turn is held.
        assert await xporter.authorised_schools() == []
        return school_info()

    service.says("GetXodSchoolTokens", {"Tokens": []})
    service.says("SchoolInfo", answer)
    await xporter.school_info(DFE_NUMBER, SECRET)
