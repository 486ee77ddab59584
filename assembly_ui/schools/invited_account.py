"""An account for an invited colleague who has none: no invite code, and no
confirmation, since the link came by mail to the very address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.accounts import links
from assembly_ui.accounts.account_form import AccountForm, check_account_form
from assembly_ui.accounts.models import LinkPurpose, User
from assembly_ui.accounts.passwords import hash_password
from assembly_ui.accounts.people import add_user, lock_user
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import user_topic
from assembly_ui.schools.errors import InvitationNeedsNoAccount
from assembly_ui.schools.invitation_link import find_usable, look, take_up
from assembly_ui.schools.membership import lock_school


@dataclass(frozen=True)
class Joined:
    """The new account, ready to log in and a member already."""

    user_id: int
    email: str
    school_name: str


async def create_account(
    database: Database, *, token: object, form: AccountForm, now: datetime
) -> Joined:
    """Make the invited person's account and accept the invitation with it.

    Raises:
        FormRefused: of the room of people; every field problem.
        InvitationNeedsNoAccount: the address has an account to log in with.
        InvitationUnknown, InvitationUsed, InvitationRevoked, InvitationReplaced,
        InvitationExpired
    """
    invited = await look(database, token=token, now=now)
    if invited.has_account:
        raise InvitationNeedsNoAccount
    name, password = await check_account_form(
        form, email=invited.email, personal=(invited.school_name,)
    )
    kept = await hash_password(password)
    async with database.transaction() as session:
        invitation = await find_usable(session, token, now=now)
        await lock_school(session, invitation.school_id)
        user = await _account(session, invitation.email, name, kept, now)
        assert user.id is not None
        await take_up(session, invitation, user.id, now)
    return Joined(user.id, user.email, invited.school_name)


async def _account(session: Session, email: str, name: str, kept: str, now: datetime) -> User:
    """The new account, or one that has waited for its address to be confirmed."""
    user = await add_user(
        session, email=email, name=name, password_hash=kept, now=now, confirmed=True
    )
    assert user.id is not None
    # No two hashes are alike: another one means that the account was there.
    if user.password_hash != kept:
        user = await lock_user(session, user.id)
        if user.confirmed_at:
            raise InvitationNeedsNoAccount
        user.name, user.password_hash = name, kept
        user.confirmed_at = user.terms_accepted_at = now
        user.invite_code_id = None
    assert user.id is not None
    # Somebody else's sign-up with this address must not replace the password later.
    await links.close_links_of_person(session, user.id, LinkPurpose.CONFIRM, now=now)
    record(session, Action.SIGNED_UP, now=now, user_id=user.id, invited=True)
    record(session, Action.EMAIL_CONFIRMED, now=now, user_id=user.id)
    announce(session, user_topic(user.id))
    return user
