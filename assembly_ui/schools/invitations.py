"""Inviting colleagues by email: sent, sent again, taken back.

An address has at most one open invitation to a school. Sending it again makes
a new link; the one before then says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select, update

from assembly_ui.accounts.emails import parse_email, usable_email
from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import find_user
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.db.paging import Listing, Paged
from assembly_ui.mail import messages
from assembly_ui.mail.delivery import DELIVERY, Delivery
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.mail.outbox import post_tracked
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.errors import (
    AlreadyMember,
    InvitationUnknown,
    InvitedTooSoon,
)
from assembly_ui.schools.membership import membership_of, permit, permit_if_verified
from assembly_ui.schools.models import Invitation, Role, School
from assembly_ui.schools.roles import parse_role

COOL_DOWN = timedelta(minutes=1)
"""How soon the same invitation may be sent again."""


@dataclass(frozen=True)
class Sent:
    """An invitation on its way. `again` when the address had an open one."""

    email: str
    role: Role
    again: bool


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation nobody has accepted yet, and what became of its message, for the list."""

    id: int
    email: str
    role: Role
    invited_by: str
    sent_at: datetime
    expires_at: datetime
    delivery: Delivery


@dataclass(frozen=True)
class _Letter:
    """An invitation about to be sent: by whom, to whom, as what, from which address."""

    school_id: int
    by_user_id: int
    to: str
    role: Role
    address: str
    life: timedelta
    now: datetime


async def check_invitation(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    email: object,
    role: object,
    now: datetime,
) -> str:
    """The address as it was understood, if `invite` would mail it; it is not mailed.

    Raises:
        As `invite`, but for an address to which no mail can go.
    """
    parse_role(role)
    to = parse_email(email)
    async with database.read() as session:
        await _invitable(session, school_id, by_user_id, to, now)
    return to


async def invite(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    email: object,
    role: object,
    address: str,
    life: timedelta,
    asks_dns: bool = False,
    now: datetime,
) -> Sent:
    """Send a colleague an invitation that opens for `life`.

    Raises:
        FieldProblem: of the room of people; the address cannot be used.
        NotAllowed, OwnerUnverified, RoleUnknown
        AlreadyMember: the address is that of a member.
        InvitedTooSoon: one went to this address a moment ago.
    """
    given = parse_role(role)
    to = await usable_email(email, deliverable=asks_dns)
    async with database.transaction() as session:
        before = await _invitable(session, school_id, by_user_id, to, now)
        letter = _Letter(school_id, by_user_id, to, given, address, life, now)
        return await _send(session, letter, before)


async def check_resend(
    database: Database, *, school_id: int, by_user_id: int, invitation_id: int, now: datetime
) -> str:
    """The address that `resend` would mail; it is not mailed.

    Raises:
        As `resend`.
    """
    async with database.read() as session:
        before = await _resendable(session, school_id, by_user_id, invitation_id, now)
        return before.email


async def resend(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    invitation_id: int,
    address: str,
    life: timedelta,
    now: datetime,
) -> Sent:
    """Send an open invitation again, with a new link and its full time.

    Raises:
        NotAllowed, OwnerUnverified, InvitationUnknown, InvitedTooSoon
    """
    async with database.transaction() as session:
        before = await _resendable(session, school_id, by_user_id, invitation_id, now)
        letter = _Letter(school_id, by_user_id, before.email, before.role, address, life, now)
        return await _send(session, letter, before)


async def revoke(
    database: Database, *, school_id: int, by_user_id: int, invitation_id: int, now: datetime
) -> str:
    """Take an open invitation back and return its address; the link opens nothing any more.

    Raises:
        NotAllowed, InvitationUnknown
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        invitation = await _open(session, school_id, invitation_id)
        invitation.revoked_at = now
        note(session, Action.INVITATION_REVOKED, invitation, by_user_id, now)
    return invitation.email


async def list_open(database: Database, *, school_id: int, page: int = 1) -> Paged[OpenInvitation]:
    """Invitations nobody has accepted, the latest first; expired ones among them."""
    found = await _OPEN.page(database, {"school_id": school_id}, number=page)
    views = [OpenInvitation(*row) for row in found.rows]
    return Paged(views, found.number, found.pages, found.total)


async def _invitable(
    session: Session, school_id: int, by_user_id: int, to: str, now: datetime
) -> Invitation | None:
    """The open invitation of an address that may be mailed one; the school is locked."""
    await permit_if_verified(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
    await _refuse_member(session, school_id, to)
    before = await open_for(session, school_id, to)
    _refuse_too_soon(before, now)
    return before


async def _resendable(
    session: Session, school_id: int, by_user_id: int, invitation_id: int, now: datetime
) -> Invitation:
    """An open invitation that may be mailed again; the school is locked."""
    await permit_if_verified(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
    before = await _open(session, school_id, invitation_id)
    _refuse_too_soon(before, now)
    return before


def _refuse_too_soon(before: Invitation | None, now: datetime) -> None:
    if before and before.sent_at + COOL_DOWN > now:
        raise InvitedTooSoon(before.sent_at + COOL_DOWN)


async def _send(session: Session, letter: _Letter, before: Invitation | None) -> Sent:
    now = letter.now
    _refuse_too_soon(before, now)
    token = new_token()
    invitation = Invitation(
        school_id=letter.school_id,
        email=letter.to,
        role=letter.role,
        token_hash=hash_token(token),
        invited_by=letter.by_user_id,
        created_at=before.created_at if before else now,
        sent_at=now,
        expires_at=now + letter.life,
    )
    session.add(invitation)
    if before:
        before.revoked_at = now
    href = f"{letter.address}/invitation?token={token}"
    invitation.mail_id = await _post(session, letter, href)
    action = Action.INVITATION_RESENT if before else Action.COLLEAGUE_INVITED
    note(session, action, invitation, letter.by_user_id, now)
    return Sent(letter.to, letter.role, again=before is not None)


async def _post(session: Session, letter: _Letter, href: str) -> int:
    school = await session.get_one(School, letter.school_id)
    by = await session.get_one(User, letter.by_user_id)
    invited = messages.colleague_invited(
        to=letter.to,
        school_name=school.name,
        invited_by=by.name or by.email,
        role=letter.role.value,
        href=href,
        expires_at=letter.now + letter.life,
    )
    topic = school_topic(letter.school_id)
    return await post_tracked(session, invited, now=letter.now, topic=topic)


async def _refuse_member(session: Session, school_id: int, email: str) -> None:
    user = await find_user(session, email)
    if user is None or user.id is None:
        return
    if await membership_of(session, school_id=school_id, user_id=user.id):
        raise AlreadyMember(school_id)


async def _open(session: Session, school_id: int, invitation_id: int) -> Invitation:
    query = select(Invitation).where(col(Invitation.id) == invitation_id, *_is_open(school_id))
    invitation = (await session.exec(query)).first()
    if invitation is None:
        raise InvitationUnknown
    return invitation


async def open_for(session: Session, school_id: int, email: str) -> Invitation | None:
    """The address's open invitation to the school."""
    query = select(Invitation).where(col(Invitation.email) == email, *_is_open(school_id))
    return (await session.exec(query)).first()


async def end_invitations_by(
    session: Session, *, school_id: int, user_id: int, now: datetime
) -> None:
    """Revoke the open invitations of a person who may not invite to the school any more.

    Called in the transaction that takes the right away; the caller announces it.
    """
    await session.exec(
        update(Invitation)
        .where(col(Invitation.invited_by) == user_id, *_is_open(school_id))
        .values(revoked_at=now)
    )


async def end_invitations_of(
    session: Session, *, school_id: int, user_id: int, now: datetime
) -> None:
    """Revoke the open invitations by and to a person who leaves the school.

    An invitation that was never used would let a removed member back in, perhaps with a higher
    role. Called in the transaction that ends the membership; the caller announces it.
    """
    await end_invitations_by(session, school_id=school_id, user_id=user_id, now=now)
    email = select(User.email).where(col(User.id) == user_id).scalar_subquery()
    await session.exec(
        update(Invitation)
        .where(col(Invitation.email) == email, *_is_open(school_id))
        .values(revoked_at=now)
    )


def _is_open(school_id: int | BindParameter[int]) -> tuple:
    return (
        col(Invitation.school_id) == school_id,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )


# In the order of OpenInvitation.
_OPEN = Listing(
    select_columns(
        col(Invitation.id),
        col(Invitation.email),
        col(Invitation.role),
        func.coalesce(func.nullif(col(User.name), ""), col(User.email)),
        col(Invitation.sent_at),
        col(Invitation.expires_at),
        DELIVERY,
    )
    .join(User, col(User.id) == col(Invitation.invited_by))
    .outerjoin(OutboxMessage, col(OutboxMessage.id) == col(Invitation.mail_id))
    .where(*_is_open(bindparam("school_id")))
    .order_by(col(Invitation.sent_at).desc(), col(Invitation.id).desc())
)


def note(
    session: Session, action: Action, invitation: Invitation, user_id: int, now: datetime
) -> None:
    """Record and announce what was done with an invitation, in the caller's transaction."""
    record(
        session,
        action,
        now=now,
        user_id=user_id,
        school_id=invitation.school_id,
        role=invitation.role,
    )
    announce(session, school_topic(invitation.school_id))
