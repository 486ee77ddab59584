"""The API of Xporter on Demand: paths and bodies as the real service has them.

Path segments and member names are read without regard to case. Facts known of
Xporter on Demand, sections 1, 2, 3 and 7; for refusals see `refusals.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.xporter import errors
from simulators.xporter.api import info, oneroster
from simulators.xporter.api.call import ONEROSTER, Call
from simulators.xporter.api.data import school_data
from simulators.xporter.api.fault_injection import under_faults
from simulators.xporter.authentication import check_secret
from simulators.xporter.error_responses import NO_ERROR, refusal
from simulators.xporter.registration import (
    WRONG_APPLICATION,
    is_signed,
    register_schools,
    with_application,
)
from simulators.xporter.request_bodies import Members
from simulators.xporter.simulator import XporterSimulator
from simulators.xporter.tokens import MANAGEMENT
from simulators.xporter.usage_log import Noted

THIRD_PARTY = "xporterondemand"

JSON = "application/json; charset=utf-8"

ONEROSTER_PATH = "api/ims/oneroster/v1p1(?:/school)?"

Body = dict[str, Any]


async def answer(stand_in: XporterSimulator, request: Request, path: str) -> Response:
    """Answer a call to `path` below the stand-in's address."""
    handler, endpoint, found = _find(request.method, path)
    call = Call(stand_in, request, endpoint, found)
    begun = time.perf_counter()

    async def as_it_should() -> Response:
        made = await handler(call)
        return made if isinstance(made, Response) else JSONResponse(made)

    try:
        answered = await under_faults(call, as_it_should)
    except errors.ApiRefused as refused:
        answered = refusal(
            refused, asked_for_token=handler is get_token, real_status=call.wants_status
        )
    if answered.headers.get("content-type") == "application/json":
        answered.headers["content-type"] = JSON
    await _note(call, answered, begun)
    return answered


async def _note(call: Call, answered: Response, begun: float) -> None:
    estab, milliseconds = await call.estab(), (time.perf_counter() - begun) * 1000
    about = estab if re.fullmatch(r"[0-9]{7}", estab) else ""
    await call.stand_in.usage.note(
        Noted(about, call.endpoint, answered.status_code, milliseconds, call.now)
    )


async def get_token(call: Call) -> Body:
    """A token for a secret: the application's own, or a school's."""
    asked = await call.members() or {}
    estab, secret = _text(asked, "estab"), _text(asked, "password")
    if _text(asked, "relyingparty") != call.stand_in.relying_party:
        raise errors.WrongSecret
    if _text(asked, "thirdpartyid").casefold() != THIRD_PARTY:
        raise errors.WrongSecret
    await check_secret(call.stand_in, estab=estab, secret=secret)
    token, expires = call.stand_in.tokens.make(estab, secret, call.now)
    return {"token": token, "expires": info.zoned(expires)} | NO_ERROR


async def school_register(call: Call) -> Body:
    """Have schools invited. A refusal of the request as a whole is only a Message."""
    if call.claims.estab != MANAGEMENT:
        return {"Message": "Unauthorized: a management token is needed"}
    return await register_schools(
        call.stand_in.database,
        body=await call.members(),
        relying_party=call.stand_in.relying_party,
        now=call.now,
    )


async def school_register_signed(call: Call) -> Body:
    """The older form of `school_register`, which is signed instead of carrying a token."""
    stand_in, headers, body = call.stand_in, call.request.headers, await call.body()
    application = headers.get("applicationid", "")
    if application != stand_in.relying_party:
        return {"Message": WRONG_APPLICATION}
    if body is None or not is_signed(body, headers, stand_in.management_secret):
        return {"Message": "Unauthorized: the signature is missing or incorrect"}
    return await register_schools(
        stand_in.database,
        body=with_application(await call.members(), application),
        relying_party=stand_in.relying_party,
        now=call.now,
    )


async def nothing(_call: Call) -> Body:
    """Nothing answers there."""
    raise errors.EndpointUnknown


Handler = Callable[[Call], Awaitable[Body | Response]]

ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "api/oauth/GetToken", get_token),
    ("POST", "idaas/sts/STS/GetToken", get_token),
    ("POST", "api/Manage/SchoolRegister", school_register),
    ("POST", "api/XporterOnDemand/SchoolRegister", school_register_signed),
    ("POST", f"{ONEROSTER_PATH}/auth/token", oneroster.token),
    ("POST", f"{ONEROSTER_PATH}/token", oneroster.token),
    ("GET", f"{ONEROSTER_PATH}/(?P<collection>[^/]+)(?:/(?P<id>[^/]+))?", oneroster.collection),
    ("GET", "api/Manage/GetXodSchoolTokens", info.school_tokens),
    ("GET", "api/v1/TokenDetails", info.token_details),
    ("GET", "api/v1/Scopes", info.list_scopes),
    ("GET", "api/v1/Queries", info.list_queries),
    ("GET", "api/v1/Usage", info.usage),
    ("GET", "api/v1/Logs", info.logs),
    ("GET", "api/v1/GDPRIDs", info.gdpr_ids),
    ("GET", "api/v1/RunQuery", info.run_query),
    ("GET", "api/v1/School/(?P<estab>[^/]+)/(?P<endpoint>[^/]+)(?:/(?P<id>[^/]+))?", school_data),
]


def _find(method: str, path: str) -> tuple[Handler, str, dict[str, str]]:
    for wanted, pattern, handler in ROUTES:
        match = re.fullmatch(pattern + "/?", path, re.IGNORECASE)
        if match and method == wanted:
            found = match.groupdict()
            return handler, _name(pattern, found), found
    return nothing, "", {}


def _name(pattern: str, found: dict[str, str]) -> str:
    """What an endpoint is called where faults are set and calls are logged."""
    if pattern.startswith(ONEROSTER_PATH):
        return ONEROSTER
    named = (found.get("endpoint") or pattern.rpartition("/")[2]).casefold()
    # PostgreSQL keeps no NUL, and a path may hold one.
    return named.replace("\x00", "")


def _text(asked: Members, name: str) -> str:
    value = asked.get(name)
    # JSON may hold lone surrogates, which nothing after this can encode.
    return value.strip().encode("utf-8", "replace").decode() if isinstance(value, str) else ""
