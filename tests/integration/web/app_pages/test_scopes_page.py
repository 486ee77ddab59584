"""Scopes: all 85, which apps hold them, and since when."""

from __future__ import annotations

from assembly_ui.apps.registration import Registered
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.collected import UNCOLLECTED_SCOPES
from assembly_ui.web.pages.scopes import ScopesState
from tests.factories.accounts import a_person
from tests.factories.apps import ASchool, a_connected_school, authorised
from tests.factories.states import HOSTILE, Tab, went_to
from tests.integration.schools.conftest import TabOf
from tests.integration.web.app_pages.conftest import TabAs


async def _page(tab: Tab) -> ScopesState:
    await tab.send(ScopesState.load)
    return await tab.state(ScopesState)


async def test_every_scope_is_listed_and_none_is_shared_at_first(tab_as: TabAs) -> None:
    tab = await tab_as("viewer")
    page = await _page(tab)
    names = []
    for number in range(1, page.pages + 1):
        await tab.send(ScopesState.turn_to, number=number)
        names += [line["name"] for line in page.lines]
        assert not any(line["holders"] for line in page.lines)
        for line in page.lines:
            is_uncollected = line["name"] in UNCOLLECTED_SCOPES
            assert line["figures"] == ("Not collected" if is_uncollected else "")
    assert names == [scope.name for scope in SCOPES]
    assert page.words == "85 scopes listed. None is shared with anybody."


async def test_who_holds_a_scope_and_since_when_is_shown_at_once(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    tab = await tab_as("viewer")
    page = await _page(tab)
    await tab.send(ScopesState.choose, show="held")
    assert page.lines == []
    await authorised(database, app, school, now=clock(), optional=["contacts.emails"])
    await page._show(False)
    held = {line["name"]: line["holders"] for line in page.lines}
    assert list(held) == [
        "school",
        "timetables",
        "staff_members.basic",
        "staff_members.emails",
        "contacts.basic",
        "contacts.emails",
    ]
    assert held["contacts.emails"] == [
        {"name": "Rooms", "href": "/app?name=rooms", "since": clock().isoformat()}
    ]
    assert page.words == "6 scopes listed. 6 are shared with an app."


async def test_a_scope_is_found_by_its_title_its_fields_and_the_app_that_holds_it(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock())
    tab = await tab_as("owner")
    page = await _page(tab)
    for asked, found in (("medical notes", "students.medical.notes"), ("ROOMS", "school")):
        await tab.send(ScopesState.search, text=asked)
        assert found in [line["name"] for line in page.lines], asked
    await tab.send(ScopesState.search, text="zzqqxx")
    assert (page.lines, page.pages) == ([], 1)


async def test_another_school_is_told_nothing(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_of: TabOf
) -> None:
    await authorised(database, app, school, now=clock())
    eve = await a_person(database, now=clock(), email="eve@queens.sch.uk")
    queens = await a_connected_school(
        database, now=clock(), owner=eve, urn="654321", dfe_number="3281110"
    )
    page = await _page(await tab_of(eve, at=queens.row))
    assert "None is shared with anybody." in page.words
    (sent_to,) = went_to(await Tab(path="/scopes").send(ScopesState.load))
    assert sent_to == "/log-in?next=%2Fscopes"


async def test_whatever_is_sent_lists_something_or_nothing(tab_as: TabAs) -> None:
    tab = await tab_as("viewer")
    page = await _page(tab)
    for sent in HOSTILE:
        await tab.send(ScopesState.search, text=sent)
        await tab.send(ScopesState.choose, show=sent)
        await tab.send(ScopesState.turn_to, number=sent)
        assert page.show == ""
        assert 1 <= page.page <= page.pages
