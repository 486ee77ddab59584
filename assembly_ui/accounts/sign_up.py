"""Signing up: one checked form becomes one sign-up, and one message to its address.

Every form takes the same path and the same time, whether its address is new,
waiting, or somebody's account already; only the owner of the address learns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from assembly_ui.accounts import invite_codes
from assembly_ui.accounts.confirmation_mail import may_send_at, send_confirmation
from assembly_ui.accounts.errors import FormRefused, InviteCodeProblem
from assembly_ui.accounts.models import SignUp
from assembly_ui.accounts.passwords import hash_password
from assembly_ui.accounts.sign_up_form import CheckedForm
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.accounts.waiting import find_sign_up
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session


@dataclass(frozen=True)
class SignedUp:
    """A form was taken. `ticket` recognises the browser that now waits."""

    ticket: str
    email: str


async def sign_up(
    database: Database,
    *,
    form: CheckedForm,
    ticket: object,
    address: str,
    link_life: timedelta,
    may_mail: bool = True,
    now: datetime,
) -> SignedUp:
    """Take a checked form and mail its address.

    Without `may_mail` no message leaves: the address has had enough of them lately, and any
    link in them confirms the sign-up of the browser that follows it.

    The same browser (`ticket`) with the same address is the same sign-up: its
    last name and password count, and nothing is doubled.

    Raises:
        FormRefused: the invite code has let in its last one meanwhile.
    """
    password_hash = await hash_password(form.password)
    try:
        async with database.transaction() as session:
            taken = await _take(session, form, password_hash, ticket, now=now)
            user_id = None
            if may_mail and (taken.is_new or may_send_at(taken.row) <= now):
                user_id = await send_confirmation(
                    session, taken.row, address=address, life=link_life, now=now
                )
            if taken.is_new:
                record(session, Action.SIGNED_UP, now=now, user_id=user_id)
    except InviteCodeProblem as problem:
        raise FormRefused({"invite_code": problem}) from problem
    return SignedUp(taken.ticket, form.email)


@dataclass(frozen=True)
class _Taken:
    row: SignUp
    ticket: str
    is_new: bool


async def _take(
    session: Session, form: CheckedForm, password_hash: str, ticket: object, *, now: datetime
) -> _Taken:
    known = await find_sign_up(session, ticket)
    own = str(ticket) if hash_token(ticket) else new_token()
    if known and (known.email != form.email or known.confirmed_at):
        known, own = None, new_token()
    if known is None:
        row = _new_row(form, password_hash, own, now)
        if await _inserted(session, row):
            row.invite_code_id = await invite_codes.use(session, form.invite_code, now=now)
            return _Taken(row, own, is_new=True)
        # The other half of a double click came first.
        known = await find_sign_up(session, own)
    assert known is not None
    known.name, known.password_hash = form.name, password_hash
    return _Taken(known, own, is_new=False)


def _new_row(form: CheckedForm, password_hash: str, ticket: str, now: datetime) -> SignUp:
    return SignUp(
        ticket_hash=hash_token(ticket),
        email=form.email,
        name=form.name,
        password_hash=password_hash,
        created_at=now,
        sent_at=now,
    )


async def _inserted(session: Session, row: SignUp) -> bool:
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True
