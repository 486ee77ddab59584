"""The OneRoster 1.1 face of the same data: tokens and the four main collections.

Facts known of Xporter on Demand, section 10. The two documented versions differ in
their base and token address; both answer. `sort`, `orderBy` and `fields` are
accepted and not acted on, as documented.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from assembly_ui.jobs import worker_pools
from simulators.xporter import errors
from simulators.xporter.api import oneroster_rows as rows
from simulators.xporter.api.call import Call
from simulators.xporter.api.endpoints import allows
from simulators.xporter.api.view import View, view_of
from simulators.xporter.authentication import check_secret, read_basic, sharing_of
from simulators.xporter.models import Sharing
from simulators.xporter.tokens import MANAGEMENT

TOKEN_SECONDS = 3600
DEFAULT_LIMIT, MOST = 100, 10_000

Records = list[dict[str, Any]]
Make = Callable[[View], Records]

COLLECTIONS: dict[str, tuple[str, str, Make]] = {
    "orgs": ("orgs", "School, SchoolLite", rows.orgs),
    "schools": ("orgs", "School, SchoolLite", rows.orgs),
    "users": ("users", "Student, StudentLite, Staff, StaffLite", rows.users),
    "students": ("users", "Student, StudentLite", rows.students),
    "teachers": ("users", "Staff, StaffLite", rows.teachers),
    "classes": ("classes", "School", rows.classes),
    "enrollments": ("enrollments", "School", rows.enrollments),
}
"""By the last word of the path: name in the answer, scopes, and what makes it."""


async def token(call: Call) -> Response:
    """A bearer token for `Basic base64("{relying party}|{estab}:{secret}")`."""
    try:
        estab, secret = _credentials(call)
        await check_secret(call.stand_in, estab=estab, secret=secret)
    except errors.ApiRefused as refused:
        return _refusal(refused)
    life = timedelta(seconds=TOKEN_SECONDS)
    made, _ = call.stand_in.tokens.make(estab, secret, call.now, life=life)
    return JSONResponse(
        {"access_token": made, "token_type": "Bearer", "expires_in": TOKEN_SECONDS},
        headers={"Cache-Control": "no-store"},
    )


async def collection(call: Call) -> Response:
    """A collection, or one of its records by sourcedId."""
    found = COLLECTIONS.get(call.found["collection"].casefold())
    if found is None:
        return _problem(404, "not_found", "There is no such collection")
    name, needs, make = found
    try:
        sharing = await _sharing(call)
    except errors.ApiRefused as refused:
        return _refusal(refused)
    if not allows(needs, frozenset(sharing.scopes.split(","))):
        return _problem(403, "insufficient_scope", f"The scope needed is not granted: {needs}")
    view = await view_of(call, sharing)
    try:
        limit, offset = _whole(call, "limit", DEFAULT_LIMIT), _whole(call, "offset", 0)
        since = _modified_since(call)
    except ValueError as error:
        return _problem(400, "invalid_request", str(error))
    records = await worker_pools.SIMULATOR.run(make, view) if view.at else []
    if wanted := call.found.get("id"):
        return _one(name, records, wanted)
    if since:
        records = [record for record in records if record["dateLastModified"] > since]
    return JSONResponse(
        {name: records[offset : offset + min(limit, MOST)]},
        headers={"X-Total-Count": str(len(records))},
    )


def _one(name: str, records: Records, wanted: str) -> Response:
    record = next((record for record in records if record["sourcedId"] == wanted), None)
    if record is None:
        return _problem(404, "not_found", "There is no such record")
    return JSONResponse({name.removesuffix("s"): record})


def _credentials(call: Call) -> tuple[str, str]:
    relying_party, estab, secret = read_basic(call.request)
    if relying_party != call.stand_in.relying_party or estab == MANAGEMENT:
        raise errors.WrongSecret
    return estab, secret


async def _sharing(call: Call) -> Sharing:
    if call.claims.estab == MANAGEMENT:
        raise errors.TokenUnreadable
    return await sharing_of(call.stand_in, call.claims)


def _modified_since(call: Call) -> str:
    """The moment of `filter=dateLastModified>'…'`, the only filter there is; "" for none."""
    if not (asked := call.param("filter")):
        return ""
    field, sign, moment = asked.replace(" ", "").partition(">")
    if not sign or field.casefold() != "datelastmodified":
        raise ValueError("Only filter=dateLastModified>'...' is understood")
    read = datetime.fromisoformat(moment.lstrip("=").strip("'\""))
    return rows.zoned(read.replace(tzinfo=None).isoformat())


def _whole(call: Call, name: str, otherwise: int) -> int:
    text = call.param(name)
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{name} is not a number")
    return int(text or otherwise)


def _refusal(refused: errors.ApiRefused) -> Response:
    if isinstance(refused, errors.Paused):
        return _problem(401, "invalid_client", "Authorisation is currently paused")
    return _problem(401, "invalid_client", "Client authentication failed")


def _problem(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
