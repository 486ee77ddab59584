"""Strangers who claim schools, and what they get of it: nobody's name, and nobody's data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from assembly_ui import services
from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.people import Person
from assembly_ui.accounts.throttles import LIMITS, Deed, Per
from assembly_ui.apps.authorising import authorise, change_optional
from assembly_ui.clock import ManualClock
from assembly_ui.connector.claims import holds_number
from assembly_ui.connector.schedule import Pace
from assembly_ui.db.database import Database
from assembly_ui.schools import invitations, join
from assembly_ui.schools.details import edit_unlisted_school
from assembly_ui.schools.errors import (
    AddressElsewhere,
    DisputedAlready,
    DomainUnknown,
    InvitationOnHold,
    InvitationRevoked,
    NotAllowed,
    OwnerUnverified,
    ProofLinkDead,
    ProofLinkOfSomeoneElse,
    ProofLinkSent,
    SchoolTaken,
    TooManyUnverified,
)
from assembly_ui.schools.invitation_link import look
from assembly_ui.schools.members import transfer_ownership
from assembly_ui.schools.membership import first_school_of
from assembly_ui.schools.models import OwnerProof, OwnershipLink, Role, School
from assembly_ui.schools.ownership import (
    LINK_LIFE,
    MOST_UNVERIFIED,
    SEND_AGAIN_AFTER,
    read_ownership,
    require_proofs,
    send_proof_link,
    use_proof_link,
    verify_owner,
)
from assembly_ui.schools.ownership_disputes import (
    dispute_ownership,
    hand_over,
    list_unverified,
    verify_by_operator,
)
from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.schools.setup import set_up_school, set_up_unlisted_school
from assembly_ui.schools.unlisted import UnlistedForm
from assembly_ui.services import Services
from assembly_ui.web.live import tabs
from assembly_ui.web.pages.connector.state import ConnectorState
from assembly_ui.web.pages.join import JoinState
from assembly_ui.web.pages.ownership import OwnershipState
from assembly_ui.web.pages.prove_ownership import ProveOwnershipState
from assembly_ui.web.pages.school_setup import SchoolSetupState
from assembly_ui.web.pages.users.invitations import InvitationsState
from assembly_ui.web.pages.users.requests import RequestsState
from tests.factories.accounts import ADDRESS, a_person
from tests.factories.apps import LINKS, a_connected_school, a_request, an_app
from tests.factories.connector import a_connection
from tests.factories.mail import outbox_rows
from tests.factories.parts import running_parts
from tests.factories.people import a_colleague, a_session, posted, recorded, roles_in
from tests.factories.refused_mail import NO_SUCH_USER, send_mail
from tests.factories.schools import a_member, a_school
from tests.factories.states import HOSTILE, notice, went_to
from tests.integration.schools.conftest import TabOf, tab_of

__all__ = ["tab_of"]

HELP = "help@assembly.education"
ABBEY = "100001"
MANY = [str(200000 + nth) for nth in range(60)]


def _listed(urn: str, name: str, website: str = "") -> RegisterSchool:
    return RegisterSchool(
        urn=urn,
        la_code="202",
        establishment_number=f"{int(urn) % 10000:04}",
        name=name,
        local_authority="Camden",
        postcode="NW1 9AA",
        town="London",
        phase="Secondary",
        type="Community school",
        status="Open",
        website=website,
        telephone="020 7946 0000",
    )


@pytest.fixture(scope="module")
def register() -> Register:
    """Abbey has a domain of its own, two schools share their trust's, others have none."""
    return Register(
        [
            _listed(ABBEY, "Abbey School", "http://www.Abbey.gloucs.sch.uk/index.htm"),
            _listed("100002", "Birch School", "https://trust.example.org/birch"),
            _listed("100003", "Cedar School", "https://trust.example.org"),
            *(_listed(urn, f"School {urn}") for urn in MANY),
        ]
    )


@pytest.fixture
async def parts(
    database: Database, clock: ManualClock, register: Register, tmp_path: Path
) -> AsyncIterator[Services]:
    """What handlers work with where ownership is proved, and limits hold."""
    with running_parts(database, clock, tmp_path, public_url=ADDRESS, prove_ownership=True) as made:
        pace = Pace(onboarding=timedelta(seconds=5), settled=timedelta(hours=3))
        services._Running.parts = replace(made, register=register, pace=pace)
        yield services.get_services()
    tabs._tabs.clear()


class World:
    """People around the schools of the register, where ownership is proved."""

    def __init__(self, database: Database, register: Register, clock: ManualClock) -> None:
        self.database, self.register, self.clock = database, register, clock

    async def person(self, email: str, name: str = "Mallory Black") -> Person:
        return await a_person(self.database, now=self.clock(), email=email, name=name)

    async def claim(
        self,
        person: Person,
        urn: str = ABBEY,
        *,
        proved: bool = True,
        session_id: int | None = None,
    ) -> School:
        """Set the school up as this person; it may be somebody else's before.

        Without `session_id` they log in for it.
        """
        if session_id is None:
            session_id = await a_session(self.database, person, now=self.clock())
        done = await set_up_school(
            self.database,
            self.register,
            user_id=person.id,
            session_id=session_id,
            urn=urn,
            mis="isams-xod",
            prove_ownership=proved,
            help_email=HELP,
            is_under_way=holds_number,
            now=self.clock(),
        )
        return await self.school(done.school_id)

    async def school(self, school_id: int | None) -> School:
        async with self.database.read() as session:
            return await session.get_one(School, school_id)

    async def send_link(self, person: Person, school: School, email: object) -> str:
        """The token that goes to this address."""
        await send_proof_link(
            self.database,
            self.register,
            school_id=school.id or 0,
            by_user_id=person.id,
            email=email,
            address=ADDRESS,
            now=self.clock(),
        )
        href = (await posted(self.database, "prove_ownership"))[-1].values["href"]
        return href.partition("?token=")[2]

    async def use_link(self, person: Person, token: object) -> str:
        return await use_proof_link(self.database, token=token, user_id=person.id, now=self.clock())

    async def ask(self, person: Person, number: str = ABBEY) -> None:
        await join.ask_to_join(
            self.database,
            user_id=person.id,
            number=number,
            address=ADDRESS,
            now=self.clock(),
        )

    async def asking(self, school: School) -> list[join.RequestView]:
        return (await join.list_requests(self.database, school_id=school.id or 0)).rows

    async def invite(self, person: Person, school: School) -> str:
        await invitations.invite(
            self.database,
            school_id=school.id or 0,
            by_user_id=person.id,
            email="friend@elsewhere.test",
            role="admin",
            address=ADDRESS,
            life=timedelta(days=7),
            now=self.clock(),
        )
        href = (await posted(self.database, "colleague_invited"))[-1].values["href"]
        return href.partition("?token=")[2]


@pytest.fixture
def world(database: Database, register: Register, clock: ManualClock) -> World:
    return World(database, register, clock)


@pytest.fixture
async def mallory(world: World) -> Person:
    return await world.person("mallory@evil.test")


@pytest.fixture
async def head(world: World) -> Person:
    return await world.person("head@abbey.gloucs.sch.uk", "Harriet Head")


async def test_a_stranger_claims_three_schools_and_no_more(world: World, mallory: Person) -> None:
    claimed = 0
    with suppress(TooManyUnverified):
        for urn in MANY:
            await world.claim(mallory, urn)
            claimed += 1
    assert claimed == MOST_UNVERIFIED
    assert len(await list_unverified(world.database)) == MOST_UNVERIFIED


async def test_sixty_claims_at_once_are_no_more_either(world: World, mallory: Person) -> None:
    # One log-in for all: many at once are refused for a reason of their own.
    session_id = await a_session(world.database, mallory, now=world.clock())
    claims = (world.claim(mallory, urn, session_id=session_id) for urn in MANY[:12])
    done = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(school, School) for school in done) == MOST_UNVERIFIED
    assert {type(other) for other in done} == {School, TooManyUnverified}


async def test_typing_schools_in_by_hand_is_no_way_round(world: World, mallory: Person) -> None:
    log_in = await a_session(world.database, mallory, now=world.clock())

    async def type_in(nth: int) -> None:
        await set_up_unlisted_school(
            world.database,
            world.register,
            user_id=mallory.id,
            session_id=log_in,
            form=UnlistedForm(f"School {nth}", "Bath", "BA1 1AA", "Bath", f"80{nth}4000"),
            mis="isams-xod",
            prove_ownership=True,
            now=world.clock(),
        )

    for nth in range(MOST_UNVERIFIED):
        await type_in(nth)
    with pytest.raises(TooManyUnverified):
        await type_in(7)
    with pytest.raises(TooManyUnverified):
        await world.claim(mallory)


async def test_a_trust_whose_schools_are_verified_sets_up_as_many_as_it_has(
    world: World, mallory: Person
) -> None:
    for urn in MANY[: 2 * MOST_UNVERIFIED]:
        await world.claim(mallory, urn)
        await verify_by_operator(world.database, urn=urn, href=ADDRESS, now=world.clock())
    assert await list_unverified(world.database) == []


async def test_a_stranger_as_owner_learns_of_no_one_who_asks_to_join(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    await world.ask(head)
    (asking,) = await world.asking(school)
    assert (asking.name, asking.email) == ("", "")
    assert await posted(world.database, "join_requested") == []
    (mail,) = await posted(world.database, "join_requested_unverified")
    assert mail.to == mallory.email
    assert "Harriet" not in str(mail.values)
    assert head.email not in str(mail.values)


async def test_the_request_is_kept_and_shown_once_the_owner_is_verified(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    await world.ask(head)
    await verify_by_operator(world.database, urn=ABBEY, href=ADDRESS, now=world.clock())
    (asking,) = await world.asking(school)
    assert (asking.name, asking.email) == ("Harriet Head", head.email)


async def test_a_stranger_as_owner_decides_about_nobody(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    await world.ask(head)
    (asking,) = await world.asking(school)
    common: dict[str, Any] = {
        "school_id": school.id,
        "by_user_id": mallory.id,
        "request_id": asking.id,
        "now": world.clock(),
    }
    with pytest.raises(OwnerUnverified):
        await join.approve_request(world.database, address=ADDRESS, **common)
    with pytest.raises(OwnerUnverified):
        await join.decline_request(world.database, help_email=HELP, **common)
    assert len(await world.asking(school)) == 1
    assert set(await roles_in(world.database, school)) == {mallory.id}


async def test_a_stranger_as_owner_invites_nobody(world: World, mallory: Person) -> None:
    school = await world.claim(mallory)
    with pytest.raises(OwnerUnverified):
        await world.invite(mallory, school)
    assert await posted(world.database, "colleague_invited") == []


async def test_invitations_from_before_are_on_hold_until_the_owner_is_verified(
    world: World, database: Database, mallory: Person
) -> None:
    school = await world.claim(mallory, proved=False)
    token = await world.invite(mallory, school)
    await require_proofs(database, world.register, now=world.clock())
    with pytest.raises(InvitationOnHold):
        await look(database, token=token, now=world.clock())
    (row,) = (await invitations.list_open(database, school_id=school.id or 0)).rows
    with pytest.raises(OwnerUnverified):
        await invitations.resend(
            database,
            school_id=school.id or 0,
            by_user_id=mallory.id,
            invitation_id=row.id,
            address=ADDRESS,
            life=timedelta(days=7),
            now=world.clock() + timedelta(hours=1),
        )
    await verify_by_operator(database, urn=ABBEY, href=ADDRESS, now=world.clock())
    assert (await look(database, token=token, now=world.clock())).role is Role.ADMIN


async def test_an_unverified_school_authorises_no_app(
    world: World, database: Database, clock: ManualClock
) -> None:
    school, app = (
        await a_connected_school(database, now=clock()),
        await an_app(database, now=clock()),
    )
    await require_proofs(database, world.register, now=clock())
    common: dict[str, Any] = {"optional": (), "now": clock(), "links": LINKS}
    request = await a_request(database, app, school.owner, now=clock())
    with pytest.raises(OwnerUnverified):
        await authorise(
            database,
            request_id=request,
            school_id=school.id,
            by_user_id=school.owner.id,
            **common,
        )
    with pytest.raises(OwnerUnverified):
        await change_optional(
            database, app_id=1, school_id=school.id, by_user_id=school.owner.id, **common
        )


async def test_an_address_at_the_schools_domain_proves_it_at_once(
    world: World, head: Person
) -> None:
    school = await world.claim(head)
    assert school.owner_unverified_since is None
    assert (school.owner_verified_at, school.owner_verified_by) == (
        world.clock(),
        OwnerProof.ADDRESS,
    )
    assert len(await recorded(world.database, "owner_verified")) == 1


@pytest.mark.parametrize(
    ("email", "urn"),
    [
        ("eve@gloucs.sch.uk", ABBEY),
        ("eve@xabbey.gloucs.sch.uk", ABBEY),
        ("eve@abbey.gloucs.sch.uk.evil.test", ABBEY),
        ("abbey.gloucs.sch.uk@evil.test", ABBEY),
        ("pupil@pupils.abbey.gloucs.sch.uk", ABBEY),
        ("staff@trust.example.org", "100002"),
        ("staff@trust.example.org", "100003"),
    ],
)
async def test_no_other_address_does(world: World, email: str, urn: str) -> None:
    school = await world.claim(await world.person(email), urn)
    assert school.owner_unverified_since == world.clock()
    assert school.owner_verified_at is None


async def test_a_link_to_an_address_at_the_school_proves_it_once(
    world: World, mallory: Person
) -> None:
    school = await world.claim(mallory)
    token = await world.send_link(mallory, school, "Office@abbey.gloucs.sch.uk")
    (mail,) = await posted(world.database, "prove_ownership")
    assert mail.to == "office@abbey.gloucs.sch.uk"
    assert mallory.name not in str(mail.values)
    assert await world.use_link(mallory, token) == "Abbey School"
    proved = await world.school(school.id)
    assert proved.owner_unverified_since is None
    assert proved.owner_verified_by == OwnerProof.LINK
    with pytest.raises(ProofLinkDead):
        await world.use_link(mallory, token)


@pytest.mark.parametrize(
    "email",
    [
        "mallory@evil.test",
        "office@gloucs.sch.uk",
        "office@students.abbey.gloucs.sch.uk",
        "office@abbey.gloucs.sch.uk.evil.test",
    ],
)
async def test_no_link_goes_anywhere_else(world: World, mallory: Person, email: str) -> None:
    school = await world.claim(mallory)
    with pytest.raises(AddressElsewhere):
        await world.send_link(mallory, school, email)
    assert await posted(world.database, "prove_ownership") == []


async def test_a_shared_domain_proves_no_school(world: World, mallory: Person) -> None:
    school = await world.claim(mallory, "100002")
    with pytest.raises(DomainUnknown):
        await world.send_link(mallory, school, "office@trust.example.org")


async def test_a_helpful_secretary_who_follows_the_link_verifies_nobody(
    world: World, mallory: Person
) -> None:
    secretary = await world.person("office@abbey.gloucs.sch.uk", "Olive Office")
    school = await world.claim(mallory)
    token = await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    with pytest.raises(ProofLinkOfSomeoneElse):
        await world.use_link(secretary, token)
    assert (await world.school(school.id)).owner_unverified_since


async def test_a_link_counts_for_no_one_who_owns_the_school_no_more(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    token = await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    await world.claim(head)
    with pytest.raises(ProofLinkDead):
        await world.use_link(mallory, token)


async def test_a_link_counts_for_no_colleague_and_not_for_who_was_the_owner(
    world: World, mallory: Person
) -> None:
    school = await world.claim(mallory)
    token = await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    admin = await a_colleague(world.database, school, Role.ADMIN, now=world.clock())
    with pytest.raises(ProofLinkOfSomeoneElse):
        await world.use_link(admin, token)
    await transfer_ownership(
        world.database,
        school_id=school.id or 0,
        by_user_id=mallory.id,
        session_id=await a_session(world.database, mallory, now=world.clock()),
        user_id=admin.id,
        now=world.clock(),
    )
    for person in (admin, mallory):
        with pytest.raises(ProofLinkOfSomeoneElse):
            await world.use_link(person, token)
    assert (await world.school(school.id)).owner_unverified_since


async def test_only_the_newest_link_opens_and_not_for_ever(world: World, mallory: Person) -> None:
    school = await world.claim(mallory)
    old = await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    with pytest.raises(ProofLinkSent):
        await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    world.clock.advance(SEND_AGAIN_AFTER)
    new = await world.send_link(mallory, school, "head@abbey.gloucs.sch.uk")
    with pytest.raises(ProofLinkDead):
        await world.use_link(mallory, old)
    world.clock.advance(LINK_LIFE)
    with pytest.raises(ProofLinkDead):
        await world.use_link(mallory, new)
    async with world.database.read() as session:
        assert len((await session.exec(select(OwnershipLink))).all()) == 1


async def test_used_by_many_at_once_a_link_proves_once(world: World, mallory: Person) -> None:
    school = await world.claim(mallory)
    token = await world.send_link(mallory, school, "office@abbey.gloucs.sch.uk")
    done = await asyncio.gather(
        *(world.use_link(mallory, token) for _ in range(5)), return_exceptions=True
    )
    assert done.count("Abbey School") == 1
    assert len(await recorded(world.database, "owner_verified")) == 1


async def test_only_the_owner_sends_links(world: World, mallory: Person, head: Person) -> None:
    school = await world.claim(mallory)
    admin = await a_colleague(world.database, school, Role.ADMIN, now=world.clock())
    for other in (head, admin):
        with pytest.raises(NotAllowed):
            await world.send_link(other, school, "office@abbey.gloucs.sch.uk")


@pytest.mark.parametrize("junk", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_no_junk_is_a_link(world: World, mallory: Person, junk: Any) -> None:
    await world.claim(mallory)
    with pytest.raises(ProofLinkDead):
        await world.use_link(mallory, junk)


async def test_a_squatter_does_not_keep_the_head_out(
    world: World, mallory: Person, head: Person
) -> None:
    """Proof goes before a claim without any, and neither learns who the other is."""
    squatted = await world.claim(mallory)
    taken = await world.claim(head)
    assert taken.id == squatted.id
    assert await roles_in(world.database, taken) == {head.id: Role.OWNER}
    assert taken.owner_verified_by == OwnerProof.ADDRESS
    (ended,) = await posted(world.database, "ownership_ended")
    assert ended.to == mallory.email
    assert "Harriet" not in str(ended.values)
    assert head.email not in str(ended.values)
    with pytest.raises(SchoolTaken):
        await world.claim(mallory)


@pytest.mark.parametrize(
    "email",
    [
        "11bsmith@abbey.gloucs.sch.uk",
        "b.smith@abbey.gloucs.sch.uk",
        "head.boy@abbey.gloucs.sch.uk",
        "office@pupils.abbey.gloucs.sch.uk",
        "office+me@abbey.gloucs.sch.uk",
        "teacher@abbey.gloucs.sch.uk",
    ],
)
async def test_no_address_that_a_pupil_may_have_puts_an_owner_out(
    world: World, mallory: Person, email: str
) -> None:
    """Mallory is the head here, who signed up by a private address and has yet to prove it."""
    school = await world.claim(mallory)
    with pytest.raises(SchoolTaken):
        await world.claim(await world.person(email))
    assert await roles_in(world.database, school) == {mallory.id: Role.OWNER}
    assert (await world.school(school.id)).owner_unverified_since
    assert await posted(world.database, "ownership_ended") == []


@pytest.mark.parametrize("local", ["Office", "school.office", "head-teacher", "enquiries", "admin"])
async def test_the_office_of_the_school_takes_it_where_nothing_is_under_way(
    world: World, mallory: Person, local: str
) -> None:
    office = await world.person(f"{local.lower()}@abbey.gloucs.sch.uk")
    await world.claim(mallory)
    assert await roles_in(world.database, await world.claim(office)) == {office.id: Role.OWNER}


async def test_nobody_puts_an_owner_out_whose_invitation_is_under_way(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    await a_connection(world.database, school, now=world.clock(), invited=True)
    with pytest.raises(SchoolTaken):
        await world.claim(head)
    assert await roles_in(world.database, school) == {mallory.id: Role.OWNER}
    await dispute_ownership(
        world.database, user_id=head.id, number=ABBEY, help_email=HELP, now=world.clock()
    )
    (listed,) = await list_unverified(world.database)
    assert (listed.urn, listed.disputes) == (ABBEY, 1)


async def test_nobody_puts_an_owner_out_whose_school_has_other_members(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    ann = await a_colleague(world.database, school, Role.VIEWER, now=world.clock())
    with pytest.raises(SchoolTaken):
        await world.claim(head)
    assert set(await roles_in(world.database, school)) == {mallory.id, ann.id}


async def test_a_verified_owner_is_not_taken_over(world: World, head: Person) -> None:
    await world.claim(head)
    colleague = await world.person("deputy@abbey.gloucs.sch.uk")
    with pytest.raises(SchoolTaken):
        await world.claim(colleague)


async def test_a_school_in_use_before_is_not_taken_over_either(
    world: World, mallory: Person, head: Person
) -> None:
    await world.claim(mallory, proved=False)
    world.clock.advance(timedelta(days=1))
    assert await require_proofs(world.database, world.register, now=world.clock()) == 1
    with pytest.raises(SchoolTaken):
        await world.claim(head)


async def test_owners_from_before_have_to_prove_it_too_unless_their_address_does(
    world: World, mallory: Person, head: Person
) -> None:
    abbey = await world.claim(head, proved=False)
    birch = await world.claim(mallory, "100002", proved=False)
    assert await require_proofs(world.database, world.register, now=world.clock()) == 1
    assert (await world.school(abbey.id)).owner_verified_by == OwnerProof.ADDRESS
    assert (await world.school(birch.id)).owner_unverified_since
    assert await require_proofs(world.database, world.register, now=world.clock()) == 0


async def test_where_no_proof_is_asked_for_nothing_is_different(
    world: World, mallory: Person, head: Person
) -> None:
    for urn in (ABBEY, *MANY[:10]):
        school = await world.claim(mallory, urn, proved=False)
        assert (school.owner_unverified_since, school.owner_verified_at) == (None, None)
    abbey = await world.school(await first_school_of(world.database, user_id=mallory.id))
    await world.ask(head)
    assert (await world.asking(abbey))[0].email == head.email
    assert await world.invite(mallory, abbey)


async def test_a_verified_school_that_becomes_another_by_editing_is_doubted_again(
    world: World, mallory: Person
) -> None:
    log_in = await a_session(world.database, mallory, now=world.clock())
    form = UnlistedForm("My Own School", "Bath", "BA1 1AA", "Bath", "8004000")
    common: dict[str, Any] = {"prove_ownership": True, "now": world.clock()}
    made = await set_up_unlisted_school(
        world.database,
        world.register,
        user_id=mallory.id,
        session_id=log_in,
        form=form,
        mis="isams-xod",
        **common,
    )
    await verify_by_operator(
        world.database, urn=f"#{made.school_id}", href=ADDRESS, now=world.clock()
    )
    world.clock.advance(timedelta(hours=1))
    await edit_unlisted_school(
        world.database,
        world.register,
        school_id=made.school_id,
        by_user_id=mallory.id,
        form=replace(form, name="Eton College"),
        **common | {"now": world.clock()},
    )
    school = await world.school(made.school_id)
    assert (school.owner_unverified_since, school.owner_verified_at) == (world.clock(), None)


async def test_a_dispute_goes_to_the_operators_with_both_sides_and_to_nobody_else(
    world: World, mallory: Person
) -> None:
    school = await world.claim(mallory)
    head = await world.person("head@gmail.test", "Harriet Head")
    common: dict[str, Any] = {"user_id": head.id, "number": ABBEY, "help_email": HELP}
    await dispute_ownership(world.database, **common, now=world.clock())
    (mail,) = await posted(world.database, "ownership_disputed")
    assert mail.to == HELP
    assert {head.email, mallory.email, ABBEY} <= set(mail.values.values())
    with pytest.raises(DisputedAlready):
        await dispute_ownership(world.database, **common, now=world.clock())
    (listed,) = await list_unverified(world.database)
    assert (listed.urn, listed.owner_email, listed.disputes) == (ABBEY, mallory.email, 1)
    await hand_over(
        world.database,
        urn=ABBEY,
        email=head.email.upper(),
        href=ADDRESS,
        help_email=HELP,
        now=world.clock(),
    )
    assert await roles_in(world.database, school) == {head.id: Role.OWNER}
    assert (await world.school(school.id)).owner_verified_by == OwnerProof.OPERATOR
    assert await list_unverified(world.database) == []
    for kind, to, other in (
        ("ownership_ended", mallory, head),
        ("ownership_confirmed", head, mallory),
    ):
        (told,) = await posted(world.database, kind)
        assert told.to == to.email
        assert other.email not in str(told.values)
        assert other.name not in str(told.values)


async def test_nobody_a_wrong_owner_let_in_stays_when_a_school_is_handed_over(
    world: World, mallory: Person, head: Person
) -> None:
    """Mallory transferred the school to a friend, who invited another, and stayed as admin."""
    school = await world.claim(mallory, proved=False)
    eve = await world.person("eve@evil.test")
    await a_member(world.database, school, eve, Role.ADMIN, now=world.clock())
    await transfer_ownership(
        world.database,
        school_id=school.id or 0,
        by_user_id=mallory.id,
        session_id=await a_session(world.database, mallory, now=world.clock()),
        user_id=eve.id,
        now=world.clock(),
    )
    await a_member(
        world.database, school, await world.person("bob@evil.test"), Role.VIEWER, now=world.clock()
    )
    await a_member(world.database, school, head, Role.VIEWER, now=world.clock())
    token = await world.invite(mallory, school)
    done = await hand_over(
        world.database,
        urn=ABBEY,
        email=head.email,
        href=ADDRESS,
        help_email=HELP,
        now=world.clock(),
    )
    assert done.out == ("eve@evil.test", "mallory@evil.test", "bob@evil.test")
    assert await roles_in(world.database, school) == {head.id: Role.OWNER}
    with pytest.raises(InvitationRevoked):
        await look(world.database, token=token, now=world.clock())
    told = await posted(world.database, "membership_ended")
    assert [mail.to for mail in told] == ["mallory@evil.test", "bob@evil.test"]
    assert head.email not in str([mail.values for mail in told])
    (confirmed,) = await posted(world.database, "ownership_confirmed")
    assert confirmed.values["alone"]


async def test_the_others_stay_where_the_owner_was_the_right_one(
    world: World, mallory: Person, head: Person
) -> None:
    school = await world.claim(mallory)
    ann = await a_colleague(world.database, school, Role.ADMIN, now=world.clock())
    done = await hand_over(
        world.database,
        urn=ABBEY,
        email=head.email,
        href=ADDRESS,
        help_email=HELP,
        keep_members=True,
        now=world.clock(),
    )
    assert done.out == (mallory.email,)
    assert await roles_in(world.database, school) == {ann.id: Role.ADMIN, head.id: Role.OWNER}
    (confirmed,) = await posted(world.database, "ownership_confirmed")
    assert not confirmed.values["alone"]


async def test_who_verifies_an_owner_reads_who_belongs_to_the_school_besides(
    world: World, mallory: Person
) -> None:
    school = await world.claim(mallory)
    ann = await a_colleague(world.database, school, Role.ADMIN, now=world.clock())
    done = await verify_by_operator(world.database, urn=ABBEY, href=ADDRESS, now=world.clock())
    assert (done.owner_email, done.others) == (mallory.email, (ann.email,))


async def test_what_is_verified_stays_so_and_is_noted_once(world: World, head: Person) -> None:
    school = await world.claim(head)
    world.clock.advance(timedelta(days=1))
    async with world.database.transaction() as session:
        row = await session.get_one(School, school.id)
        assert not verify_owner(session, row, OwnerProof.CONNECTION, now=world.clock())
    assert (await world.school(school.id)).owner_verified_by == OwnerProof.ADDRESS
    assert len(await recorded(world.database, "owner_verified")) == 1


# What a browser is sent


async def test_set_up_says_in_words_how_many_and_when(
    world: World, mallory: Person, tab_of: TabOf
) -> None:
    tab = await tab_of(mallory)
    page = await tab.state(SchoolSetupState)
    claimed = []
    for urn in MANY:
        await tab.send(SchoolSetupState.load)
        await tab.send(SchoolSetupState.choose, key=urn)
        await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
        claimed += went_to(await tab.send(SchoolSetupState.proceed, form={}))
        if page.errors["school"].startswith("That was tried too often"):
            break
        if len(claimed) == MOST_UNVERIFIED and page.errors["school"]:
            assert "3 schools that are not verified yet" in page.errors["school"]
    else:
        pytest.fail("Claims were not counted.")
    assert claimed == ["/school-details"] * MOST_UNVERIFIED
    assert "You can try again in" in page.errors["school"]


async def test_no_browser_of_an_unverified_owner_is_sent_a_name(
    world: World, mallory: Person, head: Person, tab_of: TabOf
) -> None:
    school = await world.claim(mallory)
    await world.ask(head)
    tab = await tab_of(mallory, at=school)
    await tab.send(RequestsState.load)
    await tab.send(OwnershipState.load)
    page = await tab.state(RequestsState)
    (line,) = page.requests
    assert (line["name"], line["email"], page.named) == ("Somebody", "", False)
    for handler in (RequestsState.approve, RequestsState.decline):
        more = {"role": "admin"} if handler is RequestsState.approve else {}
        await tab.send(handler, request_id=line["id"], **more)
        assert "not verified yet" in await notice(tab)
    await tab.send(
        InvitationsState.invite, form={"email": "friend@elsewhere.test", "role": "admin"}
    )
    said = str(tab._root.dict())
    assert "Harriet" not in said
    assert head.email not in said


async def test_the_notice_mails_a_link_and_goes_away_once_it_is_used(
    world: World, mallory: Person, tab_of: TabOf
) -> None:
    school = await world.claim(mallory)
    tab = await tab_of(mallory, at=school)
    await tab.send(OwnershipState.load)
    page = await tab.state(OwnershipState)
    assert (page.domain, page.is_owner) == ("abbey.gloucs.sch.uk", True)
    await tab.send(OwnershipState.send_link, form={"school-email": "office@evil.test"})
    assert "@abbey.gloucs.sch.uk" in page.error
    await tab.send(OwnershipState.send_link, form={"school-email": "office@abbey.gloucs.sch.uk"})
    assert page.error == ""
    (mail,) = await posted(world.database, "prove_ownership")
    path = mail.values["href"].removeprefix(ADDRESS)
    behind = await tab_of(mallory, path=path)
    await behind.send(ProveOwnershipState.load)
    assert (await behind.state(ProveOwnershipState)).school_name == "Abbey School"
    assert went_to(await behind.send(ProveOwnershipState.prove)) == ["/schools"]
    await page._show(await OwnershipState._read(f"school:{school.id}"))
    assert page.since == ""


async def test_the_notice_says_when_the_link_did_not_reach_the_school(
    world: World, mallory: Person, tab_of: TabOf
) -> None:
    school = await world.claim(mallory)
    tab = await tab_of(mallory, at=school)
    await tab.send(OwnershipState.load)
    await tab.send(OwnershipState.send_link, form={"school-email": "office@abbey.gloucs.sch.uk"})
    page = await tab.state(OwnershipState)
    assert page.undelivered == ""
    while any(row.due_at for row in await outbox_rows(world.database)):
        await send_mail(world.database, world.clock, refusals=NO_SUCH_USER)
    await page._show(await OwnershipState._read(f"school:{school.id}"))
    assert page.undelivered.startswith("was refused by the mail server there.")


async def test_links_are_not_a_way_to_bother_a_school(
    world: World, mallory: Person, tab_of: TabOf
) -> None:
    school = await world.claim(mallory)
    tab = await tab_of(mallory, at=school)
    page = await tab.state(OwnershipState)
    for nth in range(20):
        world.clock.advance(SEND_AGAIN_AFTER)
        email = f"office{nth}@abbey.gloucs.sch.uk"
        await tab.send(OwnershipState.send_link, form={"school-email": email})
    assert "tried too often" in page.error
    limit = next(one for one in LIMITS if (one.deed, one.per) == (Deed.PROVE, Per.ACCOUNT))
    assert len(await posted(world.database, "prove_ownership")) == limit.amount


async def test_forms_that_are_refused_use_up_nobodys_links(
    world: World, mallory: Person, parts: Services, tab_of: TabOf
) -> None:
    """Neither the owner's own, who mistypes it, nor those of an address that others name."""
    office = "office@abbey.gloucs.sch.uk"
    stranger = await world.person("eve@evil.test")
    elsewhere = await world.claim(stranger, MANY[0])
    other = await tab_of(stranger, at=elsewhere)
    tab = await tab_of(mallory, at=await world.claim(mallory))
    page = await tab.state(OwnershipState)
    for _ in range(20):
        await other.send(OwnershipState.send_link, form={"school-email": office})
        for typed in ("office@abbey.gloucs.sch", "office", "office@gmail.test"):
            await tab.send(OwnershipState.send_link, form={"school-email": typed})
            assert page.error
            assert "too often" not in page.error
    await tab.send(OwnershipState.send_link, form={"school-email": office})
    assert page.error == ""
    assert [mail.to for mail in await posted(world.database, "prove_ownership")] == [office]
    with suppress(Throttled):
        while True:
            await parts.throttles.hit(Deed.CHECK, caller="192.0.2.1")
    await tab.send(OwnershipState.send_link, form={"school-email": "office"})
    assert "too often" in page.error


async def test_invitations_that_are_refused_use_up_nothing_of_a_mailbox(
    world: World, mallory: Person, head: Person, tab_of: TabOf
) -> None:
    victim = {"email": "friend@elsewhere.test", "role": "admin"}
    squatting = await tab_of(mallory, at=await world.claim(mallory, MANY[0]))
    for _ in range(30):
        await squatting.send(InvitationsState.invite, form=victim)
        await squatting.send(InvitationsState.invite, form=victim | {"role": "king"})
    await (await tab_of(head, at=await world.claim(head))).send(
        InvitationsState.invite, form=victim
    )
    (mail,) = await posted(world.database, "colleague_invited")
    assert mail.to == victim["email"]


async def test_taken_schools_are_told_slowly_and_never_with_their_owner(
    world: World, mallory: Person, head: Person, tab_of: TabOf
) -> None:
    await world.claim(head)
    tab = await tab_of(mallory, path=f"/join?school={ABBEY}")
    page, looked = await tab.state(JoinState), 0
    while not page.problem:
        await tab.send(JoinState.load)
        looked += page.name == "Abbey School"
        said = str(page.dict())
        assert head.email not in said
        assert "Harriet" not in said
    limit = next(one for one in LIMITS if (one.deed, one.per) == (Deed.JOIN_LOOK, Per.ACCOUNT))
    assert looked == limit.amount
    assert "tried too often" in page.problem


async def test_a_dispute_is_told_once_and_seen_to_be_told(
    world: World, mallory: Person, tab_of: TabOf
) -> None:
    await world.claim(mallory)
    head = await world.person("head@gmail.test", "Harriet Head")
    tab = await tab_of(head, path=f"/join?school={ABBEY}")
    await tab.send(JoinState.load)
    for _ in range(5):
        await tab.send(JoinState.dispute)
    assert (await tab.state(JoinState)).disputed_at
    assert len(await posted(world.database, "ownership_disputed")) == 1


async def test_access_is_not_granted_over_and_over(
    world: World, mallory: Person, parts: Services, tab_of: TabOf
) -> None:
    """Each press has Xporter on Demand send a message; here none is even asked for."""
    school = await world.claim(mallory)
    tab = await tab_of(mallory, at=school)
    with suppress(Throttled):
        for _ in range(100):
            await parts.throttles.hit(Deed.GRANT, account=mallory.id)
    await tab.send(ConnectorState.grant_access)
    assert "tried too often" in await notice(tab)
    assert (await tab.state(ConnectorState)).again_at


def test_every_way_to_reach_people_or_claim_schools_is_counted_for_each_account() -> None:
    counted = {limit.deed for limit in LIMITS if limit.per is Per.ACCOUNT}
    assert counted >= {
        Deed.SET_UP,
        Deed.JOIN_LOOK,
        Deed.JOIN,
        Deed.INVITE,
        Deed.GRANT,
        Deed.PROVE,
        Deed.DISPUTE,
    }
    assert counted <= {limit.deed for limit in LIMITS if limit.per is Per.CALLER}


async def test_the_view_of_a_verified_school_asks_for_nothing(
    world: World, database: Database, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock())
    seen = await read_ownership(database, world.register, school_id=school.id or 0)
    assert seen.unverified_since is None
