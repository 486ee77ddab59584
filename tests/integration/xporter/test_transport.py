"""How calls leave: over real sockets where sockets matter, repeated only where that is safe."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter import errors
from assembly_ui.xporter.client import XporterClient, make_http
from assembly_ui.xporter.transport import Timeouts, problem_of
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER
from tests.factories.xporter import NULLS, Answer, Service, a_client, school_info
from tests.integration.xporter.test_calls import INVITATION

ASK = ("GetToken", "SchoolInfo")


def _status(code: int, **headers: str) -> httpx.Response:
    return httpx.Response(code, json=NULLS, headers=headers)


PASSING = [
    _status(500),
    _status(502),
    _status(503),
    httpx.ConnectError("refused"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
]
LASTING = [
    _status(400),
    _status(403),
    _status(404),
    _status(429),
    _status(501),
    _status(504),
    _status(503, **{"Retry-After": "1"}),
    httpx.ReadTimeout("slow"),
    httpx.Response(200, text="<html>"),
    {"SchoolInfo": []},
]


@pytest.mark.parametrize("answer", PASSING, ids=repr)
async def test_a_passing_failure_is_tried_three_times(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("SchoolInfo", answer)
    with pytest.raises(errors.XporterError):
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert service.asked == ["GetToken"] + ["SchoolInfo"] * 3


@pytest.mark.parametrize("answer", PASSING, ids=repr)
async def test_a_passing_failure_passes(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("SchoolInfo", answer, answer, school_info())
    assert (await xporter.school_info(DFE_NUMBER, SECRET)).estab == DFE_NUMBER


@pytest.mark.parametrize("answer", PASSING, ids=repr)
async def test_making_a_token_may_be_tried_again(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("GetToken", answer, service.token)
    await xporter.school_token(DFE_NUMBER, SECRET)


@pytest.mark.parametrize("answer", LASTING, ids=repr)
async def test_a_lasting_failure_is_not_tried_again(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("SchoolInfo", answer)
    with pytest.raises(errors.XporterError):
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert service.asked == ["GetToken", "SchoolInfo"]


@pytest.mark.parametrize("answer", PASSING, ids=repr)
async def test_an_invitation_is_never_sent_twice_by_itself(
    service: Service, xporter: XporterClient, answer: Answer
) -> None:
    service.says("SchoolRegister", answer)
    with pytest.raises(errors.XporterError):
        await xporter.register_school(INVITATION)
    assert service.asked == ["GetToken", "SchoolRegister"]


async def test_a_call_after_the_token_was_refused_is_made_once_more_with_a_fresh_one(
    service: Service, xporter: XporterClient
) -> None:
    service.says("SchoolInfo", _status(401), service.protected(school_info()))
    assert (await xporter.school_info(DFE_NUMBER, SECRET)).estab == DFE_NUMBER
    assert service.asked == [*ASK, *ASK]
    first, second = (service.requests[n].headers["Authorization"] for n in (1, 3))
    assert first != second


async def test_an_invitation_refused_for_its_token_alone_is_sent_once_more(
    service: Service, xporter: XporterClient
) -> None:
    service.says("SchoolRegister", _status(401), service.registered)
    await xporter.register_school(INVITATION)
    assert service.asked == ["GetToken", "SchoolRegister"] * 2


async def test_a_token_refused_twice_is_given_up(service: Service, xporter: XporterClient) -> None:
    service.says("SchoolInfo", _status(401))
    with pytest.raises(errors.TokenExpired):
        await xporter.school_info(DFE_NUMBER, SECRET)
    assert service.asked == [*ASK, *ASK]


async def test_a_kept_token_that_died_leads_to_what_killed_it(
    service: Service, xporter: XporterClient
) -> None:
    await xporter.school_info(DFE_NUMBER, SECRET)
    service.withdraw()
    with pytest.raises(errors.NotAuthorised):
        await xporter.school_info(DFE_NUMBER, SECRET)
    service.pause()
    with pytest.raises(errors.AuthorisationPaused):
        await xporter.school_info(DFE_NUMBER, SECRET)


async def test_a_strangers_wrong_secret_does_not_cost_the_school_its_token(
    service: Service, xporter: XporterClient
) -> None:
    await xporter.school_info(DFE_NUMBER, SECRET)
    with pytest.raises(errors.NotAuthorised):
        await xporter.token_details(DFE_NUMBER, "a guess")
    await xporter.school_info(DFE_NUMBER, SECRET)
    assert service.asked == [*ASK, "GetToken", "SchoolInfo"]


class Busy:
    """Counts how many calls are under way at once; each is let go by hand."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.let_go = asyncio.Event()

    def around(self, answer: Answer) -> Callable[[httpx.Request], Answer]:
        async def given(_request: httpx.Request) -> Answer:
            self.now += 1
            self.most = max(self.most, self.now)
            await self.let_go.wait()
            self.now -= 1
            return answer

        return given


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("It never came true.")


async def test_a_school_is_called_once_at_a_time(service: Service, xporter: XporterClient) -> None:
    busy = Busy()
    service.says("SchoolInfo", busy.around(school_info()))
    service.says("Counts", busy.around({"Counts": [{"Area": "Staff", "Count": 1}]}))
    service.says("SchoolRegister", busy.around({"Schools": [{"Status": "OK"}]}))
    asking = [
        asyncio.create_task(xporter.school_info(DFE_NUMBER, SECRET)),
        asyncio.create_task(xporter.counts(DFE_NUMBER, SECRET)),
        asyncio.create_task(xporter.register_school(INVITATION)),
        asyncio.create_task(xporter.school_info(DFE_NUMBER, SECRET)),
    ]
    await _until(lambda: busy.now == 1)
    busy.let_go.set()
    await asyncio.gather(*asking)
    assert busy.most == 1


async def test_schools_are_called_side_by_side_but_only_so_many(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    estabs = [f"328{number}" for number in range(2000, 2006)]
    service.secrets |= dict.fromkeys(estabs, SECRET)
    busy = Busy()
    service.says("SchoolInfo", busy.around(school_info()))
    client = a_client(http, clock, calls_at_once=3)
    asking = [asyncio.create_task(client.school_info(estab, SECRET)) for estab in estabs]
    await _until(lambda: busy.now == 3)
    busy.let_go.set()
    await asyncio.gather(*asking)
    assert busy.most == 3


async def test_our_own_token_is_made_once_for_many_invitations(
    service: Service, xporter: XporterClient
) -> None:
    service.says("SchoolRegister", {"Schools": [{"Status": "OK"}]})
    invitations = [
        type(INVITATION)(**vars(INVITATION) | {"dfes_code": str(code)})
        for code in range(2000, 2010)
    ]
    await asyncio.gather(*map(xporter.register_school, invitations))
    assert service.asked.count("GetToken") == 1


async def test_a_call_that_takes_too_long_is_ended_by_us(
    service: Service, http: httpx.AsyncClient, clock: ManualClock
) -> None:
    service.says("SchoolInfo", Busy().around(school_info()))
    client = a_client(http, clock, timeouts=Timeouts(data=0.01))
    with pytest.raises(errors.TooSlow):
        await client.school_info(DFE_NUMBER, SECRET)


async def test_whoever_gives_up_frees_the_school_for_others(
    service: Service, xporter: XporterClient
) -> None:
    busy = Busy()
    service.says("SchoolInfo", busy.around(school_info()), school_info())
    given_up = asyncio.create_task(xporter.school_info(DFE_NUMBER, SECRET))
    await _until(lambda: busy.now == 1)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert (await xporter.school_info(DFE_NUMBER, SECRET)).estab == DFE_NUMBER


@asynccontextmanager
async def _server(reply: bytes) -> AsyncIterator[str]:
    """A machine that answers every call with these bytes and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def real_http(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client in an environment whose proxies lead nowhere."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with make_http() as http:
        yield http


async def test_this_machine_is_reached_whatever_proxies_the_environment_names(
    real_http: httpx.AsyncClient, clock: ManualClock
) -> None:
    body = b'{"token": "abc", "expires": "2030-01-01T00:00:00Z"}'
    async with _server(b"HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n" + body) as address:
        token = await a_client(real_http, clock, address=address).school_token(DFE_NUMBER, SECRET)
    assert token.value == "abc"


BROKEN = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"token": ',
    "another protocol": b"220 mail.test ESMTP\r\n",
    "a chunk cut short": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_that_breaks_off_is_a_lost_connection(
    real_http: httpx.AsyncClient, clock: ManualClock, reply: bytes
) -> None:
    async with _server(reply) as address:
        client = a_client(real_http, clock, address=address)
        with pytest.raises(errors.ConnectionLost):
            await client.school_token(DFE_NUMBER, SECRET)


async def test_an_answer_packed_badly_is_not_json(
    real_http: httpx.AsyncClient, clock: ManualClock
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    async with _server(head + b"rags") as address:
        client = a_client(real_http, clock, address=address)
        with pytest.raises(errors.NotJson):
            await client.school_token(DFE_NUMBER, SECRET)


async def test_a_port_nobody_listens_on_refuses(
    real_http: httpx.AsyncClient, clock: ManualClock
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    client = a_client(real_http, clock, address=f"http://127.0.0.1:{port}")
    with pytest.raises(errors.ConnectionRefused):
        await client.school_token(DFE_NUMBER, SECRET)


async def test_a_name_without_an_address_is_our_setting(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*_given: object, **_more: object) -> list:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with httpx.AsyncClient(trust_env=False) as http:
        client = a_client(http, clock, address="https://xporter.invalid")
        with pytest.raises(errors.AddressUnknown) as caught:
            await client.school_token(DFE_NUMBER, SECRET)
    assert caught.value.fault == "us"


@pytest.mark.parametrize("address", ["xporter.test", "ftp://xporter.test", "https://", ""])
async def test_an_address_that_is_none_is_our_setting(
    real_http: httpx.AsyncClient, clock: ManualClock, address: str
) -> None:
    with pytest.raises(errors.AddressUnknown):
        await a_client(real_http, clock, address=address).school_token(DFE_NUMBER, SECRET)


async def test_a_redirect_takes_no_credential_elsewhere(
    service: Service, xporter: XporterClient
) -> None:
    away = httpx.Response(307, headers={"Location": "https://xod.test/api/v1/Counts"})
    service.says("GetToken", away)
    with pytest.raises(errors.Redirected):
        await xporter.school_token(DFE_NUMBER, SECRET)
    assert service.asked == ["GetToken"]


def test_circular_causes_are_no_endless_search() -> None:
    first, second = httpx.ConnectError("one"), httpx.ConnectError("two")
    first.__context__, second.__context__ = second, first
    assert isinstance(problem_of(first), errors.ConnectionRefused)
