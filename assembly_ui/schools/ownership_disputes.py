"""When a school belongs to the wrong person: told by a person, decided by an operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import find_user
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.schools.errors import (
    AlreadyMember,
    DisputedAlready,
    MemberNotFound,
    SchoolNotSetUp,
)
from assembly_ui.schools.join import find_by_number
from assembly_ui.schools.membership import lock_school, membership_of, owner_of
from assembly_ui.schools.models import (
    Membership,
    OwnerProof,
    OwnershipDispute,
    Role,
    School,
)
from assembly_ui.schools.ownership import close_disputes, move_ownership, verify_owner

MOST_LISTED = 500


@dataclass(frozen=True)
class UnverifiedSchool:
    """A school whose ownership an operator may look into."""

    school_id: int
    urn: str
    name: str
    owner_email: str
    unverified_since: datetime | None
    disputes: int


@dataclass(frozen=True)
class HandedOver:
    """A school that has another owner now. `out`: the addresses of who belongs to it no more."""

    school_name: str
    out: tuple[str, ...]


@dataclass(frozen=True)
class VerifiedSchool:
    """A school whose owner is verified. `others`: the addresses of its other members."""

    school_name: str
    owner_email: str
    others: tuple[str, ...]


async def dispute_ownership(
    database: Database, *, user_id: int, number: object, help_email: str, now: datetime
) -> datetime:
    """Tell the operators that the school is not its owner's. They get both parties' data.

    Raises:
        SchoolNotSetUp, NumberShared
        AlreadyMember: a member asks the owner.
        DisputedAlready: once is enough.
    """
    async with database.transaction() as session:
        school = await find_by_number(session, number)
        assert school.id is not None
        await lock_school(session, school.id)
        if await membership_of(session, school_id=school.id, user_id=user_id):
            raise AlreadyMember(school.id)
        before = await _open_dispute(session, school.id, user_id)
        if before:
            raise DisputedAlready(before.created_at)
        session.add(OwnershipDispute(school_id=school.id, user_id=user_id, created_at=now))
        record(session, Action.OWNERSHIP_DISPUTED, now=now, user_id=user_id, school_id=school.id)
        owner = await owner_of(session, school.id)
        person = await session.get_one(User, user_id)
        mail = messages.ownership_disputed(
            to=help_email,
            school_name=school.name,
            urn=school.urn or f"#{school.id}",
            owner_name=owner.name,
            owner_email=owner.email,
            verified_by=school.owner_verified_by,
            person_name=person.name,
            person_email=person.email,
        )
        post(session, mail, now=now)
    return now


async def disputed_since(database: Database, *, user_id: int, school_id: int) -> datetime | None:
    """When the person disputed the school's ownership, if no operator has decided yet."""
    async with database.read() as session:
        dispute = await _open_dispute(session, school_id, user_id)
    return dispute.created_at if dispute else None


async def list_unverified(database: Database) -> list[UnverifiedSchool]:
    """Schools whose owner is unverified or disputed, disputed ones first."""
    disputes = (
        columns(col(OwnershipDispute.school_id), func.count().label("disputes"))
        .where(col(OwnershipDispute.closed_at).is_(None))
        .group_by(col(OwnershipDispute.school_id))
        .subquery()
    )
    count = func.coalesce(disputes.c.disputes, 0)
    query = (
        columns(
            col(School.id),
            func.coalesce(col(School.urn), ""),
            col(School.name),
            col(User.email),
            col(School.owner_unverified_since),
            count,
        )
        .join(Membership, col(Membership.school_id) == col(School.id))
        .join(User, col(User.id) == col(Membership.user_id))
        .outerjoin(disputes, disputes.c.school_id == col(School.id))
        .where(
            col(Membership.role) == Role.OWNER,
            col(School.owner_unverified_since).is_not(None) | (count > 0),
        )
        .order_by(count.desc(), col(School.id))
        .limit(MOST_LISTED)
    )
    return [UnverifiedSchool(*row) for row in await database.glance_all(query)]


async def verify_by_operator(
    database: Database, *, urn: str, href: str, now: datetime
) -> VerifiedSchool:
    """The school's owner is verified, and open disputes are decided.

    Raises:
        SchoolNotSetUp
    """
    async with database.transaction() as session:
        school = await _school_of(session, urn)
        assert school.id is not None
        owner = await owner_of(session, school.id)
        if verify_owner(session, school, OwnerProof.OPERATOR, now=now):
            post(session, _confirmed(owner, school, href), now=now)
        await close_disputes(session, school.id, now)
        query = (
            select(User.email)
            .join(Membership, col(Membership.user_id) == col(User.id))
            .where(col(Membership.school_id) == school.id, col(User.id) != owner.id)
            .order_by(User.email)
        )
        others = tuple(await session.exec(query))
    return VerifiedSchool(school.name, owner.email, others)


async def hand_over(
    database: Database,
    *,
    urn: str,
    email: str,
    href: str,
    help_email: str,
    keep_members: bool = False,
    now: datetime,
) -> HandedOver:
    """Make the person of this address the owner in place of whoever it was.

    Without `keep_members` nobody else belongs to the school any more.

    Raises:
        SchoolNotSetUp
        MemberNotFound: no confirmed account has this address.
    """
    async with database.transaction() as session:
        school = await _school_of(session, urn)
        person = await find_user(session, email.strip().lower())
        if person is None or person.confirmed_at is None:
            raise MemberNotFound
        out = await move_ownership(
            session,
            school,
            person,
            OwnerProof.OPERATOR,
            now=now,
            help_email=help_email,
            keep_members=keep_members,
        )
        post(session, _confirmed(person, school, href, alone=not keep_members), now=now)
    return HandedOver(school.name, tuple(out))


def _confirmed(owner: User, school: School, href: str, *, alone: bool = False) -> messages.Message:
    return messages.ownership_confirmed(
        to=owner.email,
        name=owner.name,
        school_name=school.name,
        href=href,
        alone="yes" if alone else "",
    )


async def _school_of(session: Session, urn: str) -> School:
    """The school with this URN, or with this number of ours (`#12`) when it has none; locked."""
    if urn.startswith("#") and urn[1:].isdecimal():
        school = await lock_school(session, int(urn[1:]))
    else:
        school = (await session.exec(select(School).where(col(School.urn) == urn))).first()
        school = await lock_school(session, school.id or 0) if school else None
    if school is None:
        raise SchoolNotSetUp
    return school


async def _open_dispute(session: Session, school_id: int, user_id: int) -> OwnershipDispute | None:
    query = select(OwnershipDispute).where(
        col(OwnershipDispute.school_id) == school_id,
        col(OwnershipDispute.user_id) == user_id,
        col(OwnershipDispute.closed_at).is_(None),
    )
    return (await session.exec(query)).first()
