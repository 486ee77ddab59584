"""How much one network address may have open, and send, before anything is kept of it.

An ASGI layer around the whole app. A whole school sits behind one address, so the
limits of an address are wide; they keep one client from taking everybody's memory
and time, not from being busy. For IPv6 an address is its /64. What is refused is
counted (`ConnectionLimits.refused`, and the security log) and never logged itself.
See docs/decisions/0025.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import network_of
from assembly_ui.audit.security_log import report
from assembly_ui.server.client_ip import address_of
from assembly_ui.settings import Settings
from assembly_ui.web.received_bytes import Peer, ReceivedBytes

log = structlog.get_logger()

LONGEST_MESSAGE = 64 * 1024
"""Of one socket message, in characters. The longest form comes to a fifth of it."""
UNFINISHED_MESSAGE = 2 * LONGEST_MESSAGE
"""Bytes that may have come since the last whole message."""
LONGEST_HEADERS = 32 * 1024
"""Of a request. Those of a socket are kept as long as its tab, so they get half of it."""
CONNECT_SECONDS = 10
"""Within which a socket says that it is a tab."""
BODY_SECONDS = 30
"""Within which a request has brought all of its body."""
SWEEP_SECONDS = 0.5
"""What arrives meanwhile is kept, as fast as the network brings it."""
TOLD_EVERY_SECONDS = 10
"""How often a person whose clicks were dropped is told so."""
DROPPED_AT_MOST = 300
"""Messages of one socket; then it is closed, since no person is that quick."""
ADDRESSES_KNOWN = 10_000
TABS_KNOWN = 20_000
LOG_SECONDS = 60

_EVENTS = "/_event"
_CONNECT = f"40{_EVENTS},"
_EVENT = f"42{_EVENTS},"
_PONG = "3"
_TOKEN = re.compile(r"[0-9A-Za-z-]{16,64}")
_POLICY_VIOLATION, _TOO_BIG, _TRY_AGAIN_LATER = 1008, 1009, 1013
_BUSY = PlainTextResponse("Too many requests at once.", 429, {"Retry-After": "5"})
_LONG_HEADERS = PlainTextResponse("The headers of this request are too long.", 431)
_SOCKETS_ONLY = PlainTextResponse("Only a WebSocket opens this.", 426, {"Upgrade": "websocket"})
_TOO_SLOW = PlainTextResponse("The request took too long to arrive.", 408)


class Refused(StrEnum):
    """What was refused, for those who count."""

    SOCKETS = "sockets"
    HANDSHAKES = "handshakes"
    TABS = "tabs"
    TOKEN = "token"
    HEADERS = "headers"
    SILENT_SOCKET = "silent_socket"
    LONG_MESSAGE = "long_message"
    UNFINISHED_MESSAGE = "unfinished_message"
    MESSAGES = "messages"
    FLOODING_SOCKET = "flooding_socket"
    REQUESTS = "requests"
    SLOW_BODY = "slow_body"


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a second in the long run."""

    burst: float
    per_second: float


@dataclass(frozen=True)
class Caps:
    """The limits; all of a process that serves pages. `scaled` multiplies every one."""

    sockets: float = 5000
    sockets_of_address: float = 300
    # Everybody of a school comes back at once when the server has restarted.
    handshakes_of_address: Rate = Rate(600, 10)
    tabs_of_address: Rate = Rate(600, 2)
    messages_of_tab: Rate = Rate(120, 20)
    messages_of_address: Rate = Rate(2500, 200)
    requests_of_address: float = 500

    def scaled(self, scale: float) -> Caps:
        """As for the rate limits; see `throttle_scale`."""

        def times(cap: Any) -> Any:
            if isinstance(cap, Rate):
                return Rate(max(1, cap.burst * scale), cap.per_second * scale)
            return max(1, cap * scale)

        return Caps(**{name: times(cap) for name, cap in vars(self).items()})


class _Bucket:
    """What is left of a rate."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def take(self, now: float) -> bool:
        """Take one, if one is left."""
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _Address:
    """What one network address has open, and what it has left."""

    def __init__(self, caps: Caps, now: float) -> None:
        self.sockets = 0
        self.requests = 0
        self.handshakes = _Bucket(caps.handshakes_of_address, now)
        self.tabs = _Bucket(caps.tabs_of_address, now)
        self.messages = _Bucket(caps.messages_of_address, now)

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is open."""
        return not self.sockets and not self.requests


class ConnectionLimits:
    """One for the process. `told_by` is the handler that tells a person that clicks were lost."""

    def __init__(
        self,
        settings: Settings,
        *,
        told_by: str = "",
        caps: Caps | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.refused: Counter[Refused] = Counter()
        self.told_by = told_by
        self.now = now
        self.caps = (caps or Caps()).scaled(settings.throttle_scale)
        # Tests send faster than a busy machine reads, so that whole messages wait as well.
        self.unfinished = UNFINISHED_MESSAGE * max(1, settings.throttle_scale)
        self._hops = settings.trusted_proxy_hops
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._tabs: OrderedDict[str, None] = OrderedDict()
        self._sockets: set[_Socket] = set()
        self._received = ReceivedBytes()
        self._logged: dict[Refused, tuple[float, int]] = {}

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app within these limits."""

        async def limited(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await self._request(app, scope, receive, send)
            elif scope["type"] == "websocket":
                await self._socket(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return limited

    def refuse(self, what: Refused) -> None:
        """Count something that was refused; say so now and then."""
        self.refused[what] += 1
        report(SecurityEvent.SOCKET_LIMIT, Outcome.THROTTLED)
        at, told = self._logged.get(what, (-LOG_SECONDS, 0))
        if self.now() - at >= LOG_SECONDS:
            count = self.refused[what]
            self._logged[what] = (self.now(), count)
            log.warning("connections.refused", what=what.value, times=count - told)

    async def run(self) -> None:
        """Close sockets on which messages begin and never end, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self.sweep()
            except Exception:
                # Whatever one look meets, the next one is made.
                log.exception("connections.not_swept")

    def sweep(self, received: Mapping[Peer, int] | None = None) -> None:
        """Close them now; `received` is what the kernel has received, by the other end."""
        if received is None:
            received = self._received.of({socket.peer for socket in self._sockets})
        for socket in list(self._sockets):
            if socket.peer in received and socket.is_unfinished(received[socket.peer]):
                socket.stop(Refused.UNFINISHED_MESSAGE, _TOO_BIG)

    async def _request(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        address = self._address(scope)
        if f"/{scope['path'].strip('/')}" == _EVENTS:
            # Socket.IO's other transport, which is switched off, and logs whoever tries it.
            await _SOCKETS_ONLY(scope, receive, send)
            return
        if _length_of_headers(scope) > LONGEST_HEADERS:
            self.refuse(Refused.HEADERS)
            await _LONG_HEADERS(scope, receive, send)
            return
        if address.requests >= self.caps.requests_of_address:
            self.refuse(Refused.REQUESTS)
            await _BUSY(scope, receive, send)
            return
        body = _Body(receive, send, self)
        address.requests += 1
        try:
            await app(scope, body.receive, body.send)
        except ClientDisconnect:
            if not body.is_late:
                raise
        finally:
            address.requests -= 1
        if body.is_late and not body.has_answered:
            await _TOO_SLOW(scope, receive, send)

    async def _socket(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        address = self._address(scope)
        if refused := self._refusal(address, scope):
            self.refuse(refused)
            await receive()
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        socket = _Socket(self, address, scope, receive, send)
        address.sockets += 1
        self._sockets.add(socket)
        try:
            await app(scope, socket.receive, socket.send)
        finally:
            address.sockets -= 1
            self._sockets.discard(socket)

    def _refusal(self, address: _Address, scope: Scope) -> Refused | None:
        now = self.now()
        if _length_of_headers(scope) > LONGEST_HEADERS // 2:
            return Refused.HEADERS
        if not (token := _token(scope)):
            return Refused.TOKEN
        if (
            len(self._sockets) >= self.caps.sockets
            or address.sockets >= self.caps.sockets_of_address
        ):
            return Refused.SOCKETS
        if not address.handshakes.take(now):
            return Refused.HANDSHAKES
        if token not in self._tabs and not address.tabs.take(now):
            return Refused.TABS
        self._tabs[token] = None
        self._tabs.move_to_end(token)
        if len(self._tabs) > TABS_KNOWN:
            self._tabs.popitem(last=False)
        return None

    def _address(self, scope: Scope) -> _Address:
        network = network_of(address_of(HTTPConnection(scope), self._hops))
        if (found := self._addresses.get(network)) is None:
            found = self._addresses[network] = _Address(self.caps, self.now())
            self._forget_idle()
        self._addresses.move_to_end(network)
        return found

    def _forget_idle(self) -> None:
        # The one seen last stays; those that have something open are kept whatever happens.
        for network in list(self._addresses)[: len(self._addresses) - ADDRESSES_KNOWN]:
            if self._addresses[network].is_idle:
                del self._addresses[network]


class _Socket:
    """One WebSocket: what it says is looked at before Socket.IO reads it."""

    def __init__(
        self,
        limits: ConnectionLimits,
        address: _Address,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        host, port = scope.get("client") or ("", 0)
        # Granian says the port as text.
        self.peer: Peer = (host, int(port))
        self._limits = limits
        self._now = limits.now
        self._address = address
        self._receive = receive
        self._send = send
        self._begun_at = limits.now()
        self._messages = _Bucket(limits.caps.messages_of_tab, self._begun_at)
        self._is_tab = False
        self._whole = self._whole_before = 0
        self._bytes = self._rest = 0
        self._dropped = 0
        self._told_at = -float(TOLD_EVERY_SECONDS)
        self._waiting: asyncio.Task[Any] | None = None
        self._stopped = 0

    async def receive(self) -> Message:
        """The next message that is let through; a disconnect in place of those that are not."""
        while not self._stopped:
            try:
                message = await self._next()
            except TimeoutError:
                self._refuse(Refused.SILENT_SOCKET, _POLICY_VIOLATION)
                break
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
                # Not the caller's wish: it is told that the socket closed.
                task = asyncio.current_task()
                assert task is not None
                task.uncancel()
                break
            if message["type"] != "websocket.receive":
                return message
            if (let_in := self._look(message)) is not None:
                return let_in
        await self._close()
        return {"type": "websocket.disconnect", "code": self._stopped}

    async def send(self, message: Message) -> None:
        """Pass it on, unless the socket has been closed."""
        if not self._stopped:
            await self._send(message)

    def stop(self, why: Refused, code: int) -> None:
        """Close the socket, whatever it is waiting for."""
        if not self._stopped:
            self._refuse(why, code)
            if self._waiting is not None:
                self._waiting.cancel()

    def is_unfinished(self, received: int) -> bool:
        """Whether too much has come since the last message that was whole.

        Asked again and again with the bytes received so far.
        """
        rest = received - self._bytes
        if rest - self._rest > self._limits.unfinished + LONGEST_HEADERS:
            return True
        if self._whole != self._whole_before:
            # What is left over are the request, the frames' heads, and pings.
            self._whole_before, self._rest = self._whole, rest
        return False

    async def _next(self) -> Message:
        self._waiting = asyncio.current_task()
        try:
            if self._is_tab:
                return await self._receive()
            return await _in_time(self._receive, self._begun_at + CONNECT_SECONDS - self._now())
        finally:
            self._waiting = None

    def _look(self, message: Message) -> Message | None:
        text = message.get("text")
        self._whole += 1
        self._bytes += len((text or "").encode(errors="replace"))
        if text is None or len(text) > LONGEST_MESSAGE:
            # Reflex sends nothing binary, and nothing near as long.
            self._refuse(Refused.LONG_MESSAGE, _TOO_BIG)
            return None
        if text == _PONG:
            return message
        self._is_tab = self._is_tab or f"{text},".startswith(_CONNECT)
        now = self._now()
        if self._messages.take(now) and self._address.messages.take(now):
            return message
        return self._drop(text)

    def _drop(self, text: str) -> Message | None:
        """Let a message go; once in a while the person is told, in its place."""
        self._limits.refuse(Refused.MESSAGES)
        self._dropped += 1
        if self._dropped > DROPPED_AT_MOST:
            self._refuse(Refused.FLOODING_SOCKET, _POLICY_VIOLATION)
            return None
        now = self._now()
        if now - self._told_at < TOLD_EVERY_SECONDS or not self._limits.told_by:
            return None
        if told := _instead(text, self._limits.told_by):
            self._told_at = now
            return {"type": "websocket.receive", "text": told}
        return None

    def _refuse(self, why: Refused, code: int) -> None:
        self._limits.refuse(why)
        self._stopped = code

    async def _close(self) -> None:
        await self._send({"type": "websocket.close", "code": self._stopped})


@dataclass
class _Body:
    """A request's body, which has to arrive in time; and what is answered meanwhile."""

    _receive: Receive
    _send: Send
    _limits: ConnectionLimits
    is_late: bool = False
    has_answered: bool = False
    _begun_at: float = field(init=False)
    _is_whole: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._begun_at = self._limits.now()

    async def receive(self) -> Message:
        """The next piece; a disconnect in place of one that does not come."""
        if self._is_whole:
            return await self._receive()
        left = self._begun_at + BODY_SECONDS - self._limits.now()
        try:
            message = await _in_time(self._receive, left)
        except TimeoutError:
            if not self.is_late:
                self._limits.refuse(Refused.SLOW_BODY)
            self.is_late = True
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass a piece on; nothing of what is said of a body that did not come."""
        if self.is_late and not self.has_answered:
            return
        self.has_answered = True
        await self._send(message)


async def _in_time(receive: Receive, seconds: float) -> Message:
    if seconds <= 0:
        # What is there already would not be waited for, so no timeout would end it.
        raise TimeoutError
    async with asyncio.timeout(seconds):
        return await receive()


def _instead(text: str, handler: str) -> str:
    """The event of this message, as a call of another handler; empty when it is none."""
    try:
        name, event = json.loads(text.removeprefix(_EVENT))
        router = event["router_data"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    told = {"name": handler, "payload": {}, "router_data": router}
    return _EVENT + json.dumps([name, told])


def _token(scope: Scope) -> str:
    """The token of the tab that a socket is opened for; empty when it is no such thing."""
    try:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=10)
    except ValueError:
        return ""
    found = query.get("token", [])
    return found[0] if len(found) == 1 and _TOKEN.fullmatch(found[0]) else ""


def _length_of_headers(scope: Scope) -> int:
    address = len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
    return address + sum(len(name) + len(value) for name, value in scope["headers"])
