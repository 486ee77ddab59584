"""Grant Access: ask Xporter on Demand to invite the school's owner.

Safe to press twice: a press first reserves the school in a transaction, calls
Xporter on Demand outside any transaction, then records what came of it. A
process that dies in between leaves a reservation that lapses by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.audit import service as audit
from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.errors import (
    InvitedJustNow,
    InviteFailed,
    InviteUnderWay,
    NoDfeNumber,
    NotPermitted,
    NotViaXporter,
)
from assembly_ui.connector.facts import connection_of
from assembly_ui.connector.models import Connection
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.mis import is_via_xporter
from assembly_ui.schools.models import Membership, Role, School
from assembly_ui.xporter.client import SchoolInvitation, XporterClient
from assembly_ui.xporter.errors import XporterError

RESERVATION = timedelta(seconds=60)


@dataclass(frozen=True)
class Granting:
    """Who is invited, for which school, on whose word."""

    school_id: int
    by_user_id: int
    owner_email: str
    invitation: SchoolInvitation


async def grant_access(
    database: Database,
    xporter: XporterClient,
    *,
    school_id: int,
    by_user_id: int,
    clock: Clock,
    cooldown: timedelta,
) -> str:
    """Send, or send again, the invitation. Returns the address it went to.

    Raises:
        NotPermitted, NoDfeNumber, NotViaXporter: it cannot be sent at all.
        InvitedJustNow, InviteUnderWay: it was already pressed.
        InviteFailed: Xporter on Demand refused or did not answer.
    """
    async with database.transaction() as session:
        granting = await _reserve(session, school_id, by_user_id, clock(), cooldown)
    try:
        await xporter.register_school(granting.invitation)
    except XporterError as error:
        async with database.transaction() as session:
            await _record_refusal(session, granting, error, clock())
        raise InviteFailed(error.kind, error.fault, error.detail) from error
    async with database.transaction() as session:
        await _record_sent(session, granting, clock())
    return granting.owner_email


async def _reserve(
    session: Session, school_id: int, by_user_id: int, now: datetime, cooldown: timedelta
) -> Granting:
    school = await _school_of_admin(session, school_id, by_user_id)
    if not is_via_xporter(school.mis):
        raise NotViaXporter
    if not school.dfe_number:
        raise NoDfeNumber
    connection = await connection_of(session, school_id)
    if connection.invited_at and now < connection.invited_at + cooldown:
        raise InvitedJustNow(connection.invited_at + cooldown)
    if connection.inviting_until and now < connection.inviting_until:
        raise InviteUnderWay
    connection.inviting_until = now + RESERVATION
    owner = await _owner(session, school_id)
    return Granting(school_id, by_user_id, owner.email, _invitation(school, owner))


async def _school_of_admin(session: Session, school_id: int, user_id: int) -> School:
    query = (
        select(School)
        .join(Membership, col(Membership.school_id) == col(School.id))
        .where(
            col(School.id) == school_id,
            col(Membership.user_id) == user_id,
            col(Membership.role).in_([Role.OWNER, Role.ADMIN]),
        )
    )
    school = (await session.exec(query)).first()
    if school is None:
        raise NotPermitted
    return school


async def _owner(session: Session, school_id: int) -> User:
    query = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.school_id) == school_id, col(Membership.role) == Role.OWNER)
    )
    return (await session.exec(query)).one()


def _invitation(school: School, owner: User) -> SchoolInvitation:
    first, _, last = (owner.name or owner.email.partition("@")[0]).partition(" ")
    return SchoolInvitation(
        la_code=school.la_code,
        dfes_code=school.establishment_number,
        school_name=school.name,
        first_name=first,
        last_name=last,
        email=owner.email,
        phone=school.telephone,
    )


async def _record_sent(session: Session, granting: Granting, now: datetime) -> None:
    connection = await connection_of(session, granting.school_id)
    connection.invited_at = now
    connection.invited_by = granting.by_user_id
    connection.invited_email = granting.owner_email
    connection.inviting_until = None
    connection.invite_failed_at, connection.invite_failure = None, ""
    _tell(session, granting, timeline.Kind.INVITATION_SENT, now, to=granting.owner_email)
    audit.record(
        session,
        audit.Action.ACCESS_GRANTED,
        now=now,
        user_id=granting.by_user_id,
        school_id=granting.school_id,
    )


async def _record_refusal(
    session: Session, granting: Granting, error: XporterError, now: datetime
) -> None:
    connection: Connection = await connection_of(session, granting.school_id)
    connection.inviting_until = None
    connection.invite_failed_at = now
    connection.invite_failure = error.kind
    _tell(session, granting, timeline.Kind.INVITATION_REFUSED, now, why=error.kind)


def _tell(
    session: Session, granting: Granting, kind: timeline.Kind, now: datetime, **detail: str
) -> None:
    timeline.add(
        session,
        kind,
        school_id=granting.school_id,
        at=now,
        by_user_id=granting.by_user_id,
        **detail,
    )
    announce(session, school_topic(granting.school_id))
