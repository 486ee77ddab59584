"""A stand-in, what surrounds it, and a browser to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.simulator import XporterSimulator
from tests.factories.browser import Browser
from tests.factories.xporter_simulator import Mailbox, Partner, a_stand_in, web_of


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def stand_in(
    database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner
) -> XporterSimulator:
    return a_stand_in(database, clock, mailbox, partner)


@pytest.fixture
async def web(stand_in: XporterSimulator) -> AsyncIterator[httpx.AsyncClient]:
    async with web_of(stand_in) as client:
        yield client


@pytest.fixture
def browser(web: httpx.AsyncClient) -> Browser:
    return Browser(web)
