"""A school's connection, the service behind it, and ways of looking at both."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.connector.check import check
from assembly_ui.connector.notices import Links
from assembly_ui.connector.overview import Overview, read_overview
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.timeline import newest
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, SECRET
from tests.factories.schools import a_school
from tests.factories.xporter import Answer, Service, http, school_info, service, xporter

__all__ = ["http", "service", "xporter"]

LINKS = Links("https://assembly.test/connector", "help@assembly.education")
Check = Callable[[School], Awaitable[Overview]]
Kinds = Callable[[School], Awaitable[list[str]]]


async def several_schools(
    database: Database,
    service: Service,
    *,
    count: int,
    now: datetime,
    apart: timedelta | None = None,
    **values: object,
) -> None:
    """So many connected schools, each answered for; due `apart` from each other when given."""
    owner = await a_person(database, now=now)
    for number in range(count):
        estab = f"328{2000 + number}"
        service.secrets[estab] = SECRET
        due = {} if apart is None else {"due_at": now + number * apart}
        own = {"urn": str(number), "dfe_number": estab, "connected": True}
        await a_school(database, now=now, owner=owner, **(own | due | values))
    service.says("SchoolInfo", service.protected(own_info))


def own_info(request: httpx.Request) -> Answer:
    """What the MIS of the school in the path says of itself."""
    return school_info(request.url.path.split("/")[4])


class Steady(random.Random):
    """Jitter that neither lengthens nor shortens."""

    def random(self) -> float:
        return 0.5


@pytest.fixture
def pace() -> Pace:
    return Pace(onboarding=timedelta(seconds=5), settled=timedelta(hours=3), jitter=Steady(0))


@pytest.fixture
def watcher(database: Database, xporter: XporterClient, clock: ManualClock, pace: Pace) -> Watcher:
    return Watcher(database, xporter, CIPHER, clock, pace, LINKS)


@pytest.fixture
def check_now(database: Database, xporter: XporterClient, clock: ManualClock, pace: Pace) -> Check:
    """Check a school once; what everybody sees then."""

    async def checked(school: School) -> Overview:
        assert school.id is not None
        await check(database, xporter, CIPHER, school_id=school.id, clock=clock, pace=pace)
        return await read_overview(database, school_id=school.id, now=clock())

    return checked


@pytest.fixture
def told(database: Database) -> Kinds:
    """The kinds of a school's timeline, oldest first."""

    async def kinds(school: School) -> list[str]:
        assert school.id is not None
        entries = await newest(database, school_id=school.id, limit=100)
        return [entry.kind.value for entry in reversed(entries)]

    return kinds
