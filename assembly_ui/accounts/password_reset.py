"""Forgotten passwords: a mailed link, and a new password behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts import links
from assembly_ui.accounts.confirmation_mail import COOL_DOWN
from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, FormRefused
from assembly_ui.accounts.known_devices import forget_devices
from assembly_ui.accounts.models import LinkPurpose, SignUp, User
from assembly_ui.accounts.password_policy import check_password, check_same
from assembly_ui.accounts.passwords import hash_password
from assembly_ui.accounts.sessions import revoke_sessions
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub.topics import user_topic


@dataclass(frozen=True)
class ResetView:
    """Whose password a link changes."""

    email: str
    name: str


@dataclass(frozen=True)
class LinkLives:
    """How long the links last that a person who forgot a password may be sent."""

    reset: timedelta
    confirm: timedelta


async def request_reset(
    database: Database,
    *,
    email: object,
    address: str,
    lives: LinkLives,
    may_mail: bool = True,
    now: datetime,
) -> str:
    """Mail a reset link to an account; returns the address as it was understood.

    It returns the same whoever the address belongs to. The owner of an address that
    has yet to be confirmed gets a link behind which they choose a name and a password:
    those of the sign-ups with this address may be anybody's.

    Raises:
        FieldProblem: it is no address.
    """
    asked = parse_email(email)
    async with database.transaction() as session:
        query = select(User).where(User.email == asked).with_for_update()
        user = (await session.exec(query)).first()
        if not may_mail:
            return asked
        if user and user.confirmed_at:
            await _send(session, user, LinkPurpose.RESET, address, lives.reset, now=now)
        elif user and await _signed_up(session, asked):
            await _send(session, user, LinkPurpose.CONFIRM, address, lives.confirm, now=now)
    report(SecurityEvent.PASSWORD_RESET_EMAIL, Outcome.SUCCEEDED, subject=asked)
    return asked


async def look_at_link(database: Database, *, token: object, now: datetime) -> ResetView:
    """Whose password the link would change; it stays unused.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    async with database.read() as session:
        link = await links.find(session, token, LinkPurpose.RESET, now=now)
        user = await session.get_one(User, link.user_id)
    return ResetView(user.email, user.name)


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
        await forget_devices(session, link.user_id)
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


async def _send(
    session: Session,
    user: User,
    purpose: LinkPurpose,
    address: str,
    life: timedelta,
    *,
    now: datetime,
) -> None:
    """Mail the link unless one has just left.

    Links sent before stay open until one is used: anybody may ask, and must not be able to
    take away the link that the owner has just been sent.
    """
    assert user.id is not None
    if await links.sent_since(session, user.id, purpose, now - COOL_DOWN):
        return
    link = links.new_link(purpose, address=address, now=now, life=life)
    links.keep(session, link, user_id=user.id, now=now)
    to, href, expires_at = user.email, link.href, link.expires_at
    if purpose is LinkPurpose.RESET:
        message = messages.reset_password(to=to, href=href, expires_at=expires_at)
    else:
        message = messages.choose_password(to=to, href=href, expires_at=expires_at)
    post(session, message, now=now)


async def _signed_up(session: Session, email: str) -> bool:
    query = select(SignUp.id).where(SignUp.email == email, col(SignUp.confirmed_at).is_(None))
    return (await session.exec(query.limit(1))).first() is not None
