"""Tokens of apps: issued, recognised, ended. Only their hashes are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, and_, bindparam, delete, or_
from sqlalchemy import select as columns
from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.models import App, Authorisation, AuthorisationCode, OAuthToken, TokenKind
from assembly_ui.clock import is_recent
from assembly_ui.db.database import Database, Session

KEPT = timedelta(days=1)
"""How long what expired can still be told from what never was."""
AT_ONCE = 500
TOUCH_EVERY = timedelta(minutes=1)
APP_LEVEL = "app"
SCHOOL_LEVEL = "school"


@dataclass(frozen=True)
class Lives:
    """How long tokens last.

    A refresh token's life begins anew with every use. `authorisation` is how long a family
    lasts from its code on, however often it is used.
    """

    access: timedelta
    refresh: timedelta
    authorisation: timedelta


@dataclass(frozen=True)
class Pair:
    """The words of an access and a refresh token, before they are issued."""

    access: str = field(default_factory=new_token, repr=False)
    refresh: str = field(default_factory=new_token, repr=False)

    @classmethod
    def following(cls, refresh_token: str, nonce: str) -> Pair:
        """The pair that takes the place of a refresh token: always the same with one nonce.

        Only who has both the token, of which we keep a hash, and the nonce, which never
        leaves the database, can make it.
        """
        return cls(
            _derived(refresh_token, nonce, TokenKind.ACCESS),
            _derived(refresh_token, nonce, TokenKind.REFRESH),
        )


@dataclass(frozen=True)
class Bearer:
    """Whose access token it is, and what it opens at this moment.

    An app token has no school, no authorisation and no scopes. `used_at` is when the
    authorisation was last used, as far as noted.
    """

    app_id: int
    client_id: str
    level: str
    school_id: int | None
    scopes: frozenset[str]
    authorisation_id: int | None
    used_at: datetime | None

    @property
    def counted_as(self) -> str:
        """What its requests are counted under: one for all tokens of an authorisation, or of
        the app itself."""
        of_app = f"app {self.app_id}"
        return str(self.authorisation_id) if self.authorisation_id is not None else of_app


_BEARER: Any = (
    columns(
        col(OAuthToken.app_id),
        col(App.client_id),
        col(Authorisation.school_id),
        col(Authorisation.scopes),
        col(OAuthToken.authorisation_id),
        col(Authorisation.last_used_at),
    )
    .join(App, col(App.id) == col(OAuthToken.app_id))
    .outerjoin(Authorisation, col(Authorisation.id) == col(OAuthToken.authorisation_id))
    .where(
        col(OAuthToken.token_hash) == bindparam("token_hash"),
        col(OAuthToken.kind) == TokenKind.ACCESS,
        col(OAuthToken.revoked_at).is_(None),
        or_(col(OAuthToken.expires_at).is_(None), col(OAuthToken.expires_at) > bindparam("now")),
        col(App.disabled_at).is_(None),
        or_(
            col(OAuthToken.authorisation_id).is_(None),
            and_(col(Authorisation.id).is_not(None), col(Authorisation.revoked_at).is_(None)),
        ),
    )
)


async def find_bearer(database: Database, *, token: object, now: datetime) -> Bearer | None:
    """Whose token it is, or None: unknown, expired, revoked, or the app is switched off."""
    hashed = hash_token(token)
    row = await database.glance(_BEARER, {"token_hash": hashed, "now": now}) if hashed else None
    if row is None:
        return None
    app_id, client_id, school_id, scopes, authorisation_id, used_at = row
    level = APP_LEVEL if authorisation_id is None else SCHOOL_LEVEL
    held = frozenset(scopes or ())
    return Bearer(app_id, client_id, level, school_id, held, authorisation_id, used_at)


async def note_use(database: Database, bearer: Bearer, *, now: datetime) -> None:
    """Note that the authorisation is in use, at most once a minute."""
    is_fresh = is_recent(bearer.used_at, now, TOUCH_EVERY)
    if bearer.authorisation_id is None or is_fresh:
        return
    async with database.transaction() as session:
        await session.exec(
            update(Authorisation)
            .where(col(Authorisation.id) == bearer.authorisation_id)
            .values(last_used_at=now)
        )


async def revoke_token(database: Database, *, app: App, token: str, now: datetime) -> None:
    """End a token (RFC 7009). An unknown or ended one is no error.

    A refresh token takes with it everything that descends from the same code.

    Raises:
        GrantRefused: it was issued to another app, and stays.
    """
    async with database.transaction() as session:
        query = select(OAuthToken).where(col(OAuthToken.token_hash) == hash_token(token))
        found = (await session.exec(query)).first()
        if found is None:
            return
        if found.app_id != app.id:
            raise GrantRefused("unauthorized_client", "the token was issued to another client")
        if found.kind is TokenKind.REFRESH:
            await revoke_family(session, found.family, found.authorisation_id, now=now)
        else:
            found.revoked_at = found.revoked_at or now


async def revoke_family(
    session: Session, family: str, authorisation_id: int | None, *, now: datetime
) -> None:
    """End everything that descends from one code, in the caller's transaction."""
    await hold(session, authorisation_id)
    await session.exec(_of_family(family).values(revoked_at=now))


async def hold(session: Session, authorisation_id: int | None) -> Authorisation | None:
    """The authorisation as it is now, kept from others until the caller's transaction ends.

    Whoever makes tokens of a family holds it, and whoever ends the family: neither misses
    what the other does at the same moment.
    """
    return await session.get(Authorisation, authorisation_id or 0, with_for_update=True)


def issue(
    session: Session,
    kind: TokenKind,
    *,
    app: App,
    authorisation_id: int | None = None,
    family: str = "",
    life: timedelta | None,
    ends_at: datetime | None = None,
    asked_scope: str = "",
    token: str = "",
    now: datetime,
) -> str:
    """A new token, kept in the caller's transaction: this one, or else a random one.

    Without a `life` it never expires; none outlives `ends_at`, the end of its family.
    """
    token = token or new_token()
    expires_at = now + life if life is not None else None
    if expires_at and ends_at:
        expires_at = min(expires_at, ends_at)
    assert app.id is not None
    session.add(
        OAuthToken(
            token_hash=hash_token(token),
            kind=kind,
            app_id=app.id,
            authorisation_id=authorisation_id,
            family=family,
            issued_at=now,
            expires_at=expires_at,
            family_ends_at=ends_at,
            asked_scope=asked_scope,
        )
    )
    return token


async def find_issued(session: Session, kind: TokenKind, token: str) -> OAuthToken | None:
    """The row of a token."""
    query = select(OAuthToken).where(
        col(OAuthToken.token_hash) == hash_token(token), col(OAuthToken.kind) == kind
    )
    return (await session.exec(query)).first()


async def forget_expired(session: Session, *, now: datetime) -> None:
    """Drop codes and tokens of any app that expired long ago, in passing.

    Whoever has new ones made drops old ones, so that families which nobody refreshes any
    more go too. Used refresh tokens stay until they expire: they reveal a second use.
    """
    for table in (AuthorisationCode, OAuthToken):
        query = (
            select(table.id)
            .where(col(table.expires_at) < now - KEPT)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        if ids := (await session.exec(query)).all():
            await session.exec(delete(table).where(col(table.id).in_(ids)))


async def forget_older(session: Session, app: App, *, keep: int) -> None:
    """Drop the tokens of the app itself, all but the newest."""
    own = col(OAuthToken.app_id) == app.id, col(OAuthToken.authorisation_id).is_(None)
    newest_first = columns(col(OAuthToken.id)).where(*own).order_by(col(OAuthToken.id).desc())
    last_dropped = newest_first.offset(keep).limit(1).scalar_subquery()
    await session.exec(delete(OAuthToken).where(*own, col(OAuthToken.id) <= last_dropped))


def _derived(token: str, nonce: str, kind: TokenKind) -> str:
    digest = hmac.digest(token.encode(), f"{kind.value}:{nonce}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _of_family(family: str) -> Update:
    return update(OAuthToken).where(
        col(OAuthToken.family) == family, col(OAuthToken.revoked_at).is_(None)
    )
