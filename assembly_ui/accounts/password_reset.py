"""Forgotten passwords: a mailed link, and a new password behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts import links
from assembly_ui.accounts.confirmation_mail import COOL_DOWN, may_send_at, send_confirmation
from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, FormRefused
from assembly_ui.accounts.links import LinkView
from assembly_ui.accounts.models import EmailLink, LinkPurpose, User
from assembly_ui.accounts.passwords import check_password, check_same, hash_password
from assembly_ui.accounts.sessions import revoke_sessions
from assembly_ui.accounts.waiting import latest_sign_up
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub import user_topic


@dataclass(frozen=True)
class LinkLives:
    """How long the links last that a person who forgot a password may be sent."""

    reset: timedelta
    confirm: timedelta


async def request_reset(
    database: Database, *, email: object, address: str, lives: LinkLives, now: datetime
) -> str:
    """Mail a reset link to an account; returns the address as it was understood.

    It returns the same whoever the address belongs to. An address that has
    yet to be confirmed gets its confirmation link again: there is no password
    to reset before.

    Raises:
        FieldProblem: it is no address.
    """
    asked = parse_email(email)
    async with database.transaction() as session:
        query = select(User).where(User.email == asked).with_for_update()
        user = (await session.exec(query)).first()
        if user and user.confirmed_at:
            await _send_reset(session, user, address=address, life=lives.reset, now=now)
        else:
            await _send_confirmation_again(
                session, asked, address=address, life=lives.confirm, now=now
            )
    return asked


async def look_at_link(database: Database, *, token: object, now: datetime) -> LinkView:
    """Whose password the link would change; it stays unused.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    return await links.look(database, token=token, purpose=LinkPurpose.RESET, now=now)


async def reset_password(
    database: Database,
    *,
    token: object,
    password: object,
    confirmation: object,
    help_email: str,
    now: datetime,
) -> str:
    """Put the new password in place of the old, end every session, tell the owner by mail.

    Returns the address of the account.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
        FormRefused: with every problem of the two fields; the link stays unused.
    """
    owner = await look_at_link(database, token=token, now=now)
    accepted = await _accepted(password, confirmation, personal=(owner.name, owner.email))
    password_hash = await hash_password(accepted)
    async with database.transaction() as session:
        link = await links.use(session, token, LinkPurpose.RESET, now=now)
        user = await session.get_one(User, link.user_id)
        user.password_hash = password_hash
        await links.close_links_of_person(session, link.user_id, LinkPurpose.RESET, now=now)
        await revoke_sessions(session, link.user_id, now=now)
        record(session, Action.PASSWORD_RESET, now=now, user_id=link.user_id)
        message = messages.password_changed(to=user.email, name=user.name, help_email=help_email)
        post(session, message, now=now)
        announce(session, user_topic(link.user_id))
    return user.email


async def _accepted(password: object, confirmation: object, *, personal: tuple[str, ...]) -> str:
    problems: dict[str, FieldProblem] = {}
    accepted = ""
    try:
        accepted = await check_password(password, personal=personal)
    except FieldProblem as problem:
        problems["password"] = problem
    try:
        check_same(password, confirmation)
    except FieldProblem as problem:
        problems["password_confirmation"] = problem
    if problems:
        raise FormRefused(problems)
    return accepted


async def _send_reset(
    session: Session, user: User, *, address: str, life: timedelta, now: datetime
) -> None:
    assert user.id is not None
    if await _sent_just_now(session, user.id, now):
        return
    await links.close_links_of_person(session, user.id, LinkPurpose.RESET, now=now)
    link = links.new_link(LinkPurpose.RESET, address=address, now=now, life=life)
    links.keep(session, link, user_id=user.id, now=now)
    message = messages.reset_password(
        to=user.email, name=user.name, href=link.href, expires_at=link.expires_at
    )
    post(session, message, now=now)


async def _sent_just_now(session: Session, user_id: int, now: datetime) -> bool:
    query = select(EmailLink.id).where(
        EmailLink.user_id == user_id,
        EmailLink.purpose == LinkPurpose.RESET,
        col(EmailLink.created_at) > now - COOL_DOWN,
        col(EmailLink.used_at).is_(None),
    )
    return (await session.exec(query)).first() is not None


async def _send_confirmation_again(
    session: Session, email: str, *, address: str, life: timedelta, now: datetime
) -> None:
    sign_up = await latest_sign_up(session, email, ticket=None)
    if sign_up and may_send_at(sign_up) <= now:
        await send_confirmation(session, sign_up, address=address, life=life, now=now)
