"""Every form a reply is known, or feared, to take; and what each is understood as."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter import errors
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import (
    NOT_FOUND,
    NULLS,
    PAUSED,
    Answer,
    Service,
    no_token,
    school_info,
)
from tests.integration.xporter.test_calls import INVITATION

HTML = "<!DOCTYPE html><html><head><title>Sorry</title></head><body>Sorry</body></html>"
GOOD = json.dumps(school_info())


def page(status: int = 200, text: str = HTML) -> httpx.Response:
    """Text where JSON belongs."""
    return httpx.Response(status, text=text)


def said(words: Any, status: int = 200, **more: Any) -> httpx.Response:
    """The service's own form of an error."""
    return httpx.Response(status, json=NULLS | {"ExceptionMessage": words} | more)


NO_TOKEN: dict[str, tuple[Answer, type[errors.XporterError]]] = {
    "not found": (no_token(NOT_FOUND), errors.NotAuthorised),
    "not found, in another case": (no_token(NOT_FOUND.upper()), errors.NotAuthorised),
    "not found, as 400": (httpx.Response(400, json=no_token(NOT_FOUND)), errors.NotAuthorised),
    "not found, as 401": (httpx.Response(401, json=no_token(NOT_FOUND)), errors.NotAuthorised),
    "not found, as 500": (httpx.Response(500, json=no_token(NOT_FOUND)), errors.NotAuthorised),
    "401 without words": (httpx.Response(401, json=NULLS), errors.NotAuthorised),
    "paused with its flag": (
        no_token(PAUSED, AuthorisationPaused=True),
        errors.AuthorisationPaused,
    ),
    "paused without a flag": (no_token(PAUSED), errors.AuthorisationPaused),
    "paused by the flag alone": (
        {"token": None, "AuthorisationPaused": "true"},
        errors.AuthorisationPaused,
    ),
    "paused, flag spelt otherwise": (
        {"token": "", "authorisation_paused": 1},
        errors.AuthorisationPaused,
    ),
    "paused, as 403": (
        httpx.Response(403, json=no_token(PAUSED, AuthorisationPaused=True)),
        errors.AuthorisationPaused,
    ),
    "not paused": (no_token(NOT_FOUND, AuthorisationPaused=False), errors.NotAuthorised),
    "403 without words": (httpx.Response(403, json=NULLS), errors.Refused),
    "404": (httpx.Response(404, json=NULLS), errors.NotFound),
    "400 without words": (httpx.Response(400, json=NULLS), errors.Refused),
    "words we do not know": (no_token("The moon is in the wrong house"), errors.Refused),
    "neither token nor words": ({"token": None, "expires": None} | NULLS, errors.WrongShape),
    "a token that is no text": ({"token": ["a"]}, errors.WrongShape),
    "a token that would break a header": ({"token": "a\r\nX: y"}, errors.WrongShape),
    "a token with a space": ({"token": "a b"}, errors.WrongShape),
    "a token outside ASCII": ({"token": "tökén"}, errors.WrongShape),
}


@pytest.mark.parametrize(("answer", "error"), NO_TOKEN.values(), ids=NO_TOKEN.keys())
async def test_no_token_is_understood(
    service: Service, xporter: XporterClient, answer: Answer, error: type[errors.XporterError]
) -> None:
    service.says("GetToken", answer)
    with pytest.raises(errors.XporterError) as caught:
        await xporter.school_token(DFE_NUMBER, SECRET)
    assert type(caught.value) is error


REPLIES: dict[str, tuple[Answer, type[errors.XporterError]]] = {
    "401": (said("Nope", 401), errors.TokenExpired),
    "403": (said("Nope", 403), errors.ScopeNotGranted),
    "404": (said("Nope", 404), errors.NotFound),
    "400": (said("Nope", 400), errors.Refused),
    "405": (said("Nope", 405), errors.Refused),
    "408": (said("Nope", 408), errors.TooSlow),
    "418": (said("Nope", 418), errors.Refused),
    "429": (said("Nope", 429), errors.RateLimited),
    "500": (said("Nope", 500), errors.ServiceDown),
    "501": (said("Nope", 501), errors.ServiceDown),
    "502": (said("Nope", 502), errors.ServiceDown),
    "503": (said("Nope", 503), errors.ServiceDown),
    "504": (said("Nope", 504), errors.TooSlow),
    "599": (said("Nope", 599), errors.ServiceDown),
    "500, message elsewhere": (
        httpx.Response(500, json={"Message": "An error has occurred."}),
        errors.ServiceDown,
    ),
    "200, unknown words": (said("Something went wrong"), errors.Refused),
    "200, expired": (said("The token has expired"), errors.TokenExpired),
    "200, invalid token": (said("Invalid STS token"), errors.TokenExpired),
    "200, unauthorised": (said("Unauthorised: no ApplicationId header"), errors.TokenExpired),
    "200, scope": (said("Scope SchoolLite is required"), errors.ScopeNotGranted),
    "200, endpoint": (said("Endpoint not found"), errors.NotFound),
    "200, school": (said("School not found"), errors.NotFound),
    "200, no data": (said("No data for this school"), errors.NoDataYet),
    "200, not installed": (said("Xporter is not installed"), errors.NoDataYet),
    "200, not yet collected": (said("Data not yet collected"), errors.NoDataYet),
    "200, not been installed": (said("XoD has not been installed"), errors.NoDataYet),
    "200, withdrawn": (said(NOT_FOUND), errors.NotAuthorised),
    "200, paused": (said(PAUSED), errors.AuthorisationPaused),
    "200, words in small letters": (
        httpx.Response(200, json={"exceptionmessage": "No data yet"}),
        errors.NoDataYet,
    ),
    "200, an error beside data": (
        httpx.Response(200, json=school_info() | {"ExceptionMessage": "Half of it failed"}),
        errors.Refused,
    ),
    "200, an error that is no text": (said({"code": 7}), errors.Refused),
    "200, an error that is a flag": (said(True), errors.Refused),
    "403, which is really no data": (said("No data collected", 403), errors.NoDataYet),
    "500, which is really paused": (said(PAUSED, 500), errors.AuthorisationPaused),
    "HTML": (page(), errors.NotJson),
    "HTML 400": (page(400), errors.NotJson),
    "HTML 401, perhaps of a firewall": (page(401), errors.NotJson),
    "HTML 403, perhaps of a firewall": (page(403), errors.NotJson),
    "HTML 404": (page(404), errors.NotFound),
    "HTML 408": (page(408), errors.TooSlow),
    "HTML 429": (page(429), errors.RateLimited),
    "HTML 500": (page(500), errors.ServiceDown),
    "HTML 503": (page(503), errors.ServiceDown),
    "HTML 504": (page(504), errors.TooSlow),
    "text": (page(text="Service is starting"), errors.NotJson),
    "bytes": (httpx.Response(200, content=b"\xff\xfe\x00\x01"), errors.NotJson),
    "empty": (page(text=""), errors.EmptyAnswer),
    "white space": (page(text=" \r\n\t"), errors.EmptyAnswer),
    "a byte order mark alone": (httpx.Response(200, content=b"\xef\xbb\xbf"), errors.EmptyAnswer),
    "204": (httpx.Response(204), errors.EmptyAnswer),
    "empty 401": (httpx.Response(401), errors.TokenExpired),
    "empty 403": (httpx.Response(403), errors.ScopeNotGranted),
    "empty 404": (httpx.Response(404), errors.NotFound),
    "empty 500": (httpx.Response(500), errors.ServiceDown),
    "truncated": (page(text=GOOD[:60]), errors.Truncated),
    "truncated after a bracket": (page(text=GOOD[: GOOD.rindex("]")]), errors.Truncated),
    "not quite JSON": (page(text="{'SchoolInfo': []}"), errors.NotJson),
    "two objects": (page(text="{}{}"), errors.NotJson),
    "nested beyond reason": (page(text="[" * 200_000), errors.Truncated),
    "a number beyond reason": (page(text='{"a": ' + "9" * 5000 + "}"), errors.NotJson),
    "a list": (httpx.Response(200, json=[school_info()]), errors.WrongShape),
    "an empty list": (httpx.Response(200, json=[]), errors.WrongShape),
    "a string": (httpx.Response(200, json="OK"), errors.WrongShape),
    "a number": (page(text="7"), errors.WrongShape),
    "null": (page(text="null"), errors.WrongShape),
    "a list, as 500": (httpx.Response(500, json=["no"]), errors.ServiceDown),
    "a list, as 403": (httpx.Response(403, json=["no"]), errors.ScopeNotGranted),
    "redirect": (
        httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
        errors.Redirected,
    ),
    "redirect for good": (
        httpx.Response(308, headers={"Location": "/api/v2"}),
        errors.Redirected,
    ),
    "redirect to nowhere": (httpx.Response(301), errors.Redirected),
    "connect time out": (httpx.ConnectTimeout("slow"), errors.TooSlow),
    "read time out": (httpx.ReadTimeout("slow"), errors.TooSlow),
    "write time out": (httpx.WriteTimeout("slow"), errors.TooSlow),
    "pool time out": (httpx.PoolTimeout("slow"), errors.TooSlow),
    "no secure connection": (httpx.ConnectError("certificate"), errors.ConnectionRefused),
    "connection lost": (httpx.ReadError("reset"), errors.ConnectionLost),
    "connection lost while sending": (httpx.WriteError("reset"), errors.ConnectionLost),
    "broken protocol": (httpx.RemoteProtocolError("what?"), errors.ConnectionLost),
    "proxy refuses": (httpx.ProxyError("407"), errors.ConnectionLost),
    "answer cannot be unpacked": (httpx.DecodingError("gzip"), errors.NotJson),
}


@pytest.mark.parametrize(("answer", "error"), REPLIES.values(), ids=REPLIES.keys())
async def test_a_reply_is_understood(
    service: Service, xporter: XporterClient, answer: Answer, error: type[errors.XporterError]
) -> None:
    service.says("SchoolInfo", answer)
    with pytest.raises(errors.XporterError) as caught:
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert type(caught.value) is error


@pytest.mark.parametrize(("answer", "error"), REPLIES.values(), ids=REPLIES.keys())
async def test_no_reply_to_an_invitation_is_anything_but_an_error_of_ours(
    service: Service, xporter: XporterClient, answer: Answer, error: type[errors.XporterError]
) -> None:
    service.says("SchoolRegister", answer)
    with pytest.raises(errors.XporterError):
        await xporter.register_school(INVITATION)


def _retry_after(status: int, value: str) -> httpx.Response:
    return httpx.Response(status, json=NULLS, headers={"Retry-After": value})


WAITS = [
    ("90", timedelta(seconds=90)),
    ("0", timedelta(0)),
    (" 7 ", timedelta(seconds=7)),
    ("999999999999", timedelta(days=1)),
    ("Mon, 23 Nov 2026 09:05:00 GMT", timedelta(minutes=5)),
    ("Mon, 23 Nov 2026 08:00:00 GMT", timedelta(0)),
    ("Mon, 23 Nov 2037 08:00:00 GMT", timedelta(days=1)),
    ("Mon, 23 Nov 2026 10:00:00 +0100", timedelta(0)),
]
NO_WAITS = ["", "soon", "-5", "1.5", "Mon, 99 Nov 2026 09:05:00 GMT", "inf", "٣ minutes"]


@pytest.mark.parametrize(("value", "wait"), WAITS)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_named_time_to_come_back_is_kept_within_reason(
    service: Service,
    xporter: XporterClient,
    clock: ManualClock,
    status: int,
    value: str,
    wait: timedelta,
) -> None:
    service.says("SchoolInfo", _retry_after(status, value))
    with pytest.raises(errors.XporterError) as caught:
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert caught.value.retry_at == clock() + wait
    assert service.asked.count("SchoolInfo") == 1


@pytest.mark.parametrize("value", NO_WAITS)
async def test_a_limit_without_a_time_means_a_minute(
    service: Service, xporter: XporterClient, clock: ManualClock, value: str
) -> None:
    headers = [(b"Retry-After", value.encode())]
    service.says("SchoolInfo", lambda _: httpx.Response(429, headers=headers))
    with pytest.raises(errors.RateLimited) as caught:
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert caught.value.retry_at == clock() + timedelta(seconds=60)


async def test_a_limit_without_the_header_means_a_minute(
    service: Service, xporter: XporterClient, clock: ManualClock
) -> None:
    service.says("GetToken", httpx.Response(429))
    with pytest.raises(errors.RateLimited) as caught:
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert caught.value.retry_at == clock() + timedelta(seconds=60)


async def test_an_error_tells_its_status_and_what_the_service_said(
    service: Service, xporter: XporterClient
) -> None:
    service.says("SchoolInfo", said("Scope <b>School</b>\r\nis required", 403))
    with pytest.raises(errors.ScopeNotGranted) as caught:
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert (caught.value.status, caught.value.detail) == (403, "Scope School is required")
    assert str(caught.value) == "scope_not_granted (HTTP 403): Scope School is required"


REFUSALS: dict[str, tuple[Any, type[errors.XporterError], str]] = {
    "per school": (
        {"Schools": [{"Status": "Error", "Message": "School not found in EduBase"}]},
        errors.InviteRefused,
        "School not found in EduBase",
    ),
    "already authorised": (
        {"Schools": [{"Status": "AlreadyAuthorised", "Message": "School already authorised"}]},
        errors.InviteRefused,
        "School already authorised",
    ),
    "per school, without words": (
        {"Schools": [{"Status": "Error", "Message": None}]},
        errors.InviteRefused,
        "",
    ),
    "per school, without a status": (
        {"Schools": [{"Message": "Contact email is not valid"}]},
        errors.InviteRefused,
        "Contact email is not valid",
    ),
    "OK for another school only": (
        {
            "Schools": [
                {"LeaCode": "999", "DfesCode": "9999", "Status": "OK"},
                {"LeaCode": 328, "DfesCode": "1102", "Status": "Error", "Message": "No"},
            ]
        },
        errors.InviteRefused,
        "No",
    ),
    "the whole request": (
        {"Schools": None, "Message": "RegistrationType is not valid"},
        errors.InviteRefused,
        "RegistrationType is not valid",
    ),
    "our application": (
        {"Message": "Unauthorized: ApplicationId header missing or incorrect"},
        errors.OurCredentialsRefused,
        "Unauthorized: ApplicationId header missing or incorrect",
    ),
    "our token": (
        {"Message": "Relying Party not found"},
        errors.OurCredentialsRefused,
        "Relying Party not found",
    ),
    "our application, as 401": (
        httpx.Response(401, json={"Message": "Unauthorized: ApplicationId header missing"}),
        errors.OurCredentialsRefused,
        "Unauthorized: ApplicationId header missing",
    ),
    "our application, as 403": (
        httpx.Response(403, json={"Message": "Forbidden"}),
        errors.OurCredentialsRefused,
        "Forbidden",
    ),
    "neither yes nor no": ({}, errors.WrongShape, ""),
    "an empty list": ({"Schools": [], "Message": None}, errors.WrongShape, ""),
    "a school that says nothing": ({"Schools": [{"LeaCode": "328"}]}, errors.WrongShape, ""),
    "schools that are none": ({"Schools": ["OK"]}, errors.WrongShape, ""),
    "an exception": (said("Object reference not set"), errors.Refused, "Object reference not set"),
}


@pytest.mark.parametrize(("answer", "error", "words"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_refused_invitation_says_why(
    service: Service,
    xporter: XporterClient,
    answer: Answer,
    error: type[errors.XporterError],
    words: str,
) -> None:
    service.says("SchoolRegister", answer)
    with pytest.raises(errors.XporterError) as caught:
        await xporter.register_school(INVITATION)
    assert (type(caught.value), caught.value.detail) == (error, words)


@pytest.mark.parametrize(
    "answer",
    [
        {"Schools": [{"Status": "OK"}]},
        {"schools": [{"leacode": 328, "dfescode": 1102, "status": "Ok"}], "message": "1 of 1"},
        {"Schools": {"Status": "ok", "Message": "Sent"}},
        {
            "Schools": [
                {"LeaCode": "999", "DfesCode": "9999", "Status": "Error", "Message": "No"},
                {"LeaCode": "328", "DfesCode": "1102", "Status": "OK"},
            ]
        },
    ],
)
async def test_a_taken_invitation_is_taken_however_it_is_spelt(
    service: Service, xporter: XporterClient, answer: dict
) -> None:
    service.says("SchoolRegister", answer)
    await xporter.register_school(INVITATION)


async def test_our_own_refused_token_is_made_anew_the_next_time(
    service: Service, xporter: XporterClient
) -> None:
    service.says("SchoolRegister", {"Message": "Unauthorized: who are you?"}, service.registered)
    with pytest.raises(errors.OurCredentialsRefused):
        await xporter.register_school(INVITATION)
    await xporter.register_school(INVITATION)
    assert service.asked == ["GetToken", "SchoolRegister"] * 2


def test_every_error_has_a_kind_of_its_own_and_somebody_to_look_at() -> None:
    kinds = [error.kind for error in _family(errors.XporterError)]
    assert len(kinds) == len(set(kinds))
    assert {error.fault for error in _family(errors.XporterError)} == {"school", "groupcall", "us"}


def _family(error: type[errors.XporterError]) -> list[type[errors.XporterError]]:
    return [error, *(member for child in error.__subclasses__() for member in _family(child))]


def test_a_date_of_no_kind_is_no_time_to_come_back(clock: ManualClock) -> None:
    limited = errors.RateLimited(clock())
    assert isinstance(limited.retry_at, datetime)
    assert repr(limited) == "<RateLimited rate_limited (HTTP 429)>"
