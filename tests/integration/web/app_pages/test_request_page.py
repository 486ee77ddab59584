"""Data Access Request: who is shown what, what waits, and who may answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.apps.authorising import authorise
from assembly_ui.apps.registration import Registered, disable
from assembly_ui.apps.requests import LIFE, pending_of
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.members import change_role, remove_member
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role
from assembly_ui.web.access import session_token
from assembly_ui.web.pages.data_access_request import state
from assembly_ui.web.pages.data_access_request.state import RequestState
from assembly_ui.web.ticket import TicketState
from tests.factories.accounts import a_person, a_sign_up
from tests.factories.apps import (
    REDIRECT,
    ASchool,
    a_connected_school,
    allowed,
    an_app,
    authorised,
    happened,
    query_of,
)
from tests.factories.connector import a_connection
from tests.factories.schools import a_member, a_school
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf
from tests.integration.web.app_pages.conftest import Begun, TabAs

ASKED = {"school", "timetables", "staff_members.basic", "staff_members.emails"}
"""What the app cannot do without, and what that brings along."""


async def _loaded(tab: Tab) -> RequestState:
    await tab.send(RequestState.load)
    return await tab.state(RequestState)


def _names(shown: list[Any]) -> list[str]:
    return [scope["name"] for scope in shown]


async def test_a_stranger_is_welcomed_and_told_the_two_ways_on(begun: Begun, tab_of: TabOf) -> None:
    path = await begun()
    page = await _loaded(Tab(path=path))
    assert (page.stage, page.heading, page.app["name"]) == (
        "welcome",
        "Welcome to Assembly",
        "Rooms",
    )
    token = path.partition("=")[2]
    assert page.sign_up_href == f"/sign-up?request={token}"
    assert page.log_in_href == f"/log-in?next=%2Fdata-access-request%3Frequest%3D{token}"
    assert not page.signed_in
    assert not page.required


async def test_a_browser_whose_sign_up_waits_is_told_to_confirm(
    database: Database, clock: ManualClock, begun: Begun, tab_of: TabOf
) -> None:
    tab = Tab(path=await begun())
    ticket = await a_sign_up(database, now=clock(), email="ann@kings.sch.uk")
    (await tab.state(TicketState)).ticket = ticket
    assert (await _loaded(tab)).waiting_for == "ann@kings.sch.uk"


async def test_without_a_school_the_request_waits_for_its_person_who_is_led_to_school_setup(
    database: Database, clock: ManualClock, begun: Begun, tab_of: TabOf
) -> None:
    eve = await a_person(database, now=clock(), email="eve@kings.sch.uk")
    page = await _loaded(await tab_of(eve, path=await begun()))
    assert (page.stage, page.missing) == ("way", "school")
    assert [(step["name"], step["mark"]) for step in page.steps] == [
        ("Account", "pass"),
        ("School", "wait"),
        ("Connection", "wait"),
        ("Decision", "wait"),
    ]
    waiting = await pending_of(database, user_id=eve.id, now=clock())
    assert waiting is not None
    assert waiting.slug == "rooms"
    # On another device, without the address.
    again = await _loaded(await tab_of(eve, path="/data-access-request"))
    assert (again.stage, again.app["name"]) == ("way", "Rooms")


async def test_a_school_that_is_not_connected_is_led_to_the_connector_and_on_as_soon_as_it_is(
    database: Database, clock: ManualClock, begun: Begun, tab_of: TabOf
) -> None:
    james = await a_person(database, now=clock())
    row = await a_school(database, now=clock(), owner=james)
    tab = await tab_of(james, at=row, path=await begun())
    page = await _loaded(tab)
    assert (page.stage, page.missing) == ("way", "connection")
    await tab.send(RequestState.authorise, form={})
    assert page.onward == ""
    await a_connection(database, row, now=clock(), connected=True)
    await page._show(None)
    assert (page.stage, page.missing) == ("ask", "")


async def test_a_viewer_is_told_who_may_and_may_as_soon_as_they_are_an_admin(
    database: Database,
    clock: ManualClock,
    school: ASchool,
    people: dict[str, Person],
    begun: Begun,
    tab_as: TabAs,
) -> None:
    tab = await tab_as("viewer", await begun())
    page = await _loaded(tab)
    assert (page.stage, page.missing) == ("way", "authority")
    assert page.approvers == ["James Walters", "Ann Smith"]
    assert page.address.startswith("https://platform.example/data-access-request?request=")
    assert went_to(await tab.send(RequestState.authorise, form={})) == ["/no-access"]
    await change_role(
        database,
        school_id=school.id,
        by_user_id=school.owner.id,
        user_id=people["viewer"].id,
        role="admin",
        now=clock(),
    )
    await page._show(None)
    assert page.stage == "ask"


@pytest.mark.parametrize("role", ["owner", "admin"])
async def test_who_may_decide_sees_what_is_asked_and_nothing_optional_is_ticked(
    begun: Begun, tab_as: TabAs, role: str
) -> None:
    page = await _loaded(await tab_as(role, await begun()))
    assert (page.stage, page.school) == ("ask", "King's School")
    assert page.returns_to == "rooms.example"
    assert set(_names(page.required)) == ASKED
    assert _names(page.optional) == ["contacts.basic", "contacts.emails"]
    assert not any(scope["ticked"] for scope in page.optional)
    assert page.optional[1]["brings"] == "Contact Basic Information"
    assert all(scope["fields"] for scope in page.required)
    assert page.difference == ""


async def test_what_is_ticked_is_allowed_with_what_is_required_and_nothing_else(
    database: Database, school: ASchool, begun: Begun, tab_as: TabAs
) -> None:
    tab = await tab_as("admin", await begun())
    page = await _loaded(tab)
    await tab.send(
        RequestState.authorise, form={"contacts": " contacts.emails", "students": "students.fsm"}
    )
    assert page.stage == "leaving"
    assert page.onward.startswith("https://rooms.example/assembly/callback?")
    sent = query_of(page.onward)
    assert sent["state"] == "a state"
    assert sent["code"]
    (given,) = await allowed(database, school)
    assert set(given.scopes) == ASKED | {"contacts.basic", "contacts.emails"}
    assert given.optional_scopes == ["contacts.emails"]


async def test_a_second_press_and_a_second_tab_authorise_nothing_more(
    database: Database, school: ASchool, begun: Begun, tab_as: TabAs
) -> None:
    path = await begun()
    first, second = await tab_as("owner", path), await tab_as("owner", path)
    page, other = await _loaded(first), await _loaded(second)
    await first.send(RequestState.authorise, form={})
    onward = page.onward
    await first.send(RequestState.authorise, form={})
    await second.send(RequestState.authorise, form={})
    assert page.onward == onward
    assert other.heading == "This request has been answered"
    assert await happened(database, school) == ["authorised"]


async def test_not_now_shares_nothing_and_tells_the_app(
    database: Database, school: ASchool, begun: Begun, tab_as: TabAs
) -> None:
    tab = await tab_as("owner", await begun())
    page = await _loaded(tab)
    await tab.send(RequestState.decline)
    sent = query_of(page.onward)
    assert (sent["error"], sent["state"]) == ("access_denied", "a state")
    assert await allowed(database, school) == []
    assert await happened(database, school) == ["declined"]


async def test_a_request_that_opens_nothing_says_why(
    database: Database, clock: ManualClock, app: Registered, begun: Begun, tab_as: TabAs
) -> None:
    unknown = await _loaded(await tab_as("owner", "/data-access-request?request=nonsense"))
    none = await _loaded(await tab_as("owner", "/data-access-request"))
    assert unknown.heading == none.heading == "We cannot find this request"
    path = await begun()
    assert (await _loaded(Tab(path="/data-access-request?request=x"))).stage == "gone"
    await disable(database, client="rooms", now=clock())
    off = await _loaded(await tab_as("owner", path))
    assert off.heading == "This app cannot be authorised at the moment"
    clock.advance(LIFE + timedelta(seconds=1))
    assert (await _loaded(await tab_as("owner", path))).heading == "This request is too old"


async def test_an_app_that_has_access_asks_for_the_difference(
    database: Database,
    clock: ManualClock,
    app: Registered,
    school: ASchool,
    begun: Begun,
    tab_as: TabAs,
) -> None:
    await authorised(
        database,
        app,
        school,
        now=clock(),
        optional=["contacts.basic"],
        scope="calendar timetables contacts.basic:optional",
    )
    page = await _loaded(await tab_as("owner", await begun()))
    notes = {scope["name"]: scope["note"] for scope in page.required + page.optional}
    assert notes["timetables"] == notes["contacts.basic"] == "Allowed already"
    assert notes["staff_members.emails"] == notes["contacts.emails"] == "New"
    assert _names(page.going) == ["calendar"]
    ticked = {scope["name"] for scope in page.optional if scope["ticked"]}
    assert ticked == {"contacts.basic"}
    assert "asks for 3 sets of data more" in page.difference
    assert "does not ask for 1 set of data any more" in page.difference


async def test_the_answer_is_for_the_school_that_the_page_shows_whatever_another_tab_looks_at(
    database: Database, clock: ManualClock, school: ASchool, begun: Begun, tab_of: TabOf
) -> None:
    james = school.owner
    row = await a_school(
        database,
        now=clock(),
        owner=await a_person(database, now=clock(), email="q@queens.sch.uk"),
        name="Queen's School",
        urn="654321",
        dfe_number="3281110",
        connected=True,
    )
    await a_member(database, row, james, Role.ADMIN, now=clock())
    tab = await tab_of(james, at=school.row, path=await begun())
    page = await _loaded(tab)
    assert page.has_other_schools
    me = await find_caller(database, token=session_token(page), now=clock())
    assert me is not None
    await switch_school(database, session_id=me.session_id, user_id=james.id, school_id=row.id or 0)
    assert went_to(await tab.send(RequestState.authorise, form={})) == ["/schools"]
    await page._show(None)
    assert (page.stage, page.required) == ("gone", [])
    assert await allowed(database, school) == []


async def test_not_now_is_noted_for_the_school_that_the_page_shows(
    database: Database, clock: ManualClock, school: ASchool, begun: Begun, tab_of: TabOf
) -> None:
    james = school.owner
    queens = await a_connected_school(
        database,
        now=clock(),
        owner=await a_person(database, now=clock(), email="q@queens.sch.uk"),
        urn="654321",
        dfe_number="3281110",
    )
    await a_member(database, queens.row, james, Role.ADMIN, now=clock())
    tab = await tab_of(james, at=school.row, path=await begun())
    page = await _loaded(tab)
    me = await find_caller(database, token=session_token(page), now=clock())
    assert me is not None
    await switch_school(database, session_id=me.session_id, user_id=james.id, school_id=queens.id)
    await tab.send(RequestState.decline)
    assert await happened(database, school) == ["declined"]
    assert await happened(database, queens) == []


async def test_a_person_who_was_removed_answers_nothing(
    database: Database,
    clock: ManualClock,
    school: ASchool,
    people: dict[str, Person],
    begun: Begun,
    tab_as: TabAs,
) -> None:
    tab = await tab_as("admin", await begun())
    page = await _loaded(tab)
    await remove_member(
        database,
        school_id=school.id,
        by_user_id=school.owner.id,
        user_id=people["admin"].id,
        now=clock(),
    )
    await page._show(None)
    assert page.required == []
    await tab.send(RequestState.authorise, form={})
    assert await allowed(database, school) == []


async def test_an_admin_who_is_made_a_viewer_at_the_moment_of_pressing_is_told_who_may(
    database: Database,
    clock: ManualClock,
    school: ASchool,
    people: dict[str, Person],
    begun: Begun,
    tab_as: TabAs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab = await tab_as("admin", await begun())
    page = await _loaded(tab)

    async def too_late(*args: Any, **options: Any) -> str:
        await change_role(
            database,
            school_id=school.id,
            by_user_id=school.owner.id,
            user_id=people["admin"].id,
            role="viewer",
            now=clock(),
        )
        return await authorise(*args, **options)

    monkeypatch.setattr(state, "authorise", too_late)
    await tab.send(RequestState.authorise, form={})
    assert (page.stage, page.missing, page.busy) == ("way", "authority", False)
    assert await allowed(database, school) == []


async def test_an_app_that_insists_on_another_school_gets_nothing(
    database: Database, clock: ManualClock, school: ASchool, tab_as: TabAs, begun: Begun
) -> None:
    strict = await an_app(
        database,
        now=clock(),
        name="Strict",
        redirect_uris=[REDIRECT],
        force_urn_check=True,
    )
    tab = await tab_as("owner", await begun(client_id=strict.client_id, urn="999999"))
    page = await _loaded(tab)
    await tab.send(RequestState.authorise, form={})
    assert "the school with the URN 999999" in await notice(tab)
    assert page.stage == "ask"
    assert await allowed(database, school) == []


@pytest.mark.parametrize(("urn", "warned"), [("", ""), ("123456", ""), ("999999", "999999")])
async def test_an_app_that_expects_another_school_is_not_answered_for_this_one_unawares(
    begun: Begun, tab_as: TabAs, school: ASchool, urn: str, warned: str
) -> None:
    assert school.row.urn == "123456"
    page = await _loaded(await tab_as("owner", await begun(urn=urn)))
    assert (page.stage, page.other_urn) == ("ask", warned)


async def test_whoever_opens_the_address_last_decides(
    database: Database, school: ASchool, begun: Begun, tab_as: TabAs
) -> None:
    path = await begun()
    viewer, admin = await tab_as("viewer", path), await tab_as("admin", path)
    await _loaded(viewer)
    page = await _loaded(admin)
    await admin.send(RequestState.authorise, form={})
    assert page.stage == "leaving"
    assert (await _loaded(viewer)).stage == "gone"


@pytest.mark.parametrize("sent", HOSTILE, ids=range(len(HOSTILE)))
async def test_whatever_is_sent_allows_no_more_than_was_asked(
    database: Database, school: ASchool, begun: Begun, tab_as: TabAs, sent: Any
) -> None:
    tab = await tab_as("owner", await begun())
    await _loaded(tab)
    await tab.send(RequestState.authorise, form={"contacts": sent, "x": "students.upn school"})
    (given,) = await allowed(database, school)
    assert set(given.scopes) == ASKED
    tab = await tab_as("owner", f"/data-access-request?request={str(sent)[:300]}")
    assert (await _loaded(tab)).stage == "gone"


async def test_a_tab_that_never_loaded_the_page_decides_nothing(
    database: Database, clock: ManualClock, begun: Begun, tab_of: TabOf, tab_as: TabAs
) -> None:
    await _loaded(await tab_as("owner", await begun()))
    other = await a_connected_school(
        database,
        now=clock(),
        owner=await a_person(database, now=clock(), email="q@queens.sch.uk"),
        name="Queen's School",
        urn="654321",
        dfe_number="3281110",
    )
    hostile = await tab_of(other.owner, at=other.row)
    await hostile.send(RequestState.authorise, form={})
    await hostile.send(RequestState.decline)
    assert await allowed(database, other) == []
    for handler in (RequestState.authorise, RequestState.count):
        assert went_to(await Tab().send(handler)) == ["/log-in"]
