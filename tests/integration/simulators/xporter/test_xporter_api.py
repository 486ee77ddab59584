"""The API over HTTP: exact bodies, both styles of refusal, hostile requests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter import sharing
from simulators.xporter.models import Sharing
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    ESTAB,
    MANAGEMENT_SECRET,
    RELYING_PARTY,
    SCHOOL,
    Mailbox,
    Partner,
    a_stand_in,
    authorise,
    choose_install,
    get_token,
    register,
    web_of,
)

NO_ERROR = {
    "Message": None,
    "ExceptionType": None,
    "ExceptionMessage": None,
    "InnerException": None,
}
REFUSED = "Relying Party not found for estab or secret not correct"


@pytest.fixture
async def link(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    database: Database,
    clock: ManualClock,
    mailbox: Mailbox,
) -> str:
    """The link of a school that has authorised, and is not installed yet."""
    await register(web)
    await stand_in.do_due()
    await authorise(database, mailbox.newest_token, now=clock())
    await stand_in.do_due()
    return mailbox.newest_token


@pytest.fixture
async def installed(
    link: str, stand_in: XporterSimulator, database: Database, clock: ManualClock
) -> None:
    await choose_install(database, link, now=clock(), seconds=0)
    await stand_in.do_due()


@pytest.fixture
def secret(link: str, partner: Partner) -> str:
    return partner.posted[-1]["schoolSecret"]


async def _get(web: httpx.AsyncClient, path: str, token: object) -> httpx.Response:
    return await web.get(path, headers={"Authorization": f"Idaas {token}"})


async def test_a_token_is_long_and_lasts_five_days(
    web: httpx.AsyncClient, clock: ManualClock
) -> None:
    answer = await get_token(web)
    assert len(answer.pop("token")) == 664
    assert answer.pop("expires") == "2026-11-28T09:00:00.0000000Z"
    assert answer == NO_ERROR


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"password": ""},
        {"relyingParty": "somebody.else"},
        {"thirdpartyid": "SomethingElse"},
        {"estab": "3302005"},
        {"estab": "not a school"},
        {"estab": "\x00\ud800"},
    ],
)
@pytest.mark.parametrize("path", ["/api/oauth/GetToken", "/idaas/sts/STS/GetToken"])
async def test_the_documented_refusal(
    web: httpx.AsyncClient, path: str, changes: dict[str, str]
) -> None:
    body = {
        "estab": "",
        "relyingParty": RELYING_PARTY,
        "password": MANAGEMENT_SECRET,
        "thirdpartyid": "XporterOnDemand",
    } | changes
    answer = await web.post(path, content=json.dumps(body))
    assert answer.status_code == 200
    assert answer.json() == NO_ERROR | {
        "token": None,
        "expires": "0001-01-01T00:00:00",
        "ExceptionType": "WrongSecret",
        "ExceptionMessage": REFUSED,
    }
    real = await web.post(path + "?httpStatusCodes=true", content=json.dumps(body))
    assert (real.status_code, real.json()) == (401, answer.json())


@pytest.mark.parametrize(
    "path", ["/api/oauth/GetToken", "/API/OAUTH/gettoken", "/api/oauth/gettoken/"]
)
@pytest.mark.parametrize("as_form", [True, False])
async def test_paths_and_members_are_read_without_case_as_json_or_form(
    web: httpx.AsyncClient, path: str, as_form: bool
) -> None:
    body = {
        "RELYINGPARTY": RELYING_PARTY,
        "Password": MANAGEMENT_SECRET,
        "thirdPartyId": "XporterOnDemand",
    }
    answer = await (web.post(path, data=body) if as_form else web.post(path, json=body))
    assert answer.json()["token"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'"text"',
        b'{"estab": {"a": 1}, "password": ["x"], "relyingParty": 7}',
        b"[" * 100_000,
        b"x" * 300_000,
    ],
)
async def test_a_body_that_is_none_is_refused(web: httpx.AsyncClient, content: bytes) -> None:
    answer = await web.post("/api/oauth/GetToken", content=content)
    assert answer.json()["ExceptionMessage"] == REFUSED


async def test_token_details_name_the_school_and_its_scopes(
    web: httpx.AsyncClient, secret: str
) -> None:
    made = await get_token(web, estab=ESTAB, password=secret)
    answer = (await _get(web, "/api/v1/tokendetails", made["token"])).json()
    assert answer == NO_ERROR | {
        "Estab": ESTAB,
        "Expires": made["expires"],
        "Name": "King's School",
        "RelyingParty": RELYING_PARTY,
        "Scopes": ["School", "Staff"],
    }


async def test_token_details_of_the_application_name_no_school(web: httpx.AsyncClient) -> None:
    answer = (await _get(web, "/api/v1/TokenDetails", (await get_token(web))["token"])).json()
    assert (answer["Estab"], answer["Name"], answer["Scopes"]) == ("", "", [])


async def test_there_is_no_data_before_the_installation(
    web: httpx.AsyncClient, secret: str
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    info = (await _get(web, f"/api/v1/School/{ESTAB}/SchoolInfo", token)).json()
    assert info["SchoolInfo"] == []
    assert info["meta"][0]["MIS"] == "isams"
    counts = (await _get(web, f"/api/v1/School/{ESTAB}/Counts", token)).json()
    assert counts["Counts"] == []
    health = (await _get(web, f"/api/v1/School/{ESTAB}/Health", token)).json()
    assert health["Health"][0]["Message"] == "Not Installed"


async def test_the_school_is_the_one_that_was_invited(
    web: httpx.AsyncClient, secret: str, installed: None
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    answer = (await _get(web, f"/api/v1/school/{ESTAB}/schoolinfo", token)).json()
    (row,) = answer["SchoolInfo"]
    assert (row["Id"], row["Name"], row["EstabId"]) == ("1", "King's School", ESTAB)
    assert row["CurrentAcademicYear"] == "2026"
    assert len(row["RowHash"]) == 40
    (meta,) = answer["meta"]
    assert meta == {"Id": 1, "MIS": "isams", "Version": "4", "DateTime": "2026-11-23T09:00:00.000"}
    assert "Message" not in answer


async def test_counts_are_the_same_every_time_and_only_of_what_is_shared(
    web: httpx.AsyncClient, secret: str, installed: None
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    first = (await _get(web, f"/api/v1/School/{ESTAB}/Counts", token)).json()
    again = (await _get(web, f"/api/v1/School/{ESTAB}/COUNTS", token)).json()
    assert first == again
    assert [row["Area"] for row in first["Counts"]] == ["Groups", "Staff"]
    assert all(row["Count"] > 0 for row in first["Counts"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"/api/v1/School/{ESTAB}/Nonsense", 404, "Endpoint not found"),
        ("/api/v1/School/3302006/SchoolInfo", 404, "School not found"),
        ("/api/v1/School/%00/SchoolInfo", 404, "School not found"),
        ("/api/v2/Everything", 404, "Endpoint not found"),
        ("/api/oauth/GetToken", 404, "Endpoint not found"),
    ],
)
async def test_what_is_not_there_is_refused_in_both_styles(
    web: httpx.AsyncClient, secret: str, path: str, status: int, words: str
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    for query, expected in (("", 200), ("?httpstatuscodes=TRUE", status)):
        answer = await _get(web, path + query, token)
        assert (answer.status_code, answer.json()["ExceptionMessage"]) == (expected, words)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "Unauthorized: Authorization header missing or incorrect"),
        ("Bearer abc", "Unauthorized: Authorization header missing or incorrect"),
        ("Idaas", "Unauthorized: Authorization header missing or incorrect"),
        ("Idaas abc", "Token is not valid"),
        ("Idaas " + "A" * 664, "Token is not valid"),
        ("Idaas \xe9\xff", "Token is not valid"),
    ],
)
async def test_calls_without_a_good_token_are_refused(
    web: httpx.AsyncClient, header: str | None, words: str
) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    for path in ("/api/v1/TokenDetails", "/api/v1/Scopes", f"/api/v1/School/{ESTAB}/SchoolInfo"):
        answer = await web.get(path + "?httpStatusCodes=true", headers=headers)
        assert (answer.status_code, answer.json()["ExceptionMessage"]) == (401, words)


async def test_a_token_ends(web: httpx.AsyncClient, secret: str, clock: ManualClock) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    clock.advance(timedelta(days=5) - timedelta(seconds=1))
    assert (await _get(web, "/api/v1/TokenDetails", token)).json()["Estab"] == ESTAB
    clock.advance(timedelta(seconds=1))
    answer = (await _get(web, "/api/v1/TokenDetails", token)).json()
    assert answer["ExceptionMessage"] == "Token has expired"


async def test_a_token_outlives_a_restart(
    web: httpx.AsyncClient,
    database: Database,
    clock: ManualClock,
    mailbox: Mailbox,
    partner: Partner,
    secret: str,
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    async with web_of(a_stand_in(database, clock, mailbox, partner)) as restarted:
        answer = (await _get(restarted, "/api/v1/TokenDetails", token)).json()
    assert answer["Estab"] == ESTAB


async def test_a_management_token_reads_no_school_data(web: httpx.AsyncClient) -> None:
    token = (await get_token(web))["token"]
    answer = await _get(web, f"/api/v1/School/{ESTAB}/SchoolInfo?httpStatusCodes=true", token)
    assert answer.status_code == 403


async def test_a_paused_school_says_so_to_tokens_and_to_data_calls(
    web: httpx.AsyncClient, secret: str, link: str, database: Database, clock: ManualClock
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    await sharing.pause(database, token=link, now=clock())
    made = await get_token(web, estab=ESTAB, password=secret)
    assert made["token"] is None
    read = (await _get(web, f"/api/v1/School/{ESTAB}/SchoolInfo", token)).json()
    assert "token" not in read
    for answer in (made, read):
        assert answer["AuthorisationPaused"] is True
        assert answer["ExceptionMessage"].startswith(
            "Authorisation is currently paused while the school finalises the selection of people"
        )


async def test_a_withdrawn_school_ends_its_tokens_at_once(
    web: httpx.AsyncClient, secret: str, link: str, database: Database, clock: ManualClock
) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    await sharing.withdraw(database, token=link, now=clock())
    answer = (await _get(web, f"/api/v1/School/{ESTAB}/SchoolInfo", token)).json()
    assert answer["ExceptionMessage"] == "Token is not valid"
    assert (await get_token(web, estab=ESTAB, password=secret))["ExceptionMessage"] == REFUSED


async def test_scopes_are_listed_with_what_they_mean(web: httpx.AsyncClient) -> None:
    answer = (await _get(web, "/api/v1/Scopes", (await get_token(web))["token"])).json()
    assert {"Name", "Category", "Description"} == set(answer["Scopes"][0])
    assert answer["ExceptionMessage"] is None


async def test_registering_answers_ok_and_owes_the_mail(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    assert await register(web) == {
        "Schools": [
            {
                "LeaCode": "330",
                "DfesCode": "2005",
                "SchoolName": "King's School",
                "Status": "OK",
                "Message": None,
            }
        ],
        "Message": None,
    }
    await stand_in.do_due()
    assert mailbox.newest["to"] == "james.walters@kings.sch.uk"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"LeaCode": "33"}, "School not found in EduBase"),
        ({"LeaCode": "33A"}, "School not found in EduBase"),
        ({"LeaCode": "٣٣٠"}, "School not found in EduBase"),
        ({"LeaCode": 330}, "School not found in EduBase"),
        ({"LeaCode": None}, "School not found in EduBase"),
        ({"LeaCode": "000"}, "School not found in EduBase"),
        ({"DfesCode": "20055"}, "School not found in EduBase"),
        ({"DfesCode": ""}, "School not found in EduBase"),
        ({"SchoolName": ""}, "SchoolName is required"),
        ({"SchoolName": None}, "SchoolName is required"),
        ({"SchoolName": "\x00\u202e"}, "SchoolName is required"),
        ({"SchoolContactPhone": None}, "SchoolContactPhone is required"),
        ({"PartnerName": " "}, "PartnerName is required"),
        ({"SchoolContactEmail": ""}, "SchoolContactEmail is required"),
        ({"SchoolContactEmail": "james"}, "SchoolContactEmail is not a valid email address"),
        ({"SchoolContactEmail": "a@b.c\r\nBcc: x@y.z"}, "SchoolContactEmail is not a valid email"),
        ({"WeAcceptGroupcallUsagePolicy": False}, "WeAcceptGroupcallUsagePolicy must be true"),
        ({"WeAcceptGroupcallUsagePolicy": None}, "WeAcceptGroupcallUsagePolicy must be true"),
    ],
)
async def test_a_school_that_cannot_be_invited(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    mailbox: Mailbox,
    changes: dict[str, Any],
    message: str,
) -> None:
    (answer,) = (await register(web, **changes))["Schools"]
    assert answer["Status"] == "Error"
    assert answer["Message"].startswith(message)
    await stand_in.do_due()
    assert mailbox.attempts == 0


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("James", "", "James"), ("", "Walters", "Walters"), ("", "", "james.walters")],
)
async def test_a_person_with_one_name_can_be_invited(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    mailbox: Mailbox,
    first: str,
    last: str,
    name: str,
) -> None:
    await register(
        web, SchoolContactFirstName=first, SchoolContactLastName=last, SchoolContactPhone=""
    )
    await stand_in.do_due()
    assert f"Dear {name}\n" in mailbox.newest["text"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"RegistrationType": "Live"},
        {"RegistrationType": "Live", "Schools": []},
        {"RegistrationType": "Live", "Schools": {}},
        {"RegistrationType": "Live", "Schools": ["x"]},
        {"RegistrationType": "Live", "Schools": [None]},
        {"RegistrationType": "Live", "Schools": [SCHOOL] * 101},
        {"RegistrationType": "Play", "Schools": [SCHOOL]},
        {"RegistrationType": "Live", "Schools": [SCHOOL | {"PartnerApplicationId": "other"}]},
        {"RegistrationType": "Live", "Schools": [SCHOOL | {"PartnerApplicationId": ["x"]}]},
    ],
)
async def test_a_request_that_fails_as_a_whole_has_only_a_message(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox, body: object
) -> None:
    token = (await get_token(web))["token"]
    answer = await web.post(
        "/api/Manage/SchoolRegister", json=body, headers={"Authorization": f"Idaas {token}"}
    )
    assert list(answer.json()) == ["Message"]
    await stand_in.do_due()
    assert mailbox.attempts == 0


async def test_schools_of_one_request_are_answered_each(web: httpx.AsyncClient) -> None:
    token = (await get_token(web))["token"]
    schools = [SCHOOL, SCHOOL | {"LeaCode": "1"}, SCHOOL | {"DfesCode": "2006"}]
    answer = await web.post(
        "/api/manage/schoolregister",
        json={"RegistrationType": "Test", "Schools": schools},
        headers={"Authorization": f"idaas {token}"},
    )
    assert [row["Status"] for row in answer.json()["Schools"]] == ["OK", "Error", "OK"]


FAULTY: list[object] = [
    SCHOOL | {"PartnerApplicationId": "other"},
    {name: value for name, value in SCHOOL.items() if name != "PartnerApplicationId"},
    "a school",
    None,
    SCHOOL | {"SchoolContactEmail": ""},
    SCHOOL | {"LeaCode": 330},
]


@pytest.mark.parametrize("faulty", FAULTY)
async def test_a_faulty_school_of_a_request_keeps_no_other_from_being_invited(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox, faulty: object
) -> None:
    token = (await get_token(web))["token"]
    answer = await web.post(
        "/api/Manage/SchoolRegister",
        json={"RegistrationType": "Live", "Schools": [faulty, SCHOOL]},
        headers={"Authorization": f"Idaas {token}"},
    )
    rows = answer.json()["Schools"]
    assert [row["Status"] for row in rows] == ["Error", "OK"]
    assert rows[0]["Message"]
    await stand_in.do_due()
    assert len(mailbox.received) == 1


async def _registered_the_older_way(
    web: httpx.AsyncClient, secret: str = MANAGEMENT_SECRET, **headers: Any
) -> httpx.Response:
    """As a published client does it: camel case by name, empty fields left out, then signed."""
    school = {name: value for name, value in SCHOOL.items() if value not in (None, "")}
    body = json.dumps({"Schools": [school], "RegistrationType": "Live"})
    moment = "2026-11-25T12:00:00+0000"
    coded = base64.b64encode(f"{body}{moment}{secret}".encode())
    signature = hmac.new(secret.encode(), coded, hashlib.sha256).hexdigest().upper()
    sent: dict[str, Any] = {
        "ApplicationId": RELYING_PARTY,
        "DateTime": moment,
        "Authorization": f"Groupcall {signature}",
    }
    return await web.post(
        "/API/XporterOnDemand/SchoolRegister", content=body, headers=sent | headers
    )


async def test_a_client_of_the_older_form_registers_by_its_signature(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    answer = await _registered_the_older_way(web)
    assert [row["Status"] for row in answer.json()["Schools"]] == ["OK"]
    await stand_in.do_due()
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        ("wrong", {}),
        (MANAGEMENT_SECRET, {"ApplicationId": "other"}),
        (MANAGEMENT_SECRET, {"DateTime": "2026-11-25T12:00:01+0000"}),
        (MANAGEMENT_SECRET, {"Authorization": "Groupcall "}),
        (MANAGEMENT_SECRET, {"Authorization": "Groupcall \xff"}),
        (MANAGEMENT_SECRET, {"Authorization": "Idaas x"}),
    ],
)
async def test_a_wrong_signature_registers_nobody(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    mailbox: Mailbox,
    secret: str,
    headers: dict[str, str],
) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = await _registered_the_older_way(web, secret, **raw)
    assert answer.json()["Message"].startswith("Unauthorized: ")
    await stand_in.do_due()
    assert mailbox.attempts == 0


@pytest.mark.parametrize("path", ["api/v1/Scopes", "api/v1/TokenDetails", "api/v1/Nothing"])
async def test_answers_say_in_which_letters_they_are(web: httpx.AsyncClient, path: str) -> None:
    token = (await get_token(web))["token"]
    answer = await web.get(f"/{path}", headers={"Authorization": f"Idaas {token}"})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_two_first_invitations_at_once_are_one_school(
    web: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(*(register(web) for _ in range(4)))
    assert [answer["Schools"][0]["Status"] for answer in answers] == ["OK"] * 4
    async with database.read() as session:
        assert len((await session.exec(select(Sharing))).all()) == 1


async def test_only_a_management_token_registers(web: httpx.AsyncClient, secret: str) -> None:
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    answer = await web.post(
        "/api/Manage/SchoolRegister",
        json={"RegistrationType": "Live", "Schools": [SCHOOL]},
        headers={"Authorization": f"Idaas {token}"},
    )
    assert answer.json() == {"Message": "Unauthorized: a management token is needed"}


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        (None, "School,Staff,Student,StudentExtended,UPN,Contact,Attendance,AssessmentResults"),
        (["Staff"], "School,Staff"),
        ("Staff, Student", "School,Staff,Student"),
        (["Nonsense", 7, None], None),
        ({"a": 1}, None),
    ],
)
async def test_an_invitation_may_ask_for_less(
    web: httpx.AsyncClient, database: Database, asked: object, offered: str | None
) -> None:
    await register(web, ScopesToAuthorise=asked)
    async with database.read() as session:
        scopes = (await session.exec(select(Sharing.scopes_asked))).one()
    everything = "School,Staff,Student,StudentExtended,UPN,Contact,Attendance,AssessmentResults"
    assert scopes == (offered or everything)
