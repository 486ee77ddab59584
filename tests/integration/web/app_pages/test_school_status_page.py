"""The status of a school as a plain page: no script, no WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from assembly_ui.apps.registration import Registered
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.settings import Settings
from assembly_ui.sync.models import RecordKind, SchoolSync
from assembly_ui.web.access import COOKIE
from assembly_ui.web.pages.connector.state import ConnectorState
from assembly_ui.web.plain_pages import elsewhere
from assembly_ui.web.routes import school_status
from tests.factories.accounts import ADDRESS, a_person, a_token
from tests.factories.apps import ASchool, authorised
from tests.factories.states import Tab
from tests.integration.web.app_pages.conftest import TabAs


@pytest.fixture
async def web(parts: Services) -> AsyncIterator[httpx.AsyncClient]:
    http = FastAPI()
    http.include_router(school_status.router(parts.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http), base_url=ADDRESS) as client:
        yield client


def _cookie(tab: Tab) -> dict[str, str]:
    return {"Cookie": tab._root.rx_router_headers.cookie}


@pytest.mark.parametrize("role", ["owner", "viewer"])
async def test_a_member_reads_the_status_of_their_school(
    parts: Services, school: ASchool, tab_as: TabAs, web: httpx.AsyncClient, role: str
) -> None:
    answer = await web.get("/school-status", headers=_cookie(await tab_as(role)))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert f"<h1>{school.row.name}</h1>" in answer.text.replace("&#39;", "'")
    assert ">Connected<" in answer.text
    assert "Your data has not been read yet." in answer.text
    # What a network manager has to allow.
    assert school_status.socket_address(parts.settings) in answer.text
    assert "<script" not in answer.text


async def test_an_authorised_school_is_told_that_it_shares(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    tab_as: TabAs,
    web: httpx.AsyncClient,
) -> None:
    await authorised(database, app, school, now=clock())
    answer = await web.get("/school-status", headers=_cookie(await tab_as("owner")))
    assert "Your data is about to be read." in answer.text


async def test_large_changes_that_wait_are_told_on_the_plain_page_and_on_the_connector(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    tab_as: TabAs,
    web: httpx.AsyncClient,
) -> None:
    await authorised(database, app, school, now=clock())
    async with database.transaction() as session:
        (sync,) = await session.exec(select(SchoolSync))
        sync.due_at, sync.last_sync_at, sync.last_status = None, clock(), "success"
        session.add(RecordKind(school_id=school.id, kind="student", total=60, held_in=1))
    tab = await tab_as("owner")
    answer = await web.get("/school-status", headers=_cookie(tab))
    assert "Large changes in it wait for a person." in answer.text
    assert "Look at the large changes that wait for you in Changesets." in answer.text
    await tab.send(ConnectorState.load)
    page = await tab.state(ConnectorState)
    assert page.next_step.startswith("Look at the large changes that wait for you")


async def test_a_stranger_logs_in_first_and_a_person_without_a_school_is_told_so(
    database: Database, clock: ManualClock, school: ASchool, web: httpx.AsyncClient
) -> None:
    stranger = await web.get("/school-status")
    assert stranger.headers["location"] == "/log-in?next=/school-status"
    eve = await a_person(database, now=clock(), email="eve@queens.sch.uk")
    token = await a_token(database, eve, now=clock())
    hers = await web.get("/school-status", headers={"Cookie": f"{COOKIE}={token}"})
    assert "You have not set up a school yet" in hers.text
    assert school.row.name not in hers.text


async def test_whoever_asks_without_end_is_told_to_wait(web: httpx.AsyncClient) -> None:
    answers = [await web.get("/school-status") for _ in range(301)]
    assert {answer.status_code for answer in answers} == {303, 429}
    assert answers[-1].headers["retry-after"] == "60"


@pytest.mark.parametrize(
    ("public_url", "socket"),
    [
        ("https://platform.example.org", "wss://platform.example.org/_event"),
        ("https://platform.example.org:8443", "wss://platform.example.org:8443/_event"),
        ("", "ws://localhost:3000/_event"),
    ],
)
def test_the_address_to_allow_is_that_of_the_socket(public_url: str, socket: str) -> None:
    settings = Settings(port=3000, public_url=public_url)
    assert school_status.socket_address(settings) == socket


def test_words_of_the_connector_page_say_where_they_point() -> None:
    assert elsewhere("Click Grant Access below.") == "Click Grant Access on the Connector page."
