"""The address of the callback: what it answers to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui import services
from assembly_ui.clock import ManualClock
from assembly_ui.connector import inbox
from assembly_ui.db.database import Database
from assembly_ui.services import CALLBACK_PATH
from assembly_ui.web.routes.xporter_callback import router
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import CIPHER, SECRET, the_connection
from tests.factories.parts import running_parts
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import Service, http, service, xporter

__all__ = ["http", "service", "xporter"]

TRUE = {"schoolId": DFE_NUMBER, "schoolSecret": SECRET, "scopes": "School"}


@pytest.fixture
async def web(
    database: Database,
    clock: ManualClock,
    tmp_path: Path,
    xporter: XporterClient,
    service: Service,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the route; the service it verifies with is `service`."""
    with running_parts(database, clock, tmp_path) as made:
        services._Running.parts = replace(made, xporter=xporter, cipher=CIPHER)
        app = FastAPI()
        app.include_router(router(made.settings))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://assembly.test") as web:
            yield web


def _path() -> str:
    return f"{CALLBACK_PATH}/{services.get_services().settings.callback_keys[0]}"


async def test_a_true_callback_is_dealt_with(
    database: Database, clock: ManualClock, web: httpx.AsyncClient
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    assert (await web.post(_path(), data=TRUE)).status_code == 204
    assert (await the_connection(database, school)).authorised_at == clock()


async def test_one_that_cannot_be_verified_now_is_kept_and_need_not_be_repeated(
    database: Database, clock: ManualClock, web: httpx.AsyncClient, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(503))
    assert (await web.post(_path(), data=TRUE)).status_code == 202


async def test_a_forged_one_is_told_nothing(
    database: Database, clock: ManualClock, web: httpx.AsyncClient
) -> None:
    await a_school(database, now=clock(), invited=True)
    forged = await web.post(_path(), data=TRUE | {"schoolSecret": "a guess"})
    assert (forged.status_code, forged.content) == (204, b"")


async def test_when_too_many_wait_the_sender_should_repeat(
    database: Database,
    clock: ManualClock,
    web: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox, "PER_SENDER", 0)
    await a_school(database, now=clock(), invited=True)
    assert (await web.post(_path(), data=TRUE)).status_code == 503


async def test_what_is_no_callback_at_all_is_refused(web: httpx.AsyncClient) -> None:
    assert (await web.post(_path(), data={"schoolId": "1"})).status_code == 400


async def test_without_the_key_there_is_nothing_there(
    database: Database, clock: ManualClock, web: httpx.AsyncClient, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    assert (await web.post(f"{CALLBACK_PATH}/guess", data=TRUE)).status_code == 404
    assert service.asked == []
