"""SchoolBooking, an Assembly for it to talk to, and a browser to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.schoolbooking.application import SchoolBooking
from tests.factories.browser import Browser
from tests.factories.schoolbooking import AssemblyDouble, a_booking, web_of

Connect = Callable[[], Awaitable[Browser]]


@pytest.fixture
def assembly(clock: ManualClock) -> AssemblyDouble:
    return AssemblyDouble(clock)


@pytest.fixture
def booking(database: Database, clock: ManualClock, assembly: AssemblyDouble) -> SchoolBooking:
    return a_booking(database, clock, assembly)


@pytest.fixture
async def web(booking: SchoolBooking) -> AsyncIterator[httpx.AsyncClient]:
    async with web_of(booking) as client:
        yield client


@pytest.fixture
def customer(web: httpx.AsyncClient) -> Browser:
    return Browser(web)


@pytest.fixture
def connect(customer: Browser, web: httpx.AsyncClient, assembly: AssemblyDouble) -> Connect:
    """Log in, go to Assembly, say yes and come back."""

    async def connected() -> Browser:
        await customer.open("/log-in")
        await customer.press("Log in")
        sent = (await web.get("/install?again=1")).headers["Location"]
        back = urlsplit(assembly.authorise(sent))
        await customer.open(f"{back.path}?{back.query}")
        return customer

    return connected
