"""One network address cannot fill a running demo's memory, nor take its time from others.

The limits themselves are tested in small numbers in `tests/unit/web/test_connection_limits.py`;
here they stand in a real server, in front of Reflex, behind Granian.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress

import httpx
import pytest

from assembly_ui.web.connection_limits import LONGEST_MESSAGE, Caps
from assembly_ui.web.notice import TOO_FAST
from tests.attack.without_pages import ServerWithoutPages
from tests.journeys.server import Server
from tools.floods import DISMISS, STATE, TICKET, Refused, Socket, connect

SCALE = 0.05
CAPS = Caps().scaled(SCALE)
PATIENCE = 60
_hosts = itertools.count(1)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo with a twentieth of every limit, behind one proxy."""
    server = ServerWithoutPages(
        tmp_path_factory.mktemp("narrow"), throttle_scale=str(SCALE), trusted_proxy_hops="1"
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _no_trouble(narrow: Server) -> Iterator[None]:
    yield
    assert not narrow.trouble(), narrow.story


@pytest.fixture
def address() -> str:
    """A network address that nothing came from before."""
    return f"198.51.100.{next(_hosts)}"


Open = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def open_socket(narrow: Server) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(address: str, *, as_tab: bool = True) -> Socket:
            forwarded = {"X_Forwarded_For": address}
            socket = await connect(narrow.port, "127.0.0.1", as_tab=as_tab, **forwarded)
            stack.push_async_callback(socket.close)
            return socket

        yield opened


async def _is_served(socket: Socket) -> bool:
    await socket.call(DISMISS)
    return "notice_state" in await socket.answer()


async def test_an_address_has_only_so_many_sockets_and_the_others_are_let_in(
    open_socket: Open, address: str
) -> None:
    for _ in range(int(CAPS.sockets_of_address)):
        await open_socket(address)
    with pytest.raises(Refused):
        await open_socket(address)
    assert await _is_served(await open_socket(f"{address}, 203.0.113.77"))


async def test_new_tabs_of_an_address_are_limited(narrow: Server, address: str) -> None:
    refused = 0
    for _ in range(int(CAPS.tabs_of_address.burst) + 20):
        try:
            await (await connect(narrow.port, "127.0.0.1", X_Forwarded_For=address)).close()
        except Refused:
            refused += 1
    assert refused


async def test_a_socket_that_says_nothing_is_closed(open_socket: Open, address: str) -> None:
    silent = await open_socket(address, as_tab=False)
    assert await silent.is_closed_within(PATIENCE)


async def test_a_message_that_is_too_long_closes_its_socket(
    open_socket: Open, address: str
) -> None:
    socket = await open_socket(address)
    await socket.send("42/_event," + "x" * LONGEST_MESSAGE)
    assert await socket.is_closed_within(PATIENCE)


async def test_a_message_that_never_ends_closes_its_socket(open_socket: Open, address: str) -> None:
    socket, other = await open_socket(address), await open_socket(address)
    await socket.piece(b"42", opcode=1)
    for _ in range(10):
        await socket.piece(b"x" * 100_000)
    assert await socket.is_closed_within(PATIENCE)
    assert await _is_served(other)


async def test_who_calls_too_fast_is_told_and_then_cut_off_and_others_are_not(
    open_socket: Open, address: str
) -> None:
    other = await open_socket("203.0.113.78")
    socket = await open_socket(address)
    for _ in range(20):
        await socket.call(DISMISS)
    while TOO_FAST[:40] not in await socket.answer():
        pass
    with suppress(OSError):
        for _ in range(1000):
            await socket.call(DISMISS)
    assert await socket.is_closed_within(PATIENCE)
    assert await _is_served(other)


async def test_what_a_browser_keeps_is_not_kept_here_when_it_is_long(
    open_socket: Open, address: str
) -> None:
    socket = await open_socket(address)
    await socket.call(f"{STATE}.hydrate_and_load", vars={TICKET: "Q" * 60_000})
    assert "QQQ" not in await socket.answer()


@pytest.mark.parametrize("path", ["/_upload", "/_event/?EIO=4&transport=polling"])
async def test_there_is_no_other_way_to_send_events_or_files(narrow: Server, path: str) -> None:
    async with httpx.AsyncClient(base_url=narrow.address) as client:
        answer = await client.post(
            path, content=b"40/_event,", headers={"reflex-client-token": str(uuid.uuid4())}
        )
        assert answer.status_code in (404, 405, 426)
