"""Apps and one app's page: state, change in place, revocation, in every role's hands."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.apps.registration import Registered, disable
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.members import remove_member
from assembly_ui.web.pages.app_details.state import AppState
from assembly_ui.web.pages.apps import AppsState
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.shell import ShellState
from tests.factories.accounts import a_person
from tests.factories.apps import (
    ASchool,
    a_connected_school,
    allowed,
    an_app,
    authorised,
    happened,
)
from tests.factories.people import posted
from tests.factories.schools import a_school
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf
from tests.integration.web.app_pages.conftest import Begun, TabAs

ROOMS = "/app?name=rooms"


async def _app_page(tab: Tab) -> AppState:
    await tab.send(AppState.load)
    return await tab.state(AppState)


async def _apps(tab: Tab) -> AppsState:
    await tab.send(AppsState.load)
    return await tab.state(AppsState)


def _ticked(page: AppState) -> list[str]:
    return [scope["name"] for scope in page.optional if scope["ticked"]]


async def test_the_list_says_how_each_app_stands_and_changes_by_itself(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    begun: Begun,
    tab_as: TabAs,
) -> None:
    page = await _apps(await tab_as("owner"))
    assert [(line["name"], line["state"]) for line in page.lines] == [("Rooms", "")]
    await (asking := await tab_as("owner", await begun())).send(RequestState.load)
    await page._show(None)
    assert page.lines[0]["state"] == "asked"
    await asking.send(RequestState.authorise, form={})
    await page._show(None)
    assert page.lines[0]["state"] == "authorised"
    assert page.lines[0]["since"] == clock().isoformat()


async def test_many_apps_are_searched_and_shown_a_page_at_a_time(
    database: Database, clock: ManualClock, app: Registered, tab_as: TabAs
) -> None:
    for number in range(30):
        await an_app(database, now=clock(), name=f"App {number}")
    tab = await tab_as("viewer")
    page = await _apps(tab)
    assert (len(page.lines), page.pages, page.total) == (25, 2, 31)
    await tab.send(AppsState.turn_to, number=99)
    assert (len(page.lines), page.page) == (6, 2)
    await tab.send(AppsState.search, text="ROO")
    assert [line["name"] for line in page.lines] == ["Rooms"]
    for sent in HOSTILE:
        await tab.send(AppsState.search, text=sent)
        await tab.send(AppsState.turn_to, number=sent)
        assert page.page in (1, 2)


async def test_a_waiting_request_stands_at_the_head_of_every_page_until_it_is_answered(
    people: dict[str, Person], begun: Begun, tab_as: TabAs
) -> None:
    asking = await tab_as("owner", await begun())
    await asking.send(RequestState.load)
    tab = await tab_as("owner")
    await tab.send(ShellState.enter)
    bar = await tab.state(ShellState)
    assert bar.waiting_app == "Rooms"
    await asking.send(RequestState.decline)
    await bar._show(await ShellState._read(f"user:{people['owner'].id}"))
    assert bar.waiting_app == ""
    another = await tab_as("admin")
    await another.send(ShellState.enter)
    assert (await another.state(ShellState)).waiting_app == ""


@pytest.mark.parametrize("path", ["/app", "/app?name=", "/app?name=nothing", "/app?name=%00'--"])
async def test_an_address_that_names_no_app_says_so(tab_as: TabAs, path: str) -> None:
    page = await _app_page(await tab_as("owner", path))
    assert (page.loaded, page.is_unknown) == (True, True)


async def test_before_it_is_authorised_the_page_says_what_it_asks_and_where_to_go(
    app: Registered, tab_as: TabAs
) -> None:
    page = await _app_page(await tab_as("owner", ROOMS))
    assert page.app["install"] == "https://rooms.example/install"
    assert page.why_not == ""
    assert not page.held["since"]
    assert [scope["name"] for scope in page.optional] == ["contacts.basic", "contacts.emails"]
    assert "staff_members.basic" in [scope["name"] for scope in page.required]


async def test_authorise_now_says_why_it_cannot_be_pressed(
    database: Database, clock: ManualClock, app: Registered, tab_of: TabOf, tab_as: TabAs
) -> None:
    assert "As a viewer" in (await _app_page(await tab_as("viewer", ROOMS))).why_not
    eve = await a_person(database, now=clock(), email="eve@queens.sch.uk")
    row = await a_school(
        database, now=clock(), owner=eve, urn="654321", dfe_number="3281110", paused=True
    )
    page = await _app_page(await tab_of(eve, at=row, path=ROOMS))
    assert "It is Access Paused now" in page.why_not
    await an_app(database, now=clock(), name="Doorless")
    page = await _app_page(await tab_as("owner", "/app?name=doorless"))
    assert "from its own pages" in page.why_not


async def test_optional_scopes_are_changed_in_place_once_confirmed(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock(), optional=["contacts.emails"])
    tab = await tab_as("admin", ROOMS)
    page = await _app_page(tab)
    assert _ticked(page) == ["contacts.basic", "contacts.emails"]
    await tab.send(AppState.prepare, form={"contacts": "contacts.basic students.upn"})
    assert (page.step, page.adding, page.removing) == ("change", [], ["Contact Emails"])
    assert await happened(database, school) == ["authorised"]
    await tab.send(AppState.change)
    assert (page.step, _ticked(page)) == ("", ["contacts.basic"])
    assert await happened(database, school) == ["authorised", "changed"]
    await tab.send(AppState.prepare, form={"contacts": "contacts.basic"})
    assert page.step == ""
    assert "Nothing would change" in await notice(tab)


async def test_revoking_works_at_once_in_every_tab_and_offers_to_have_data_deleted(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock())
    tab, other = await tab_as("admin", ROOMS), await tab_as("viewer", ROOMS)
    page, onlooker = await _app_page(tab), await _app_page(other)
    await tab.send(AppState.ask_to_revoke)
    assert page.step == "revoke"
    assert "Timetables" in page.held_titles
    await tab.send(AppState.revoke, form={})
    await onlooker._show(False)
    for shown in (page, onlooker):
        assert not shown.held["since"]
        assert shown.revoked_at == clock().isoformat()
        assert shown.purge_on
    await tab.send(AppState.ask_for_deletion)
    await tab.send(AppState.ask_for_deletion)
    assert page.deletion_asked == clock().isoformat()
    assert await happened(database, school) == ["authorised", "revoked", "deletion_asked"]
    assert len(await posted(database, "deletion_requested")) == 1


async def test_revoking_can_ask_for_deletion_in_the_same_breath(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock())
    tab = await tab_as("owner", ROOMS)
    page = await _app_page(tab)
    await tab.send(AppState.revoke, form={"delete": "on"})
    assert page.deletion_asked
    assert "asked it to delete" in await notice(tab)
    await tab.send(AppState.revoke, form={"delete": "on"})
    assert "has no access to your school's data any more" in await notice(tab)


async def test_while_a_sync_goes_on_the_page_is_not_read_again_and_again(
    app: Registered, tab_as: TabAs
) -> None:
    page = await _app_page(await tab_as("owner", ROOMS))
    page.app["name"] = "as it was"
    await page._show(True)
    assert page.app["name"] == "as it was"
    await page._show(False)
    assert page.app["name"] == "Rooms"


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        (AppState.prepare, {"form": {}}),
        (AppState.change, {}),
        (AppState.ask_to_revoke, {}),
        (AppState.revoke, {"form": {"delete": "on"}}),
        (AppState.ask_for_deletion, {}),
    ],
    ids=lambda value: getattr(getattr(value, "fn", None), "__qualname__", ""),
)
async def test_a_viewer_and_a_stranger_change_nothing(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    tab_as: TabAs,
    handler: Any,
    arguments: dict[str, Any],
) -> None:
    await authorised(database, app, school, now=clock())
    tab = await tab_as("viewer", ROOMS)
    await _app_page(tab)
    assert went_to(await tab.send(handler, **arguments)) == ["/no-access"]
    (sent_to,) = went_to(await Tab(path=ROOMS).send(handler, **arguments))
    assert sent_to.startswith("/log-in?next=")
    assert await happened(database, school) == ["authorised"]


async def test_the_owner_of_another_school_sees_and_changes_nothing_of_this_one(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_of: TabOf
) -> None:
    await authorised(database, app, school, now=clock())
    eve = await a_person(database, now=clock(), email="eve@queens.sch.uk")
    queens = await a_connected_school(
        database, now=clock(), owner=eve, name="Queen's", urn="654321", dfe_number="3281110"
    )
    tab = await tab_of(eve, at=queens.row, path=ROOMS)
    page = await _app_page(tab)
    assert not page.held["since"]
    await tab.send(AppState.prepare, form={"contacts": "contacts.emails"})
    await tab.send(AppState.change)
    await tab.send(AppState.revoke, form={})
    page._ended_id = 1
    await tab.send(AppState.ask_for_deletion)
    assert await happened(database, school) == ["authorised"]
    assert (await allowed(database, school))[0].revoked_at is None


async def test_who_was_removed_is_shown_nothing_any_more(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    people: dict[str, Person],
    tab_as: TabAs,
) -> None:
    await authorised(database, app, school, now=clock())
    tab = await tab_as("viewer", ROOMS)
    page, listed = await _app_page(tab), await _apps(tab)
    await remove_member(
        database,
        school_id=school.id,
        by_user_id=school.owner.id,
        user_id=people["viewer"].id,
        now=clock(),
    )
    await page._show(False)
    await listed._show(None)
    assert (page.loaded, page.required, listed.lines) == (False, [], [])


async def test_an_app_that_was_switched_off_can_still_be_revoked(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock())
    await disable(database, client="rooms", now=clock())
    tab = await tab_as("owner", ROOMS)
    page = await _app_page(tab)
    assert page.held["since"]
    await tab.send(AppState.revoke, form={})
    assert await happened(database, school) == ["authorised", "revoked"]


async def test_whatever_is_sent_does_no_harm(
    database: Database, clock: ManualClock, app: Registered, school: ASchool, tab_as: TabAs
) -> None:
    await authorised(database, app, school, now=clock(), optional=["contacts.emails"])
    tab = await tab_as("owner", ROOMS)
    page = await _app_page(tab)
    for sent in HOSTILE:
        await tab.send(AppState.prepare, form=sent)
        await tab.send(AppState.prepare, form={"contacts": sent})
        assert page.removing == ["Contact Basic Information", "Contact Emails"]
        assert page.adding == []
    assert await happened(database, school) == ["authorised"]
