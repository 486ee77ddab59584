"""A person's schools, and which one a browser looks at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.membership import first_school_of, list_my_schools, switch_school
from assembly_ui.schools.models import Role
from tests.factories.accounts import a_person
from tests.factories.people import a_session, looks_at
from tests.factories.schools import a_member, a_school


async def test_who_belongs_to_no_school_has_none(database: Database, clock: ManualClock) -> None:
    person = await a_person(database, now=clock())
    assert await first_school_of(database, user_id=person.id) is None
    assert await list_my_schools(database, user_id=person.id) == []


async def test_a_new_log_in_looks_at_the_school_joined_first(
    database: Database, clock: ManualClock
) -> None:
    james = await a_person(database, now=clock())
    first = await a_school(database, now=clock(), owner=james, name="Zeta", urn="1")
    await a_school(database, now=clock() + timedelta(days=1), owner=james, name="Alpha", urn="2")
    assert await first_school_of(database, user_id=james.id) == first.id


async def test_a_persons_schools_are_listed_by_name_with_their_role(
    database: Database, clock: ManualClock
) -> None:
    james = await a_person(database, now=clock())
    ann = await a_person(database, now=clock(), email="ann@kings.sch.uk")
    await a_school(database, now=clock(), owner=james, name="Zeta", urn="1")
    other = await a_school(database, now=clock(), owner=ann, name="Alpha", urn="2")
    await a_school(database, now=clock(), owner=ann, name="Beta", urn="3")
    await a_member(database, other, james, Role.VIEWER, now=clock())
    mine = await list_my_schools(database, user_id=james.id)
    assert [(school.name, school.role) for school in mine] == [
        ("Alpha", Role.VIEWER),
        ("Zeta", Role.OWNER),
    ]


async def test_a_browser_switches_between_the_schools_of_its_person_only(
    database: Database, clock: ManualClock
) -> None:
    james = await a_person(database, now=clock())
    ann = await a_person(database, now=clock(), email="ann@kings.sch.uk")
    mine = await a_school(database, now=clock(), owner=james, urn="1")
    hers = await a_school(database, now=clock(), owner=ann, urn="2")
    log_in = await a_session(database, james, now=clock())
    await switch_school(database, session_id=log_in, user_id=james.id, school_id=mine.id or 0)
    for elsewhere in (hers.id or 0, 999, 0, -1):
        with pytest.raises(NotAllowed):
            await switch_school(database, session_id=log_in, user_id=james.id, school_id=elsewhere)
    assert await looks_at(database, log_in) == mine.id
