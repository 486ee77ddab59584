"""Which schools a person belongs to, and which of them a browser looks at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.database import Database, Session
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.models import Membership, Role, School


@dataclass(frozen=True)
class MySchool:
    """One of a person's schools, for a list."""

    id: int
    name: str
    town: str
    postcode: str
    role: Role


async def first_school_of(database: Database, *, user_id: int) -> int | None:
    """The school a person joined first, if any: what a new log-in looks at."""
    query = (
        select(Membership.school_id)
        .where(col(Membership.user_id) == user_id)
        .order_by(col(Membership.created_at), col(Membership.id))
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def list_my_schools(database: Database, *, user_id: int) -> list[MySchool]:
    """Every school a person belongs to, by name."""
    query = (
        select(School, Membership.role)
        .join(Membership, col(Membership.school_id) == col(School.id))
        .where(col(Membership.user_id) == user_id)
        .order_by(col(School.name), col(School.id))
    )
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    return [
        MySchool(school.id or 0, school.name, school.town, school.postcode, role)
        for school, role in rows
    ]


async def switch_school(
    database: Database, *, session_id: int, user_id: int, school_id: int
) -> None:
    """This browser looks at another of the person's schools from now on.

    Raises:
        NotAllowed: the person does not belong to it.
    """
    async with database.read() as session:
        if await membership_of(session, school_id=school_id, user_id=user_id) is None:
            raise NotAllowed
    await look_at_school(database, session_id=session_id, school_id=school_id)


async def membership_of(session: Session, *, school_id: int, user_id: int) -> Membership | None:
    """A person's place in a school."""
    query = select(Membership).where(
        col(Membership.school_id) == school_id, col(Membership.user_id) == user_id
    )
    return (await session.exec(query)).first()
