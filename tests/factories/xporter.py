"""Xporter on Demand as far as the network is concerned: what it is asked, what it answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from assembly_ui.clock import Clock, ManualClock
from assembly_ui.xporter.client import Registration, XporterClient, make_http
from assembly_ui.xporter.transport import Repeats, Timeouts
from tests.factories.connector import SECRET
from tests.factories.schools import DFE_NUMBER

ADDRESS = "https://xod.test"
MANAGEMENT_SECRET = "b5a3c6d1-0f0e-4a7b-9c66-1d2e3f405162"
RELYING_PARTY = "assembly.example"
TOKEN_LIFE = timedelta(days=5)
AT_ONCE = Repeats(first_wait=0, longest_wait=0, jitter=0)
NOT_FOUND = "Relying Party not found for estab or secret not correct"
PAUSED = (
    "Authorisation is currently paused while the school finalises the selection of people "
    "to be included"
)
NULLS = {"Message": None, "ExceptionType": None, "ExceptionMessage": None, "InnerException": None}

Answer = Any
"""A dictionary (a 200 with this JSON), a response, an error to raise, or a function of the
request giving one of these."""


def no_token(words: str, **more: Any) -> dict[str, Any]:
    """GetToken's documented refusal."""
    none = {"token": None, "expires": "0001-01-01T00:00:00"}
    return none | NULLS | {"ExceptionMessage": words} | more


def school_info(estab: str = DFE_NUMBER, name: str = "King's School") -> dict[str, Any]:
    """SchoolInfo of a school whose MIS has been read."""
    row = {"Id": "1", "Name": name, "Head": "Mrs A Head", "EstabId": estab, "Phase": "Secondary"}
    meta = {"Id": 1, "MIS": "isams", "Version": "4", "DateTime": "2026-11-23T03:00:06.223"}
    return {"SchoolInfo": [row], "meta": [meta]}


class Service:
    """The service at the other end of the wire.

    `says` replaces what an endpoint answers; several answers are given in turn
    and the last one stays. `asked` lists the endpoints called, oldest first.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.secrets = {"": MANAGEMENT_SECRET, DFE_NUMBER: SECRET}
        self.requests: list[httpx.Request] = []
        self.asked: list[str] = []
        self._answers: dict[str, list[Answer]] = {
            "GetToken": [self.token],
            "SchoolRegister": [self.registered],
            "TokenDetails": [self.token_details],
            "SchoolInfo": [self.protected(school_info())],
            "GetXodSchoolTokens": [{"Tokens": []}],
            "Counts": [self.protected({"Counts": [{"Area": "Students", "Count": 1042}]})],
        }
        self._tokens: dict[str, str] = {}

    def says(self, endpoint: str, *answers: Answer) -> None:
        """From now on, this is what the endpoint answers."""
        self._answers[endpoint] = list(answers)

    def pause(self) -> None:
        """The school is choosing people: no token any more, and none works."""
        self._tokens.clear()
        self.says("GetToken", no_token(PAUSED, AuthorisationPaused=True))

    def withdraw(self) -> None:
        """The school took the authorisation back: no token any more, and none works."""
        self._tokens.clear()
        self.secrets.pop(DFE_NUMBER, None)
        self.says("GetToken", self.token)

    def fall(self, answer: Answer) -> None:
        """Whatever it is asked, this is what it answers."""
        for endpoint in self._answers:
            self.says(endpoint, answer)

    def lists(self, *estabs: str) -> None:
        """GetXodSchoolTokens gives a working token for each of these schools."""
        tokens = {estab: f"listed-{estab}-{len(self.requests)}".ljust(664, "y") for estab in estabs}
        self._tokens |= {token: estab for estab, token in tokens.items()}
        rows = [{"estab": estab, "token": token} for estab, token in tokens.items()]
        self.says("GetXodSchoolTokens", {"Tokens": rows})

    def recover(self) -> None:
        """Everything is as at first again."""
        self.__init__(self.clock)  # type: ignore[misc]

    def bodies(self, endpoint: str) -> list[dict[str, Any]]:
        """The JSON bodies sent to an endpoint."""
        sent = zip(self.asked, self.requests, strict=True)
        return [json.loads(request.content) for name, request in sent if name == endpoint]

    def token(self, request: httpx.Request) -> Answer:
        """GetToken: a new token for whoever knows the secret."""
        body = json.loads(request.content)
        estab = body["estab"]
        if self.secrets.get(estab) != body["password"]:
            return no_token(NOT_FOUND)
        token = f"{estab or 'ours'}-{len(self.requests)}".ljust(664, "x")
        self._tokens[token] = estab
        expires = (self.clock() + TOKEN_LIFE).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
        return {"token": token, "expires": expires} | NULLS

    def registered(self, request: httpx.Request) -> Answer:
        """SchoolRegister: every school is taken."""
        schools = json.loads(request.content)["Schools"]
        return {"Schools": [school | {"Status": "OK", "Message": None} for school in schools]}

    def token_details(self, request: httpx.Request) -> Answer:
        """TokenDetails: whose token this is."""
        estab = self._whose(request)
        if estab is None:
            return httpx.Response(401, json=NULLS | {"ExceptionMessage": "Token is not valid"})
        return {
            "Estab": estab,
            "Expires": (self.clock() + TOKEN_LIFE).isoformat(),
            "Name": "King's School",
            "RelyingParty": RELYING_PARTY,
            "Scopes": ["School", "Student"],
        } | NULLS

    def protected(self, answer: Answer) -> Callable[[httpx.Request], Answer]:
        """`answer` to whoever shows a working token, a 401 to everybody else."""

        def given(request: httpx.Request) -> Answer:
            if self._whose(request) is None:
                return httpx.Response(401, json=NULLS | {"ExceptionMessage": "Token expired"})
            return answer(request) if callable(answer) else answer

        return given

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What respx calls."""
        endpoint = request.url.path.rpartition("/")[2]
        self.requests.append(request)
        self.asked.append(endpoint)
        left = self._answers[endpoint]
        return await _response(left.pop(0) if len(left) > 1 else left[0], request)

    def _whose(self, request: httpx.Request) -> str | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._tokens.get(token) if scheme == "Idaas" else None


async def _response(answer: Answer, request: httpx.Request) -> httpx.Response:
    if isinstance(answer, Exception):
        raise type(answer)(*answer.args)
    if isinstance(answer, httpx.Response):
        # A response can be read once; the same answer may be given often.
        status, headers = answer.status_code, answer.headers.raw
        return httpx.Response(status, headers=headers, content=answer.content)
    if isinstance(answer, dict | list):
        return httpx.Response(200, json=answer)
    given = answer(request)
    return await _response(await given if isinstance(given, Awaitable) else given, request)


def a_client(http: httpx.AsyncClient, clock: Clock, **changes: Any) -> XporterClient:
    """A client of `Service` that repeats without waiting."""
    settings: dict[str, Any] = {
        "address": ADDRESS,
        "token_path": "/api/oauth/GetToken",
        "relying_party": RELYING_PARTY,
        "management_secret": MANAGEMENT_SECRET,
        "registration": Registration("Test", "Assembly Platform", "help@assembly.education"),
        "clock": clock,
        "repeats": AT_ONCE,
        "timeouts": Timeouts(),
        "calls_per_second": 100_000,
    }
    return XporterClient(http, **settings | changes)


@pytest.fixture
def service(clock: ManualClock) -> Iterator[Service]:
    """The service; every other address is out of reach."""
    service = Service(clock)
    with respx.mock(assert_all_called=False) as router:
        router.route(url__startswith=ADDRESS).mock(side_effect=service.answer)
        yield service


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with make_http() as http:
        yield http


@pytest.fixture
def xporter(service: Service, http: httpx.AsyncClient, clock: ManualClock) -> XporterClient:
    """A client whose other end is `service`."""
    return a_client(http, clock)
