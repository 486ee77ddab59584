"""Invite codes: who may sign up while we are in Beta.

A code serves many people. It is compared trimmed and in lower case.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select, update

from assembly_ui.accounts.errors import (
    InviteCodeDisabled,
    InviteCodeExpired,
    InviteCodeTaken,
    InviteCodeUnknown,
    InviteCodeUsedUp,
)
from assembly_ui.accounts.fields import plain, required
from assembly_ui.accounts.models import InviteCode
from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.security_log import report_after_commit
from assembly_ui.db.database import Database, Session

DEFAULT_CODE = "letsassemble2020"
"""The code of the user guide. It is published, so it lets people into a demo only."""
CODE_LIMIT = 64
_SPELLING = re.compile(r"[a-z0-9][a-z0-9._-]{3,63}")


@dataclass(frozen=True)
class InviteCodeView:
    """One code as the command line lists it."""

    code: str
    partner_name: str
    uses: int
    max_uses: int | None
    expires_at: datetime | None
    disabled_at: datetime | None


def parse_code(value: object) -> str:
    """The code as it is kept.

    Raises:
        Missing, NotText, TooLong
    """
    return required(value, CODE_LIMIT).casefold()


async def find_usable(session: Session, code: str, *, now: datetime) -> InviteCode:
    """The code, if it lets someone in at this moment.

    Raises:
        InviteCodeUnknown, InviteCodeDisabled, InviteCodeExpired, InviteCodeUsedUp
    """
    found = await _find(session, code)
    if found is None:
        raise InviteCodeUnknown(code)
    if found.disabled_at:
        raise InviteCodeDisabled(code, found.partner_name)
    if found.expires_at and found.expires_at <= now:
        raise InviteCodeExpired(code, found.partner_name, found.expires_at)
    if found.max_uses is not None and found.uses >= found.max_uses:
        raise InviteCodeUsedUp(code, found.partner_name, found.max_uses)
    return found


async def use(session: Session, code: str, *, now: datetime) -> int:
    """Count one use in the caller's transaction and return the code's id.

    Raises:
        as `find_usable`; never lets in more than the cap, however many ask at once.
    """
    found = await find_usable(session, code, now=now)
    counted = await session.exec(
        update(InviteCode)
        .where(
            col(InviteCode.id) == found.id,
            or_(col(InviteCode.max_uses).is_(None), col(InviteCode.uses) < InviteCode.max_uses),
        )
        .values(uses=InviteCode.uses + 1)
    )
    if counted.rowcount == 0:
        raise InviteCodeUsedUp(code, found.partner_name, found.max_uses or 0)
    assert found.id is not None
    report_after_commit(session, SecurityEvent.INVITE_CODE)
    return found.id


async def ensure_default_code(database: Database, now: datetime) -> None:
    """Add the code of the user guide, as a demo does at its first start."""
    # Of several processes that start together, one makes it.
    with suppress(IntegrityError):
        async with database.transaction() as session:
            if await _find(session, DEFAULT_CODE) is None:
                session.add(InviteCode(code=DEFAULT_CODE, created_at=now))


async def disable_default_code(database: Database, now: datetime) -> bool:
    """Disable the code of the user guide where a demo left it; whether it worked until now."""
    async with database.transaction() as session:
        disabled = await session.exec(
            update(InviteCode)
            .where(col(InviteCode.code) == DEFAULT_CODE, col(InviteCode.disabled_at).is_(None))
            .values(disabled_at=now)
        )
    return disabled.rowcount > 0


async def is_default_code_usable(database: Database) -> bool:
    """Whether anyone who has read the user guide can sign up."""
    async with database.read() as session:
        found = await _find(session, DEFAULT_CODE)
    return found is not None and found.disabled_at is None


async def add_code(
    database: Database,
    *,
    code: str,
    partner_name: str = "",
    expires_at: datetime | None = None,
    max_uses: int | None = None,
    now: datetime,
) -> InviteCodeView:
    """Add a code of 4 to 64 letters, digits, dots, dashes and underscores.

    Raises:
        InviteCodeTaken: it exists, in whatever state.
        ValueError: the spelling, or a cap below one.
    """
    spelling = parse_code(code)
    if not _SPELLING.fullmatch(spelling):
        raise ValueError("a code has 4 to 64 letters, digits, dots, dashes or underscores")
    if max_uses is not None and max_uses < 1:
        raise ValueError("a cap is at least 1")
    row = InviteCode(
        code=spelling,
        partner_name=plain(partner_name, 120),
        expires_at=expires_at,
        max_uses=max_uses,
        created_at=now,
    )
    async with database.transaction() as session:
        if await _find(session, spelling):
            raise InviteCodeTaken(spelling)
        session.add(row)
        report_after_commit(session, SecurityEvent.INVITE_CODE_CHANGED)
    return _view(row)


async def list_codes(database: Database) -> list[InviteCodeView]:
    """Every code, oldest first."""
    async with database.read() as session:
        rows = await session.exec(select(InviteCode).order_by(col(InviteCode.id)))
        return [_view(row) for row in rows]


async def disable_code(database: Database, *, code: str, now: datetime) -> InviteCodeView:
    """Let nobody in with this code from now on. Safe to repeat.

    Raises:
        InviteCodeUnknown
    """
    async with database.transaction() as session:
        found = await _find(session, parse_code(code))
        if found is None:
            raise InviteCodeUnknown(code)
        found.disabled_at = found.disabled_at or now
        report_after_commit(session, SecurityEvent.INVITE_CODE_CHANGED)
    return _view(found)


async def _find(session: Session, code: str) -> InviteCode | None:
    return (await session.exec(select(InviteCode).where(InviteCode.code == code))).first()


def _view(row: InviteCode) -> InviteCodeView:
    return InviteCodeView(
        row.code, row.partner_name, row.uses, row.max_uses, row.expires_at, row.disabled_at
    )
