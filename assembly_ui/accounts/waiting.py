"""Waiting for an address to be confirmed: what there is to see, resend, correct.

A browser that signed up holds a ticket and may do all of it. Anyone else may
only name an address, and never learns whether it is waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts.confirmation_mail import may_send_at, send_confirmation
from assembly_ui.accounts.emails import parse_email, usable_email
from assembly_ui.accounts.errors import SignUpConfirmed, SignUpUnknown, Throttled
from assembly_ui.accounts.models import SignUp
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session
from assembly_ui.mail.delivery import Delivery, read_delivery


@dataclass(frozen=True)
class Waiting:
    """A sign-up as its own browser sees it, and what became of the latest message to it."""

    email: str
    resend_at: datetime
    is_confirmed: bool
    delivery: Delivery = Delivery.WAITING


async def look(database: Database, *, ticket: object) -> Waiting:
    """The sign-up this ticket belongs to.

    Raises:
        SignUpUnknown
    """
    return await look_by_hash(database, ticket_hash=hash_token(ticket))


async def look_by_hash(database: Database, *, ticket_hash: str) -> Waiting:
    """`look`, for whoever heard of the sign-up by its topic.

    Raises:
        SignUpUnknown
    """
    async with database.read() as session:
        sign_up = (
            await session.exec(select(SignUp).where(SignUp.ticket_hash == ticket_hash))
        ).first()
        if sign_up is None:
            raise SignUpUnknown
        return await _as_waiting(session, sign_up)


async def resend(
    database: Database, *, ticket: object, address: str, link_life: timedelta, now: datetime
) -> Waiting:
    """Mail the sign-up's address again; the links before open nothing any more.

    Raises:
        SignUpUnknown, SignUpConfirmed
        Throttled: the last message left a moment ago.
    """
    async with database.transaction() as session:
        sign_up = await _waiting_sign_up(session, ticket)
        if now < may_send_at(sign_up):
            raise Throttled(may_send_at(sign_up))
        await send_confirmation(session, sign_up, address=address, life=link_life, now=now)
        return await _as_waiting(session, sign_up)


async def correct_address(
    database: Database,
    *,
    ticket: object,
    email: object,
    check_dns: bool,
    address: str,
    link_life: timedelta,
    now: datetime,
) -> Waiting:
    """Go on with another address, and mail that. Repeating the same one changes nothing.

    Raises:
        FieldProblem: it is no address mail can go to.
        SignUpUnknown, SignUpConfirmed
    """
    corrected = await usable_email(email, deliverable=check_dns)
    async with database.transaction() as session:
        sign_up = await _waiting_sign_up(session, ticket)
        if sign_up.email != corrected:
            sign_up.email = corrected
            user_id = await send_confirmation(
                session, sign_up, address=address, life=link_life, now=now
            )
            record(session, Action.EMAIL_CORRECTED, now=now, user_id=user_id)
        return await _as_waiting(session, sign_up)


async def resend_to(
    database: Database,
    *,
    email: object,
    ticket: object = None,
    address: str,
    link_life: timedelta,
    may_mail: bool = True,
    now: datetime,
) -> str:
    """Mail an address again if it signed up; returns it as it was understood.

    It returns the same whoever the address belongs to, and does nothing within
    the cool-down of the last message.

    Raises:
        FieldProblem: it is no address.
    """
    asked = parse_email(email)
    async with database.transaction() as session:
        sign_up = await latest_sign_up(session, asked, ticket=ticket)
        if sign_up and may_mail and may_send_at(sign_up) <= now:
            await send_confirmation(
                session,
                sign_up,
                address=address,
                life=link_life,
                now=now,
                is_own=sign_up.ticket_hash == hash_token(ticket),
            )
    report(SecurityEvent.CONFIRMATION_EMAIL, Outcome.SUCCEEDED, subject=asked)
    return asked


async def keep_request(database: Database, *, ticket: object, request_token: object) -> None:
    """Keep which Data Access Request the person came with who holds this ticket."""
    async with database.transaction() as session:
        sign_up = await find_sign_up(session, ticket)
        if sign_up and not sign_up.confirmed_at:
            sign_up.request_token_hash = hash_token(request_token)


async def requests_of_sign_ups(database: Database, *, email: str) -> list[str]:
    """Hashes of the Data Access Requests the owner of this address signed up with."""
    query = select(SignUp.request_token_hash).where(
        SignUp.email == email,
        col(SignUp.confirmed_at).is_not(None),
        SignUp.request_token_hash != "",
    )
    async with database.read() as session:
        return list(await session.exec(query))


async def find_sign_up(session: Session, ticket: object) -> SignUp | None:
    """The sign-up this ticket belongs to, its row kept from others until the end."""
    query = select(SignUp).where(SignUp.ticket_hash == hash_token(ticket)).with_for_update()
    return (await session.exec(query)).first()


async def latest_sign_up(session: Session, email: str, *, ticket: object) -> SignUp | None:
    """The sign-up with this address: the asking browser's own, or else the latest.

    Somebody else may have typed the same address later. Their form must not
    take the place of the one this browser sent.
    """
    own = await find_sign_up(session, ticket)
    if own and own.email == email and not own.confirmed_at:
        return own
    query = (
        select(SignUp)
        .where(SignUp.email == email)
        .order_by(col(SignUp.id).desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.exec(query)).first()


async def _waiting_sign_up(session: Session, ticket: object) -> SignUp:
    sign_up = await find_sign_up(session, ticket)
    if sign_up is None:
        raise SignUpUnknown
    if sign_up.confirmed_at:
        raise SignUpConfirmed
    return sign_up


async def _as_waiting(session: Session, sign_up: SignUp) -> Waiting:
    return Waiting(
        sign_up.email,
        may_send_at(sign_up),
        is_confirmed=sign_up.confirmed_at is not None,
        delivery=await read_delivery(session, sign_up.mail_id),
    )
