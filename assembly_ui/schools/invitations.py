"""Inviting colleagues by email: sent, sent again, taken back, accepted.

An address has at most one open invitation to a school. Sending it again makes
a new link; the one before then says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from assembly_ui.accounts.emails import usable_email
from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import find_user
from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub import school_topic
from assembly_ui.schools.errors import (
    AlreadyMember,
    InvitationExpired,
    InvitationForSomeoneElse,
    InvitationReplaced,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    InvitedTooSoon,
)
from assembly_ui.schools.membership import add_member, lock_school, membership_of, permit
from assembly_ui.schools.models import Invitation, Role, School
from assembly_ui.schools.paging import Paged, paged
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
    """An invitation nobody has accepted yet, for the list."""

    id: int
    email: str
    role: Role
    invited_by: str
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class InvitationView:
    """An invitation as the person who opens its link sees it."""

    school_name: str
    town: str
    email: str
    role: Role
    invited_by: str
    expires_at: datetime
    has_account: bool


@dataclass(frozen=True)
class Accepted:
    """The school the person belongs to now."""

    school_id: int
    school_name: str
    role: Role


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
        NotAllowed, RoleUnknown
        AlreadyMember: the address is that of a member.
        InvitedTooSoon: one went to this address a moment ago.
    """
    given = parse_role(role)
    to = await usable_email(email, deliverable=asks_dns)
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        await _refuse_member(session, school_id, to)
        letter = _Letter(school_id, by_user_id, to, given, address, life, now)
        return await _send(session, letter, await _open_for(session, school_id, to))


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
        NotAllowed, InvitationUnknown, InvitedTooSoon
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        before = await _open(session, school_id, invitation_id)
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
        _note(session, Action.INVITATION_REVOKED, invitation, by_user_id, now)
    return invitation.email


async def list_open(database: Database, *, school_id: int, page: int = 1) -> Paged[OpenInvitation]:
    """Invitations nobody has accepted, the latest first; expired ones among them."""
    query = (
        select(Invitation, User)
        .join(User, col(User.id) == col(Invitation.invited_by))
        .where(*_is_open(school_id))
        .order_by(col(Invitation.sent_at).desc(), col(Invitation.id).desc())
    )
    async with database.read() as session:
        found = await paged(session, query, number=page)
    views = [
        OpenInvitation(
            id=invitation.id,
            email=invitation.email,
            role=invitation.role,
            invited_by=user.name or user.email,
            sent_at=invitation.sent_at,
            expires_at=invitation.expires_at,
        )
        for invitation, user in found.rows
    ]
    return Paged(views, found.number, found.pages, found.total)


async def look(database: Database, *, token: object, now: datetime) -> InvitationView:
    """What the link invites to; it stays unused.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationReplaced,
        InvitationExpired
    """
    async with database.read() as session:
        invitation = await find_usable(session, token, now=now)
        school = await session.get_one(School, invitation.school_id)
        by = await session.get_one(User, invitation.invited_by)
        user = await find_user(session, invitation.email)
    return InvitationView(
        school_name=school.name,
        town=school.town,
        email=invitation.email,
        role=invitation.role,
        invited_by=by.name or by.email,
        expires_at=invitation.expires_at,
        has_account=user is not None and user.confirmed_at is not None,
    )


async def accept(
    database: Database, *, token: object, user_id: int, session_id: int, now: datetime
) -> Accepted:
    """Join the school the link invites to, and look at it.

    Pressing twice is no error: the member is shown their school.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationReplaced,
        InvitationExpired
        InvitationForSomeoneElse: the person's address is not the invited one.
    """
    async with database.transaction() as session:
        accepted = await _accept(session, token, user_id, now)
    await look_at_school(database, session_id=session_id, school_id=accepted.school_id)
    return accepted


async def find_usable(session: Session, token: object, *, now: datetime) -> Invitation:
    """The invitation, if its link opens something.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationReplaced,
        InvitationExpired
    """
    invitation = await _find(session, token)
    if invitation.accepted_at:
        raise InvitationUsed
    if invitation.revoked_at:
        newer = await _open_for(session, invitation.school_id, invitation.email)
        raise InvitationReplaced if newer else InvitationRevoked
    if invitation.expires_at <= now:
        raise InvitationExpired(invitation.expires_at)
    return invitation


async def take_up(session: Session, invitation: Invitation, user_id: int, now: datetime) -> None:
    """Make the person a member in the caller's transaction, for one caller only.

    Raises:
        InvitationUsed: somebody was quicker.
    """
    taken = await session.exec(
        update(Invitation)
        .where(
            col(Invitation.id) == invitation.id,
            col(Invitation.accepted_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(accepted_at=now)
    )
    if taken.rowcount == 0:
        raise InvitationUsed
    await add_member(
        session,
        school_id=invitation.school_id,
        user_id=user_id,
        role=invitation.role,
        now=now,
    )
    _note(session, Action.INVITATION_ACCEPTED, invitation, user_id, now)


async def _accept(session: Session, token: object, user_id: int, now: datetime) -> Accepted:
    invitation = await _find(session, token)
    user = await session.get_one(User, user_id)
    if user.email != invitation.email:
        raise InvitationForSomeoneElse(invitation.email)
    school = await lock_school(session, invitation.school_id)
    assert school is not None
    # Whoever held the lock before may have accepted it, or taken it back.
    await session.refresh(invitation)
    member = await membership_of(session, school_id=invitation.school_id, user_id=user_id)
    if member is None or not invitation.accepted_at:
        await take_up(session, await find_usable(session, token, now=now), user_id, now)
    role = member.role if member else invitation.role
    return Accepted(invitation.school_id, school.name, role)


async def _send(session: Session, letter: _Letter, before: Invitation | None) -> Sent:
    now = letter.now
    if before and before.sent_at + COOL_DOWN > now:
        raise InvitedTooSoon(before.sent_at + COOL_DOWN)
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
    await _post(session, letter, f"{letter.address}/invitation?token={token}")
    action = Action.INVITATION_RESENT if before else Action.COLLEAGUE_INVITED
    _note(session, action, invitation, letter.by_user_id, now)
    return Sent(letter.to, letter.role, again=before is not None)


async def _post(session: Session, letter: _Letter, href: str) -> None:
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
    post(session, invited, now=letter.now)


async def _refuse_member(session: Session, school_id: int, email: str) -> None:
    user = await find_user(session, email)
    if user is None or user.id is None:
        return
    if await membership_of(session, school_id=school_id, user_id=user.id):
        raise AlreadyMember(school_id)


async def _find(session: Session, token: object) -> Invitation:
    query = select(Invitation).where(col(Invitation.token_hash) == hash_token(token))
    invitation = (await session.exec(query)).first()
    if invitation is None:
        raise InvitationUnknown
    return invitation


async def _open(session: Session, school_id: int, invitation_id: int) -> Invitation:
    query = select(Invitation).where(col(Invitation.id) == invitation_id, *_is_open(school_id))
    invitation = (await session.exec(query)).first()
    if invitation is None:
        raise InvitationUnknown
    return invitation


async def _open_for(session: Session, school_id: int, email: str) -> Invitation | None:
    query = select(Invitation).where(col(Invitation.email) == email, *_is_open(school_id))
    return (await session.exec(query)).first()


def _is_open(school_id: int) -> tuple:
    return (
        col(Invitation.school_id) == school_id,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )


def _note(
    session: Session, action: Action, invitation: Invitation, user_id: int, now: datetime
) -> None:
    record(
        session,
        action,
        now=now,
        user_id=user_id,
        school_id=invitation.school_id,
        role=invitation.role,
    )
    announce(session, school_topic(invitation.school_id))
