"""Inviting a colleague, and what every kind of link says."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.accounts.errors import FieldProblem
from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.delivery import Delivery
from assembly_ui.schools import invitation_link, invitations, join
from assembly_ui.schools.errors import (
    AlreadyMember,
    InvitationExpired,
    InvitationForSomeoneElse,
    InvitationReplaced,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    InvitedTooSoon,
    NotAllowed,
    RoleUnknown,
)
from assembly_ui.schools.invitation_link import Accepted, look
from assembly_ui.schools.invitations import COOL_DOWN, Sent, list_open
from assembly_ui.schools.members import remove_member
from assembly_ui.schools.models import Role, School
from tests.factories.accounts import a_person
from tests.factories.people import (
    a_colleague,
    a_session,
    looks_at,
    posted,
    recorded,
    roles_in,
)
from tests.factories.refused_mail import GREYLISTED, NO_SUCH_USER, send_mail
from tests.factories.schools import a_school

ADDRESS = "https://assembly.example"
LIFE = timedelta(days=7)
ANN = "ann@kings.sch.uk"


@pytest.fixture
async def james(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock())


@pytest.fixture
async def school(database: Database, clock: ManualClock, james: Person) -> School:
    return await a_school(database, now=clock(), owner=james)


class Office:
    """Where King's School writes its invitations."""

    def __init__(self, database: Database, clock: ManualClock, school: School, by: Person) -> None:
        self._database, self._clock = database, clock
        self.school_id, self.by = school.id or 0, by

    async def invite(self, email: object = ANN, role: object = "viewer", **more: Any) -> Sent:
        common = {"address": ADDRESS, "life": LIFE}
        return await invitations.invite(
            self._database, email=email, role=role, **(self._place() | common | more)
        )

    async def resend(self, invitation_id: int, **more: Any) -> Sent:
        common = {"address": ADDRESS, "life": LIFE}
        return await invitations.resend(
            self._database, invitation_id=invitation_id, **(self._place() | common | more)
        )

    async def revoke(self, invitation_id: int, **more: Any) -> str:
        return await invitations.revoke(
            self._database, invitation_id=invitation_id, **(self._place() | more)
        )

    async def open_ids(self) -> list[int]:
        return [row.id for row in (await list_open(self._database, school_id=self.school_id)).rows]

    async def newest_token(self) -> str:
        href = (await posted(self._database, "colleague_invited"))[-1].values["href"]
        assert href.startswith(f"{ADDRESS}/invitation?token=")
        return href.partition("=")[2]

    def _place(self) -> dict[str, Any]:
        return {"school_id": self.school_id, "by_user_id": self.by.id, "now": self._clock()}


@pytest.fixture
def office(database: Database, clock: ManualClock, school: School, james: Person) -> Office:
    return Office(database, clock, school, james)


async def _accept(
    database: Database, clock: ManualClock, token: object, person: Person
) -> Accepted:
    log_in = await a_session(database, person, now=clock())
    accepted = await invitation_link.accept(
        database, token=token, user_id=person.id, session_id=log_in, now=clock()
    )
    assert await looks_at(database, log_in) == accepted.school_id
    return accepted


async def test_a_colleague_is_invited_by_email(
    database: Database, clock: ManualClock, office: Office
) -> None:
    sent = await office.invite(" Ann@KINGS.sch.uk ", "admin")
    assert sent == Sent(ANN, Role.ADMIN, again=False)
    (mail,) = await posted(database, "colleague_invited")
    assert (mail.to, mail.values["role"]) == (ANN, "admin")
    assert (mail.values["school_name"], mail.values["invited_by"]) == (
        "King's School",
        "James Walters",
    )
    assert mail.values["expires_at"] == (clock() + LIFE).isoformat()
    assert len(await recorded(database, "colleague_invited")) == 1


async def test_looking_at_a_link_does_not_use_it(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    token = await office.newest_token()
    for _ in range(3):
        seen = await look(database, token=token, now=clock())
    assert (seen.school_name, seen.email, seen.role) == ("King's School", ANN, Role.VIEWER)
    assert (seen.invited_by, seen.has_account) == ("James Walters", False)
    await a_person(database, now=clock(), email=ANN)
    assert (await look(database, token=token, now=clock())).has_account


async def test_the_invited_person_joins_with_the_offered_role(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite(role="admin")
    ann = await a_person(database, now=clock(), email=ANN)
    accepted = await _accept(database, clock, await office.newest_token(), ann)
    assert accepted == Accepted(office.school_id, "King's School", Role.ADMIN)
    assert (await roles_in(database, school))[ann.id] is Role.ADMIN
    assert await office.open_ids() == []
    assert len(await recorded(database, "invitation_accepted")) == 1


async def test_accepting_twice_is_no_error_and_doubles_nothing(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite()
    ann = await a_person(database, now=clock(), email=ANN)
    token = await office.newest_token()
    await asyncio.gather(*(_accept(database, clock, token, ann) for _ in range(3)))
    assert len(await roles_in(database, school)) == 2
    assert len(await recorded(database, "invitation_accepted")) == 1


async def test_a_link_cannot_be_passed_on(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite()
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    with pytest.raises(InvitationForSomeoneElse) as caught:
        await _accept(database, clock, await office.newest_token(), eve)
    assert caught.value.invited_email == ANN
    assert eve.id not in await roles_in(database, school)


async def test_a_used_link_says_so_to_a_member_who_has_left(
    database: Database, clock: ManualClock, office: Office, school: School, james: Person
) -> None:
    await office.invite()
    ann = await a_person(database, now=clock(), email=ANN)
    token = await office.newest_token()
    await _accept(database, clock, token, ann)
    with pytest.raises(InvitationUsed):
        await look(database, token=token, now=clock())
    await remove_member(
        database, school_id=office.school_id, by_user_id=james.id, user_id=ann.id, now=clock()
    )
    with pytest.raises(InvitationUsed):
        await _accept(database, clock, token, ann)
    assert ann.id not in await roles_in(database, school)


async def test_a_late_link_says_when_it_ended(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    token, end = await office.newest_token(), clock() + LIFE
    ann = await a_person(database, now=clock(), email=ANN)
    clock.advance(LIFE)
    with pytest.raises(InvitationExpired) as caught:
        await look(database, token=token, now=clock())
    assert caught.value.expired_at == end
    with pytest.raises(InvitationExpired):
        await _accept(database, clock, token, ann)


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\x00", "\ud800", None, 7, ["x"], {}])
async def test_a_mangled_link_is_unknown(
    database: Database, clock: ManualClock, office: Office, token: object
) -> None:
    await office.invite()
    with pytest.raises(InvitationUnknown):
        await look(database, token=token, now=clock())


async def test_a_revoked_link_opens_nothing(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite()
    ann = await a_person(database, now=clock(), email=ANN)
    (invitation,) = await office.open_ids()
    assert await office.revoke(invitation) == ANN
    token = await office.newest_token()
    with pytest.raises(InvitationRevoked):
        await look(database, token=token, now=clock())
    with pytest.raises(InvitationRevoked):
        await _accept(database, clock, token, ann)
    with pytest.raises(InvitationUnknown):
        await office.revoke(invitation)
    assert len(await recorded(database, "invitation_revoked")) == 1


async def test_accepting_while_it_is_being_revoked_ends_in_one_of_the_two(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite()
    ann = await a_person(database, now=clock(), email=ANN)
    (invitation,) = await office.open_ids()
    token = await office.newest_token()
    outcomes = await asyncio.gather(
        _accept(database, clock, token, ann), office.revoke(invitation), return_exceptions=True
    )
    (refusal,) = [o for o in outcomes if isinstance(o, Exception)]
    joined = ann.id in await roles_in(database, school)
    assert isinstance(refusal, InvitationUnknown if joined else InvitationRevoked)


async def test_an_invitation_sent_again_has_a_new_link_and_its_full_time(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite(role="admin")
    old = await office.newest_token()
    clock.advance(timedelta(days=8))
    (invitation,) = await office.open_ids()
    assert await office.resend(invitation) == Sent(ANN, Role.ADMIN, again=True)
    assert (await look(database, token=await office.newest_token(), now=clock())).expires_at == (
        clock() + LIFE
    )
    with pytest.raises(InvitationReplaced):
        await look(database, token=old, now=clock())
    assert len(await office.open_ids()) == 1
    assert len(await recorded(database, "invitation_resent")) == 1


async def test_it_is_not_sent_again_at_once(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    (invitation,) = await office.open_ids()
    for again in (office.resend(invitation), office.invite()):
        with pytest.raises(InvitedTooSoon) as caught:
            await again
        assert caught.value.retry_at == clock() + COOL_DOWN
    assert len(await posted(database, "colleague_invited")) == 1
    clock.advance(COOL_DOWN)
    await office.resend(invitation)
    assert len(await posted(database, "colleague_invited")) == 2


async def test_inviting_an_address_twice_keeps_one_open_invitation(
    database: Database, clock: ManualClock, office: Office
) -> None:
    outcomes = await asyncio.gather(*(office.invite() for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(o, InvitedTooSoon) for o in outcomes) == 2
    clock.advance(COOL_DOWN)
    assert (await office.invite(role="admin")).again
    (row,) = (await list_open(database, school_id=office.school_id)).rows
    assert (row.email, row.role, row.invited_by) == (ANN, Role.ADMIN, "James Walters")


async def test_a_member_is_not_invited(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    with pytest.raises(AlreadyMember):
        await office.invite("vic.jones@kings.sch.uk")


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "a@b@c", "\x00", "x" * 100_000, None, 7, ["a@b.uk"], "a@b\nc.uk "]
)
async def test_only_an_address_is_invited(
    database: Database, office: Office, email: object
) -> None:
    with pytest.raises(FieldProblem):
        await office.invite(email)
    assert await posted(database, "colleague_invited") == []


@pytest.mark.parametrize("role", ["owner", "", None, 7, "root"])
async def test_nobody_is_invited_as_owner(office: Office, role: object) -> None:
    with pytest.raises(RoleUnknown):
        await office.invite(role=role)


async def test_viewers_and_strangers_invite_nobody(
    database: Database, clock: ManualClock, office: Office, school: School
) -> None:
    await office.invite()
    (invitation,) = await office.open_ids()
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    clock.advance(COOL_DOWN)
    for office.by in (vic, eve):
        for deed in (
            office.invite("x@kings.sch.uk"),
            office.resend(invitation),
            office.revoke(invitation),
        ):
            with pytest.raises(NotAllowed):
                await deed
    assert await office.open_ids() == [invitation]


async def test_the_invitations_of_another_school_are_out_of_reach(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    (invitation,) = await office.open_ids()
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    elsewhere = await a_school(database, now=clock(), owner=eve, urn="654321")
    foreign = Office(database, clock, elsewhere, eve)
    clock.advance(COOL_DOWN)
    for deed in (foreign.resend(invitation), foreign.revoke(invitation)):
        with pytest.raises(InvitationUnknown):
            await deed
    assert await foreign.open_ids() == []


async def test_joining_by_invitation_settles_an_older_request(
    database: Database, clock: ManualClock, office: Office
) -> None:
    ann = await a_person(database, now=clock(), email=ANN)
    await join.ask_to_join(database, user_id=ann.id, number="123456", address=ADDRESS, now=clock())
    await office.invite()
    await _accept(database, clock, await office.newest_token(), ann)
    assert (await join.list_requests(database, school_id=office.school_id)).rows == []


async def _deliveries(database: Database, office: Office) -> dict[str, Delivery]:
    found = await list_open(database, school_id=office.school_id)
    return {row.email: row.delivery for row in found.rows}


async def test_a_refused_invitation_is_listed_as_refused_until_it_is_sent_again(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    assert await _deliveries(database, office) == {ANN: Delivery.WAITING}
    await send_mail(database, clock, refusals=NO_SUCH_USER)
    assert await _deliveries(database, office) == {ANN: Delivery.REFUSED}
    clock.advance(COOL_DOWN)
    (invitation_id,) = await office.open_ids()
    await office.resend(invitation_id)
    assert await _deliveries(database, office) == {ANN: Delivery.WAITING}
    await send_mail(database, clock, refusals=GREYLISTED)
    assert await _deliveries(database, office) == {ANN: Delivery.DELAYED}
    clock.advance(COOL_DOWN)
    await send_mail(database, clock)
    assert await _deliveries(database, office) == {ANN: Delivery.SENT}


async def test_of_two_invitations_the_refused_one_alone_is_refused(
    database: Database, clock: ManualClock, office: Office
) -> None:
    await office.invite()
    await send_mail(database, clock, refusals=NO_SUCH_USER)
    await office.invite("bea@kings.sch.uk")
    await send_mail(database, clock)
    assert await _deliveries(database, office) == {
        ANN: Delivery.REFUSED,
        "bea@kings.sch.uk": Delivery.SENT,
    }
