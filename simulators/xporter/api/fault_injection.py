"""What a fault does to an answer. Without faults, nothing and at no cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulators.xporter import errors
from simulators.xporter.api.call import Call
from simulators.xporter.error_responses import NO_ERROR
from simulators.xporter.faults import Fault, FaultSet, is_any_set, striking
from simulators.xporter.models import Sharing

DEFAULT_SLOWNESS = 10.0
OTHER_ESTAB, OTHER_SCHOOL = "9386789", "Another School Altogether"
ODD_WORDS = "Object reference not set to an instance of an object."
DOWN_PAGE = (
    "<!DOCTYPE html><html><head><title>Service Unavailable</title></head>"
    "<body><h2>The service is unavailable.</h2></body></html>"
)
OTHER_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head>"
    "<body><form><h1>Sign in to continue</h1></form></body></html>"
)

Answer = Callable[[], Awaitable[Response]]


async def under_faults(call: Call, answer: Answer) -> Response:
    """What `answer` says, or what the faults that are on make of it.

    Raises:
        TokenTooOld, TokenUnreadable, WrongSecret, Paused: a fault says so.
    """
    if not await is_any_set(call.stand_in.database):
        return await answer()
    hits = await _hits(call)
    call.faults = frozenset(hit.fault for hit in hits)
    for hit in hits:
        if hit.fault is Fault.SLOW:
            await asyncio.sleep(DEFAULT_SLOWNESS if hit.seconds is None else hit.seconds)
    last = next((hit for hit in reversed(hits) if hit.fault in _TAKES_OVER), None)
    return await _TAKES_OVER[last.fault](last, call, answer) if last else await answer()


def seen_through(faults: frozenset[Fault], sharing: Sharing) -> Sharing:
    """The sharing as it looks while these faults are on; a copy, never stored."""
    changes: dict[str, object] = {}
    if sharing.mis_estab:
        changes |= {"estab": sharing.mis_estab, "school_name": sharing.mis_school_name}
    if Fault.WRONG_SCHOOL in faults:
        changes |= {"estab": OTHER_ESTAB, "school_name": OTHER_SCHOOL}
    if Fault.NO_DATA in faults:
        changes["installed_at"] = None
    return sharing.model_copy(update=changes) if changes else sharing


async def _hits(call: Call) -> list[FaultSet]:
    stand_in = call.stand_in
    return await striking(
        stand_in.database, estab=await call.estab(), endpoint=call.endpoint, now=call.now
    )


async def _down(_hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    return HTMLResponse(DOWN_PAGE, 503)


async def _error(_hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    return JSONResponse(
        NO_ERROR
        | {
            "Message": "An error has occurred.",
            "ExceptionType": "System.NullReferenceException",
            "ExceptionMessage": ODD_WORDS,
        },
        500,
    )


async def _limited(hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    headers = {} if hit.seconds is None else {"Retry-After": f"{hit.seconds:.0f}"}
    return JSONResponse({"Message": "Too many requests"}, 429, headers)


async def _html(_hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    return HTMLResponse(OTHER_PAGE)


async def _empty(_hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    return Response(b"", media_type="application/json")


async def _exception(hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    return JSONResponse(NO_ERROR | {"ExceptionMessage": hit.words or ODD_WORDS})


async def _truncated(_hit: FaultSet, _call: Call, answer: Answer) -> Response:
    whole = await answer()
    return Response(_half(whole), whole.status_code, media_type="application/json")


async def _dropped(_hit: FaultSet, _call: Call, answer: Answer) -> Response:
    return BrokenOff(await answer())


async def _wrong_shape(_hit: FaultSet, _call: Call, answer: Answer) -> Response:
    return JSONResponse([{"Result": json.loads(bytes((await answer()).body))}])


async def _token_expired(_hit: FaultSet, call: Call, answer: Answer) -> Response:
    if call.endpoint == "gettoken":
        return await answer()
    raise errors.TokenTooOld


async def _token_refused(_hit: FaultSet, call: Call, _answer: Answer) -> Response:
    raise errors.WrongSecret if call.endpoint == "gettoken" else errors.TokenUnreadable


async def _paused(_hit: FaultSet, _call: Call, _answer: Answer) -> Response:
    raise errors.Paused


_TAKES_OVER: dict[Fault, Callable[[FaultSet, Call, Answer], Awaitable[Response]]] = {
    Fault.DOWN: _down,
    Fault.ERROR: _error,
    Fault.LIMITED: _limited,
    Fault.HTML: _html,
    Fault.EMPTY: _empty,
    Fault.EXCEPTION: _exception,
    Fault.TRUNCATED: _truncated,
    Fault.DROPPED: _dropped,
    Fault.WRONG_SHAPE: _wrong_shape,
    Fault.TOKEN_EXPIRED: _token_expired,
    Fault.TOKEN_REFUSED: _token_refused,
    Fault.PAUSED: _paused,
}


class BrokenOff(Response):
    """Promises a whole body, sends half of it, and hangs up."""

    def __init__(self, whole: Response) -> None:
        super().__init__(bytes(whole.body), whole.status_code, media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half, then fail as the caller's client fails when the line is cut.

        A server that runs this hangs up because it failed; inside one process the
        error reaches the caller itself.
        """
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        await send({"type": "http.response.body", "body": _half(self), "more_body": True})
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body"
        )


def _half(response: Response) -> bytes:
    body = bytes(response.body)
    return body[: max(1, len(body) // 2)]
