"""Authorisations: the record, filtered, sorted, a page at a time, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from assembly_ui.apps.authorising import change_optional
from assembly_ui.apps.models import AuthorisationEvent, Happening
from assembly_ui.apps.registration import Registered
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.services import Services
from assembly_ui.web.pages.authorisations import AuthorisationsState
from assembly_ui.web.routes import authorisations_csv
from tests.factories.accounts import ADDRESS, a_person
from tests.factories.apps import LINKS, ASchool, a_connected_school, authorised
from tests.factories.states import HOSTILE, Tab, went_to
from tests.integration.schools.conftest import TabOf
from tests.integration.web.app_pages.conftest import TabAs


@pytest.fixture
async def web(parts: Services) -> AsyncIterator[httpx.AsyncClient]:
    http = FastAPI()
    http.include_router(authorisations_csv.router(parts.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(http), base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def decided(
    database: Database, clock: ManualClock, app: Registered, school: ASchool
) -> ASchool:
    """A school that authorised an app, and changed what it may read a minute later."""
    await authorised(database, app, school, now=clock())
    clock.advance(timedelta(minutes=1))
    await change_optional(
        database,
        school_id=school.id,
        app_id=app.app_id,
        by_user_id=school.owner.id,
        optional=["contacts.emails"],
        now=clock(),
        links=LINKS,
    )
    return school


async def _page(tab: Tab) -> AuthorisationsState:
    await tab.send(AuthorisationsState.load)
    return await tab.state(AuthorisationsState)


def _cookie(tab: Tab) -> dict[str, str]:
    return {"Cookie": tab._root.rx_router_headers.cookie}


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


async def test_everything_decided_is_listed_newest_first_in_words(
    decided: ASchool, tab_as: TabAs
) -> None:
    page = await _page(await tab_as("viewer"))
    changed, first = page.lines
    assert (changed["what"], changed["app"], changed["by"]) == ("Changed", "Rooms", "James Walters")
    assert changed["added"] == ["Contact Basic Information", "Contact Emails"]
    assert (first["what"], first["summary"]) == ("Authorised", "4 added")


async def test_the_record_is_sorted_and_filtered_by_app_and_kind(
    decided: ASchool, tab_as: TabAs
) -> None:
    tab = await tab_as("owner")
    page = await _page(tab)
    await tab.send(AuthorisationsState.sort, order="oldest")
    assert [line["what"] for line in page.lines] == ["Authorised", "Changed"]
    await tab.send(AuthorisationsState.of_kind, what="changed")
    assert [line["what"] for line in page.lines] == ["Changed"]
    await tab.send(AuthorisationsState.of_app, slug="rooms")
    csv = f"/authorisations.csv?school={decided.id}&app=rooms&what=changed"
    assert (page.total, page.csv) == (1, csv)
    await tab.send(AuthorisationsState.of_kind, what="revoked")
    assert page.lines == []


async def test_a_long_record_is_shown_a_page_at_a_time_and_grows_by_itself(
    database: Database, clock: ManualClock, decided: ASchool, app: Registered, tab_as: TabAs
) -> None:
    tab = await tab_as("viewer")
    page = await _page(tab)
    async with database.transaction() as session:
        for number in range(30):
            session.add(
                AuthorisationEvent(
                    school_id=decided.id,
                    app_id=app.app_id,
                    what=Happening.DECLINED,
                    at=clock() + timedelta(minutes=number),
                    by_user_id=decided.owner.id,
                    scopes_added=[],
                    scopes_removed=[],
                )
            )
    await page._show(None)
    assert (len(page.lines), page.pages, page.total) == (25, 2, 32)
    await tab.send(AuthorisationsState.turn_to, number=2)
    assert len(page.lines) == 7


async def test_the_file_holds_what_the_page_shows(
    decided: ASchool, tab_as: TabAs, web: httpx.AsyncClient
) -> None:
    cookie = _cookie(await tab_as("viewer"))
    answer = await web.get("/authorisations.csv", headers=cookie)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="authorisations.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert [row["What"] for row in _rows(answer)] == ["changed", "authorised"]
    for query, found in (("what=changed", 1), ("app=rooms", 2), ("app=x", 0), ("what=%00", 2)):
        assert len(_rows(await web.get(f"/authorisations.csv?{query}", headers=cookie))) == found


async def test_no_cell_of_the_file_is_a_formula(
    database: Database, clock: ManualClock, app: Registered, web: httpx.AsyncClient, tab_of: TabOf
) -> None:
    evil = await a_person(database, now=clock(), email="e@kings.sch.uk", name='=HYPERLINK("x")')
    school = await a_connected_school(
        database, now=clock(), owner=evil, urn="654321", dfe_number="3281110"
    )
    await authorised(database, app, school, now=clock())
    cookie = _cookie(await tab_of(evil, at=school.row))
    (row,) = _rows(await web.get("/authorisations.csv", headers=cookie))
    assert row["By"] == '\'=HYPERLINK("x")'


async def test_nobody_gets_the_file_of_another_school(
    database: Database, clock: ManualClock, decided: ASchool, web: httpx.AsyncClient, tab_of: TabOf
) -> None:
    eve = await a_person(database, now=clock(), email="eve@queens.sch.uk")
    without_school = await web.get("/authorisations.csv", headers=_cookie(await tab_of(eve)))
    assert without_school.headers["location"] == "/school-setup"
    queens = await a_connected_school(
        database, now=clock(), owner=eve, urn="654321", dfe_number="3281110"
    )
    hers = await web.get("/authorisations.csv", headers=_cookie(await tab_of(eve, at=queens.row)))
    assert _rows(hers) == []
    from_other_tab = f"/authorisations.csv?school={decided.id}"
    elsewhere = await web.get(from_other_tab, headers=_cookie(await tab_of(eve, at=queens.row)))
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (303, "/schools")
    stranger = await web.get("/authorisations.csv")
    assert (stranger.status_code, stranger.headers["location"]) == (
        303,
        "/log-in?next=/authorisations",
    )


async def test_whatever_is_sent_does_no_harm(decided: ASchool, tab_as: TabAs) -> None:
    tab = await tab_as("viewer")
    page = await _page(tab)
    for sent in HOSTILE:
        await tab.send(AuthorisationsState.of_app, slug=sent)
        await tab.send(AuthorisationsState.of_kind, what=sent)
        await tab.send(AuthorisationsState.sort, order=sent)
        await tab.send(AuthorisationsState.turn_to, number=sent)
        assert (page.total, page.page) == (2, 1)
    (sent_to,) = went_to(await Tab(path="/authorisations").send(AuthorisationsState.load))
    assert sent_to == "/log-in?next=%2Fauthorisations"
