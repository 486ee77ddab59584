"""Asking to join a school that belongs to someone, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case
from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.db.paging import Listing, Paged
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.dfe_number import dfe_number_of
from assembly_ui.schools.errors import (
    AlreadyMember,
    NumberChoice,
    NumberShared,
    RequestDeclined,
    RequestNotFound,
    SchoolNotSetUp,
)
from assembly_ui.schools.membership import (
    add_member,
    lock_school,
    membership_of,
    owner_of,
    permit_if_verified,
)
from assembly_ui.schools.models import JoinRequest, Role, School
from assembly_ui.schools.roles import parse_role
from assembly_ui.schools.setup import find_by_dfe_number

ASK_AGAIN_AFTER = timedelta(days=1)
"""How long a "no" stands before the same person may ask again."""


@dataclass(frozen=True)
class TakenSchool:
    """A school somebody else has set up, as a stranger may see it."""

    id: int
    name: str
    town: str
    postcode: str


@dataclass(frozen=True)
class Asked:
    """A request that waits for an answer. `is_new` unless it waited already."""

    school_name: str
    asked_at: datetime
    is_new: bool


@dataclass(frozen=True)
class RequestView:
    """A waiting request, for those who decide.

    Nobody knows whether an unverified owner is of the school, so they are not told who asks:
    `name` and `email` are empty.
    """

    id: int
    name: str
    email: str
    asked_at: datetime


async def find_taken(database: Database, *, number: object) -> TakenSchool:
    """The school that was set up under this URN or DfE number.

    Schools are asked for by the numbers everyone knows and not by ours, which
    could be counted through.

    Raises:
        SchoolNotSetUp, NumberShared
    """
    async with database.read() as session:
        school = await find_by_number(session, number)
    return TakenSchool(school.id or 0, school.name, school.town, school.postcode)


async def waiting_since(database: Database, *, user_id: int, school_id: int) -> datetime | None:
    """When the person asked to join, if the request still waits."""
    async with database.read() as session:
        request = await _waiting(session, school_id, user_id)
    return request.created_at if request else None


async def ask_to_join(
    database: Database, *, user_id: int, number: object, address: str, now: datetime
) -> Asked:
    """Ask the owner of the school with this URN or DfE number, by email.

    Asking again while the first request waits changes nothing.

    Raises:
        SchoolNotSetUp, NumberShared, AlreadyMember
        RequestDeclined: the school said no a short while ago.
    """
    async with database.transaction() as session:
        school = await find_by_number(session, number)
        assert school.id is not None
        await lock_school(session, school.id)
        if await membership_of(session, school_id=school.id, user_id=user_id):
            raise AlreadyMember(school.id)
        waiting = await _waiting(session, school.id, user_id)
        if waiting:
            return Asked(school.name, waiting.created_at, is_new=False)
        await _refuse_if_declined(session, school.id, user_id, now)
        session.add(JoinRequest(school_id=school.id, user_id=user_id, created_at=now))
        record(session, Action.JOIN_REQUESTED, now=now, user_id=user_id, school_id=school.id)
        await _tell_owner(session, school, user_id, address, now)
        announce(session, school_topic(school.id))
    return Asked(school.name, now, is_new=True)


# In the order of RequestView.
_IS_VERIFIED = col(School.owner_unverified_since).is_(None)
_WAITING = Listing(
    select(
        JoinRequest.id,
        case((_IS_VERIFIED, col(User.name)), else_=""),
        case((_IS_VERIFIED, col(User.email)), else_=""),
        JoinRequest.created_at,
    )
    .join(User, col(User.id) == col(JoinRequest.user_id))
    .join(School, col(School.id) == col(JoinRequest.school_id))
    .where(
        col(JoinRequest.school_id) == bindparam("school_id"), col(JoinRequest.decided_at).is_(None)
    )
    .order_by(col(JoinRequest.created_at), col(JoinRequest.id))
)


async def list_requests(database: Database, *, school_id: int, page: int = 1) -> Paged[RequestView]:
    """Requests that wait for an answer, the oldest first."""
    found = await _WAITING.page(database, {"school_id": school_id}, number=page)
    views = [RequestView(*row) for row in found.rows]
    return Paged(views, found.number, found.pages, found.total)


async def approve_request(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    request_id: int,
    role: object = Role.VIEWER,
    address: str,
    now: datetime,
) -> str:
    """Let the person in as `role`, tell them, and return their name or address.

    Raises:
        NotAllowed, OwnerUnverified, RoleUnknown
        RequestNotFound: there is none, or a colleague has decided it.
    """
    given = parse_role(role)
    async with database.transaction() as session:
        school = await permit_if_verified(
            session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN
        )
        person = await _decide(session, request_id, school_id, by_user_id, True, now)
        assert person.id is not None
        await add_member(session, school_id=school_id, user_id=person.id, role=given, now=now)
        approved = messages.join_approved(
            to=person.email, name=person.name, school_name=school.name, href=f"{address}/schools"
        )
        post(session, approved, now=now)
    return person.name or person.email


async def decline_request(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    request_id: int,
    help_email: str,
    now: datetime,
) -> str:
    """Do not let the person in, tell them, and return their name or address.

    Raises:
        NotAllowed, OwnerUnverified
        RequestNotFound: there is none, or a colleague has decided it.
    """
    async with database.transaction() as session:
        school = await permit_if_verified(
            session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN
        )
        person = await _decide(session, request_id, school_id, by_user_id, False, now)
        declined = messages.join_declined(
            to=person.email, name=person.name, school_name=school.name, help_email=help_email
        )
        post(session, declined, now=now)
    return person.name or person.email


async def find_by_number(session: Session, number: object) -> School:
    """The school that was set up under this URN, this DfE number, or this one and that name.

    Raises:
        SchoolNotSetUp
        NumberShared: several schools have the DfE number; says how to name each.
    """
    text = number if isinstance(number, str) and number.isprintable() else ""
    found = list(await session.exec(select(School).where(col(School.urn) == text)))
    dfe_number, _, name = text.partition(" ")
    if not found and dfe_number_of(dfe_number[:3], dfe_number[3:]):
        sharing = await find_by_dfe_number(session, dfe_number)
        found = [school for school in sharing if name in ("", school.name)]
    if not found:
        raise SchoolNotSetUp
    if len(found) > 1:
        raise NumberShared([_choice(school) for school in found])
    return found[0]


def _choice(school: School) -> NumberChoice:
    alone = school.urn or f"{school.dfe_number} {school.name}"
    return NumberChoice(alone, school.name, ", ".join(filter(None, (school.town, school.postcode))))


async def _waiting(session: Session, school_id: int, user_id: int) -> JoinRequest | None:
    query = select(JoinRequest).where(
        col(JoinRequest.school_id) == school_id,
        col(JoinRequest.user_id) == user_id,
        col(JoinRequest.decided_at).is_(None),
    )
    return (await session.exec(query)).first()


async def _refuse_if_declined(
    session: Session, school_id: int, user_id: int, now: datetime
) -> None:
    query = select(JoinRequest).where(
        col(JoinRequest.school_id) == school_id,
        col(JoinRequest.user_id) == user_id,
        col(JoinRequest.approved).is_(False),
        col(JoinRequest.decided_at) > now - ASK_AGAIN_AFTER,
    )
    declined = (await session.exec(query)).first()
    if declined and declined.decided_at:
        raise RequestDeclined(declined.decided_at + ASK_AGAIN_AFTER)


async def _tell_owner(
    session: Session, school: School, user_id: int, address: str, now: datetime
) -> None:
    owner = await owner_of(session, school.id or 0)
    if school.owner_unverified_since:
        unnamed = messages.join_requested_unverified(
            to=owner.email, name=owner.name, school_name=school.name, href=f"{address}/users"
        )
        post(session, unnamed, now=now)
        return
    person = await session.get_one(User, user_id)
    requested = messages.join_requested(
        to=owner.email,
        name=owner.name,
        school_name=school.name,
        person_name=person.name,
        person_email=person.email,
        href=f"{address}/users",
    )
    post(session, requested, now=now)


async def _decide(
    session: Session, request_id: int, school_id: int, by: int, approved: bool, now: datetime
) -> User:
    request = await session.get(JoinRequest, request_id)
    if request is None or request.school_id != school_id or request.decided_at:
        raise RequestNotFound
    request.decided_at, request.decided_by, request.approved = now, by, approved
    record(
        session,
        Action.JOIN_DECIDED,
        now=now,
        user_id=by,
        school_id=school_id,
        person=request.user_id,
        approved=approved,
    )
    announce(session, school_topic(school_id))
    announce(session, user_topic(request.user_id))
    return await session.get_one(User, request.user_id)
