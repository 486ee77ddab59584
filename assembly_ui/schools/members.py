"""A school's people: who they are, their roles, and who leaves.

A school always has exactly one owner. Only the owner can hand that on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.accounts.models import User
from assembly_ui.accounts.sessions import require_recent_authentication
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.errors import MemberNotFound, OwnerMustStay
from assembly_ui.schools.invitations import end_invitations_by, end_invitations_of
from assembly_ui.schools.membership import membership_of, permit
from assembly_ui.schools.models import Membership, Role
from assembly_ui.schools.roles import parse_role


@dataclass(frozen=True)
class MemberView:
    """A member, for the list."""

    user_id: int
    name: str
    email: str
    role: Role
    joined_at: datetime
    last_seen_at: datetime | None

    @property
    def display_name(self) -> str:
        """Their name, or their address when they gave none."""
        return self.name or self.email


async def get_member(database: Database, *, school_id: int, user_id: int) -> MemberView:
    """One member of the school.

    Raises:
        MemberNotFound
    """
    async with database.read() as session:
        membership = await _member(session, school_id, user_id)
        return _view(membership, await session.get_one(User, user_id))


async def change_role(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    user_id: int,
    role: object,
    now: datetime,
) -> MemberView:
    """Give a member another role. What an admin invited ends when they become a viewer.

    Raises:
        NotAllowed, RoleUnknown, MemberNotFound
        OwnerMustStay: the owner's role changes only by handing on the school.
    """
    given = parse_role(role)
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        membership = await _other_than_owner(session, school_id, user_id)
        if membership.role is not given:
            membership.role = given
            if not given.includes(Role.ADMIN):
                await end_invitations_by(session, school_id=school_id, user_id=user_id, now=now)
            _note(session, Action.ROLE_CHANGED, school_id, by_user_id, user_id, now, role=given)
        return _view(membership, await session.get_one(User, user_id))


async def remove_member(
    database: Database, *, school_id: int, by_user_id: int, user_id: int, now: datetime
) -> MemberView:
    """Take a member out of the school; they see nothing of it from now on.

    The invitations they sent and nobody has accepted end with their membership.

    Raises:
        NotAllowed, MemberNotFound, OwnerMustStay
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=by_user_id, role=Role.ADMIN)
        return await _take_out(session, school_id, by_user_id, user_id, now)


async def leave_school(database: Database, *, school_id: int, user_id: int, now: datetime) -> None:
    """Go of one's own accord.

    Raises:
        NotAllowed: no member.
        OwnerMustStay: hand on the school first.
    """
    async with database.transaction() as session:
        await permit(session, school_id=school_id, user_id=user_id, role=Role.VIEWER)
        await _take_out(session, school_id, user_id, user_id, now)


async def transfer_ownership(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    session_id: int,
    user_id: int,
    now: datetime,
) -> MemberView:
    """Hand the school on to another member; who had it stays as an admin. Both are told.

    Raises:
        ReauthenticationNeeded: of accounts; the owner gave the password of this log-in
            (`session_id`) too long ago.
        NotAllowed: not the owner (any more).
        MemberNotFound
        OwnerMustStay: it is theirs already.
    """
    async with database.transaction() as session:
        school = await permit(session, school_id=school_id, user_id=by_user_id, role=Role.OWNER)
        await require_recent_authentication(
            session, session_id=session_id, user_id=by_user_id, now=now
        )
        before = await _member(session, school_id, by_user_id)
        after = await _other_than_owner(session, school_id, user_id)
        before.role, after.role = Role.ADMIN, Role.OWNER
        _note(session, Action.OWNERSHIP_TRANSFERRED, school_id, by_user_id, user_id, now)
        old, new = await session.get_one(User, by_user_id), await session.get_one(User, user_id)
        for person in (old, new):
            transferred = messages.ownership_transferred(
                to=person.email,
                name=person.name,
                school_name=school.name,
                new_owner=new.name or new.email,
            )
            post(session, transferred, now=now)
        return _view(after, new)


async def _member(session: Session, school_id: int, user_id: int) -> Membership:
    membership = await membership_of(session, school_id=school_id, user_id=user_id)
    if membership is None:
        raise MemberNotFound
    return membership


async def _other_than_owner(session: Session, school_id: int, user_id: int) -> Membership:
    membership = await _member(session, school_id, user_id)
    if membership.role is Role.OWNER:
        raise OwnerMustStay
    return membership


async def _take_out(
    session: Session, school_id: int, by_user_id: int, user_id: int, now: datetime
) -> MemberView:
    membership = await _other_than_owner(session, school_id, user_id)
    view = _view(membership, await session.get_one(User, user_id))
    await session.delete(membership)
    await end_invitations_of(session, school_id=school_id, user_id=user_id, now=now)
    _note(session, Action.MEMBER_REMOVED, school_id, by_user_id, user_id, now)
    return view


def _note(
    session: Session,
    action: Action,
    school_id: int,
    by_user_id: int,
    user_id: int,
    now: datetime,
    **fields: str,
) -> None:
    record(
        session,
        action,
        now=now,
        user_id=by_user_id,
        school_id=school_id,
        person=user_id,
        **fields,
    )
    announce(session, school_topic(school_id))
    announce(session, user_topic(user_id))


def _view(membership: Membership, user: User) -> MemberView:
    return MemberView(
        user_id=membership.user_id,
        name=user.name,
        email=user.email,
        role=membership.role,
        joined_at=membership.created_at,
        last_seen_at=user.last_seen_at,
    )
