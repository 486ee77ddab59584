"""The control API: what tests, demos and the presenter do to the stand-in's world.

Below `control/`, JSON in and out, for whoever has the control key; for everybody
else there is nothing there. `control_actions.py` has what can be done to a school.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import NoResultFound
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.xporter import control_views as views
from simulators.xporter import faults, school_clock
from simulators.xporter.control_actions import ACTIONS, ActionUnknown
from simulators.xporter.errors import AnswerMissing, PortalRefused
from simulators.xporter.request_bodies import read_json
from simulators.xporter.simulator import XporterSimulator

Answer = dict[str, Any]


class NewFault(BaseModel):
    """A fault to be switched on; see `faults.set_fault`."""

    fault: faults.Fault
    estab: str = Field("", max_length=7)
    endpoint: str = Field("", max_length=60)
    seconds: float | None = Field(None, ge=0, le=3600)
    words: str = Field("", max_length=300)
    calls: int | None = Field(None, ge=1, le=1_000_000)
    for_seconds: float | None = Field(None, ge=0, le=366 * 86_400)


class Advance(BaseModel):
    """How far the clock of the schools is moved on."""

    seconds: float = Field(ge=0)


async def answer(stand_in: XporterSimulator, request: Request, path: str) -> Response:
    """Answer a call to `path` below `control/`. Without the key nothing is there."""
    if not _has_key(stand_in, request):
        return JSONResponse({"error": "not found"}, 404)
    try:
        return JSONResponse(await _do(stand_in, request, path.strip("/")))
    except (NoResultFound, ActionUnknown):
        return JSONResponse({"error": "not found"}, 404)
    except (ValidationError, ValueError) as error:
        return JSONResponse({"error": "invalid", "why": str(error)[:500]}, 422)
    except AnswerMissing as error:
        return JSONResponse({"error": "invalid", "why": error.problems}, 422)
    except PortalRefused as error:
        return JSONResponse({"error": "not now", "why": type(error).__name__}, 409)


def _has_key(stand_in: XporterSimulator, request: Request) -> bool:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    is_same = hmac.compare_digest(key.strip().encode(), stand_in.control_key.encode())
    return bool(stand_in.control_key) and scheme.casefold() == "bearer" and is_same


async def _do(stand_in: XporterSimulator, request: Request, path: str) -> Answer:
    if found := _FIXED.get((request.method, path)):
        return await found(stand_in, request)
    what, _, rest = path.partition("/")
    estab, _, action = rest.partition("/")
    if what != "schools" or request.method != "POST" or action not in ACTIONS:
        raise ActionUnknown
    return await ACTIONS[action](stand_in, estab, await read_json(request))


async def _schools(stand_in: XporterSimulator, _request: Request) -> Answer:
    return {"schools": await views.schools(stand_in)}


async def _mail(stand_in: XporterSimulator, _request: Request) -> Answer:
    return {"mail": await views.mail_sent(stand_in)}


async def _callbacks(stand_in: XporterSimulator, _request: Request) -> Answer:
    return {"callbacks": await views.callbacks(stand_in)}


async def _clock(stand_in: XporterSimulator, _request: Request) -> Answer:
    now = stand_in.clock()
    there = await school_clock.school_time(stand_in.database, now)
    return {
        "now": now.isoformat(),
        "school_time": there.isoformat(),
        "ahead_seconds": (there - now).total_seconds(),
    }


async def _advance(stand_in: XporterSimulator, request: Request) -> Answer:
    wanted = Advance.model_validate(await read_json(request))
    await school_clock.advance(stand_in.database, wanted.seconds)
    return await _clock(stand_in, request)


async def _faults(stand_in: XporterSimulator, _request: Request) -> Answer:
    return {"faults": await views.faults_on(stand_in)}


async def _set_fault(stand_in: XporterSimulator, request: Request) -> Answer:
    wanted = NewFault.model_validate(await read_json(request))
    lasts = wanted.for_seconds
    await faults.set_fault(
        stand_in.database,
        **wanted.model_dump(exclude={"for_seconds"}),
        until=None if lasts is None else stand_in.clock() + timedelta(seconds=lasts),
    )
    return await _faults(stand_in, request)


async def _clear_faults(stand_in: XporterSimulator, request: Request) -> Answer:
    wanted = request.query_params
    cleared = await faults.clear_faults(
        stand_in.database, **{name: wanted.get(name, "") for name in ("fault", "estab", "endpoint")}
    )
    return {"cleared": cleared}


_FIXED: dict[tuple[str, str], Callable[[XporterSimulator, Request], Awaitable[Answer]]] = {
    ("GET", "schools"): _schools,
    ("GET", "mail"): _mail,
    ("GET", "callbacks"): _callbacks,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _advance,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_fault,
    ("DELETE", "faults"): _clear_faults,
}
