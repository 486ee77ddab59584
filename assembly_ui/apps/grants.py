"""From a grant to tokens: a code, a refresh token, or an app's own word (RFC 6749, 4 to 6).

What must be remembered of a refused call (a code that came twice ends all that came of
it) is committed before the refusal is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token
from assembly_ui.apps import pkce
from assembly_ui.apps.clients import find_client, is_secret_of
from assembly_ui.apps.codes import find_code, use_code
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.models import (
    App,
    Authorisation,
    AuthorisationCode,
    ClientType,
    OAuthToken,
    TokenKind,
)
from assembly_ui.apps.tokens import (
    APP_LEVEL,
    SCHOOL_LEVEL,
    Lives,
    forget_expired,
    forget_older,
    hold,
    issue,
    revoke_family,
)
from assembly_ui.database import Database, Session

MOST_APP_TOKENS = 200
UNKNOWN_CLIENT = "client authentication failed"
DEAD_CODE = "the code is unknown, used, expired or for another client or redirect_uri"
DEAD_REFRESH = "the refresh token is unknown, used, expired or revoked"


log = structlog.get_logger()


@dataclass(frozen=True)
class Issued:
    """What an app is given. An app token has no school, no scopes, no refresh token, no end.

    `refresh_token` is empty when the app keeps the one it has.
    """

    access_token: str
    level: str
    expires_in: timedelta | None = None
    refresh_token: str = ""
    school_id: int | None = None
    scopes: tuple[str, ...] = ()


async def identify(database: Database, *, client_id: str, secret: str) -> App:
    """The app behind these credentials; a public one proves itself by PKCE later.

    Raises:
        GrantRefused: `invalid_client`, without telling what is wrong with it.
    """
    async with database.read() as session:
        app = await find_client(session, client_id)
    if app is None or app.disabled_at or not _is_right(app, secret):
        raise GrantRefused("invalid_client", UNKNOWN_CLIENT)
    return app


async def exchange_code(
    database: Database,
    app: App,
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    lives: Lives,
    now: datetime,
) -> Issued:
    """Tokens for a code, once.

    A second use ends whatever the first one brought, since one of the two was a thief
    (RFC 6749, 4.1.2). A wrong proof uses the code up as well: it can be tried once.

    Raises:
        GrantRefused
    """
    assert app.id is not None
    async with database.transaction() as session:
        found = await find_code(session, code, app_id=app.id)
        issued = await _exchanged(session, app, found, redirect_uri, verifier, lives, now)
    if issued is None:
        raise GrantRefused("invalid_grant", DEAD_CODE)
    return issued


async def refresh(
    database: Database, app: App, *, refresh_token: str, scope: str, lives: Lives, now: datetime
) -> Issued:
    """A new access token, and a new refresh token in place of the one that came.

    One that was replaced before and comes again ends the family: either the app or a thief
    holds the newer one, and nobody can tell which (RFC 9700, 4.14). An old client keeps
    its refresh token, as the documented answer has it.

    Raises:
        GrantRefused
    """
    query = select(OAuthToken).where(
        col(OAuthToken.token_hash) == hash_token(refresh_token),
        col(OAuthToken.kind) == TokenKind.REFRESH,
        col(OAuthToken.app_id) == app.id,
    )
    async with database.transaction() as session:
        found = (await session.exec(query)).first()
        issued = await _refreshed(session, app, found, scope, lives, now)
    if issued is None:
        raise GrantRefused("invalid_grant", DEAD_REFRESH)
    return issued


async def app_token(database: Database, app: App, *, now: datetime) -> Issued:
    """A token of the app itself, for what concerns no school. It never expires.

    An app that asks again and again keeps the newest `MOST_APP_TOKENS`.

    Raises:
        GrantRefused: anybody can claim to be a public app (RFC 6749, 4.4); or the secret that
            the app showed was renewed meanwhile.
    """
    if app.client_type is ClientType.PUBLIC:
        raise GrantRefused("unauthorized_client", "public clients get no app tokens")
    async with database.transaction() as session:
        now_known = await session.get(App, app.id, with_for_update={"read": True})
        if now_known is None or now_known.disabled_at or now_known.secret_hash != app.secret_hash:
            # Renewed since it was shown: what the old one brought has ended, and stays so.
            raise GrantRefused("invalid_client", UNKNOWN_CLIENT)
        await forget_older(session, app, keep=MOST_APP_TOKENS - 1)
        token = issue(session, TokenKind.ACCESS, app=app, life=None, now=now)
    return Issued(token, APP_LEVEL)


def _is_right(app: App, secret: str) -> bool:
    if app.client_type is ClientType.PUBLIC:
        return not secret
    return is_secret_of(app, secret)


async def _exchanged(
    session: Session,
    app: App,
    code: AuthorisationCode | None,
    redirect_uri: str,
    verifier: str,
    lives: Lives,
    now: datetime,
) -> Issued | None:
    if code is None:
        return None
    if not await use_code(session, code, now=now):
        await _end_family(session, app, code, now)
        return None
    is_proven = pkce.is_proven(verifier, code.code_challenge, code.code_challenge_method)
    if code.expires_at <= now or code.redirect_uri != redirect_uri or not is_proven:
        return None
    allowed = await _in_force(session, code.authorisation_id)
    if allowed is None:
        return None
    return _pair(session, app, allowed, code.family, lives, now)


async def _refreshed(
    session: Session,
    app: App,
    token: OAuthToken | None,
    scope: str,
    lives: Lives,
    now: datetime,
) -> Issued | None:
    if token is None or token.authorisation_id is None:
        return None
    allowed = await _in_force(session, token.authorisation_id)
    # Whoever held it before may have ended the token, or dropped one that was long over.
    token = await session.get(OAuthToken, token.id, populate_existing=True)
    if allowed is None or token is None or token.revoked_at:
        return None
    if token.expires_at is not None and token.expires_at <= now:
        return None
    if set(scope.split()) - set(allowed.scopes):
        raise GrantRefused("invalid_scope", "scope goes beyond what the school allows")
    await forget_expired(session, token.family, now=now)
    if app.is_old_client and app.client_type is ClientType.CONFIDENTIAL:
        token.expires_at = now + lives.refresh
        return _access(session, app, allowed, token.family, lives, now)
    if not await _use(session, token, now):
        await _end_family(session, app, token, now)
        return None
    return _pair(session, app, allowed, token.family, lives, now)


async def _end_family(
    session: Session, app: App, used: AuthorisationCode | OAuthToken, now: datetime
) -> None:
    what = "code" if isinstance(used, AuthorisationCode) else "refresh token"
    held = used.authorisation_id
    # A thief has it, or an app that lost our answer: operators can tell which.
    log.warning("oauth.used_twice", app=app.slug, what=what, authorisation_id=held)
    await revoke_family(session, used.family, held, now=now)


async def _use(session: Session, token: OAuthToken, now: datetime) -> bool:
    used = await session.exec(
        update(OAuthToken)
        .where(
            col(OAuthToken.id) == token.id,
            col(OAuthToken.used_at).is_(None),
            col(OAuthToken.revoked_at).is_(None),
        )
        .values(used_at=now)
    )
    return bool(used.rowcount)


async def _in_force(session: Session, authorisation_id: int) -> Authorisation | None:
    allowed = await hold(session, authorisation_id)
    return allowed if allowed and allowed.revoked_at is None else None


def _pair(
    session: Session, app: App, allowed: Authorisation, family: str, lives: Lives, now: datetime
) -> Issued:
    token = issue(
        session,
        TokenKind.REFRESH,
        app=app,
        authorisation_id=allowed.id,
        family=family,
        life=lives.refresh,
        now=now,
    )
    return _access(session, app, allowed, family, lives, now, refresh_token=token)


def _access(
    session: Session,
    app: App,
    allowed: Authorisation,
    family: str,
    lives: Lives,
    now: datetime,
    *,
    refresh_token: str = "",
) -> Issued:
    token = issue(
        session,
        TokenKind.ACCESS,
        app=app,
        authorisation_id=allowed.id,
        family=family,
        life=lives.access,
        now=now,
    )
    return Issued(
        access_token=token,
        level=SCHOOL_LEVEL,
        expires_in=lives.access,
        refresh_token=refresh_token,
        school_id=allowed.school_id,
        scopes=tuple(allowed.scopes),
    )
