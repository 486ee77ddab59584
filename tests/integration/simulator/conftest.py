"""A stand-in, what surrounds it, and a browser to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.database import Database
from assembly_ui.simulator.stand_in import StandIn
from tests.factories.browser import Browser
from tests.factories.simulator import Mailbox, Partner, a_stand_in, web_of


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def stand_in(database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner) -> StandIn:
    return a_stand_in(database, clock, mailbox, partner)


@pytest.fixture
async def web(stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with web_of(stand_in) as client:
        yield client


@pytest.fixture
def browser(web: httpx.AsyncClient) -> Browser:
    return Browser(web)
