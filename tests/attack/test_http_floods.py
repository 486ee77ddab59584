"""One network address that sends without end is told to wait, and fills no table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assembly_ui import services
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.db.metadata import METADATA
from assembly_ui.services import Services
from assembly_ui.settings import Settings
from assembly_ui.web.security import Security
from tests.attack.surface import Route
from tests.factories.api import ACCEPT

SCALE = 0.01
"""Every limit is a hundredth of what it is, so that a small flood is a flood."""
FLOOD = 40
FREE = {
    "/health": "says whether the database answers, in one SELECT 1",
    "/clock": "says what time it is, and looks nothing up",
    "/.well-known/oauth-authorization-server": "never changes",
    "/.well-known/oauth-authorization-server/{path:path}": "says that nothing is there",
    "/.well-known/security.txt": "never changes",
    "/oauth": "says that nothing is there",
    "/api/oauth": "says that nothing is there",
    "/oauth/{path:path}": "says that nothing is there",
    "/api/oauth/{path:path}": "says that nothing is there",
    "/auth/{form}": "leads to a page without looking anything up",
    "/auth/log-out": "ends what the cookie names, if anything; one read",
    "/continue": "one read of the log-in that the cookie names",
    "/auth/confirm": "is counted, and leads to the page of the link, which says when to return",
}
"""Routes that cost no more than a read that is quick, and keep nothing."""
DEMO = ("/simulator/", "/mailbox/")


@pytest.fixture
async def product(
    app: Any, database_url: str, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Services]:
    """All parts in this process, with limits that are reached soon."""
    settings = Settings(data_dir=tmp_path, database_url=database_url, throttle_scale=SCALE)
    async with services.connected(settings, clock) as made:
        await services.register_booking(made)
        yield made


@pytest.fixture
async def window(product: Services, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The HTTP part of the product, as one of its own pages calls it."""
    from assembly_ui.assembly_ui import _http

    outer_edge = Security(_http(), product.settings, tmp_path)
    transport = httpx.ASGITransport(outer_edge, raise_app_exceptions=False)
    origin = product.settings.address
    async with httpx.AsyncClient(
        transport=transport, base_url=origin, headers={"Origin": origin}
    ) as client:
        yield client


async def test_each_route_says_when_to_come_back_or_costs_next_to_nothing(
    product: Services, window: httpx.AsyncClient, routes: list[Route]
) -> None:
    unlimited = []
    for route in routes:
        if route.path in FREE or route.path.startswith(DEMO):
            continue
        if not await _is_limited(window, route, product):
            unlimited.append(f"{route.method} {route.path}")
    assert not unlimited, (
        f"{unlimited} answered {FLOOD} requests of one address without a word. Count them with "
        "`throttles.hit`, answer 429 with Retry-After, or say in FREE why that is not needed."
    )


async def test_a_flood_fills_no_table(
    product: Services, window: httpx.AsyncClient, routes: list[Route]
) -> None:
    before = await _sizes(product.database)
    for route in routes:
        if not route.path.startswith(DEMO):
            for _ in range(FLOOD):
                await _ask(window, route, product)
    grown = {
        table: size - before[table]
        for table, size in (await _sizes(product.database)).items()
        if size > before[table]
    }
    assert sum(grown.values()) < FLOOD, grown


async def _is_limited(window: httpx.AsyncClient, route: Route, product: Services) -> bool:
    for _ in range(FLOOD):
        answer = await _ask(window, route, product)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return int(answer.headers.get("retry-after", "0")) > 0
        if "retry=" in answer.headers.get("location", ""):
            return True
    return False


async def _ask(window: httpx.AsyncClient, route: Route, product: Services) -> httpx.Response:
    """What a stranger would send to get the route to work."""
    booking = f"{product.settings.address}{services.BOOKING_PATH}"
    asked = {
        "client_id": services.BOOKING_CLIENT,
        "redirect_uri": f"{booking}/callback",
        "scope": "school",
        "response_type": "code",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    form = {
        "email": "ann@kings.sch.uk",
        "password": "wrong",
        "token": "x",
        "grant_type": "refresh_token",
    }
    path = route.filled(key=product.settings.callback_keys[0], path="students")
    headers = {"Authorization": "Bearer guessed", "Accept": ACCEPT}
    if route.method == "GET":
        return await window.get(path, params=asked, headers=headers)
    return await window.request(route.method, path, data=form, headers=headers)


async def _sizes(database: Database) -> dict[str, int]:
    found = {}
    async with database.read() as session:
        for table in METADATA.sorted_tables:
            count = select(func.count()).select_from(table)
            found[table.name] = (await session.exec(count)).scalar_one()  # type: ignore[call-overload]
    return found
