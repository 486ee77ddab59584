"""What is asked of the service, how, and what a good answer becomes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter.client import SchoolInvitation, XporterClient
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import NoDataYet, NotASchoolNumber, WrongShape
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import (
    MANAGEMENT_SECRET,
    NULLS,
    RELYING_PARTY,
    Service,
    a_client,
    school_info,
)

INVITATION = SchoolInvitation(
    la_code="328",
    dfes_code="1102",
    school_name="King's School",
    first_name="James",
    last_name="Walters",
    email="james.walters@kings.sch.uk",
    phone="01632 960001",
)


async def test_a_school_token_is_asked_for_as_documented(
    service: Service, xporter: XporterClient
) -> None:
    await xporter.school_token(DFE_NUMBER, SECRET)
    request = service.requests[0]
    assert (request.method, request.url.path) == ("POST", "/api/oauth/GetToken")
    assert json.loads(request.content) == {
        "estab": DFE_NUMBER,
        "relyingParty": RELYING_PARTY,
        "password": SECRET,
        "thirdpartyid": "XporterOnDemand",
    }
    assert "Authorization" not in request.headers


async def test_another_token_path_can_be_set(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    legacy = a_client(http, clock, token_path="/idaas/sts/STS/GetToken")
    await legacy.school_token(DFE_NUMBER, SECRET)
    assert service.requests[0].url.path == "/idaas/sts/STS/GetToken"


async def test_a_token_tells_when_it_ends_to_the_microsecond(
    service: Service, xporter: XporterClient
) -> None:
    service.says("GetToken", {"token": "abc", "expires": "2026-11-28T18:55:26.1234567Z", **NULLS})
    token = await xporter.school_token(DFE_NUMBER, SECRET)
    assert token.expires == datetime(2026, 11, 28, 18, 55, 26, 123456, tzinfo=UTC)


async def test_every_call_carries_the_token_the_way_the_service_wants_it(
    service: Service, xporter: XporterClient
) -> None:
    await xporter.school_info(DFE_NUMBER, SECRET)
    request = service.requests[-1]
    assert request.headers["Authorization"].startswith("Idaas 3281102-1x")
    assert request.headers["Content-Type"] == "application/json"
    assert request.url.path == f"/api/v1/School/{DFE_NUMBER}/SchoolInfo"


async def test_real_status_codes_are_asked_for_unless_the_dialect_says_otherwise(
    service: Service, xporter: XporterClient, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    await xporter.school_info(DFE_NUMBER, SECRET)
    assert dict(service.requests[-1].url.params) == {"httpStatusCodes": "true"}
    plain = a_client(http, clock, dialect=Dialect(real_status_codes=False))
    await plain.counts(DFE_NUMBER, SECRET)
    assert not service.requests[-1].url.params


async def test_an_invitation_is_sent_as_documented(
    service: Service, xporter: XporterClient
) -> None:
    await xporter.register_school(INVITATION)
    assert service.asked == ["GetToken", "SchoolRegister"]
    token, request = service.requests
    assert json.loads(token.content)["estab"] == ""
    assert json.loads(token.content)["password"] == MANAGEMENT_SECRET
    assert request.url.path == "/api/Manage/SchoolRegister"
    assert request.headers["Authorization"].startswith("Idaas ours-1x")
    assert json.loads(request.content) == {
        "RegistrationType": "Test",
        "Schools": [
            {
                "LeaCode": "328",
                "DfesCode": "1102",
                "SchoolName": "King's School",
                "SchoolContactFirstName": "James",
                "SchoolContactLastName": "Walters",
                "SchoolContactEmail": "james.walters@kings.sch.uk",
                "SchoolContactPhone": "01632 960001",
                "PartnerApplicationId": RELYING_PARTY,
                "PartnerName": "Assembly Platform",
                "PartnerRegisteredEmail": "help@assembly.education",
                "ScopesToAuthorise": None,
                "AuthParams": None,
                "WeAcceptGroupcallUsagePolicy": True,
            }
        ],
    }


async def test_token_details_say_whose_token_it_is_and_what_for(
    service: Service, xporter: XporterClient
) -> None:
    details = await xporter.token_details(DFE_NUMBER, SECRET)
    assert (details.estab, details.name) == (DFE_NUMBER, "King's School")
    assert details.scopes == ("School", "Student")
    assert service.requests[-1].url.path == "/api/v1/TokenDetails"


async def test_scopes_may_come_as_one_string(service: Service, xporter: XporterClient) -> None:
    service.says("TokenDetails", {"estab": int(DFE_NUMBER), "SCOPES": "School, Student,School,"})
    details = await xporter.token_details(DFE_NUMBER, SECRET)
    assert (details.estab, details.scopes) == (DFE_NUMBER, ("School", "Student"))


async def test_token_details_of_nobody_have_the_wrong_shape(
    service: Service, xporter: XporterClient
) -> None:
    service.says("TokenDetails", {"Estab": None, "Scopes": []} | NULLS)
    with pytest.raises(WrongShape):
        await xporter.token_details(DFE_NUMBER, SECRET)


async def test_the_school_describes_itself(service: Service, xporter: XporterClient) -> None:
    info = await xporter.school_info(DFE_NUMBER, SECRET)
    assert (info.estab, info.name, info.head) == (DFE_NUMBER, "King's School", "Mrs A Head")
    assert (info.mis, info.mis_version) == ("isams", "4")
    assert info.collected_at == datetime(2026, 11, 23, 3, 0, 6, 223000, tzinfo=UTC)
    assert (info.telephone, info.last_updated) == ("", None)


ODD_SCHOOL_INFO = {
    "other case": {"schoolinfo": [{"ESTABID": DFE_NUMBER, "name": "King's School"}]},
    "underscores": {"school_info": [{"estab_id": DFE_NUMBER, "name": "King's School"}]},
    "number for text": {"SchoolInfo": [{"EstabId": int(DFE_NUMBER), "Name": "King's School"}]},
    "one object, no list": {"SchoolInfo": {"EstabId": DFE_NUMBER, "Name": "King's School"}},
    "unknown members": {
        "SchoolInfo": [{"EstabId": DFE_NUMBER, "Name": "King's School", "RowHash": "x", "New": {}}],
        "__pagination__": [{"PageCount": 1}],
        "Surprise": 7,
    },
    "both spellings, one null": {
        "SchoolInfo": [
            {"EstabId": DFE_NUMBER, "estabid": None, "Name": None, "name": "King's School"}
        ]
    },
    "white space": {"SchoolInfo": [{"EstabId": f" {DFE_NUMBER} ", "Name": " King's School\n"}]},
    "nul bytes": {"SchoolInfo": [{"EstabId": DFE_NUMBER, "Name": "King's\0 School"}]},
    "half a surrogate pair": {
        "SchoolInfo": [{"EstabId": DFE_NUMBER, "Name": "King's\ud83d School"}]
    },
    "an empty row first": {"SchoolInfo": [None, {"EstabId": DFE_NUMBER, "Name": "King's School"}]},
    "wrong types elsewhere": {
        "SchoolInfo": [{"EstabId": DFE_NUMBER, "Name": "King's School", "Head": [], "Web": {}}],
        "meta": [{"MIS": ["isams"], "DateTime": 20181111}],
    },
    "no-list meta": {
        "SchoolInfo": [{"EstabId": DFE_NUMBER, "Name": "King's School"}],
        "META": {"mis": "isams"},
    },
}


@pytest.mark.parametrize("body", ODD_SCHOOL_INFO.values(), ids=ODD_SCHOOL_INFO.keys())
async def test_spelling_order_and_extras_do_not_matter(
    service: Service, xporter: XporterClient, body: dict
) -> None:
    service.says("SchoolInfo", httpx.Response(200, content=json.dumps(body).encode()))
    info = await xporter.school_info(DFE_NUMBER, SECRET)
    assert (info.estab, info.name) == (DFE_NUMBER, "King's School")
    assert (info.head, info.web) == ("", "")


@pytest.mark.parametrize("table", [[], None, [None], [{}]])
async def test_a_school_without_a_row_has_no_data_yet(
    service: Service, xporter: XporterClient, table: object
) -> None:
    service.says("SchoolInfo", {"SchoolInfo": table, "meta": []})
    with pytest.raises(NoDataYet):
        await xporter.school_info(DFE_NUMBER, SECRET)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Message": "Hello"},
        NULLS,
        {"Students": []},
        {"SchoolInfo": "King's School"},
        {"SchoolInfo": 1},
        {"SchoolInfo": ["King's School"]},
        {"SchoolInfo": [{"Name": "King's School"}], "meta": "isams"},
    ],
)
async def test_an_answer_without_its_table_has_the_wrong_shape(
    service: Service, xporter: XporterClient, body: dict
) -> None:
    service.says("SchoolInfo", body)
    with pytest.raises(WrongShape):
        await xporter.school_info(DFE_NUMBER, SECRET)


async def test_counts_are_numbers_by_area(service: Service, xporter: XporterClient) -> None:
    rows = [
        {"Area": "Students", "Count": 1042},
        {"area": "Staff", "count": "1,208"},
        {"Area": "Groups", "Count": None},
        {"Area": "", "Count": 3},
        {"Count": 4},
        {"Area": "Photos", "Count": "many"},
        {"Area": "Contacts", "Count": 0},
    ]
    service.says("Counts", {"Counts": rows})
    found = await xporter.counts(DFE_NUMBER, SECRET)
    assert found == {"Students": 1042, "Staff": 1208, "Contacts": 0}


@pytest.mark.parametrize(
    ("body", "error"),
    [({"Counts": []}, NoDataYet), ({"Counts": None}, NoDataYet), ({}, WrongShape)],
)
async def test_no_counts_are_no_data(
    service: Service, xporter: XporterClient, body: dict, error: type[Exception]
) -> None:
    service.says("Counts", body)
    with pytest.raises(error):
        await xporter.counts(DFE_NUMBER, SECRET)


async def test_the_table_of_counts_may_have_another_name(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    service.says("Counts", {"DbCounts": [{"Area": "Students", "Count": 1}]})
    client = a_client(http, clock, dialect=Dialect(table_names={"Counts": "DBCounts"}))
    assert await client.counts(DFE_NUMBER, SECRET) == {"Students": 1}


@pytest.mark.parametrize(
    "estab", ["", "328110", "32811023", "328110a", "../../x", "٣٢٨١١٠٢", "3281102/", " 281102"]
)
async def test_nothing_but_seven_digits_becomes_part_of_a_path(
    service: Service, xporter: XporterClient, estab: str
) -> None:
    for call in (xporter.school_token, xporter.token_details, xporter.school_info, xporter.counts):
        with pytest.raises(NotASchoolNumber):
            await call(estab, SECRET)
    assert service.asked == []


async def test_answers_with_a_byte_order_mark_are_read(
    service: Service, xporter: XporterClient
) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(school_info()).encode()
    service.says("SchoolInfo", httpx.Response(200, content=body))
    assert (await xporter.school_info(DFE_NUMBER, SECRET)).estab == DFE_NUMBER
