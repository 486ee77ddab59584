"""The link of an invitation: what it invites to, and accepting it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update

from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import find_user
from assembly_ui.accounts.sessions import look_at_school
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.service import Action
from assembly_ui.db.database import Database, Session
from assembly_ui.schools.errors import (
    InvitationExpired,
    InvitationForSomeoneElse,
    InvitationOnHold,
    InvitationReplaced,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
)
from assembly_ui.schools.invitations import note, open_for
from assembly_ui.schools.membership import add_member, lock_school, membership_of
from assembly_ui.schools.models import Invitation, Role, School


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


async def look(database: Database, *, token: object, now: datetime) -> InvitationView:
    """What the link invites to; it stays unused.

    Raises:
        InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationReplaced,
        InvitationExpired, InvitationOnHold
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
        InvitationExpired, InvitationOnHold
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
        InvitationExpired, InvitationOnHold
    """
    invitation = await _find(session, token)
    if invitation.accepted_at:
        raise InvitationUsed
    if invitation.revoked_at:
        newer = await open_for(session, invitation.school_id, invitation.email)
        raise InvitationReplaced if newer else InvitationRevoked
    sender = await membership_of(
        session, school_id=invitation.school_id, user_id=invitation.invited_by
    )
    if sender is None or not sender.role.includes(Role.ADMIN):
        # Ended with the sender's right to invite, however they lost it.
        raise InvitationRevoked
    if invitation.expires_at <= now:
        raise InvitationExpired(invitation.expires_at)
    school = await session.get_one(School, invitation.school_id)
    if school.owner_unverified_since:
        raise InvitationOnHold
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
    note(session, Action.INVITATION_ACCEPTED, invitation, user_id, now)


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


async def _find(session: Session, token: object) -> Invitation:
    query = select(Invitation).where(col(Invitation.token_hash) == hash_token(token))
    invitation = (await session.exec(query)).first()
    if invitation is None:
        raise InvitationUnknown
    return invitation
