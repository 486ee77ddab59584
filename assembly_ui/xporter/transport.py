"""How calls leave: one pooled HTTP client, a time limit per kind of call, few at once.

Errors of the HTTP library become the room's own here. They are raised outside
the `except` block on purpose: the library's errors hold the request, and with it
the token and the secret, where a traceback with local variables would print them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import stamina

from assembly_ui.clock import Clock
from assembly_ui.jobs import worker_pools
from assembly_ui.xporter.answers import QUICKLY_READ, Reader
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import (
    AddressUnknown,
    ConnectionLost,
    ConnectionRefused,
    NotJson,
    ServiceDown,
    TooLarge,
    TooSlow,
    Unreachable,
    XporterError,
)
from assembly_ui.xporter.turns import Turns

REPEATED_STATUSES = (500, 502, 503)
MOST_CAUSES = 20


@dataclass(frozen=True)
class Timeouts:
    """Seconds for connecting, and for each kind of call from its start to its last byte.

    `data` may be collected from the school's MIS while we wait, hence the long limit
    (facts file, section 8: 100 to 120 s, inferred); `live` data are so as a rule.
    """

    connect: float = 5
    token: float = 20
    invite: float = 30
    info: float = 30
    data: float = 110
    live: float = 150


@dataclass(frozen=True)
class Repeats:
    """How often, and after how many seconds, a call that is safe to repeat is repeated."""

    attempts: int = 3
    first_wait: float = 0.25
    longest_wait: float = 5
    jitter: float = 0.25


@dataclass(frozen=True)
class Call:
    """One HTTP call. `hide` are words no error may repeat; `safe` means repeatable."""

    method: str
    path: str
    seconds: float
    safe: bool = True
    token: str = field(default="", repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    hide: tuple[str, ...] = field(default=(), repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Facts file, section 2: `Idaas` and the token; clients send the content type too."""
        said = {"Accept": "application/json", "Content-Type": "application/json"}
        return said | ({"Authorization": f"Idaas {self.token}"} if self.token else {})


def make_http(timeouts: Timeouts | None = None, *, connections: int = 20) -> httpx.AsyncClient:
    """The one pooled HTTP client; whoever makes it closes it.

    Never follows redirects, since every call carries a credential. The stand-in
    on this machine is reached without a proxy, whatever the environment says.
    """
    limits = timeouts or Timeouts()
    return httpx.AsyncClient(
        timeout=httpx.Timeout(max(limits.data, limits.live), connect=limits.connect),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        mounts={"all://127.0.0.1": None, "all://localhost": None},
    )


class Transport:
    """Sends calls to one address, at most `calls_at_once` of them at a time.

    No answer of more than `longest_body` bytes, unpacked, is taken in.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        address: str,
        clock: Clock,
        dialect: Dialect,
        repeats: Repeats,
        calls_at_once: int,
        longest_body: int,
        turns: Turns,
    ) -> None:
        self._http = http
        self._address = address.rstrip("/")
        self._clock = clock
        self._dialect = dialect
        self._repeats = repeats
        self._free = asyncio.Semaphore(calls_at_once)
        self._longest_body = longest_body
        self._turns = turns

    async def ask(self, call: Call) -> dict[str, Any]:
        """The JSON object that answers a call, repeating it where that is safe.

        Raises:
            XporterError: see `errors`.
        """
        if not call.safe:
            return await self._ask_once(call)
        # A context, not a decorated function: the library logs arguments of functions.
        async for attempt in stamina.retry_context(
            on=worth_repeating,
            attempts=self._repeats.attempts,
            timeout=None,
            wait_initial=self._repeats.first_wait,
            wait_max=self._repeats.longest_wait,
            wait_jitter=self._repeats.jitter,
        ):
            with attempt:
                return await self._ask_once(call)
        raise AssertionError("the last attempt returns or raises")

    async def _ask_once(self, call: Call) -> dict[str, Any]:
        async with self._free:
            await self._turns.of_service()
            answer = await self._send(call)
        if isinstance(answer, XporterError):
            raise answer
        response, content = answer
        reader = Reader(self._dialect, self._clock(), (*call.hide, call.token))
        if len(content) > QUICKLY_READ:
            return await worker_pools.XPORTER.run(reader.read, response, content)
        return reader.read(response, content)

    async def _send(self, call: Call) -> tuple[httpx.Response, bytes] | XporterError:
        try:
            async with (
                asyncio.timeout(call.seconds),
                self._http.stream(
                    call.method,
                    self._address + call.path,
                    params=dict(call.params) or None,
                    json=call.json,
                    headers=call.headers,
                ) as response,
            ):
                content = await self._body(response)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return problem_of(error)
        if content is None:
            return TooLarge(f"{self._longest_body} bytes", status=response.status_code)
        return response, content

    async def _body(self, response: httpx.Response) -> bytes | None:
        """The unpacked body; None when it is too long, and is not read to its end then."""
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._longest_body:
                return None
        return bytes(body)


def worth_repeating(error: Exception) -> bool:
    """Whether a repeat soon may do better: no connection, or a passing server error."""
    if isinstance(error, ServiceDown):
        return error.status in REPEATED_STATUSES and error.retry_at is None
    return isinstance(error, Unreachable)


def problem_of(error: Exception) -> XporterError:
    """The room's error for one of the HTTP library."""
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return TooSlow()
        case httpx.DecodingError():
            return NotJson()
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return AddressUnknown()
        case httpx.ConnectError():
            return AddressUnknown() if _is_name_problem(error) else ConnectionRefused()
        case _:
            return ConnectionLost()


def _is_name_problem(error: BaseException) -> bool:
    cause: BaseException | None = error
    # Chains of causes can be circular.
    for _ in range(MOST_CAUSES):
        if cause is None or isinstance(cause, socket.gaierror):
            break
        cause = cause.__cause__ or cause.__context__
    return isinstance(cause, socket.gaierror)
