"""A school's people: roles, removal, and the one owner there always is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, update

from assembly_ui.accounts.errors import ReauthenticationNeeded
from assembly_ui.accounts.people import Person
from assembly_ui.accounts.sessions import RECENT
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic, user_topic
from assembly_ui.schools import members
from assembly_ui.schools.errors import (
    InvitationRevoked,
    MemberNotFound,
    NotAllowed,
    OwnerMustStay,
    RoleUnknown,
)
from assembly_ui.schools.invitation_link import accept, look
from assembly_ui.schools.invitations import invite, list_open
from assembly_ui.schools.member_list import Order, list_members
from assembly_ui.schools.members import get_member
from assembly_ui.schools.membership import add_member, membership_of
from assembly_ui.schools.models import Membership, Role, School
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, a_session, posted, recorded, roles_in
from tests.factories.schools import a_school


class Staff:
    """King's School: James owns it, Ann is an admin, Vic a viewer; Eve is a stranger."""

    def __init__(
        self, school: School, james: Person, ann: Person, vic: Person, eve: Person
    ) -> None:
        self.school, self.school_id = school, school.id or 0
        self.james, self.ann, self.vic, self.eve = james, ann, vic, eve


@pytest.fixture
async def staff(database: Database, clock: ManualClock) -> Staff:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock(), name="Ann Smith")
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test", name="Eve")
    await a_school(database, now=clock(), owner=eve, urn="654321", name="Elsewhere")
    return Staff(school, james, ann, vic, eve)


async def _change(database: Database, clock: ManualClock, staff: Staff, by: Person, **to: Any):
    return await members.change_role(
        database, school_id=staff.school_id, by_user_id=by.id, now=clock(), **to
    )


async def _remove(database: Database, clock: ManualClock, staff: Staff, by: Person, who: Person):
    return await members.remove_member(
        database, school_id=staff.school_id, by_user_id=by.id, user_id=who.id, now=clock()
    )


async def _hand_on(database: Database, clock: ManualClock, staff: Staff, by: Person, to: Person):
    return await members.transfer_ownership(
        database,
        school_id=staff.school_id,
        by_user_id=by.id,
        session_id=await a_session(database, by, now=clock()),
        user_id=to.id,
        now=clock(),
    )


async def _leave(database: Database, clock: ManualClock, staff: Staff, who: Person) -> None:
    await members.leave_school(database, school_id=staff.school_id, user_id=who.id, now=clock())


async def test_members_are_listed_owner_first_with_when_they_were_seen(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    seen = clock.advance(timedelta(hours=1))
    await a_session(database, staff.vic, now=seen)
    listed = (await list_members(database, school_id=staff.school_id)).rows
    assert [(m.display_name, m.role) for m in listed] == [
        ("James Walters", Role.OWNER),
        ("Ann Smith", Role.ADMIN),
        ("Vic Jones", Role.VIEWER),
    ]
    assert [m.last_seen_at for m in listed] == [None, None, seen]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.NAME, ["Ann Smith", "James Walters", "Vic Jones"]),
        (Order.LAST_SEEN, ["Vic Jones", "Ann Smith", "James Walters"]),
    ],
)
async def test_the_list_can_be_sorted_otherwise(
    database: Database, clock: ManualClock, staff: Staff, order: Order, names: list[str]
) -> None:
    await a_session(database, staff.vic, now=clock())
    listed = await list_members(database, school_id=staff.school_id, order=order)
    assert [m.display_name for m in listed.rows] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [("smith", ["Ann Smith"]), ("VIC.J", ["Vic Jones"]), ("%", []), ("_", []), ("eve", [])],
)
async def test_the_list_can_be_searched(
    database: Database, staff: Staff, text: str, names: list[str]
) -> None:
    listed = await list_members(database, school_id=staff.school_id, containing=text)
    assert [m.display_name for m in listed.rows] == names


async def test_a_long_list_comes_in_pages_of_25(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    for number in range(30):
        await a_colleague(
            database, staff.school, Role.VIEWER, now=clock(), name=f"Person {number:02}"
        )
    first = await list_members(database, school_id=staff.school_id)
    assert (len(first.rows), first.number, first.pages, first.total) == (25, 1, 2, 33)
    second = await list_members(database, school_id=staff.school_id, page=2)
    assert len(second.rows) == 8
    assert {m.user_id for m in first.rows}.isdisjoint(m.user_id for m in second.rows)


@pytest.mark.parametrize("page", [0, -5, 2, 10**14])
async def test_a_page_there_is_none_of_shows_the_nearest(
    database: Database, staff: Staff, page: int
) -> None:
    listed = await list_members(database, school_id=staff.school_id, page=page)
    assert (listed.number, len(listed.rows)) == (1, 3)


async def test_an_admin_changes_the_role_of_others(
    database: Database, clock: ManualClock, staff: Staff, pubsub: PubSub
) -> None:
    async with pubsub.listen() as topics:
        await _change(database, clock, staff, staff.ann, user_id=staff.vic.id, role="admin")
        heard = {topics.get_nowait() for _ in range(topics.qsize())}
    assert heard == {school_topic(staff.school_id), user_topic(staff.vic.id)}
    assert (await roles_in(database, staff.school))[staff.vic.id] is Role.ADMIN
    (entry,) = await recorded(database, "role_changed")
    assert entry.fields == {"person": staff.vic.id, "role": "admin"}


async def test_the_role_they_have_changes_nothing(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    await _change(database, clock, staff, staff.ann, user_id=staff.vic.id, role="viewer")
    assert await recorded(database, "role_changed") == []


@pytest.mark.parametrize("role", ["owner", "OWNER", "", None, 7, ["admin"], "root"])
async def test_ownership_and_nonsense_are_no_roles_to_give(
    database: Database, clock: ManualClock, staff: Staff, role: object
) -> None:
    with pytest.raises(RoleUnknown):
        await _change(database, clock, staff, staff.james, user_id=staff.vic.id, role=role)


async def test_the_owner_can_neither_be_demoted_nor_removed_nor_leave(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    for by in (staff.ann, staff.james):
        with pytest.raises(OwnerMustStay):
            await _change(database, clock, staff, by, user_id=staff.james.id, role="viewer")
        with pytest.raises(OwnerMustStay):
            await _remove(database, clock, staff, by, staff.james)
    with pytest.raises(OwnerMustStay):
        await _leave(database, clock, staff, staff.james)
    assert (await roles_in(database, staff.school))[staff.james.id] is Role.OWNER


Deed = Callable[[Database, ManualClock, Staff, Person], Awaitable[Any]]


@pytest.mark.parametrize(
    "deed",
    [
        lambda d, c, s, by: _change(d, c, s, by, user_id=s.ann.id, role="viewer"),
        lambda d, c, s, by: _remove(d, c, s, by, s.ann),
        lambda d, c, s, by: _hand_on(d, c, s, by, s.ann),
    ],
    ids=["change a role", "remove", "transfer"],
)
async def test_viewers_and_strangers_change_nothing(
    database: Database, clock: ManualClock, staff: Staff, deed: Deed
) -> None:
    before = await roles_in(database, staff.school)
    for by in (staff.vic, staff.eve):
        with pytest.raises(NotAllowed):
            await deed(database, clock, staff, by)
    assert await roles_in(database, staff.school) == before


async def test_people_of_other_schools_are_out_of_reach(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    with pytest.raises(MemberNotFound):
        await _change(database, clock, staff, staff.james, user_id=staff.eve.id, role="viewer")
    with pytest.raises(MemberNotFound):
        await _remove(database, clock, staff, staff.james, staff.eve)
    with pytest.raises(MemberNotFound):
        await _hand_on(database, clock, staff, staff.james, staff.eve)
    with pytest.raises(MemberNotFound):
        await get_member(database, school_id=staff.school_id, user_id=staff.eve.id)


async def test_who_is_removed_is_gone_and_it_is_recorded(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    removed = await _remove(database, clock, staff, staff.ann, staff.vic)
    assert removed.display_name == "Vic Jones"
    assert staff.vic.id not in await roles_in(database, staff.school)
    (entry,) = await recorded(database, "member_removed")
    assert (entry.user_id, entry.fields) == (staff.ann.id, {"person": staff.vic.id})
    with pytest.raises(MemberNotFound):
        await _remove(database, clock, staff, staff.ann, staff.vic)


async def test_a_member_may_leave_of_their_own_accord(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    await _leave(database, clock, staff, staff.vic)
    assert staff.vic.id not in await roles_in(database, staff.school)
    with pytest.raises(NotAllowed):
        await _leave(database, clock, staff, staff.vic)


async def test_the_owner_hands_on_the_school_and_both_are_told(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    await _hand_on(database, clock, staff, staff.james, staff.vic)
    roles = await roles_in(database, staff.school)
    assert (roles[staff.james.id], roles[staff.vic.id]) == (Role.ADMIN, Role.OWNER)
    mails = await posted(database, "ownership_transferred")
    assert [mail.to for mail in mails] == [staff.james.email, staff.vic.email]
    assert {mail.values["new_owner"] for mail in mails} == {"Vic Jones"}
    assert len(await recorded(database, "ownership_transferred")) == 1


async def test_only_the_owner_hands_on_the_school(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    with pytest.raises(NotAllowed):
        await _hand_on(database, clock, staff, staff.ann, staff.ann)
    with pytest.raises(OwnerMustStay):
        await _hand_on(database, clock, staff, staff.james, staff.james)
    assert await posted(database, "ownership_transferred") == []


def _owners(roles: dict[int, Role]) -> int:
    return list(roles.values()).count(Role.OWNER)


async def test_handing_on_to_two_people_at_once_makes_one_owner(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    outcomes = await asyncio.gather(
        _hand_on(database, clock, staff, staff.james, staff.ann),
        _hand_on(database, clock, staff, staff.james, staff.vic),
        return_exceptions=True,
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [NotAllowed]
    assert _owners(await roles_in(database, staff.school)) == 1


async def test_handing_on_to_someone_just_being_removed_leaves_an_owner(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    for _ in range(5):
        await asyncio.gather(
            _hand_on(database, clock, staff, staff.james, staff.vic),
            _remove(database, clock, staff, staff.ann, staff.vic),
            _leave(database, clock, staff, staff.vic),
            _change(database, clock, staff, staff.ann, user_id=staff.vic.id, role="admin"),
            return_exceptions=True,
        )
        assert _owners(await roles_in(database, staff.school)) == 1


async def test_two_admins_removing_each_other_leave_at_least_one(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    await _change(database, clock, staff, staff.james, user_id=staff.vic.id, role="admin")
    outcomes = await asyncio.gather(
        _remove(database, clock, staff, staff.ann, staff.vic),
        _remove(database, clock, staff, staff.vic, staff.ann),
        return_exceptions=True,
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [NotAllowed]
    assert len(await roles_in(database, staff.school)) == 2


async def _invite(database: Database, clock: ManualClock, staff: Staff, by: Person, to: str) -> str:
    await invite(
        database,
        school_id=staff.school_id,
        by_user_id=by.id,
        email=to,
        role="admin",
        address="https://assembly.example",
        life=timedelta(days=7),
        now=clock(),
    )
    href = (await posted(database, "colleague_invited"))[-1].values["href"]
    return href.partition("=")[2]


@pytest.mark.parametrize("how", ["removed", "left", "demoted"])
async def test_invitations_end_with_their_senders_right_to_invite(
    database: Database, clock: ManualClock, staff: Staff, how: str
) -> None:
    anns = await _invite(database, clock, staff, staff.ann, "friend@elsewhere.test")
    jamess = await _invite(database, clock, staff, staff.james, "new@kings.sch.uk")
    if how == "removed":
        await _remove(database, clock, staff, staff.james, staff.ann)
    elif how == "left":
        await _leave(database, clock, staff, staff.ann)
    else:
        await _change(database, clock, staff, staff.james, user_id=staff.ann.id, role="viewer")
    with pytest.raises(InvitationRevoked):
        await look(database, token=anns, now=clock())
    friend = await a_person(database, now=clock(), email="friend@elsewhere.test", name="Friend")
    with pytest.raises(InvitationRevoked):
        await accept(
            database,
            token=anns,
            user_id=friend.id,
            session_id=await a_session(database, friend, now=clock()),
            now=clock(),
        )
    assert friend.id not in await roles_in(database, staff.school)
    assert (await look(database, token=jamess, now=clock())).email == "new@kings.sch.uk"
    open_now = await list_open(database, school_id=staff.school_id)
    assert [row.email for row in open_now.rows] == ["new@kings.sch.uk"]


@pytest.mark.parametrize("lost", [delete(Membership), update(Membership).values(role=Role.VIEWER)])
async def test_an_invitation_opens_nothing_however_its_sender_lost_the_right_to_invite(
    database: Database, clock: ManualClock, staff: Staff, lost: Any
) -> None:
    """As by an older version, or a repair by hand: nothing ended the invitation itself."""
    token = await _invite(database, clock, staff, staff.ann, "friend@elsewhere.test")
    async with database.transaction() as session:
        await session.exec(lost.where(col(Membership.user_id) == staff.ann.id))
    with pytest.raises(InvitationRevoked):
        await look(database, token=token, now=clock())


async def test_a_former_owner_still_invites_as_an_admin(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    """Handing on the school takes away no right to invite."""
    token = await _invite(database, clock, staff, staff.james, "new@kings.sch.uk")
    await _hand_on(database, clock, staff, staff.james, staff.ann)
    assert (await look(database, token=token, now=clock())).role is Role.ADMIN


async def test_an_invitation_opens_nothing_however_its_sender_lost_the_right(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    """The link asks for the right itself, besides being ended with it."""
    token = await _invite(database, clock, staff, staff.ann, "friend@elsewhere.test")
    async with database.transaction() as session:
        membership = await membership_of(session, school_id=staff.school_id, user_id=staff.ann.id)
        await session.delete(membership)
    with pytest.raises(InvitationRevoked):
        await look(database, token=token, now=clock())


async def test_a_removed_member_does_not_come_back_by_an_older_invitation(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    friend = await a_person(database, now=clock(), email="friend@elsewhere.test", name="Friend")
    token = await _invite(database, clock, staff, staff.james, "friend@elsewhere.test")
    async with database.transaction() as session:
        await add_member(
            session,
            school_id=staff.school_id,
            user_id=friend.id,
            role=Role.VIEWER,
            now=clock(),
        )
    await _remove(database, clock, staff, staff.james, friend)
    with pytest.raises(InvitationRevoked):
        await accept(
            database,
            token=token,
            user_id=friend.id,
            session_id=await a_session(database, friend, now=clock()),
            now=clock(),
        )
    assert friend.id not in await roles_in(database, staff.school)


async def test_ownership_moves_only_in_a_log_in_that_gave_the_password_lately(
    database: Database, clock: ManualClock, staff: Staff
) -> None:
    async def hand_on(session_id: int) -> None:
        await members.transfer_ownership(
            database,
            school_id=staff.school_id,
            by_user_id=staff.james.id,
            session_id=session_id,
            user_id=staff.ann.id,
            now=clock(),
        )

    own = await a_session(database, staff.james, now=clock())
    clock.advance(RECENT)
    with pytest.raises(ReauthenticationNeeded):
        await hand_on(own)
    # Nor does a password that somebody else gave count.
    with pytest.raises(ReauthenticationNeeded):
        await hand_on(await a_session(database, staff.ann, now=clock()))
    assert (await roles_in(database, staff.school))[staff.james.id] is Role.OWNER
    assert not await posted(database, "ownership_transferred")
