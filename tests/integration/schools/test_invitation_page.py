"""The page behind an invitation, for everyone who may come to open it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.invitations import invite
from assembly_ui.schools.models import Role, School
from assembly_ui.web.pages.invitation import InvitationState
from tests.factories.accounts import PASSWORD, a_person
from tests.factories.people import posted, roles_in
from tests.factories.schools import a_school
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf

pytestmark = pytest.mark.usefixtures("cheap_bcrypt", "parts")
ANN = "ann@kings.sch.uk"
FORM = {"name": "Ann Smith", "password": PASSWORD, "password_confirmation": PASSWORD}


@pytest.fixture
async def james(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock())


@pytest.fixture
async def school(database: Database, clock: ManualClock, james: Person) -> School:
    return await a_school(database, now=clock(), owner=james)


@pytest.fixture
async def path(database: Database, clock: ManualClock, school: School, james: Person) -> str:
    await invite(
        database,
        school_id=school.id or 0,
        by_user_id=james.id,
        email=ANN,
        role="admin",
        address="https://assembly.example",
        life=timedelta(days=7),
        now=clock(),
    )
    (mail,) = await posted(database, "colleague_invited")
    return mail.values["href"].removeprefix("https://assembly.example")


async def _opened(tab: Tab) -> InvitationState:
    await tab.send(InvitationState.load)
    return await tab.state(InvitationState)


async def test_who_has_no_account_makes_one_here(
    database: Database, school: School, path: str
) -> None:
    tab = Tab(path=path)
    page = await _opened(tab)
    assert (page.step, page.email, page.role) == ("create", ANN, "an admin")
    assert page.heading == "Join King's School on Assembly"
    assert went_to(await tab.send(InvitationState.create, form=FORM)) == ["/log-in"]
    assert "you have joined King's School" in await notice(tab)
    assert Role.ADMIN in (await roles_in(database, school)).values()
    assert (await _opened(tab)).heading == "This invitation has been used"


async def test_problems_stand_beside_their_fields_and_use_nothing_up(
    path: str,
) -> None:
    tab = Tab(path=path)
    page = await _opened(tab)
    await tab.send(InvitationState.create, form=FORM | {"password": "short"})
    assert [line["field"] for line in page.summary] == ["password", "password_confirmation"]
    assert not page.busy
    assert went_to(await tab.send(InvitationState.create, form=FORM)) == ["/log-in"]


async def test_who_has_an_account_logs_in_and_comes_back(
    database: Database, clock: ManualClock, school: School, path: str, tab_of: TabOf
) -> None:
    ann = await a_person(database, now=clock(), email=ANN)
    page = await _opened(Tab(path=path))
    assert page.step == "log-in"
    assert page.log_in_href.startswith("/log-in?next=%2Finvitation%3Ftoken%3D")
    tab = await tab_of(ann, path=path)
    assert (await _opened(tab)).step == "accept"
    assert went_to(await tab.send(InvitationState.accept)) == ["/school-details"]
    assert went_to(await tab.send(InvitationState.accept)) == ["/school-details"]
    assert (await roles_in(database, school))[ann.id] is Role.ADMIN


async def test_who_is_signed_in_as_someone_else_is_told_whom_it_is_for(
    database: Database, clock: ManualClock, school: School, path: str, tab_of: TabOf
) -> None:
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    tab = await tab_of(eve, path=path)
    page = await _opened(tab)
    assert (page.step, page.email) == ("other", ANN)
    assert went_to(await tab.send(InvitationState.accept)) == []
    assert eve.id not in await roles_in(database, school)


async def test_a_stranger_cannot_accept_without_logging_in(path: str) -> None:
    (onward,) = went_to(await Tab(path=path).send(InvitationState.accept))
    assert onward.startswith("/log-in")


async def test_a_late_link_says_so(clock: ManualClock, path: str) -> None:
    clock.advance(timedelta(days=7))
    tab = Tab(path=path)
    page = await _opened(tab)
    assert (page.step, page.heading) == ("problem", "This invitation is too old")
    await tab.send(InvitationState.create, form=FORM)
    assert page.step == "problem"


@pytest.mark.parametrize(
    "path", ["/invitation", "/invitation?token=", "/invitation?token=x", "/invitation?token=%00"]
)
async def test_a_mangled_link_has_a_way_on(path: str) -> None:
    tab = Tab(path=path)
    page = await _opened(tab)
    assert (page.step, page.heading) == ("problem", "This invitation link is not complete")
    await tab.send(InvitationState.create, form=FORM)
    assert page.step == "problem"


@pytest.mark.parametrize("junk", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_hostile_forms_make_no_account(
    database: Database, school: School, path: str, junk: object
) -> None:
    tab = Tab(path=path)
    await _opened(tab)
    await tab.send(InvitationState.measure, form=junk)
    await tab.send(InvitationState.create, form=junk)
    await tab.send(
        InvitationState.create, form={"name": junk, "password": ["x"], "password_confirmation": 7}
    )
    assert (await tab.state(InvitationState)).summary
    assert len(await roles_in(database, school)) == 1
