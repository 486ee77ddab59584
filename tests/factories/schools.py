"""Schools and their members, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assembly_ui.accounts.people import Person
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Membership, Role, School
from tests.factories.accounts import a_person
from tests.factories.connector import a_connection

DFE_NUMBER = "3281102"


async def a_school(
    database: Database,
    *,
    now: datetime,
    owner: Person | None = None,
    name: str = "King's School",
    urn: str | None = "123456",
    dfe_number: str = DFE_NUMBER,
    mis: str = "isams-xod",
    telephone: str = "01632 960001",
    postcode: str = "GL1 2LR",
    **connection: Any,
) -> School:
    """A school with an owner: James Walters, unless told otherwise.

    Whatever else is given describes its connection: see `a_connection`.
    """
    owner = owner or await a_person(database, now=now)
    school = school_row(
        now=now,
        name=name,
        urn=urn,
        dfe_number=dfe_number,
        mis=mis,
        telephone=telephone,
        postcode=postcode,
    )
    async with database.transaction() as session:
        session.add(school)
    await a_member(database, school, owner, Role.OWNER, now=now)
    if connection:
        await a_connection(database, school, now=now, **connection)
    return school


def school_row(
    *,
    now: datetime,
    name: str = "King's School",
    urn: str | None = "123456",
    dfe_number: str = DFE_NUMBER,
    mis: str = "isams-xod",
    telephone: str = "01632 960001",
    postcode: str = "GL1 2LR",
) -> School:
    """The row of a school."""
    return School(
        urn=urn,
        la_code=dfe_number[:3],
        establishment_number=dfe_number[3:],
        name=name,
        local_authority="Gloucestershire",
        postcode=postcode,
        town="Gloucester",
        telephone=telephone,
        mis=mis,
        mis_chosen_at=now,
        created_at=now,
    )


async def a_member(
    database: Database, school: School, person: Person, role: Role, *, now: datetime
) -> None:
    """Give a person a place in a school."""
    membership = Membership(school_id=school.id, user_id=person.id, role=role, created_at=now)
    async with database.transaction() as session:
        session.add(membership)
