"""Which schools a person belongs to, which of them a browser looks at, and what
every change of a school's people begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from assembly_ui.accounts.models import User
from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.errors import NotAllowed, OwnerUnverified
from assembly_ui.schools.models import JoinRequest, Membership, Role, School


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
        select(School, Membership)
        .join(Membership, col(Membership.school_id) == col(School.id))
        .where(col(Membership.user_id) == user_id)
        .order_by(col(School.name), col(School.id))
    )
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    return [
        MySchool(membership.school_id, school.name, school.town, school.postcode, membership.role)
        for school, membership in rows
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


async def lock_school(session: Session, school_id: int) -> School | None:
    """The school, its row kept from others until this transaction ends.

    Everything that changes a school's people comes through here, so that two
    changes at once happen one after the other, each seeing what the other did.
    """
    query = select(School).where(col(School.id) == school_id).with_for_update()
    return (await session.exec(query)).first()


async def permit(session: Session, *, school_id: int, user_id: int, role: Role) -> School:
    """The school, locked, in which the person's role is at least `role`.

    Raises:
        NotAllowed
    """
    school = await lock_school(session, school_id)
    membership = await membership_of(session, school_id=school_id, user_id=user_id)
    if school is None or membership is None or not membership.role.includes(role):
        raise NotAllowed
    return school


async def permit_if_verified(
    session: Session, *, school_id: int, user_id: int, role: Role
) -> School:
    """As `permit`, for what reaches other people or their data.

    Raises:
        NotAllowed
        OwnerUnverified: anyone may have set up this school, and nobody has shown it is theirs.
    """
    school = await permit(session, school_id=school_id, user_id=user_id, role=role)
    if school.owner_unverified_since:
        raise OwnerUnverified
    return school


async def add_member(
    session: Session, *, school_id: int, user_id: int, role: Role, now: datetime
) -> bool:
    """Give a person a place in the school; False when they have one already.

    Whatever they asked for before is settled with it.
    """
    membership = Membership(school_id=school_id, user_id=user_id, role=role, created_at=now)
    try:
        async with session.begin_nested():
            session.add(membership)
    except IntegrityError:
        return False
    await session.exec(
        update(JoinRequest)
        .where(
            col(JoinRequest.school_id) == school_id,
            col(JoinRequest.user_id) == user_id,
            col(JoinRequest.decided_at).is_(None),
        )
        .values(decided_at=now, approved=True)
    )
    announce(session, school_topic(school_id))
    announce(session, user_topic(user_id))
    return True


async def owner_of(session: Session, school_id: int) -> User:
    """The person the school belongs to."""
    query = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.school_id) == school_id, col(Membership.role) == Role.OWNER)
    )
    return (await session.exec(query)).one()
