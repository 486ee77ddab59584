"""The stand-in, a client of it, and what surrounds both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlmodel import update

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.xporter.client import Registration, SchoolInvitation, XporterClient
from assembly_ui.xporter.dialect import Dialect
from simulators.xporter.models import Sharing
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    MANAGEMENT_SECRET,
    PATH,
    PRODUCT,
    RELYING_PARTY,
    Mailbox,
    Partner,
    a_stand_in,
    authorise,
    choose_install,
    web_of,
)

INVITATION = SchoolInvitation(
    la_code="330",
    dfes_code="2005",
    school_name="King's School",
    first_name="James",
    last_name="Walters",
    email="james.walters@kings.sch.uk",
    phone="",
)


@dataclass
class World:
    """A client, the stand-in it talks to, and what surrounds both."""

    database: Database
    clock: ManualClock
    mailbox: Mailbox
    partner: Partner
    stand_in: XporterSimulator
    http: httpx.AsyncClient
    client: XporterClient

    def client_with(self, **changes: object) -> XporterClient:
        """A client that is set up differently."""
        return XporterClient(
            self.http,
            **{
                "address": PRODUCT + PATH,
                "token_path": "/api/oauth/GetToken",
                "relying_party": RELYING_PARTY,
                "management_secret": MANAGEMENT_SECRET,
                "registration": Registration("Live", "Assembly Platform", "help@assembly.test"),
                "clock": self.clock,
                "calls_per_second": 100_000,
                **changes,
            },
        )

    async def invited(self) -> str:
        """Have the school invited; returns its link."""
        await self.client.register_school(INVITATION)
        await self.stand_in.do_due()
        return self.mailbox.newest_token

    async def authorised(self, **answers: object) -> tuple[str, str]:
        """Have the school authorise; returns its link and its secret."""
        link = await self.invited()
        await authorise(self.database, link, now=self.clock(), **answers)
        await self.stand_in.do_due()
        return link, self.partner.posted[-1]["schoolSecret"]

    async def installed(self) -> tuple[str, str]:
        """Have the school authorise and install; returns its link and its secret."""
        link, secret = await self.authorised()
        await choose_install(self.database, link, now=self.clock(), seconds=0)
        await self.stand_in.do_due()
        return link, secret

    async def installed_with(self, *scopes: str) -> str:
        """Have the school authorise exactly these scopes and install; returns its secret."""
        _, secret = await self.installed()
        async with self.database.transaction() as session:
            await session.exec(update(Sharing).values(scopes=",".join(scopes)))
        return secret


@pytest.fixture(params=[True, False], ids=["real-status-codes", "always-200"])
async def world(
    request: pytest.FixtureRequest, database: Database, clock: ManualClock
) -> AsyncIterator[World]:
    mailbox, partner = Mailbox(), Partner()
    stand_in = a_stand_in(database, clock, mailbox, partner)
    async with web_of(stand_in) as http:
        made = World(database, clock, mailbox, partner, stand_in, http, None)  # type: ignore[arg-type]
        made.client = made.client_with(dialect=Dialect(real_status_codes=request.param))
        yield made
