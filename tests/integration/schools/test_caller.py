"""Who is calling, and as what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, update

from assembly_ui.accounts.models import User
from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import Caller, count_schools, find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role, School
from tests.factories.accounts import SESSION_LIFE, a_person, a_token
from tests.factories.people import a_colleague
from tests.factories.schools import a_school


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> School:
    return await a_school(database, now=clock())


async def _caller(database: Database, clock: ManualClock, token: str) -> Caller | None:
    return await find_caller(database, token=token, now=clock())


async def test_a_person_without_a_school_has_no_role(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    me = await _caller(database, clock, await a_token(database, person, now=clock()))
    assert me
    assert (me.user_id, me.school_id, me.role) == (person.id, None, None)
    assert not me.may_act_as(Role.VIEWER)
    assert await count_schools(database, user_id=person.id) == 0


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_a_member_is_known_by_the_school_they_look_at(
    database: Database, clock: ManualClock, school: School, role: Role
) -> None:
    ann = await a_colleague(database, school, role, now=clock())
    token = await a_token(database, ann, now=clock())
    me = await _caller(database, clock, token)
    assert me
    assert me.school_id is None
    await switch_school(
        database, session_id=me.session_id, user_id=ann.id, school_id=school.id or 0
    )
    me = await _caller(database, clock, token)
    assert me
    assert (me.school_id, me.school_name, me.role) == (school.id, "King's School", role)
    assert me.may_act_as(Role.ADMIN) is (role is Role.ADMIN)
    assert not me.may_act_as(Role.OWNER)
    assert await count_schools(database, user_id=ann.id) == 1


async def test_looking_at_a_school_one_does_not_belong_to_shows_nothing_of_it(
    database: Database, clock: ManualClock, school: School
) -> None:
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    token = await a_token(database, eve, now=clock())
    me = await _caller(database, clock, token)
    assert me
    await look_at_school(database, session_id=me.session_id, school_id=school.id)
    me = await _caller(database, clock, token)
    assert me
    assert (me.school_id, me.school_name, me.role) == (None, "", None)


async def test_no_token_no_caller(database: Database, clock: ManualClock) -> None:
    person = await a_person(database, now=clock())
    token = await a_token(database, person, now=clock())
    for other in ("", "x", token + "x"):
        assert await _caller(database, clock, other) is None
    clock.advance(SESSION_LIFE + timedelta(seconds=1))
    assert await _caller(database, clock, token) is None


def test_one_role_includes_those_below_it() -> None:
    assert Role.OWNER.includes(Role.OWNER)
    assert Role.OWNER.includes(Role.ADMIN)
    assert Role.ADMIN.includes(Role.VIEWER)
    assert not Role.VIEWER.includes(Role.ADMIN)
    assert not Role.ADMIN.includes(Role.OWNER)


async def test_an_account_that_is_not_confirmed_is_no_caller(
    database: Database, clock: ManualClock
) -> None:
    person = await a_person(database, now=clock())
    token = await a_token(database, person, now=clock())
    async with database.transaction() as session:
        await session.exec(update(User).where(col(User.id) == person.id).values(confirmed_at=None))
    assert await _caller(database, clock, token) is None
