"""Asking to join a school that belongs to someone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic, user_topic
from assembly_ui.schools import join
from assembly_ui.schools.errors import (
    AlreadyMember,
    NotAllowed,
    NumberShared,
    RequestDeclined,
    RequestNotFound,
    RoleUnknown,
    SchoolNotSetUp,
)
from assembly_ui.schools.join import ASK_AGAIN_AFTER, Asked, find_taken, list_requests
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.ownership_disputes import dispute_ownership
from assembly_ui.web.pages.join import JoinState
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, posted, recorded, roles_in
from tests.factories.schools import DFE_NUMBER, a_member, a_school
from tests.integration.schools.conftest import TabOf

ADDRESS = "https://assembly.example"


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> School:
    return await a_school(database, now=clock())


@pytest.fixture
async def ann(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock(), email="ann@kings.sch.uk", name="Ann Smith")


@pytest.fixture
async def admin(database: Database, clock: ManualClock, school: School) -> Person:
    return await a_colleague(database, school, Role.ADMIN, now=clock(), name="Ada Min")


async def _ask(
    database: Database, clock: ManualClock, person: Person, number: object = "123456"
) -> Asked:
    return await join.ask_to_join(
        database, user_id=person.id, number=number, address=ADDRESS, now=clock()
    )


async def _approve(
    database: Database, clock: ManualClock, school: School, by: Person, request: int, **more: Any
) -> str:
    return await join.approve_request(
        database,
        school_id=school.id or 0,
        by_user_id=by.id,
        request_id=request,
        address=ADDRESS,
        now=clock(),
        **more,
    )


async def _decline(
    database: Database, clock: ManualClock, school: School, by: Person, request: int
) -> str:
    return await join.decline_request(
        database,
        school_id=school.id or 0,
        by_user_id=by.id,
        request_id=request,
        help_email="help@assembly.education",
        now=clock(),
    )


async def _only_request(database: Database, school: School) -> int:
    (request,) = (await list_requests(database, school_id=school.id or 0)).rows
    return request.id


@pytest.mark.parametrize("number", ["123456", DFE_NUMBER])
async def test_a_school_is_found_by_the_numbers_everyone_knows(
    database: Database, school: School, number: str
) -> None:
    found = await find_taken(database, number=number)
    assert (found.id, found.name, found.town) == (school.id, "King's School", "Gloucester")


async def test_a_number_that_several_schools_share_names_none_of_them(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    owner = await a_person(database, now=clock(), email="head@queens.sch.uk")
    others = [
        await a_school(database, now=clock(), owner=owner, urn=urn, name=name)
        for urn, name in (("654321", "Queen's School"), (None, "Prince's School"))
    ]
    for ask in (
        find_taken(database, number=DFE_NUMBER),
        _ask(database, clock, ann, DFE_NUMBER),
        dispute_ownership(
            database, user_id=ann.id, number=DFE_NUMBER, help_email="help@x.test", now=clock()
        ),
    ):
        with pytest.raises(NumberShared) as caught:
            await ask
    assert [(choice.name, choice.place) for choice in caught.value.choices] == [
        (name, "Gloucester, GL1 2LR")
        for name in ("King's School", "Queen's School", "Prince's School")
    ]
    found = [await find_taken(database, number=one.number) for one in caught.value.choices]
    assert [one.id for one in found] == [school.id, *(other.id for other in others)]
    with pytest.raises(SchoolNotSetUp):
        await find_taken(database, number=f"{DFE_NUMBER} Nobody's School")


async def test_the_page_asks_which_school_of_a_shared_number_is_meant(
    database: Database, clock: ManualClock, school: School, ann: Person, tab_of: TabOf
) -> None:
    owner = await a_person(database, now=clock(), email="head@queens.sch.uk")
    await a_school(database, now=clock(), owner=owner, urn=None, name="Queen's & School")
    tab = await tab_of(ann, path=f"/join?school={DFE_NUMBER}")
    await tab.send(JoinState.load)
    page = await tab.state(JoinState)
    assert (page.name, page.problem) == ("", "")
    assert [one["href"] for one in page.choices] == [
        "/join?school=123456",
        f"/join?school={DFE_NUMBER}%20Queen%27s%20%26%20School",
    ]
    chosen = await tab_of(ann, path=page.choices[1]["href"])
    await chosen.send(JoinState.load)
    assert (await chosen.state(JoinState)).name == "Queen's & School"


@pytest.mark.parametrize("number", ["1", "", "\x00", "\ud800", None, 1, ["123456"], "9" * 10_000])
async def test_nothing_else_finds_a_school(
    database: Database, school: School, number: object
) -> None:
    with pytest.raises(SchoolNotSetUp):
        await find_taken(database, number=number)


async def test_the_owner_is_asked_by_email(
    database: Database, clock: ManualClock, school: School, ann: Person, pubsub: PubSub
) -> None:
    async with pubsub.listen() as topics:
        asked = await _ask(database, clock, ann)
        heard = {topics.get_nowait() for _ in range(topics.qsize())}
    assert (asked.school_name, asked.is_new) == ("King's School", True)
    assert school_topic(school.id or 0) in heard
    (mail,) = await posted(database, "join_requested")
    assert mail.to == "james.walters@kings.sch.uk"
    assert mail.values == {
        "name": "James Walters",
        "school_name": "King's School",
        "person_name": "Ann Smith",
        "person_email": "ann@kings.sch.uk",
        "href": f"{ADDRESS}/users",
    }


async def test_asking_twice_is_one_request(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    first = await _ask(database, clock, ann)
    clock.advance(timedelta(days=3))
    again = await asyncio.gather(*(_ask(database, clock, ann) for _ in range(3)))
    assert [(a.asked_at, a.is_new) for a in again] == [(first.asked_at, False)] * 3
    assert (await list_requests(database, school_id=school.id or 0)).total == 1
    assert len(await posted(database, "join_requested")) == 1


async def test_two_presses_at_once_are_one_request(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    await asyncio.gather(_ask(database, clock, ann), _ask(database, clock, ann))
    assert (await list_requests(database, school_id=school.id or 0)).total == 1
    assert len(await posted(database, "join_requested")) == 1


async def test_a_member_need_not_ask(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    await a_member(database, school, ann, Role.VIEWER, now=clock())
    with pytest.raises(AlreadyMember) as caught:
        await _ask(database, clock, ann)
    assert caught.value.school_id == school.id


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_an_approved_person_is_a_member_and_told(
    database: Database,
    clock: ManualClock,
    school: School,
    ann: Person,
    admin: Person,
    role: str,
    pubsub: PubSub,
) -> None:
    await _ask(database, clock, ann)
    request = await _only_request(database, school)
    async with pubsub.listen() as topics:
        assert await _approve(database, clock, school, admin, request, role=role) == "Ann Smith"
        heard = {topics.get_nowait() for _ in range(topics.qsize())}
    assert {school_topic(school.id or 0), user_topic(ann.id)} <= heard
    assert (await roles_in(database, school))[ann.id] == role
    (mail,) = await posted(database, "join_approved")
    assert (mail.to, mail.values["school_name"]) == ("ann@kings.sch.uk", "King's School")
    (entry,) = await recorded(database, "join_decided")
    assert (entry.user_id, entry.fields) == (admin.id, {"person": ann.id, "approved": True})
    assert (await list_requests(database, school_id=school.id or 0)).rows == []


async def test_a_declined_person_is_told_and_may_ask_again_the_day_after(
    database: Database, clock: ManualClock, school: School, ann: Person, admin: Person
) -> None:
    await _ask(database, clock, ann)
    await _decline(database, clock, school, admin, await _only_request(database, school))
    assert ann.id not in await roles_in(database, school)
    (mail,) = await posted(database, "join_declined")
    assert mail.to == "ann@kings.sch.uk"
    with pytest.raises(RequestDeclined) as caught:
        await _ask(database, clock, ann)
    assert caught.value.retry_at == clock() + ASK_AGAIN_AFTER
    clock.advance(ASK_AGAIN_AFTER)
    assert (await _ask(database, clock, ann)).is_new


async def test_a_request_is_decided_once(
    database: Database, clock: ManualClock, school: School, ann: Person, admin: Person
) -> None:
    await _ask(database, clock, ann)
    request = await _only_request(database, school)
    outcomes = await asyncio.gather(
        _approve(database, clock, school, admin, request),
        _decline(database, clock, school, admin, request),
        return_exceptions=True,
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [RequestNotFound]
    assert len(await recorded(database, "join_decided")) == 1
    mails = await posted(database, "join_approved") + await posted(database, "join_declined")
    assert len(mails) == 1


async def test_viewers_and_strangers_decide_nothing(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    await _ask(database, clock, ann)
    request = await _only_request(database, school)
    for by in (vic, ann):
        with pytest.raises(NotAllowed):
            await _approve(database, clock, school, by, request)
        with pytest.raises(NotAllowed):
            await _decline(database, clock, school, by, request)
    assert ann.id not in await roles_in(database, school)


async def test_the_requests_of_another_school_are_out_of_reach(
    database: Database, clock: ManualClock, school: School, ann: Person
) -> None:
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    elsewhere = await a_school(database, now=clock(), owner=eve, urn="654321", dfe_number="2024001")
    await _ask(database, clock, ann)
    request = await _only_request(database, school)
    with pytest.raises(RequestNotFound):
        await _approve(database, clock, elsewhere, eve, request)
    with pytest.raises(RequestNotFound):
        await _approve(database, clock, elsewhere, eve, 999)


async def test_ownership_cannot_be_given_with_an_approval(
    database: Database, clock: ManualClock, school: School, ann: Person, admin: Person
) -> None:
    await _ask(database, clock, ann)
    request = await _only_request(database, school)
    with pytest.raises(RoleUnknown):
        await _approve(database, clock, school, admin, request, role="owner")
    assert await _only_request(database, school) == request
