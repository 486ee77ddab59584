"""Every fault of Xporter on Demand in every state of a connection.

Our client talks to the stand-in over HTTP. What the connector page says then is
one table: faults of the service change no badge and are named as the service's;
the others are the school's own. Whatever it was, it heals by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.clock import ManualClock
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.web.connector_view import View, view_of
from assembly_ui.web.connector_words import SERVICE_PROBLEM, SERVICE_TITLE
from assembly_ui.xporter.callback import parse_body
from assembly_ui.xporter.client import Timeouts, XporterClient
from assembly_ui.xporter.transport import Repeats
from simulators.xporter import sharing
from simulators.xporter.auto_consent import ConsentChoices, give_consent, held_by
from simulators.xporter.faults import OF_CALLBACKS, Fault, clear_faults, set_fault
from simulators.xporter.models import Install
from simulators.xporter.router import router
from simulators.xporter.simulator import XporterSimulator
from tests.factories.connector import CIPHER
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import a_client
from tests.factories.xporter_simulator import (
    MANAGEMENT_SECRET,
    PATH,
    PRODUCT,
    RELYING_PARTY,
    Mailbox,
    Partner,
    a_stand_in,
)
from tests.integration.connector.conftest import LINKS

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HURRY, SLOWNESS, PATIENCE = 0.2, 1.0, 30.0
"""In seconds: what a call may take while the service is slow, how slow it is, and what
a call may take otherwise."""

BROKEN = Fault.ERROR
"""What the school that has a problem of its own already suffers from."""

FAULTS = [fault for fault in Fault if fault not in OF_CALLBACKS]

EVERYWHERE, HERE = "everywhere", "here"
"""The fault hits every call, or only those of our school."""

SAME = ("the same badge", "")
SERVICE = ("the same badge", SERVICE_TITLE)
PAUSED = ("Access Paused", "paused sharing")
WITHDRAWN = ("Access Withdrawn", "no longer accepts our access")
WRONG = ("Connection Problem", "that of another school")


def _problem(cause: str) -> tuple[str, str]:
    return ("Connection Problem", cause)


def _row(cause: str) -> tuple[str, str]:
    return ("the same badge", cause)


OF_THE_SERVICE = (
    Fault.DOWN,
    Fault.ERROR,
    Fault.LIMITED,
    Fault.SLOW,
    Fault.HTML,
    Fault.TRUNCATED,
    Fault.EMPTY,
    Fault.EXCEPTION,
    Fault.DROPPED,
    Fault.WRONG_SHAPE,
    Fault.TOKEN_REFUSED,
)
SERVICES = dict.fromkeys(OF_THE_SERVICE, SERVICE)
BITES_ONLY_ANSWERS = dict.fromkeys((Fault.TRUNCATED, Fault.DROPPED, Fault.WRONG_SHAPE), SAME)
"""Of a school that gets no token there is no answer that could be spoilt."""

CAUSES = {
    Fault.DOWN: "Xporter on Demand has a fault.",
    Fault.ERROR: "Xporter on Demand has a fault.",
    Fault.LIMITED: "Xporter on Demand asked us to call less often.",
    Fault.SLOW: "Xporter on Demand did not answer in time.",
    Fault.HTML: "Xporter on Demand sent a web page instead of data.",
    Fault.TRUNCATED: "The answer of Xporter on Demand stopped half-way.",
    Fault.EMPTY: "Xporter on Demand sent an empty answer.",
    Fault.EXCEPTION: "Xporter on Demand refused, in words we do not know.",
    Fault.DROPPED: "The connection to Xporter on Demand broke off.",
    Fault.WRONG_SHAPE: "Xporter on Demand answered something else than we asked for.",
    Fault.TOKEN_EXPIRED: "Xporter on Demand refuses the access it has just given us.",
    Fault.NO_DATA: "Xporter on Demand holds no data from your MIS.",
}
REFUSES = CAUSES[Fault.TOKEN_EXPIRED]

TABLE: dict[tuple[str, str], dict[Fault, tuple[str, str]]] = {
    ("invited", EVERYWHERE): dict.fromkeys(FAULTS, SAME),
    ("in the queue", EVERYWHERE): SERVICES
    | {
        Fault.TOKEN_EXPIRED: _row(REFUSES),
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: SAME,
        Fault.NO_DATA: SAME,
    },
    ("connected", EVERYWHERE): SERVICES
    | {
        Fault.TOKEN_EXPIRED: _problem(REFUSES),
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: WRONG,
        Fault.NO_DATA: _problem(CAUSES[Fault.NO_DATA]),
    },
    ("paused", EVERYWHERE): SERVICES
    | BITES_ONLY_ANSWERS
    | {
        Fault.TOKEN_EXPIRED: SAME,
        Fault.PAUSED: SAME,
        Fault.WRONG_SCHOOL: SAME,
        Fault.NO_DATA: SAME,
    },
    ("withdrawn", EVERYWHERE): SERVICES
    | BITES_ONLY_ANSWERS
    | {
        Fault.TOKEN_REFUSED: SAME,
        Fault.TOKEN_EXPIRED: SAME,
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: SAME,
        Fault.NO_DATA: SAME,
    },
    ("failing", EVERYWHERE): SERVICES
    | {
        Fault.TOKEN_EXPIRED: _row(REFUSES),
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: SAME,
        Fault.NO_DATA: SAME,
    },
    ("in the queue", HERE): {fault: _row(cause) for fault, cause in CAUSES.items()}
    | {
        Fault.TOKEN_REFUSED: WITHDRAWN,
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: SAME,
        Fault.NO_DATA: SAME,
    },
    ("connected", HERE): {fault: _problem(cause) for fault, cause in CAUSES.items()}
    | {
        Fault.TOKEN_REFUSED: WITHDRAWN,
        Fault.PAUSED: PAUSED,
        Fault.WRONG_SCHOOL: WRONG,
    },
}


@dataclass
class World:
    """Our engine and the stand-in, with HTTP between them and one clock for both."""

    database: Database
    clock: ManualClock
    xporter: XporterClient
    stand_in: XporterSimulator
    watcher: Watcher
    hasty: Callable[[str], Watcher]

    async def work(self, minutes: int, watcher: Watcher | None = None) -> None:
        """Let so many minutes pass, with everything done that falls due."""
        at_work = watcher or self.watcher
        for _ in range(minutes):
            await at_work.check_due()
            await at_work.duties.do_due()
            self.clock.advance(MINUTE)

    async def look(self) -> View:
        """What the connector page shows now."""
        overview = await read_overview(self.database, school_id=1, now=self.clock())
        return view_of(overview, [], None)

    async def connection(self) -> Connection:
        """The facts as they are."""
        async with self.database.read() as session:
            return await session.get_one(Connection, 1)

    async def have_checked(self) -> None:
        """As after Test Connection: the next check is due."""
        async with self.database.transaction() as session:
            row = await session.get_one(Connection, 1)
            row.due_at = self.clock() if row.has_key else None

    async def invite(self) -> None:
        """Grant Access is pressed, and the email arrives."""
        await grant_access(
            self.database,
            self.xporter,
            school_id=1,
            by_user_id=1,
            clock=self.clock,
            cooldown=MINUTE,
        )
        await self.stand_in.do_due()

    async def authorise(self, install: str) -> None:
        """The school says yes; its callbacks arrive."""
        await self.invite()
        await give_consent(self.stand_in, estab=DFE_NUMBER, answers=ConsentChoices(install=install))
        while await self.stand_in.do_due():
            continue

    async def link(self) -> str:
        """The school's own link to the portal."""
        return (await held_by(self.stand_in, DFE_NUMBER))[0]


@pytest.fixture
async def world(database: Database, clock: ManualClock, pace: Pace) -> AsyncIterator[World]:
    app, found = FastAPI(), {}
    app.include_router(router(lambda: found["stand-in"]), prefix=PATH)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:

        def client(token: float, data: float) -> XporterClient:
            return a_client(
                http,
                clock,
                address=PRODUCT + PATH,
                relying_party=RELYING_PARTY,
                management_secret=MANAGEMENT_SECRET,
                repeats=Repeats(attempts=1),
                timeouts=Timeouts(token=token, info=PATIENCE, data=data),
            )

        def hasty(where: str) -> Watcher:
            token = HURRY if where == EVERYWHERE else PATIENCE
            return Watcher(database, client(token, HURRY), CIPHER, clock, pace, LINKS)

        xporter = client(PATIENCE, PATIENCE)

        async def receive(request: httpx.Request) -> httpx.Response:
            callback = parse_body(request.content)
            receipt = await receive_callback(
                database, xporter, CIPHER, callback=callback, clock=clock
            )
            return httpx.Response(202 if receipt is Receipt.KEPT else 204)

        found["stand-in"] = a_stand_in(
            database,
            clock,
            Mailbox(),
            Partner(),
            queue_seconds=DAY.total_seconds() * 100,
            make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(receive)),
        )
        await a_school(database, now=clock())
        watcher = Watcher(database, xporter, CIPHER, clock, pace, LINKS)
        yield World(database, clock, xporter, found["stand-in"], watcher, hasty)


async def _connected(world: World) -> None:
    await world.authorise(Install.NOW)


async def _paused(world: World) -> None:
    await world.authorise(Install.NOW)
    await world.work(1)
    await sharing.pause(world.database, token=await world.link(), now=world.clock())
    await world.have_checked()


async def _withdrawn(world: World) -> None:
    await world.authorise(Install.NOW)
    await world.work(1)
    await sharing.withdraw(world.database, token=await world.link(), now=world.clock())
    await world.have_checked()


async def _failing(world: World) -> None:
    await world.authorise(Install.NOW)
    await world.work(1)
    await _set(world, BROKEN, DFE_NUMBER, "SchoolInfo")
    await world.have_checked()


STATES: dict[str, tuple[Callable[[World], Awaitable[Any]], str]] = {
    "invited": (World.invite, "Awaiting Connection"),
    "in the queue": (lambda world: world.authorise(Install.QUEUE), "Awaiting Connection"),
    "connected": (_connected, "Connected"),
    "paused": (_paused, "Access Paused"),
    "withdrawn": (_withdrawn, "Access Withdrawn"),
    "failing": (_failing, "Connection Problem"),
}
KEPT = ("authorised_at", "installed_at", "data_at", "first_connected_at", "secret_encrypted")
"""Good facts, which no fault takes away."""


def test_every_fault_and_every_state_is_in_the_table() -> None:
    assert {state for state, where in TABLE if where == EVERYWHERE} == set(STATES)
    assert all(set(row) == set(FAULTS) for row in TABLE.values())


@pytest.mark.parametrize(("state", "where"), TABLE, ids=[" ".join(key) for key in TABLE])
async def test_what_the_page_says_under_every_fault_and_that_it_heals(
    world: World, state: str, where: str
) -> None:
    prepare, badge = STATES[state]
    await prepare(world)
    await world.work(2)
    expected = TABLE[state, where]
    seen = {fault: await _suffer(world, fault, where, badge, expected[fault]) for fault in FAULTS}
    assert seen == expected


async def _suffer(
    world: World, fault: Fault, where: str, badge: str, expected: tuple[str, str]
) -> tuple[str, str]:
    """What the page says while a fault is on; before and after it says what it said."""
    before, good = await world.look(), await world.connection()
    assert (badge, "") == (before["badge"], before["service_since"]), fault
    await _set(world, fault, DFE_NUMBER if where == HERE else "")
    await world.have_checked()
    await world.work(2, world.hasty(where) if fault is Fault.SLOW else None)
    shown, hurt = await world.look(), await world.connection()
    assert [name for name in KEPT if getattr(good, name) and not getattr(hurt, name)] == [], fault
    await clear_faults(world.database, fault=fault)
    if badge == "Connection Problem" and fault is BROKEN:
        await _set(world, BROKEN, DFE_NUMBER, "SchoolInfo")
    world.clock.advance(DAY)
    await world.work(2)
    return _said(shown, before, expected)


def _said(shown: View, before: View, expected: tuple[str, str]) -> tuple[str, str]:
    badge = "the same badge" if shown["badge"] == before["badge"] else shown["badge"]
    if not expected[1]:
        return badge, "" if _words(shown) == _words(before) else _words(shown)
    return badge, expected[1] if expected[1] in _words(shown) else _words(shown)


def _words(view: View) -> str:
    """Everything the page says of the connection, without the moments."""
    rows = [part for row in view["rows"] for part in (row["mark"], row["before"], row["after"])]
    service = [SERVICE_TITLE, SERVICE_PROBLEM] if view["service_since"] else []
    return " ".join([*service, view["sentence"], view["next_step"], view["who"], *rows])


async def _set(world: World, fault: Fault, estab: str, endpoint: str = "") -> None:
    await set_fault(
        world.database,
        fault=fault,
        estab=estab,
        endpoint=endpoint,
        seconds=SLOWNESS,
        words="Object reference not set to an instance of an object.",
    )
