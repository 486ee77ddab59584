"""Connected schools whose data the stand-in holds, synced or about to be, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from assembly_ui.clock import ManualClock
from assembly_ui.connector.notices import Links
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.sync.models import Reason
from assembly_ui.sync.pace import Pace
from assembly_ui.sync.recipe import Recipe
from assembly_ui.sync.requests import ask, want
from assembly_ui.sync.worker import SyncWorker
from assembly_ui.xporter.client import Registration, XporterClient
from simulators.xporter import school_clock
from simulators.xporter.simulator import XporterSimulator
from tests.factories.connector import CIPHER
from tests.factories.schools import a_school
from tests.factories.xporter import AT_ONCE
from tests.factories.xporter_simulator import (
    ESTAB,
    EVERY_SCOPE,
    MANAGEMENT_SECRET,
    PATH,
    PRODUCT,
    RELYING_PARTY,
    Mailbox,
    Partner,
    a_stand_in,
    an_installed_school,
    web_of,
)


@dataclass
class SyncedSchool:
    """A connected school, the stand-in that holds its data, and the worker that syncs it."""

    database: Database
    clock: ManualClock
    school: School
    stand_in: XporterSimulator
    web: httpx.AsyncClient
    xporter: XporterClient
    worker: SyncWorker

    @property
    def school_id(self) -> int:
        """The number of the school."""
        assert self.school.id is not None
        return self.school.id

    async def want(self, *scopes: str, reason: Reason = Reason.GRANT) -> None:
        """From now on the apps of the school hold these scopes."""
        async with self.database.transaction() as session:
            await want(
                session, school_id=self.school_id, scopes=scopes, reason=reason, now=self.clock()
            )

    async def sync(self) -> None:
        """Have the school synced now, and do what is due."""
        await ask(self.database, school_id=self.school_id, reason=Reason.PERSON, now=self.clock())
        await self.do_due()

    async def do_due(self) -> None:
        """Do what is due, until nothing is."""
        while await self.worker.do_due():
            pass

    async def pass_time(self, **by: float) -> None:
        """Let time pass at the school, whose MIS is read every night at three."""
        await school_clock.advance(self.database, timedelta(**by).total_seconds())


def client_of(web: httpx.AsyncClient, clock: ManualClock, **changes: Any) -> XporterClient:
    """A client of the stand-in behind `web`, which repeats without waiting."""
    settings: dict[str, Any] = {
        "address": PRODUCT + PATH,
        "token_path": "/api/oauth/GetToken",
        "relying_party": RELYING_PARTY,
        "management_secret": MANAGEMENT_SECRET,
        "registration": Registration("Live", "Assembly Platform", "help@assembly.test"),
        "clock": clock,
        "repeats": AT_ONCE,
        "calls_per_second": 100_000,
    }
    return XporterClient(web, **settings | changes)


async def a_school_to_sync(
    database: Database,
    clock: ManualClock,
    *,
    pupils: int = 20,
    shared: Iterable[str] = EVERY_SCOPE,
    recipe: Recipe | None = None,
    pace: Pace | None = None,
    **school: Any,
) -> SyncedSchool:
    """A connected school that shares these scopes on Xporter on Demand; nobody wants any yet.

    Whatever else is given describes the school: see `a_school`.
    """
    stand_in = a_stand_in(database, clock, mailbox := Mailbox(), Partner(), pupils=pupils)
    web = web_of(stand_in)
    installed = await an_installed_school(web, stand_in, mailbox, ticked=tuple(shared))
    described = {"dfe_number": ESTAB, "connected": True, "due_at": None} | school
    described |= {"secret_encrypted": CIPHER.lock(installed.secret)}
    made = await a_school(database, now=clock(), **described)
    xporter = client_of(web, clock)
    links = Links(f"{PRODUCT}/changesets", "help@assembly.education")
    worker = SyncWorker(database, xporter, CIPHER, clock, pace or Pace(), recipe, links=links)
    return SyncedSchool(database, clock, made, stand_in, web, xporter, worker)


async def synced_school(
    database: Database, clock: ManualClock, *, scopes: Iterable[str], **described: Any
) -> SyncedSchool:
    """A connected school whose apps hold these scopes, synced; see `a_school_to_sync`."""
    made = await a_school_to_sync(database, clock, **described)
    await made.want(*scopes)
    await made.do_due()
    return made
