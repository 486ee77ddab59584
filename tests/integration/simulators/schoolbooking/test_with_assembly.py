"""SchoolBooking and Assembly themselves: real OAuth and the real API between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.api.routes import router as platform_api
from assembly_ui.apps.authorising import authorise, change_optional, revoke
from assembly_ui.apps.registration import NewApp, ensure_app
from assembly_ui.apps.requests import claim, decline
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.models import SchoolSync
from simulators.schoolbooking import requested_scopes
from simulators.schoolbooking.application import SchoolBooking
from simulators.schoolbooking.requested_scopes import PARENT_MEETINGS
from simulators.schoolbooking.router import router
from tests.factories.api import a_synced_school
from tests.factories.apps import LINKS, ASchool, allowed, happened
from tests.factories.browser import Browser
from tests.factories.parts import running_parts
from tests.factories.schoolbooking import ASSEMBLY, CLIENT_ID, CLIENT_SECRET, PATH

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    return await a_synced_school(database, now=clock())


@pytest.fixture
async def http(
    database: Database, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[httpx.ASGITransport]:
    """Everything both of them answer, in one app."""
    with running_parts(database, clock, tmp_path, public_url=ASSEMBLY) as services:
        app = FastAPI()
        app.include_router(platform_api(services.settings))
        app.include_router(router(lambda: app.state.booking), prefix=PATH)
        yield httpx.ASGITransport(app)


@pytest.fixture
async def booking(
    database: Database, clock: ManualClock, http: httpx.ASGITransport
) -> SchoolBooking:
    """SchoolBooking as it is known to Assembly, calling it."""
    await ensure_app(
        database,
        NewApp(
            requested_scopes.NAME, [f"{ASSEMBLY}{PATH}/callback"], scopes=requested_scopes.SCOPE
        ),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        now=clock(),
    )
    booking = SchoolBooking(
        database,
        address=ASSEMBLY + PATH,
        assembly_address=ASSEMBLY,
        assembly_calls=ASSEMBLY,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        clock=clock,
        make_http=lambda: httpx.AsyncClient(transport=http),
    )
    http.app.state.booking = booking  # type: ignore[attr-defined]
    return booking


@pytest.fixture
async def customer(http: httpx.ASGITransport, booking: SchoolBooking) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(transport=http, base_url=ASSEMBLY + PATH) as web:
        yield Browser(web)


async def _asked(customer: Browser, database: Database, school: ASchool, now: ManualClock) -> int:
    """Go to Assembly; the number of the request that the owner then sees."""
    await customer.open("/log-in")
    await customer.press("Log in")
    web = customer._web
    sent = await web.get((await web.get("/install?again=1")).headers["Location"])
    token = parse_qs(urlsplit(sent.headers["Location"]).query)["request"][0]
    return (await claim(database, token=token, user_id=school.owner.id, now=now())).id


async def _connect(
    customer: Browser, database: Database, school: ASchool, clock: ManualClock
) -> None:
    request_id = await _asked(customer, database, school, clock)
    back = await authorise(
        database,
        request_id=request_id,
        school_id=school.id,
        by_user_id=school.owner.id,
        optional=[],
        now=clock(),
        links=LINKS,
    )
    parts = urlsplit(back)
    await customer.open(f"{parts.path}?{parts.query}")


async def _synced(database: Database, school: ASchool, clock: ManualClock) -> None:
    async with database.transaction() as session:
        sync = await session.get_one(SchoolSync, school.id)
        sync.last_sync_at = sync.last_changes_at = clock() + timedelta(seconds=1)
        sync.last_status = "success"


async def test_a_school_is_authorised_read_changed_and_revoked(
    customer: Browser,
    booking: SchoolBooking,
    database: Database,
    school: ASchool,
    clock: ManualClock,
) -> None:
    await _connect(customer, database, school, clock)
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == f"Connected to {school.row.name}"
    assert "Sync waiting" in customer.page.text
    await _synced(database, school, clock)
    clock.advance(timedelta(seconds=2))
    await booking.do_due()
    await customer.open("/rooms")
    rooms = [to for to in customer.page.links.values() if to.startswith(f"{PATH}/rooms/")]
    await customer.open(rooms[0])
    assert len(customer.page.h2) >= 5
    await customer.open("/staff")
    assert "@" in customer.page.text
    await customer.open("/integration")
    assert "Sync complete" in customer.page.text

    (authorisation,) = await allowed(database, school)
    await change_optional(
        database,
        app_id=authorisation.app_id,
        school_id=school.id,
        by_user_id=school.owner.id,
        optional=list(PARENT_MEETINGS),
        now=clock(),
        links=LINKS,
    )
    clock.advance(MINUTE)
    await booking.do_due()
    await customer.open("/dashboard")
    assert "Ready." in customer.page.text

    await revoke(
        database,
        app_id=authorisation.app_id,
        school_id=school.id,
        by_user_id=school.owner.id,
        now=clock(),
        links=LINKS,
    )
    clock.advance(MINUTE)
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == "Access was revoked"


async def test_its_tokens_are_renewed_and_rotated(
    customer: Browser,
    booking: SchoolBooking,
    database: Database,
    school: ASchool,
    clock: ManualClock,
) -> None:
    await _connect(customer, database, school, clock)
    await _synced(database, school, clock)
    for _ in range(3):
        await booking.do_due()
        clock.advance(timedelta(days=1, hours=1))
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == f"Connected to {school.row.name}"


async def test_giving_it_up_shows_at_assembly(
    customer: Browser,
    booking: SchoolBooking,
    database: Database,
    school: ASchool,
    clock: ManualClock,
) -> None:
    await _connect(customer, database, school, clock)
    await booking.do_due()
    await customer.open("/disconnect")
    await customer.press("Disconnect and delete")
    await booking.do_due()
    await customer.open("/disconnected")
    assert customer.h1 == "Disconnected"
    assert await happened(database, school) == ["authorised", "ended_by_app"]


async def test_not_now_leads_back_with_nothing_shared(
    customer: Browser, database: Database, school: ASchool, clock: ManualClock
) -> None:
    request_id = await _asked(customer, database, school, clock)
    back = await decline(
        database, request_id=request_id, user_id=school.owner.id, now=clock(), links=LINKS
    )
    parts = urlsplit(back)
    await customer.open(f"{parts.path}?{parts.query}")
    assert customer.h1 == "Nothing was shared"
