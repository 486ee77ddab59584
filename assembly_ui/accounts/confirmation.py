"""Confirming an address with the link that was mailed to it.

The link proves who reads the mailbox, and nothing else: anybody can type an
address into the sign-up form. Whose name and password the account gets is
decided by who confirms. The browser that signed up holds the ticket of its
sign-up, so its own form counts. Any other browser types the password of that
sign-up, or chooses a new name and password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.accounts import links
from assembly_ui.accounts.account_form import AccountForm, check_account_form
from assembly_ui.accounts.confirmation_mail import sign_up_topic
from assembly_ui.accounts.errors import LinkReplaced, SignUpPasswordNeeded, SignUpPasswordWrong
from assembly_ui.accounts.models import EmailLink, LinkPurpose, SignUp, User
from assembly_ui.accounts.passwords import hash_password, verify
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import user_topic


@dataclass(frozen=True)
class ConfirmationView:
    """What the page behind a confirmation link shows.

    `name` is empty unless the browser that asks signed up itself.
    `takes_password` says whether the password of a sign-up can be typed.
    """

    email: str
    name: str
    asked_at: datetime
    is_own: bool
    takes_password: bool


@dataclass(frozen=True)
class Confirmed:
    """The account a link has just activated."""

    user_id: int
    email: str
    name: str


async def look_at_link(
    database: Database, *, token: object, ticket: object = None, now: datetime
) -> ConfirmationView:
    """Whose account the link would activate; it stays unused.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    async with database.read() as session:
        link = await links.find(session, token, LinkPurpose.CONFIRM, now=now)
        user = await session.get_one(User, link.user_id)
        own, sign_up = await _sign_ups(session, link, user, ticket)
    return ConfirmationView(
        email=user.email,
        name=own.name if own else "",
        asked_at=sign_up.created_at if sign_up else link.created_at,
        is_own=own is not None,
        takes_password=sign_up is not None,
    )


async def confirm(
    database: Database,
    *,
    token: object,
    ticket: object = None,
    password: object = None,
    now: datetime,
) -> Confirmed:
    """Activate the account with the name and password of the sign-up of the person who asks.

    `ticket` shows that this browser signed up; elsewhere `password` must be that of the
    sign-up the link was mailed for.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
        SignUpPasswordNeeded: neither shows whose sign-up it is.
        SignUpPasswordWrong: the sign-up has another password; the link stays unused.
    """
    async with database.read() as session:
        link = await links.find(session, token, LinkPurpose.CONFIRM, now=now)
        user = await session.get_one(User, link.user_id)
        own, sign_up = await _sign_ups(session, link, user, ticket)
    if sign_up is None or (own is None and not password):
        raise SignUpPasswordNeeded
    if own is None and not await verify(password, sign_up.password_hash, subject=sign_up.email):
        raise SignUpPasswordWrong
    async with database.transaction() as session:
        # The sign-up first, as whoever corrects its address does.
        current = await session.get_one(SignUp, sign_up.id, with_for_update=True)
        link = await links.use(session, token, LinkPurpose.CONFIRM, now=now)
        user = await session.get_one(User, link.user_id)
        if current.email != user.email or current.confirmed_at:
            raise LinkReplaced
        # The form may have been sent again while the password was being checked.
        if own is None and current.password_hash != sign_up.password_hash:
            raise SignUpPasswordWrong
        user.name, user.password_hash = current.name, current.password_hash
        user.invite_code_id = current.invite_code_id
        user.terms_accepted_at = current.created_at
        current.confirmed_at = now
        announce(session, sign_up_topic(current.ticket_hash))
        return await _activated(session, user, now=now)


async def confirm_with_new_password(
    database: Database, *, token: object, form: AccountForm, now: datetime
) -> Confirmed:
    """Activate the account with what the owner of the mailbox chooses on the page.

    Nothing of the sign-up the link was mailed for goes into the account.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
        FormRefused: with every field problem; the link stays unused.
    """
    seen = await look_at_link(database, token=token, now=now)
    name, password = await check_account_form(form, email=seen.email)
    password_hash = await hash_password(password)
    async with database.transaction() as session:
        link = await links.find(session, token, LinkPurpose.CONFIRM, now=now)
        sign_up = await session.get(SignUp, link.sign_up_id or 0, with_for_update=True)
        await links.use(session, token, LinkPurpose.CONFIRM, now=now)
        user = await session.get_one(User, link.user_id)
        user.name, user.password_hash = name, password_hash
        user.invite_code_id, user.terms_accepted_at = None, now
        if sign_up is not None:
            # The page that waits in the other browser moves on.
            sign_up.confirmed_at, sign_up.request_token_hash = now, ""
            announce(session, sign_up_topic(sign_up.ticket_hash))
        return await _activated(session, user, now=now)


async def _activated(session: Session, user: User, *, now: datetime) -> Confirmed:
    assert user.id is not None
    user.confirmed_at = now
    # Other sign-ups with this address must not replace the password later.
    await links.close_links_of_person(session, user.id, LinkPurpose.CONFIRM, now=now)
    record(session, Action.EMAIL_CONFIRMED, now=now, user_id=user.id)
    announce(session, user_topic(user.id))
    return Confirmed(user.id, user.email, user.name)


async def _sign_ups(
    session: Session, link: EmailLink, user: User, ticket: object
) -> tuple[SignUp | None, SignUp | None]:
    """The sign-up of this browser for this address, and the one that can be confirmed.

    Any link to the address will do for the browser's own sign-up: each proves the mailbox.
    A link mailed to a person who forgot the password stands for no sign-up.
    """
    if link.sign_up_id is None:
        return None, None
    query = select(SignUp).where(
        SignUp.ticket_hash == hash_token(ticket),
        SignUp.email == user.email,
        col(SignUp.confirmed_at).is_(None),
    )
    own = (await session.exec(query)).first()
    return own, own or await session.get_one(SignUp, link.sign_up_id)
