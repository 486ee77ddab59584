"""The API over HTTP, with a school behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.api.routes import router
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from tests.factories.api import Client, a_synced_school, a_token
from tests.factories.apps import ASchool
from tests.factories.parts import running_parts

NewApp = Callable[..., Awaitable[Client]]


@pytest.fixture
def services(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Services]:
    """The parts of the product; limits are out of the way."""
    with running_parts(database, clock, tmp_path, scale=100) as made:
        yield made


@pytest.fixture
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes, without a word of who it is."""
    app = FastAPI()
    app.include_router(router(services.settings))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://assembly.test") as http:
        yield http


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    """A school of the stand-in, synced a day ago."""
    return await a_synced_school(database, now=clock())


@pytest.fixture
def app_with(
    database: Database, clock: ManualClock, http: httpx.AsyncClient, school: ASchool
) -> NewApp:
    """An app to which the school gave these scopes."""

    async def make(*scopes: str, **different: object) -> Client:
        token = await a_token(database, school, *scopes, now=clock(), **different)
        return Client(http, token)

    return make
