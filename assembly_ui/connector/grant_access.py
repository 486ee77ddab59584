"""Grant Access: ask Xporter on Demand to invite the school's owner.

Safe to press twice: a press first reserves the school in a transaction, calls
Xporter on Demand outside any transaction, then records what came of it. A tab
that closes in between changes nothing. A process that dies in between leaves a
reservation, which `interrupted_invitations` settles. While nobody knows whether
an invitation was sent, none is sent on top of it for `UNCONFIRMED_WAIT`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from assembly_ui.accounts.models import User
from assembly_ui.audit import service as audit
from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.claims import claim_number, release_number
from assembly_ui.connector.errors import (
    InvitationUnconfirmed,
    InvitedJustNow,
    InviteFailed,
    InviteUnderWay,
    NoDfeNumber,
    NotPermitted,
    NotViaXporter,
    ServiceHasProblems,
)
from assembly_ui.connector.facts import connection_of, note_trouble
from assembly_ui.connector.health import read_service
from assembly_ui.connector.interrupted_invitations import INTERRUPTED, RESERVATION
from assembly_ui.connector.models import Connection
from assembly_ui.connector.reconciling import hurry
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.db.shielding import to_its_end
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.membership import owner_of, permit
from assembly_ui.schools.mis import is_via_xporter
from assembly_ui.schools.models import Role, School
from assembly_ui.xporter.client import SchoolInvitation, XporterClient
from assembly_ui.xporter.errors import TooSlow, XporterError

NO_LAST_NAME = "(school owner)"
NO_PHONE = "Not known"
"""Xporter on Demand wants every text filled in (facts file, section 3)."""

PERHAPS_SENT = frozenset({"too_slow", "connection_lost", INTERRUPTED})
"""After these nobody knows whether the invitation went out (see the client)."""

UNCONFIRMED_WAIT = timedelta(minutes=5)
"""Then an invitation that was sent has reached the mailbox, where the owner can look for it."""

LONGEST_CALL = timedelta(seconds=50)
"""The call gives up while its reservation still holds."""


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
        NumberHeld: another school is connected, or being connected, under the number.
        InvitedJustNow, InviteUnderWay, InvitationUnconfirmed: it was already pressed.
        ServiceHasProblems: Xporter on Demand is known to be down, so it was not asked.
        InviteFailed: Xporter on Demand refused or did not answer.
    """
    if since := (await read_service(database)).since:
        await _check_may_ask(database, school_id, by_user_id)
        raise ServiceHasProblems(since)
    async with database.transaction() as session:
        granting = await _reserve(session, school_id, by_user_id, clock(), cooldown)
    refused = await to_its_end(_invite(database, xporter, granting, clock))
    if refused is not None:
        raise InviteFailed(refused.kind, refused.fault, refused.detail) from refused
    return granting.owner_email


async def _check_may_ask(database: Database, school_id: int, by_user_id: int) -> None:
    async with database.transaction() as session:
        await _school_of_admin(session, school_id, by_user_id)


async def _invite(
    database: Database, xporter: XporterClient, granting: Granting, clock: Clock
) -> XporterError | None:
    refused = await _register(xporter, granting.invitation)
    async with database.transaction() as session:
        if refused is None:
            await _record_sent(session, granting, clock())
        else:
            await _record_refusal(session, granting, refused, clock())
    return refused


async def _register(xporter: XporterClient, invitation: SchoolInvitation) -> XporterError | None:
    try:
        async with asyncio.timeout(LONGEST_CALL.total_seconds()):
            await xporter.register_school(invitation)
    except XporterError as error:
        return error
    except TimeoutError:
        return TooSlow()
    return None


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
        raise InviteUnderWay(connection.inviting_until)
    if (until := _unconfirmed_until(connection)) and now < until:
        raise InvitationUnconfirmed(until)
    await claim_number(session, school, connection, now)
    connection.inviting_until = now + RESERVATION
    owner = await owner_of(session, school_id)
    return Granting(school_id, by_user_id, owner.email, _invitation(school, owner))


def _unconfirmed_until(connection: Connection) -> datetime | None:
    """Until when an invitation that may have been sent is waited for."""
    if connection.inviting_until:
        # Its process died, and nothing has settled it yet.
        return connection.inviting_until + UNCONFIRMED_WAIT
    if connection.invite_failed_at and connection.invite_failure in PERHAPS_SENT:
        return connection.invite_failed_at + UNCONFIRMED_WAIT
    return None


async def _school_of_admin(session: Session, school_id: int, user_id: int) -> School:
    try:
        return await permit(session, school_id=school_id, user_id=user_id, role=Role.ADMIN)
    except NotAllowed:
        raise NotPermitted from None


def _invitation(school: School, owner: User) -> SchoolInvitation:
    first, _, last = (owner.name.strip() or owner.email.partition("@")[0]).partition(" ")
    return SchoolInvitation(
        la_code=school.la_code,
        dfes_code=school.establishment_number,
        school_name=school.name,
        first_name=first,
        last_name=last.strip() or NO_LAST_NAME,
        email=owner.email,
        phone=school.telephone.strip() or NO_PHONE,
    )


async def _record_sent(session: Session, granting: Granting, now: datetime) -> None:
    connection = await connection_of(session, granting.school_id)
    connection.invited_at = now
    connection.invited_by = granting.by_user_id
    connection.invited_email = granting.owner_email
    connection.inviting_until = None
    connection.invite_failed_at, connection.invite_failure = None, ""
    note_trouble(connection, now)
    await hurry(session, now)
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
    if error.kind not in PERHAPS_SENT:
        release_number(connection)
    _tell(
        session,
        granting,
        timeline.Kind.INVITATION_REFUSED,
        now,
        why=error.kind,
        said=error.detail,
    )


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
