"""The handlers of Users, School Details, Your schools and Join, in every role's hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.details import read_school
from assembly_ui.schools.join import list_requests
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.ownership import doubt_again
from assembly_ui.schools.ownership_disputes import verify_by_operator
from assembly_ui.web.live import tabs
from assembly_ui.web.pages.join import JoinState
from assembly_ui.web.pages.ownership import NOTICE, ownership_notice
from assembly_ui.web.pages.school_details.mis import MisState
from assembly_ui.web.pages.school_details.record import SchoolDetailsState
from assembly_ui.web.pages.schools import OPENS, SchoolsState, schools
from assembly_ui.web.pages.users.invitations import InvitationsState, invite_colleague
from assembly_ui.web.pages.users.member import MemberState
from assembly_ui.web.pages.users.people import PeopleState
from assembly_ui.web.pages.users.requests import RequestsState
from assembly_ui.web.shell import ShellState
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, posted, roles_in
from tests.factories.refused_mail import GREYLISTED, NO_SUCH_USER, send_mail
from tests.factories.schools import a_school
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf


class Place:
    """King's School with an owner, an admin, a viewer and someone who would like to join."""

    def __init__(self, school: School, people: dict[str, Person], asking: Person) -> None:
        self.school, self.people, self.asking = school, people, asking


@pytest.fixture
async def place(database: Database, clock: ManualClock) -> Place:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock(), name="Ann Smith")
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    eve = await a_person(database, now=clock(), email="eve@kings.sch.uk", name="Eve")
    return Place(school, {"owner": james, "admin": ann, "viewer": vic}, eve)


@pytest.fixture
async def tab_as(place: Place, tab_of: TabOf) -> Callable[[str], Any]:
    async def opened(role: str) -> Tab:
        return await tab_of(place.people[role], at=place.school)

    return opened


async def _ask(place: Place, tab_of: TabOf) -> Tab:
    tab = await tab_of(place.asking, path="/join?school=123456")
    await tab.send(JoinState.load)
    await tab.send(JoinState.ask)
    return tab


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
async def test_every_member_sees_the_people_and_viewers_are_told_they_cannot_act(
    tab_as: Callable[[str], Any], role: str
) -> None:
    tab = await tab_as(role)
    await tab.send(PeopleState.load)
    page = await tab.state(PeopleState)
    assert [member["name"] for member in page.members] == [
        "James Walters",
        "Ann Smith",
        "Vic Jones",
    ]
    assert page.may_act is (role != "viewer")
    assert not page.many


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        (MemberState.change_role, {}),
        (MemberState.remove, {}),
        (MemberState.ask_to_remove, {}),
        (MemberState.choose_role, {"role": "admin"}),
        (InvitationsState.invite, {"form": {"email": "x@kings.sch.uk", "role": "admin"}}),
        (InvitationsState.resend, {"invitation_id": 1}),
        (InvitationsState.revoke, {"invitation_id": 1}),
        (InvitationsState.correct, {"invitation_id": 1}),
        (RequestsState.approve, {"request_id": 1, "role": "admin"}),
        (RequestsState.decline, {"request_id": 1}),
        (MisState.choose_mis, {}),
        (MisState.change_mis, {}),
        (MisState.want_news, {"wanted": True}),
        (SchoolDetailsState.save, {"form": {}}),
    ],
    ids=lambda value: getattr(getattr(value, "fn", None), "__qualname__", ""),
)
async def test_a_viewer_may_act_on_nothing(
    database: Database,
    place: Place,
    tab_as: Callable[[str], Any],
    handler: Any,
    arguments: dict[str, Any],
) -> None:
    before = await roles_in(database, place.school)
    tab = await tab_as("viewer")
    assert went_to(await tab.send(handler, **arguments)) == ["/no-access"]
    assert await roles_in(database, place.school) == before
    assert await posted(database, "colleague_invited") == []


async def test_only_the_owner_may_transfer(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab = await tab_as("admin")
    await tab.send(MemberState.open, user_id=place.people["viewer"].id)
    assert not (await tab.state(MemberState)).i_own
    for handler in (MemberState.ask_to_transfer, MemberState.transfer):
        assert went_to(await tab.send(handler)) == ["/no-access"]
    tab = await tab_as("owner")
    await tab.send(MemberState.open, user_id=place.people["viewer"].id)
    await tab.send(MemberState.ask_to_transfer)
    assert not (await tab.state(MemberState)).asks_password
    await tab.send(MemberState.transfer)
    assert await notice(tab) == "Vic Jones is the owner of King's School now. You are an admin."
    roles = await roles_in(database, place.school)
    assert roles[place.people["viewer"].id] is Role.OWNER


async def test_an_admin_changes_a_role_and_removes(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab, vic = await tab_as("admin"), place.people["viewer"]
    await tab.send(MemberState.open, user_id=vic.id)
    await tab.send(MemberState.choose_role, role="admin")
    await tab.send(MemberState.change_role)
    assert await notice(tab) == "Vic Jones is an admin now."
    await tab.send(MemberState.open, user_id=vic.id)
    await tab.send(MemberState.ask_to_remove)
    assert (await tab.state(MemberState)).step == "remove"
    await tab.send(MemberState.remove)
    assert vic.id not in await roles_in(database, place.school)
    await tab.send(MemberState.remove)
    assert "no longer belong to the school" in await notice(tab)


async def test_the_owner_is_not_removed_whatever_is_sent(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab = await tab_as("admin")
    await tab.send(MemberState.open, user_id=place.people["owner"].id)
    await tab.send(MemberState.choose_role, role="viewer")
    await tab.send(MemberState.change_role)
    await tab.send(MemberState.remove)
    assert "never without an owner" in await notice(tab)
    roles = await roles_in(database, place.school)
    assert roles[place.people["owner"].id] is Role.OWNER


async def test_a_viewer_may_leave(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab, vic = await tab_as("viewer"), place.people["viewer"]
    await tab.send(MemberState.open, user_id=vic.id)
    assert (await tab.state(MemberState)).step == "leave"
    assert went_to(await tab.send(MemberState.leave_school)) == ["/schools"]
    assert vic.id not in await roles_in(database, place.school)


async def test_an_invitation_is_sent_shown_and_taken_back(
    database: Database, tab_as: Callable[[str], Any]
) -> None:
    tab = await tab_as("admin")
    await tab.send(InvitationsState.load)
    page = await tab.state(InvitationsState)
    form = {"email": "priya@kings.sch.uk", "role": "viewer"}
    await tab.send(InvitationsState.invite, form=form)
    assert await notice(tab) == "We have invited priya@kings.sch.uk as a viewer."
    await page._show(None)
    (line,) = page.invitations
    assert (line["email"], line["by"], line["expired"]) == (
        "priya@kings.sch.uk",
        "Ann Smith",
        False,
    )
    await tab.send(InvitationsState.resend, invitation_id=line["id"])
    assert "You can send it again in 1 minute." in await notice(tab)
    await tab.send(InvitationsState.revoke, invitation_id=line["id"])
    await page._show(None)
    assert page.invitations == []


@pytest.mark.parametrize("role", ["owner", "admin"])
async def test_nobody_is_offered_to_invite_while_the_school_is_not_verified(
    database: Database, clock: ManualClock, place: Place, tab_as: Callable[[str], Any], role: str
) -> None:
    async with database.transaction() as session:
        doubt_again(session, await session.get_one(School, place.school.id), clock())
    tab = await tab_as(role)
    await tab.send(InvitationsState.load)
    page = await tab.state(InvitationsState)
    assert (page.is_unverified, page.is_owner) == (True, role == "owner")
    shown = str(invite_colleague().render())
    assert shown.index("is_unverified") < shown.index("once you have shown") < shown.index("Role")
    assert f"#{NOTICE}" in shown
    assert f'id:"{NOTICE}"' in str(ownership_notice().render())
    await verify_by_operator(
        database, urn=place.school.urn or "", href="https://a.test", now=clock()
    )
    await page._show(None)
    assert not page.is_unverified


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"email": "", "role": "viewer"}, "email", "Enter your email address."),
        ({"email": "nonsense", "role": "viewer"}, "email", "must look like"),
        ({"email": "vic.jones@kings.sch.uk", "role": "viewer"}, "email", "belong to the school"),
        ({"email": "x@kings.sch.uk", "role": "owner"}, "role", "Choose what they may do."),
    ],
)
async def test_an_invitation_that_cannot_be_sent_says_so_beside_its_field(
    database: Database,
    tab_as: Callable[[str], Any],
    form: dict[str, str],
    field: str,
    words: str,
) -> None:
    tab = await tab_as("owner")
    await tab.send(InvitationsState.invite, form=form)
    page = await tab.state(InvitationsState)
    assert words in page.errors[field]
    assert not page.busy
    assert await posted(database, "colleague_invited") == []


async def test_who_asks_to_join_is_let_in_and_their_page_changes_by_itself(
    database: Database, place: Place, tab_of: TabOf, tab_as: Callable[[str], Any]
) -> None:
    asking = await _ask(place, tab_of)
    theirs = await asking.state(JoinState)
    assert theirs.name == "King's School"
    assert theirs.asked_at
    tab = await tab_as("owner")
    await tab.send(RequestsState.load)
    page = await tab.state(RequestsState)
    (line,) = page.requests
    await tab.send(RequestsState.approve, request_id=line["id"], role="viewer")
    assert "belongs to King's School now" in await notice(tab)
    await theirs._show(None)
    assert theirs.joined
    assert went_to(await asking.send(JoinState.enter)) == ["/school-details"]


async def test_who_is_declined_is_told_when_they_may_ask_again(
    database: Database, place: Place, tab_of: TabOf, tab_as: Callable[[str], Any]
) -> None:
    asking = await _ask(place, tab_of)
    tab = await tab_as("admin")
    (line,) = (await list_requests(database, school_id=place.school.id or 0)).rows
    await tab.send(RequestsState.decline, request_id=line.id)
    await tab.send(RequestsState.decline, request_id=line.id)
    assert "has been answered already" in await notice(tab)
    await asking.send(JoinState.ask)
    assert "24 November 2026 at 09:00 UTC" in await notice(asking)
    assert went_to(await asking.send(JoinState.enter)) == []


async def test_a_school_nobody_has_set_up_is_not_to_be_joined(place: Place, tab_of: TabOf) -> None:
    tab = await tab_of(place.asking, path="/join?school=999999")
    await tab.send(JoinState.load)
    assert "Nobody has set up that school" in (await tab.state(JoinState)).problem
    await tab.send(JoinState.ask)
    assert "Nobody has set up that school" in await notice(tab)


async def test_a_tab_of_someone_who_was_removed_is_shown_nothing_more(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    theirs = await tab_as("viewer")
    for state in (PeopleState, InvitationsState, RequestsState):
        await theirs.send(state.load)
    tab = await tab_as("admin")
    await tab.send(MemberState.open, user_id=place.people["viewer"].id)
    await tab.send(MemberState.remove)
    for state in (PeopleState, InvitationsState, RequestsState):
        await (await theirs.state(state))._show(None)
    page = await theirs.state(PeopleState)
    assert page.gone
    assert page.members == []
    assert not tabs._tabs[school_topic(place.school.id or 0)]


async def test_a_window_that_chooses_a_school_no_longer_shows_the_one_before(
    place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab, topic = await tab_as("owner"), user_topic(place.people["owner"].id or 0)
    await tab.send(ShellState.enter)
    assert tabs._tabs[topic]
    await tab.send(SchoolsState.load)
    assert not tabs._tabs[topic]


async def test_switching_is_between_ones_own_schools(
    database: Database, clock: ManualClock, place: Place, tab_as: Callable[[str], Any]
) -> None:
    james = place.people["owner"]
    second = await a_school(
        database, now=clock(), owner=james, urn="100002", dfe_number="", name="Second"
    )
    foreign = await a_school(
        database, now=clock(), owner=place.asking, urn="100003", dfe_number="", name="Foreign"
    )
    tab = await tab_as("owner")
    await tab.send(SchoolsState.load)
    page = await tab.state(SchoolsState)
    assert [(line["name"], line["current"]) for line in page.lines] == [
        ("King's School", True),
        ("Second", False),
    ]
    shown = str(schools().render())
    assert "Go to the school" in shown
    assert f'"{OPENS}"' in shown
    assert went_to(await tab.send(SchoolsState.switch, school_id=second.id)) == [OPENS]
    assert went_to(await tab.send(SchoolsState.switch, school_id=foreign.id)) == []
    assert "does not permit that" in await notice(tab)


async def test_another_mis_is_chosen_with_its_consequences(
    database: Database, place: Place, tab_as: Callable[[str], Any]
) -> None:
    tab = await tab_as("admin")
    await tab.send(SchoolDetailsState.load)
    page = await tab.state(SchoolDetailsState)
    await tab.send(MisState.choose_mis)
    asked = await tab.state(MisState)
    assert asked.consequences == []
    await tab.send(MisState.consider_mis, key="bromcom")
    assert "Bromcom cannot be connected" in asked.consequences[0]
    await tab.send(MisState.change_mis)
    assert await notice(tab) == "Your school's MIS provider is Bromcom now."
    await page._show(await SchoolDetailsState._read(school_topic(place.school.id or 0)))
    assert page.mis_label == "Bromcom"
    await tab.send(MisState.want_news, wanted=True)
    school = await read_school(database, school_id=place.school.id or 0)
    assert school.wants_news_of_mis_since


async def test_a_school_not_listed_is_corrected_on_its_page(
    database: Database, clock: ManualClock, place: Place, tab_of: TabOf
) -> None:
    school = await a_school(
        database, now=clock(), owner=place.asking, urn=None, dfe_number="", name="Typed in"
    )
    tab = await tab_of(place.asking, at=school)
    await tab.send(SchoolDetailsState.load)
    page = await tab.state(SchoolDetailsState)
    assert not page.is_listed
    await tab.send(SchoolDetailsState.edit)
    assert page.typed["name"] == "Typed in"
    await tab.send(SchoolDetailsState.save, form=page.typed | {"dfe_number": "12"})
    assert page.errors["dfe_number"]
    await tab.send(SchoolDetailsState.save, form=page.typed | {"dfe_number": "661 4001"})
    assert not page.editing
    kept = await read_school(database, school_id=school.id or 0)
    assert kept.dfe_number == "6614001"


@pytest.mark.parametrize("junk", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_hostile_arguments_change_nothing(
    database: Database, place: Place, tab_as: Callable[[str], Any], junk: Any
) -> None:
    before = await roles_in(database, place.school)
    tab = await tab_as("owner")
    for state in (PeopleState, InvitationsState, RequestsState, SchoolDetailsState):
        await tab.send(state.load)
    await tab.send(PeopleState.turn_to, number=junk)
    await tab.send(PeopleState.sort, order=junk)
    await tab.send(PeopleState.search, text=junk)
    await tab.send(MemberState.open, user_id=None if junk == 7 else junk)
    await tab.send(MemberState.choose_role, role=junk)
    for handler in (MemberState.change_role, MemberState.remove, MemberState.transfer):
        await tab.send(handler)
    await tab.send(InvitationsState.invite, form=junk)
    await tab.send(InvitationsState.invite, form={"email": junk, "role": junk})
    await tab.send(InvitationsState.resend, invitation_id=junk)
    await tab.send(InvitationsState.revoke, invitation_id=junk)
    await tab.send(RequestsState.approve, request_id=junk, role=junk)
    await tab.send(RequestsState.decline, request_id=junk)
    await tab.send(MisState.consider_mis, key=junk)
    await tab.send(MisState.change_mis)
    await tab.send(SchoolDetailsState.save, form=junk)
    await tab.send(SchoolsState.switch, school_id=None if junk == 7 else junk)
    assert await roles_in(database, place.school) == before
    assert await posted(database, "colleague_invited") == []
    assert (await read_school(database, school_id=place.school.id or 0)).mis == "isams-xod"


async def _invited(tab: Tab, email: str = "nobody@kings.sch.uk") -> InvitationsState:
    await tab.send(InvitationsState.load)
    await tab.send(InvitationsState.invite, form={"email": email, "role": "admin"})
    return await tab.state(InvitationsState)


async def _seen_again(tab: Tab) -> Any:
    page = await tab.state(InvitationsState)
    await page._show(None)
    return page.invitations


@pytest.mark.parametrize(
    ("refusals", "state", "words"),
    [
        (
            NO_SUCH_USER,
            "Not delivered",
            "The mail server of kings.sch.uk refused our message. The invitation is kept. "
            "Correct the address, or send it again if it is right.",
        ),
        (
            GREYLISTED,
            "Delayed",
            "Our message has not been delivered yet. We keep trying for about a day.",
        ),
        (None, "", ""),
    ],
    ids=["refused", "delayed", "delivered"],
)
async def test_the_list_says_what_became_of_an_invitation(
    database: Database,
    clock: ManualClock,
    tab_as: Callable[[str], Any],
    refusals: dict[str, str] | None,
    state: str,
    words: str,
) -> None:
    tab = await tab_as("admin")
    await _invited(tab)
    await send_mail(database, clock, refusals=refusals)
    (item,) = await _seen_again(tab)
    assert (item["delivery"], item["delivery_words"]) == (state, words)


async def test_a_refused_address_is_corrected_in_the_form_and_the_dead_invitation_goes(
    database: Database, clock: ManualClock, tab_as: Callable[[str], Any]
) -> None:
    tab = await tab_as("admin")
    await _invited(tab, "nobody@kings.sch.uk")
    await send_mail(database, clock, refusals=NO_SUCH_USER)
    (item,) = await _seen_again(tab)
    events = await tab.send(InvitationsState.correct, invitation_id=item["id"])
    assert "nobody@kings.sch.uk" in repr(events), "the form holds the address to be corrected"
    assert await notice(tab) == (
        "The invitation of nobody@kings.sch.uk is taken back. Correct the address and send it."
    )
    assert await _seen_again(tab) == []
    await tab.send(
        InvitationsState.invite, form={"email": "somebody@kings.sch.uk", "role": "admin"}
    )
    assert [item["email"] for item in await _seen_again(tab)] == ["somebody@kings.sch.uk"]


@pytest.mark.parametrize("invitation_id", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_correcting_an_invitation_that_is_none_changes_nothing(
    tab_as: Callable[[str], Any], invitation_id: Any
) -> None:
    tab = await tab_as("admin")
    await _invited(tab)
    await tab.send(InvitationsState.correct, invitation_id=invitation_id)
    assert len(await _seen_again(tab)) == 1
