"""Confirming an address with the link that was mailed to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.accounts import links
from assembly_ui.accounts.confirmation_mail import sign_up_topic
from assembly_ui.accounts.links import LinkView
from assembly_ui.accounts.models import EmailLink, LinkPurpose, SignUp, User
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import user_topic


@dataclass(frozen=True)
class Confirmed:
    """The account a link has just activated."""

    user_id: int
    email: str
    name: str


async def look_at_link(database: Database, *, token: object, now: datetime) -> LinkView:
    """Whose account the link would activate; it stays unused.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    return await links.look(database, token=token, purpose=LinkPurpose.CONFIRM, now=now)


async def confirm(database: Database, *, token: object, now: datetime) -> Confirmed:
    """Activate the account with the name and password of the link's own sign-up.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    async with database.transaction() as session:
        link = await links.use(session, token, LinkPurpose.CONFIRM, now=now)
        user = await _activate(session, link, now=now)
        assert user.id is not None
        # Other sign-ups with this address must not replace the password later.
        await links.close_links_of_person(session, user.id, LinkPurpose.CONFIRM, now=now)
        record(session, Action.EMAIL_CONFIRMED, now=now, user_id=user.id)
        announce(session, user_topic(user.id))
    return Confirmed(user.id, user.email, user.name)


async def _activate(session: Session, link: EmailLink, *, now: datetime) -> User:
    user = await session.get_one(User, link.user_id)
    sign_up = await session.get_one(SignUp, link.sign_up_id)
    user.name, user.password_hash = sign_up.name, sign_up.password_hash
    user.invite_code_id = sign_up.invite_code_id
    user.terms_accepted_at = sign_up.created_at
    user.confirmed_at = sign_up.confirmed_at = now
    announce(session, sign_up_topic(sign_up.ticket_hash))
    return user
