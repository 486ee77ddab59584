"""Two schools of the register that share one DfE number, and one Xporter on Demand school.

Both schools are set up on Assembly. Xporter on Demand knows one school under the
number, London Park School Clapham; the simulator plays it over HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import NoResultFound
from sqlmodel import select, update

from assembly_ui.clock import ManualClock
from assembly_ui.connector.callback import receive_callback
from assembly_ui.connector.check import check
from assembly_ui.connector.errors import CannotMove, ConnectorError
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.models import Connection, ConnectionTest
from assembly_ui.connector.move_connection import move_connection
from assembly_ui.connector.overview import Overview, read_overview
from assembly_ui.connector.reconciling import WAITING
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.tester import Tester
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.demo.register_lookup import edubase_of
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.xporter.callback import parse_body
from assembly_ui.xporter.client import Registration, XporterClient
from simulators.xporter import sharing
from simulators.xporter.auto_consent import give_consent, held_by
from simulators.xporter.errors import NotNow
from simulators.xporter.models import Sharing
from simulators.xporter.simulator import XporterSimulator
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER
from tests.factories.schools import a_school
from tests.factories.xporter_simulator import (
    MANAGEMENT_SECRET,
    PATH,
    PRODUCT,
    RELYING_PARTY,
    Mailbox,
    Partner,
    a_stand_in,
    web_of,
)

NUMBER = "2086008"
TRUE_NAME = "London Park School Clapham"
TRUE = {"urn": "149715", "name": TRUE_NAME, "postcode": "SW4 9AH"}
OTHER = {"urn": "149917", "name": "Maypole School (Leigham Court)", "postcode": "SW16 2QA"}
PACE = Pace(onboarding=timedelta(seconds=5), settled=timedelta(hours=3))


def listed(said: dict[str, str]) -> RegisterSchool:
    """The school as the register has it."""
    return RegisterSchool(
        la_code=NUMBER[:3],
        establishment_number=NUMBER[3:],
        local_authority="Lambeth",
        town="London",
        phase="Secondary",
        type="Independent school",
        status="Open",
        website="",
        telephone="",
        **said,
    )


REGISTER = Register([listed(TRUE), listed(OTHER)])


@dataclass
class TwoSchools:
    """The product around its connector, the simulator at the other end, two schools."""

    database: Database
    clock: ManualClock
    stand_in: XporterSimulator
    xporter: XporterClient
    watcher: Watcher
    true: School
    other: School
    was_moved: bool = False

    async def grant(self, school: School) -> str | None:
        """The owner presses Grant Access; the name of the refusal, if it is refused."""
        assert school.id is not None
        self.clock.advance(timedelta(minutes=1))
        try:
            await grant_access(
                self.database,
                self.xporter,
                school_id=school.id,
                by_user_id=1,
                clock=self.clock,
                cooldown=timedelta(),
            )
        except ConnectorError as error:
            return type(error).__name__
        await self._keep_name()
        return None

    async def answer(self) -> None:
        """The true school authorises Assembly in Xporter on Demand, if it was asked to."""
        with suppress(NoResultFound, NotNow):
            await give_consent(self.stand_in, estab=NUMBER)
        await self._keep_name()

    async def withdraw(self) -> None:
        """The true school takes the authorisation back, if it gave one."""
        with suppress(NoResultFound, NotNow):
            token, _ = await held_by(self.stand_in, NUMBER)
            await sharing.withdraw(self.database, token=token, now=self.clock())

    async def move(self, to: School) -> None:
        """An operator moves the connection to this school, if it can be moved."""
        source = self.other if to is self.true else self.true
        with suppress(CannotMove):
            await move_connection(
                self.database,
                from_school_id=source.id or 0,
                to_school_id=to.id or 0,
                now=self.clock(),
            )
            self.was_moved = to is self.other

    async def post_callbacks(self) -> None:
        """Xporter on Demand posts what it owes."""
        for _ in range(3):
            await self.stand_in.do_due()

    async def reconcile(self) -> None:
        """The list of authorised schools is asked for."""
        await self.watcher.duties.do_due()
        self.clock.advance(WAITING * 1.2)
        await self.watcher.duties.do_due()

    async def check(self, school: School) -> Overview:
        """The watcher looks at the school; what its page shows then."""
        assert school.id is not None
        await check(
            self.database,
            self.xporter,
            CIPHER,
            school_id=school.id,
            clock=self.clock,
            pace=PACE,
        )
        return await self.overview(school)

    async def test(self, school: School) -> dict[str, str]:
        """Test Connection is pressed; the result of each layer."""
        assert school.id is not None
        tester = Tester(self.database, self.xporter, CIPHER, self.clock)
        await tester.start(school_id=school.id, by_user_id=1, wanted=lambda: True)
        await asyncio.gather(*tester._runs)
        async with self.database.read() as session:
            query = select(ConnectionTest).where(ConnectionTest.school_id == school.id)
            newest = list(await session.exec(query))[-1]
        return {layer["layer"]: layer["result"] for layer in newest.layers}

    async def overview(self, school: School) -> Overview:
        """What the school's page shows."""
        assert school.id is not None
        return await read_overview(self.database, school_id=school.id, now=self.clock())

    async def facts(self, school: School) -> dict[str, Any]:
        """The school's row, without the moments at which it is looked at."""
        async with self.database.read() as session:
            row = await session.get(Connection, school.id)
        left_out = {"due_at", "watched_at", "leased_until", "checking_since"}
        return row.model_dump(exclude=left_out) if row else {}

    async def connect(self, school: School) -> None:
        """The whole way of a school that has the number to itself."""
        assert await self.grant(school) is None
        await self.answer()
        await self.post_callbacks()
        await self.check(school)

    async def _keep_name(self) -> None:
        # Xporter on Demand knows its school by its own name, whatever an invitation calls it.
        async with self.database.transaction() as session:
            await session.exec(update(Sharing).values(school_name=TRUE_NAME))


@pytest.fixture
async def two(database: Database, clock: ManualClock) -> AsyncIterator[TwoSchools]:
    """Both schools are set up; nobody has pressed anything."""

    async def callback(request: httpx.Request) -> httpx.Response:
        receipt = await receive_callback(
            database, xporter, CIPHER, callback=parse_body(request.content), clock=clock
        )
        return httpx.Response(202 if receipt.value == "kept" else 204)

    def http() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(callback))

    stand_in = a_stand_in(
        database,
        clock,
        Mailbox(),
        Partner(),
        make_http=http,
        find_schools=edubase_of(REGISTER),
    )
    async with web_of(stand_in) as web:
        xporter = XporterClient(
            web,
            address=PRODUCT + PATH,
            token_path="/api/oauth/GetToken",
            relying_party=RELYING_PARTY,
            management_secret=MANAGEMENT_SECRET,
            registration=Registration("Live", "Assembly Platform", "help@assembly.test"),
            clock=clock,
            calls_per_second=100_000,
        )
        owner = await a_person(database, now=clock())
        schools = [
            await a_school(database, now=clock(), owner=owner, dfe_number=NUMBER, **said)
            for said in (TRUE, OTHER)
        ]
        watcher = Watcher(database, xporter, CIPHER, clock, PACE)
        yield TwoSchools(database, clock, stand_in, xporter, watcher, *schools)
