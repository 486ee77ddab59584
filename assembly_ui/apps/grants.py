"""From a grant to tokens: a code, a refresh token, or an app's own word (RFC 6749, 4 to 6).

What must be remembered of a refused call (a code that came twice ends all that came of
it) is committed before the refusal is raised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.apps import pkce
from assembly_ui.apps.clients import find_client, is_secret_of
from assembly_ui.apps.codes import find_code, use_code
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.models import (
    App,
    Authorisation,
    AuthorisationCode,
    ClientType,
    GrantType,
    OAuthToken,
    TokenKind,
)
from assembly_ui.apps.tokens import (
    APP_LEVEL,
    SCHOOL_LEVEL,
    Lives,
    Pair,
    find_issued,
    forget_expired,
    forget_older,
    hold,
    issue,
    revoke_family,
)
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.db.database import Database, Session
from assembly_ui.scopes.asking import UnknownScope, in_words_of, parse

MOST_APP_TOKENS = 200
GRACE = timedelta(seconds=60)
"""How long a refresh whose answer was lost may be repeated."""
UNKNOWN_CLIENT = "client authentication failed"
DEAD_CODE = "the code is unknown, used, expired or for another client or redirect_uri"
DEAD_REFRESH = "the refresh token is unknown, used, expired or revoked"


log = structlog.get_logger()


@dataclass(frozen=True)
class Issued:
    """What an app is given. An app token has no school, no scopes, no refresh token, no end.

    `refresh_token` is empty when the app keeps the one it has. `scope` is as the app asked.
    """

    access_token: str
    level: str
    expires_in: timedelta | None = None
    refresh_token: str = ""
    school_id: int | None = None
    scopes: tuple[str, ...] = ()
    scope: str = ""


@dataclass(frozen=True)
class _Family:
    """What descends from one code: until when, and the scope parameter that asked for it."""

    id: str
    ends_at: datetime
    asked_scope: str


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
    _permit(app, GrantType.AUTHORIZATION_CODE)
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
    holds the newer one, and nobody can tell which (RFC 9700, 4.14). But within `GRACE`, an
    app that proves itself by its secret and has not used the newer one yet gets the same
    answer again: two of its processes asked at once, or the answer never arrived. An old
    client keeps its refresh token, as the documented answer has it.

    Raises:
        GrantRefused
    """
    _permit(app, GrantType.REFRESH_TOKEN)
    query = select(OAuthToken).where(
        col(OAuthToken.token_hash) == hash_token(refresh_token),
        col(OAuthToken.kind) == TokenKind.REFRESH,
        col(OAuthToken.app_id) == app.id,
    )
    async with database.transaction() as session:
        found = (await session.exec(query)).first()
        issued = await _refreshed(session, app, found, refresh_token, scope, lives, now)
    if issued is None:
        raise GrantRefused("invalid_grant", DEAD_REFRESH)
    # A client that says again what it asked for compares the answer with that.
    return replace(issued, scope=in_words_of(scope, issued.scopes)) if scope.strip() else issued


async def app_token(database: Database, app: App, *, now: datetime) -> Issued:
    """A token of the app itself, for what concerns no school. It never expires.

    An app that asks again and again keeps the newest `MOST_APP_TOKENS`.

    Raises:
        GrantRefused: it may not use this grant; or the secret that the app showed was renewed
            meanwhile.
    """
    _permit(app, GrantType.CLIENT_CREDENTIALS)
    async with database.transaction() as session:
        now_known = await session.get(App, app.id, with_for_update={"read": True})
        if now_known is None or now_known.disabled_at or now_known.secret_hash != app.secret_hash:
            # Renewed since it was shown: what the old one brought has ended, and stays so.
            raise GrantRefused("invalid_client", UNKNOWN_CLIENT)
        await forget_older(session, app, keep=MOST_APP_TOKENS - 1)
        token = issue(session, TokenKind.ACCESS, app=app, life=None, now=now)
    return Issued(token, APP_LEVEL)


def _permit(app: App, grant: GrantType) -> None:
    if grant not in app.grant_types:
        raise GrantRefused("unauthorized_client", f"this client may not use {grant.value}")


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
    if not is_proven:
        report(SecurityEvent.PKCE, Outcome.FAILED, client_id=app.client_id)
    if code.expires_at <= now or code.redirect_uri != redirect_uri or not is_proven:
        return None
    allowed = await _in_force(session, code.authorisation_id)
    if allowed is None:
        return None
    await forget_expired(session, now=now)
    ends_at = _prolonged(allowed, now + lives.authorisation)
    family = _Family(code.family, ends_at, code.asked_scope)
    if GrantType.REFRESH_TOKEN not in app.grant_types:
        return _access(session, app, allowed, family, lives, now)
    return _pair(session, app, allowed, family, lives, now, Pair())


async def _refreshed(
    session: Session,
    app: App,
    token: OAuthToken | None,
    refresh_token: str,
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
    if _goes_beyond(scope, allowed):
        raise GrantRefused("invalid_scope", "scope goes beyond what the school allows")
    await forget_expired(session, now=now)
    # One of before families had an end gets it now.
    ends_at = token.family_ends_at or _prolonged(allowed, now + lives.authorisation)
    family = _Family(token.family, ends_at, token.asked_scope)
    if app.is_old_client and app.client_type is ClientType.CONFIDENTIAL:
        token.family_ends_at, token.expires_at = ends_at, min(now + lives.refresh, ends_at)
        return _access(session, app, allowed, family, lives, now)
    nonce = new_token()
    if await _use(session, token, nonce, now):
        pair = Pair.following(refresh_token, nonce)
        return _pair(session, app, allowed, family, lives, now, pair)
    if again := await _answered_again(session, app, allowed, token, refresh_token, now):
        return again
    await _end_family(session, app, token, now)
    return None


async def _answered_again(
    session: Session,
    app: App,
    allowed: Authorisation,
    used: OAuthToken,
    refresh_token: str,
    now: datetime,
) -> Issued | None:
    """The answer that `used` was given before, if it may have been lost."""
    is_fresh = used.used_at is not None and abs(now - used.used_at) <= GRACE
    if app.client_type is ClientType.PUBLIC or not used.answer_nonce or not is_fresh:
        return None
    pair = Pair.following(refresh_token, used.answer_nonce)
    newer = await find_issued(session, TokenKind.REFRESH, pair.refresh)
    access = await find_issued(session, TokenKind.ACCESS, pair.access)
    if newer is None or access is None or access.expires_at is None:
        return None
    # Used or given back: the answer did arrive, so this is somebody else.
    if newer.used_at or newer.revoked_at or access.revoked_at:
        return None
    log.info("oauth.answered_again", app=app.slug, authorisation_id=allowed.id)
    left = max(access.expires_at - now, timedelta())
    return _issued(allowed, pair.access, left, pair.refresh, used.asked_scope)


async def _end_family(
    session: Session, app: App, used: AuthorisationCode | OAuthToken, now: datetime
) -> None:
    what = "code" if isinstance(used, AuthorisationCode) else "refresh token"
    held = used.authorisation_id
    # A thief has it, or an app that lost our answer: operators can tell which.
    log.warning("oauth.used_twice", app=app.slug, what=what, authorisation_id=held)
    allowed = await session.get(Authorisation, held)
    school_id = allowed.school_id if allowed else None
    report(
        SecurityEvent.TOKEN_REUSE,
        Outcome.REFUSED,
        school_id=school_id,
        client_id=app.client_id,
    )
    await revoke_family(session, used.family, held, now=now)


async def _use(session: Session, token: OAuthToken, nonce: str, now: datetime) -> bool:
    used = await session.exec(
        update(OAuthToken)
        .where(
            col(OAuthToken.id) == token.id,
            col(OAuthToken.used_at).is_(None),
            col(OAuthToken.revoked_at).is_(None),
        )
        .values(used_at=now, answer_nonce=nonce)
    )
    return bool(used.rowcount)


async def _in_force(session: Session, authorisation_id: int) -> Authorisation | None:
    allowed = await hold(session, authorisation_id)
    return allowed if allowed and allowed.revoked_at is None else None


def _goes_beyond(scope: str, allowed: Authorisation) -> bool:
    """Whether a scope parameter requires what the school does not allow."""
    try:
        return not set(allowed.scopes).issuperset(parse(scope).required)
    except UnknownScope:
        return True


def _prolonged(allowed: Authorisation, ends_at: datetime) -> datetime:
    """The end of a new family, after which the app must be authorised again."""
    allowed.ends_at = max(ends_at, allowed.ends_at or ends_at)
    return ends_at


def _pair(
    session: Session,
    app: App,
    allowed: Authorisation,
    family: _Family,
    lives: Lives,
    now: datetime,
    pair: Pair,
) -> Issued:
    issue(
        session,
        TokenKind.REFRESH,
        app=app,
        authorisation_id=allowed.id,
        family=family.id,
        life=lives.refresh,
        ends_at=family.ends_at,
        asked_scope=family.asked_scope,
        token=pair.refresh,
        now=now,
    )
    return _access(session, app, allowed, family, lives, now, pair)


def _access(
    session: Session,
    app: App,
    allowed: Authorisation,
    family: _Family,
    lives: Lives,
    now: datetime,
    pair: Pair | None = None,
) -> Issued:
    token = issue(
        session,
        TokenKind.ACCESS,
        app=app,
        authorisation_id=allowed.id,
        family=family.id,
        life=lives.access,
        ends_at=family.ends_at,
        token=pair.access if pair else "",
        now=now,
    )
    life = min(lives.access, family.ends_at - now)
    return _issued(allowed, token, life, pair.refresh if pair else "", family.asked_scope)


def _issued(
    allowed: Authorisation,
    access_token: str,
    life: timedelta,
    refresh_token: str,
    asked_scope: str,
) -> Issued:
    return Issued(
        access_token=access_token,
        level=SCHOOL_LEVEL,
        expires_in=life,
        refresh_token=refresh_token,
        school_id=allowed.school_id,
        scopes=tuple(allowed.scopes),
        scope=in_words_of(asked_scope, allowed.scopes),
    )
