"""The stand-in for Xporter on Demand with a mailbox and a partner around it, for tests."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database
from simulators.xporter import consent, install_queue, invitations, scopes
from simulators.xporter.router import router
from simulators.xporter.simulator import XporterSimulator

PRODUCT = "http://assembly.test"
PATH = "/simulator/xporter"
RELYING_PARTY = "assembly.education"
MANAGEMENT_SECRET = "demo-management-secret"
ESTAB = "3302005"

SCHOOL = {
    "LeaCode": ESTAB[:3],
    "DfesCode": ESTAB[3:],
    "SchoolName": "King's School",
    "SchoolContactFirstName": "James",
    "SchoolContactLastName": "Walters",
    "SchoolContactEmail": "james.walters@kings.sch.uk",
    "SchoolContactPhone": "0121 496 0000",
    "PartnerApplicationId": RELYING_PARTY,
    "PartnerName": "Assembly Platform",
    "PartnerRegisteredEmail": "help@assembly.education",
    "ScopesToAuthorise": None,
    "AuthParams": None,
    "WeAcceptGroupcallUsagePolicy": True,
}


class Killed(BaseException):
    """The process ends at this point: nothing of ours gets to handle it."""


@dataclass
class Mailbox:
    """Receives mail as the transports do: a repeated message id arrives once."""

    is_down: bool = False
    attempts: int = 0
    received: dict[str, dict[str, str]] = field(default_factory=dict)
    arrivals: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def send(self, **message: str) -> None:
        """Take a message, or fail as a mail server does."""
        self.attempts += 1
        if self.is_down:
            raise ConnectionError("mail server is down")
        self.received.setdefault(message["message_id"], message)
        self.arrivals.put_nowait(None)

    @property
    def newest(self) -> dict[str, str]:
        """The message that arrived last."""
        return list(self.received.values())[-1]

    @property
    def newest_token(self) -> str:
        """The secret part of its link."""
        return self.newest_link.rpartition("/")[2]

    @property
    def newest_link(self) -> str:
        """Where its button leads, below the stand-in's address."""
        found = re.search(re.escape(PRODUCT + PATH) + r"(/authorise/\S+)", self.newest["text"])
        assert found
        return found.group(1)


@dataclass
class Partner:
    """The partner's address for callbacks. `answers` come first, then 204 for ever."""

    answers: list[int | BaseException] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    arrivals: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    def make_http(self) -> httpx.AsyncClient:
        """A client whose requests end here."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Content-Type"] == "application/json":
            self.told.append(json.loads(request.content))
            return httpx.Response(200)
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.posted.append(dict(parse_qsl(request.content.decode(), keep_blank_values=True)))
        self.arrivals.put_nowait(None)
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, BaseException):
            raise answer
        return httpx.Response(answer)


def a_stand_in(
    database: Database, clock: Clock, mailbox: Mailbox, partner: Partner, **settings: Any
) -> XporterSimulator:
    """A stand-in with a queue of 8 seconds and an installation of 3."""
    return XporterSimulator(
        database,
        **{
            "address": PRODUCT + PATH,
            "product_address": PRODUCT,
            "deliver": mailbox.send,
            "callback_url": f"{PRODUCT}/callbacks/xporter/secret",
            "relying_party": RELYING_PARTY,
            "management_secret": MANAGEMENT_SECRET,
            "queue_seconds": 8,
            "install_seconds": 3,
            "clock": clock,
            "pupils": 60,
            "make_http": partner.make_http,
            **settings,
        },
    )


def web_of(stand_in: XporterSimulator) -> httpx.AsyncClient:
    """A client of the app that serves this stand-in; closes nothing but itself."""
    app = FastAPI()
    app.include_router(router(lambda: stand_in), prefix=PATH)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PRODUCT + PATH)


async def get_token(
    web: httpx.AsyncClient, *, estab: str = "", password: str = MANAGEMENT_SECRET, **changes: str
) -> dict[str, Any]:
    """What GetToken answers."""
    body = {
        "estab": estab,
        "relyingParty": RELYING_PARTY,
        "password": password,
        "thirdpartyid": "XporterOnDemand",
    }
    return (await web.post("/api/oauth/GetToken", json=body | changes)).json()


async def register(web: httpx.AsyncClient, **changes: object) -> dict[str, Any]:
    """What SchoolRegister answers for one school."""
    token = (await get_token(web))["token"]
    answer = await web.post(
        "/api/Manage/SchoolRegister",
        json={"RegistrationType": "Live", "Schools": [SCHOOL | changes]},
        headers={"Authorization": f"Idaas {token}"},
    )
    return answer.json()


async def authorise(
    database: Database,
    token: str,
    *,
    now: datetime,
    mis: str = "isams",
    ticked: tuple[str, ...] = ("Staff",),
    people: str = "everyone",
) -> None:
    """The whole walk up to Authorise Sharing, by whoever holds this link."""
    await consent.confirm_authority(database, token=token, now=now)
    await consent.choose_mis(database, token=token, code=mis)
    await consent.choose_scopes(database, token=token, ticked=ticked)
    await consent.choose_people(database, token=token, people=people)
    async with invitations.holding(database, token) as held:
        seen = consent.summary_mark(held.sharing)
    await consent.authorise(database, token=token, seen=seen, now=now)


async def choose_install(
    database: Database, token: str, *, now: datetime, choice: str = "now", seconds: float = 3
) -> None:
    """Install now or queue, with as many seconds for each."""
    length = timedelta(seconds=seconds)
    await install_queue.choose_install(
        database, token=token, choice=choice, now=now, queue=length, installing=length
    )


EVERY_SCOPE = tuple(scope.name for scope in scopes.EVERYTHING)


@dataclass
class InstalledSchool:
    """A school that shares and is installed, with what a client of it needs."""

    web: httpx.AsyncClient
    stand_in: XporterSimulator
    link: str
    secret: str
    token: str

    async def get(self, path: str, **params: object) -> httpx.Response:
        """Read an endpoint below `/api/v1/`, with the school's token."""
        named = {name: str(value) for name, value in params.items()}
        headers = {"Authorization": f"Idaas {self.token}"}
        return await self.web.get(f"/api/v1/{path}", params=named, headers=headers)

    async def read(self, endpoint: str, **params: object) -> dict[str, Any]:
        """What an endpoint of the school's data answers."""
        return (await self.get(f"School/{ESTAB}/{endpoint}", **params)).json()


async def an_installed_school(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    mailbox: Mailbox,
    *,
    ticked: tuple[str, ...] = EVERY_SCOPE,
    people: str = "everyone",
) -> InstalledSchool:
    """A school that was invited, shares these scopes and is installed."""
    await register(web, ScopesToAuthorise=list(EVERY_SCOPE))
    await stand_in.do_due()
    link = mailbox.newest_token
    database, now = stand_in.database, stand_in.clock()
    await authorise(database, link, now=now, ticked=ticked, people=people)
    await choose_install(database, link, now=now, seconds=0)
    await stand_in.do_due()
    async with invitations.holding(database, link) as held:
        secret = held.sharing.secret
    token = (await get_token(web, estab=ESTAB, password=secret))["token"]
    return InstalledSchool(web, stand_in, link, secret, token)
