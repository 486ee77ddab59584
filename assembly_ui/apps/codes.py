"""Authorisation codes (RFC 6749, 4.1.2): for one exchange, within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex

from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token
from assembly_ui.apps.models import AccessRequest, Authorisation, AuthorisationCode
from assembly_ui.db.database import Session

CODE_LIFE = timedelta(seconds=60)


def keep_code(
    session: Session, code: str, request: AccessRequest, allowed: Authorisation, *, now: datetime
) -> None:
    """Have this code exchanged for tokens, by the app that asked and nobody else."""
    assert allowed.id is not None
    session.add(
        AuthorisationCode(
            code_hash=hash_token(code),
            app_id=request.app_id,
            authorisation_id=allowed.id,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            family=token_hex(16),
            asked_scope=request.asked_scope,
            expires_at=now + CODE_LIFE,
        )
    )


async def find_code(session: Session, code: str, *, app_id: int) -> AuthorisationCode | None:
    """The code, if it was given to this app."""
    query = select(AuthorisationCode).where(
        col(AuthorisationCode.code_hash) == hash_token(code),
        col(AuthorisationCode.app_id) == app_id,
    )
    return (await session.exec(query)).first()


async def use_code(session: Session, code: AuthorisationCode, *, now: datetime) -> bool:
    """Use the code up; False when somebody was first."""
    used = await session.exec(
        update(AuthorisationCode)
        .where(col(AuthorisationCode.id) == code.id, col(AuthorisationCode.used_at).is_(None))
        .values(used_at=now)
    )
    return bool(used.rowcount)
