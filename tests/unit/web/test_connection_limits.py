"""What one network address may have open and send, in small numbers and without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from assembly_ui.settings import Settings
from assembly_ui.web import connection_limits
from assembly_ui.web.connection_limits import (
    DROPPED_AT_MOST,
    LONGEST_HEADERS,
    LONGEST_MESSAGE,
    TOLD_EVERY_SECONDS,
    UNFINISHED_MESSAGE,
    Caps,
    ConnectionLimits,
    Rate,
    Refused,
)

SMALL = Caps(
    sockets=4,
    sockets_of_address=2,
    handshakes_of_address=Rate(6, 1),
    tabs_of_address=Rate(4, 1),
    messages_of_tab=Rate(5, 1),
    messages_of_address=Rate(8, 1),
    requests_of_address=2,
)
CONNECT = "40/_event,"
CLICK = '42/_event,["event",{"name":"a.click","payload":{},"router_data":{"pathname":"/apps"}}]'


class Machine:
    """The limits, with a clock that a test sets, around an app that reads all it is given."""

    def __init__(self, **settings: Any) -> None:
        self.time = 1000.0
        self.limits = ConnectionLimits(
            Settings(**settings), told_by="notice.slow_down", caps=SMALL, now=lambda: self.time
        )
        self.reading: list[str] = []
        self.numbers = iter(range(10_000, 20_000))

    @asynccontextmanager
    async def socket(self, address: str = "192.0.2.1", **scope: Any) -> AsyncIterator[Client]:
        client = Client(address, next(self.numbers), scope)
        serving = asyncio.create_task(
            self.limits.around(client.serve)(client.scope, client.receive, client.send)
        )
        client.incoming.put_nowait({"type": "websocket.connect"})
        await _turns()
        yield client
        client.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await serving


class Client:
    """A socket's two ends: what a client says, and what the app is let hear."""

    def __init__(self, address: str, port: int, scope: dict[str, Any]) -> None:
        token = f"00000000-0000-4000-8000-{port:012}"
        self.scope = {
            "type": "websocket",
            "path": "/_event/",
            "query_string": f"EIO=4&token={token}".encode(),
            "headers": [],
            # As Granian says it.
            "client": (address, str(port)),
        } | scope
        self.port = port
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.heard: list[str] = []
        self.done = asyncio.Event()

    async def receive(self) -> Any:
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def serve(self, _scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append(message["text"])
        self.done.set()

    async def say(self, *texts: str) -> None:
        for text in texts:
            self.incoming.put_nowait({"type": "websocket.receive", "text": text})
        await _turns()

    @property
    def is_let_in(self) -> bool:
        return {"type": "websocket.accept"} in self.sent

    @property
    def closed(self) -> int:
        """The code it was closed with; 0 while it is open."""
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), 0)


async def _turns() -> None:
    for _ in range(40):
        await asyncio.sleep(0)


@pytest.fixture
def machine() -> Machine:
    return Machine()


async def test_an_address_has_only_so_many_sockets_and_others_have_theirs(machine: Machine) -> None:
    async with machine.socket() as one, machine.socket() as two, machine.socket() as three:
        assert (one.is_let_in, two.is_let_in, three.is_let_in) == (True, True, False)
        async with machine.socket("192.0.2.2") as other:
            assert other.is_let_in
    async with machine.socket() as again:
        assert again.is_let_in
    assert machine.limits.refused == {Refused.SOCKETS: 1}


async def test_all_addresses_together_have_only_so_many_sockets(machine: Machine) -> None:
    async with (
        machine.socket("192.0.2.1"),
        machine.socket("192.0.2.2"),
        machine.socket("192.0.2.3"),
        machine.socket("192.0.2.4"),
        machine.socket("192.0.2.5") as last,
    ):
        assert not last.is_let_in


@pytest.mark.parametrize(
    ("addresses", "is_one"),
    [
        (["2001:db8::1", "2001:db8::ffff:1", "2001:db8::2"], True),
        (["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"], True),
        (["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1"], False),
    ],
)
async def test_an_ipv6_network_is_one_address(
    machine: Machine, addresses: list[str], is_one: bool
) -> None:
    first, second, third = addresses
    async with machine.socket(first), machine.socket(second), machine.socket(third) as last:
        assert last.is_let_in is not is_one


@pytest.mark.parametrize(("hops", "are_one"), [(0, True), (1, False)])
async def test_behind_a_trusted_proxy_the_clients_count_apart(hops: int, are_one: bool) -> None:
    machine = Machine(trusted_proxy_hops=hops)

    def forwarded(by: str) -> dict[str, Any]:
        return {"headers": [(b"x-forwarded-for", b"198.51.100.1, " + by.encode())]}

    async with (
        machine.socket(**forwarded("203.0.113.1")),
        machine.socket(**forwarded("203.0.113.2")),
        machine.socket(**forwarded("203.0.113.3")) as last,
    ):
        assert last.is_let_in is not are_one


async def test_opening_and_closing_is_limited_and_recovers(machine: Machine) -> None:
    same = {"query_string": b"token=00000000-0000-4000-8000-000000000000"}
    for _ in range(6):
        async with machine.socket(**same) as client:
            assert client.is_let_in
    async with machine.socket(**same) as client:
        assert not client.is_let_in
    machine.time += 1
    async with machine.socket(**same) as client:
        assert client.is_let_in
    assert machine.limits.refused == {Refused.HANDSHAKES: 1}


async def test_new_tabs_are_limited_and_known_ones_come_back(machine: Machine) -> None:
    for number in range(5):
        query = f"token=00000000-0000-4000-8000-00000000000{number}".encode()
        async with machine.socket(query_string=query) as client:
            assert client.is_let_in is (number < 4)
    known = b"token=00000000-0000-4000-8000-000000000000"
    async with machine.socket(query_string=known) as client:
        assert client.is_let_in
    assert machine.limits.refused == {Refused.TABS: 1}


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"token=",
        b"token=a&token=b",
        b"token=" + b"x" * 100,
        b"a&" * 50,
        b"token=../../etc/passwd",
    ],
)
async def test_a_socket_of_no_tab_is_not_let_in(machine: Machine, query: bytes) -> None:
    async with machine.socket(query_string=query) as client:
        assert not client.is_let_in


async def test_headers_that_are_kept_with_a_tab_are_short(machine: Machine) -> None:
    long = [(b"x", b"y" * (LONGEST_HEADERS // 2))]
    async with machine.socket(headers=long) as client:
        assert not client.is_let_in
    assert machine.limits.refused == {Refused.HEADERS: 1}


async def test_a_socket_that_never_says_it_is_a_tab_is_closed(machine: Machine) -> None:
    async with machine.socket() as tab, machine.socket("192.0.2.2") as silent:
        await tab.say(CONNECT)
        await silent.say("40", "3", "40/other,")
        machine.time += 10
        # What each waits for is asked again, now that the time is up.
        await silent.say("3")
        await tab.say(CLICK)
        await _turns()
        assert (tab.closed, silent.closed) == (0, 1008)
        assert tab.heard == [CONNECT, CLICK]


async def test_a_socket_that_says_nothing_at_all_is_closed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "CONNECT_SECONDS", 1)
    async with machine.socket() as silent:
        await silent.done.wait()
        assert silent.closed == 1008


@pytest.mark.parametrize("what", [{"text": "x" * (LONGEST_MESSAGE + 1)}, {"bytes": b"x"}])
async def test_a_message_that_no_page_sends_closes_the_socket(
    machine: Machine, what: dict[str, Any]
) -> None:
    async with machine.socket() as client:
        client.incoming.put_nowait({"type": "websocket.receive"} | what)
        await _turns()
        assert client.closed == 1009
        assert client.heard == []


async def test_a_message_that_begins_and_never_ends_closes_the_socket(machine: Machine) -> None:
    async with machine.socket() as client, machine.socket("192.0.2.2") as other:
        for each in (client, other):
            await each.say(CONNECT)
        endless, peer = (("192.0.2.1", client.port), ("192.0.2.2", other.port))
        limit = UNFINISHED_MESSAGE + LONGEST_HEADERS
        machine.limits.sweep({endless: limit // 2, peer: limit // 2})
        machine.limits.sweep({endless: limit // 2 + limit + 1, peer: limit // 2})
        await _turns()
        assert (client.closed, other.closed) == (1009, 0)
    assert machine.limits.refused == {Refused.UNFINISHED_MESSAGE: 1}


async def test_messages_that_end_add_up_to_no_unfinished_one(machine: Machine) -> None:
    async with machine.socket() as client:
        await client.say(CONNECT)
        received, peer = 500, ("192.0.2.1", client.port)
        for _ in range(20):
            machine.time += 5
            message = CLICK + " " * 50_000
            await client.say(message)
            received += len(message) + 14
            machine.limits.sweep({peer: received})
            await _turns()
        assert client.closed == 0
        assert len(client.heard) == 21


async def test_clicks_beyond_the_rate_are_dropped_and_the_person_is_told_once(
    machine: Machine,
) -> None:
    async with machine.socket() as client:
        await client.say(CONNECT, *[CLICK] * 10)
        assert client.heard[:5] == [CONNECT, *[CLICK] * 4]
        (told,) = client.heard[5:]
        name, event = json.loads(told.removeprefix("42/_event,"))
        assert name == "event"
        assert event["name"] == "notice.slow_down"
        assert event["router_data"] == {"pathname": "/apps"}
        machine.time += TOLD_EVERY_SECONDS
        await client.say(*[CLICK] * 7)
        assert client.heard.count(told) == 2
        assert machine.limits.refused == {Refused.MESSAGES: 8}


async def test_an_answer_to_a_ping_costs_nothing(machine: Machine) -> None:
    async with machine.socket() as client:
        await client.say(CONNECT, *["3"] * 20, CLICK)
        assert client.heard[-1] == CLICK


async def test_a_tab_that_floods_is_closed_and_takes_nothing_from_other_addresses(
    machine: Machine,
) -> None:
    async with machine.socket() as client, machine.socket("192.0.2.2") as other:
        for _ in range(DROPPED_AT_MOST // 10 + 2):
            await client.say(*['42/_event,["ping"]'] * 10)
        assert client.closed == 1008
        await other.say(CONNECT, CLICK)
        assert other.heard == [CONNECT, CLICK]


async def test_the_tabs_of_an_address_share_its_rate(machine: Machine) -> None:
    async with machine.socket() as one, machine.socket() as two:
        await one.say(*[CLICK] * 5)
        await two.say(*[CLICK] * 5)
        assert len([text for text in two.heard if text == CLICK]) == 3


async def test_the_scale_multiplies_every_limit() -> None:
    twice = SMALL.scaled(2)
    assert twice.sockets_of_address == 4
    assert twice.messages_of_tab == Rate(10, 2)
    assert SMALL.scaled(0.001).sockets == 1


async def _app(scope: Any, receive: Any, send: Any) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


async def _statuses(
    machine: Machine, app: Callable[..., Any], receive: Callable[..., Any], **scope: Any
) -> list[int]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "client": ("192.0.2.1", 1),
    }
    await machine.limits.around(app)(asked | scope, receive, send)
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


async def _whole() -> Any:
    return {"type": "http.request", "body": b"whole", "more_body": False}


async def test_a_body_that_does_not_arrive_in_time_is_not_waited_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trickles() -> Any:
        machine.time += 7
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def never() -> Any:
        await asyncio.Event().wait()

    assert await _statuses(machine, _app, _whole) == [200]
    assert await _statuses(machine, _app, trickles) == [408]
    monkeypatch.setattr(connection_limits, "BODY_SECONDS", 0.001)
    assert await _statuses(machine, _app, never) == [408]
    assert machine.limits.refused == {Refused.SLOW_BODY: 2}


@pytest.mark.parametrize(("seconds", "status"), [(29, 200), (31, 408)])
async def test_a_body_has_half_a_minute_to_arrive_however_its_pieces_come(
    machine: Machine, seconds: int, status: int
) -> None:
    pieces = iter([(0, True), (seconds, True), (0, False)])

    async def slowly() -> Any:
        waited, has_more = next(pieces)
        machine.time += waited
        return {"type": "http.request", "body": b"x", "more_body": has_more}

    assert await _statuses(machine, _app, slowly) == [status]


async def test_an_address_has_only_so_many_requests_under_way(machine: Machine) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    waiting = [asyncio.create_task(_statuses(machine, slow, _whole)) for _ in range(2)]
    await _turns()
    assert await _statuses(machine, _app, _whole) == [429]
    assert await _statuses(machine, _app, _whole, client=("192.0.2.2", 1)) == [200]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await _statuses(machine, _app, _whole) == [200]


async def test_a_request_with_endless_headers_is_refused(machine: Machine) -> None:
    headers = [(b"cookie", b"x" * LONGEST_HEADERS)]
    assert await _statuses(machine, _app, _whole, headers=headers) == [431]


@pytest.mark.parametrize("path", ["/_event", "/_event/", "//_event/"])
async def test_events_come_by_socket_only(machine: Machine, path: str) -> None:
    assert await _statuses(machine, _app, _whole, path=path) == [426]


async def test_addresses_that_have_nothing_open_are_forgotten(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "ADDRESSES_KNOWN", 3)
    async with machine.socket("198.51.100.1"):
        for number in range(20):
            await _statuses(machine, _app, _whole, client=(f"192.0.2.{number}", 1))
        assert len(machine.limits._addresses) <= 4
        assert "198.51.100.1" in machine.limits._addresses


async def test_of_tabs_that_are_gone_so_many_are_known_and_the_oldest_forgotten(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_limits, "TABS_KNOWN", 3)
    for number in range(20):
        async with machine.socket(f"192.0.2.{number}") as client:
            pass
    assert len(machine.limits._tabs) == 3
    assert client.scope["query_string"].decode().endswith(next(reversed(machine.limits._tabs)))
