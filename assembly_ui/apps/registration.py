"""Registering apps, renewing their secrets, switching them off. For operators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select, update

from assembly_ui.accounts.errors import FieldProblem
from assembly_ui.accounts.fields import plain, required
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.apps.clients import find_app, slug_of
from assembly_ui.apps.errors import (
    AddressUnusable,
    AppUnknown,
    GrantUnusable,
    NameTaken,
    NameUnusable,
    PkceNeeded,
    RedirectMissing,
    RotationNeeded,
    ScopeUnusable,
)
from assembly_ui.apps.models import App, Authorisation, ClientType, GrantType, OAuthToken
from assembly_ui.apps.receipts import MAILTO
from assembly_ui.apps.union import want_union
from assembly_ui.apps.uris import checked_uri
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.errors import AddressMalformed
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.membership import lock_school
from assembly_ui.scopes.asking import UnknownScope, parse
from assembly_ui.sync.models import Reason

NAME_LIMIT = 120
_MARKUP = re.compile(r"[<>{}]|://")


@dataclass(frozen=True)
class NewApp:
    """What is known of an app when it is registered.

    `scopes` is what it may ask for, as apps write it ("school students.basic:optional");
    empty lets it ask for anything. `support` is an email address or a page. Without
    `grant_types` it may use every grant that its type of client can.
    """

    name: str
    redirect_uris: Sequence[str]
    install_uri: str = ""
    scopes: str = ""
    client_type: ClientType = ClientType.CONFIDENTIAL
    requires_pkce: bool = True
    grant_types: Sequence[GrantType] = ()
    summary: str = ""
    description: str = ""
    purpose: str = ""
    website_uri: str = ""
    support: str = ""
    privacy_policy_uri: str = ""
    listed: bool = True
    sandbox: bool = False
    force_urn_check: bool = False
    is_old_client: bool = False


@dataclass(frozen=True)
class Registered:
    """An app's credentials. This is the only time its secret is shown; a public one has none."""

    app_id: int
    slug: str
    name: str
    client_id: str
    client_secret: str


async def register_app(database: Database, new: NewApp, *, now: datetime) -> Registered:
    """Add an app and make up its credentials.

    Raises:
        NameUnusable, NameTaken, AddressUnusable, RedirectMissing, RotationNeeded, PkceNeeded,
        GrantUnusable, ScopeUnusable
    """
    _check(new)
    row = _row(new, client_id=f"app_{token_hex(12)}", now=now)
    secret = new_token() if row.client_type is ClientType.CONFIDENTIAL else ""
    row.secret_hash = hash_token(secret)
    async with database.transaction() as session:
        if taken := await _named(session, row.name, row.slug):
            raise NameTaken(taken.client_id)
        session.add(row)
        await session.flush()
        record(session, Action.APP_REGISTERED, now=now, client_id=row.client_id, app=row.slug)
    return _registered(row, secret)


async def ensure_app(
    database: Database,
    new: NewApp,
    *,
    client_id: str,
    client_secret: str,
    now: datetime,
    is_ours: bool = True,
) -> Registered:
    """The app of this name with exactly these credentials and words, made or put right.

    For apps that come with the demo: safe to repeat, from several processes at once, and
    after somebody else took the name. Their addresses are ours and may be plain http.
    """
    wanted = _row(new, client_id=client_id, now=now)
    wanted.secret_hash, wanted.is_ours = hash_token(client_secret), is_ours
    # Of several processes that start together, one adds it; the others find it.
    with suppress(IntegrityError):
        async with database.transaction() as session:
            if await _named(session, wanted.name, wanted.slug, client_id) is None:
                session.add(wanted)
    async with database.transaction() as session:
        app = await _named(session, wanted.name, wanted.slug, client_id)
        assert app is not None
        _put_right(app, wanted)
    return _registered(app, client_secret)


async def rotate_secret(database: Database, *, client: str, now: datetime) -> Registered:
    """A new secret for the app with this client id or slug; the old one is worth nothing.

    Its app tokens end too, since they never expire by themselves. Schools notice nothing:
    refresh tokens are worthless without the secret, access tokens soon expire.

    Raises:
        AppUnknown: none such, or it is public and has no secret.
    """
    secret = new_token()
    async with database.transaction() as session:
        app = await find_app(session, client)
        if app.client_type is not ClientType.CONFIDENTIAL:
            raise AppUnknown
        app.secret_hash, app.secret_rotated_at, app.updated_at = hash_token(secret), now, now
        await session.exec(_still_good(app).where(_IS_APP_TOKEN).values(revoked_at=now))
        record(session, Action.APP_SECRET_ROTATED, now=now, client_id=app.client_id, app=app.slug)
    return _registered(app, secret)


async def keep_refresh_token(database: Database, *, client: str, keeps: bool, now: datetime) -> App:
    """Whether the app keeps one refresh token for good, or is given a new one each time.

    Refresh tokens in use go on: the next refresh follows the new rule. Safe to repeat.

    Raises:
        AppUnknown: none such, or it may not refresh.
        RotationNeeded: it is public, and a stolen token would never be noticed (RFC 9700, 2.2.2).
    """
    async with database.transaction() as session:
        app = await find_app(session, client)
        if GrantType.REFRESH_TOKEN not in app.grant_types:
            raise AppUnknown
        if keeps and app.client_type is ClientType.PUBLIC:
            raise RotationNeeded
        if app.is_old_client != keeps:
            app.is_old_client, app.updated_at = keeps, now
            record(
                session,
                Action.APP_REFRESH_CHANGED,
                now=now,
                client_id=app.client_id,
                app=app.slug,
                keeps=keeps,
            )
    return app


async def disable(database: Database, *, client: str, now: datetime) -> App:
    """Switch an app off: its tokens end at once, it can ask for nothing, no data is read
    for it any more. Safe to repeat.

    Raises:
        AppUnknown
    """
    async with database.transaction() as session:
        app = await find_app(session, client)
        if app.disabled_at is None:
            record(session, Action.APP_DISABLED, now=now, client_id=app.client_id, app=app.slug)
        app.disabled_at = app.disabled_at or now
        await session.exec(_still_good(app).values(revoked_at=now))
    assert app.id is not None
    for school_id in await _schools_of(database, app.id):
        async with database.transaction() as session:
            await lock_school(session, school_id)
            await want_union(session, school_id=school_id, reason=Reason.REVOCATION, now=now)
            announce(session, school_topic(school_id))
    return app


def _check(new: NewApp) -> None:
    grants, is_public = _grants(new), new.client_type is ClientType.PUBLIC
    if not new.redirect_uris and GrantType.AUTHORIZATION_CODE in grants:
        raise RedirectMissing
    # RFC 9700, 2.2.2 and 2.1.1.
    if is_public and new.is_old_client:
        raise RotationNeeded
    if is_public and not new.requires_pkce:
        raise PkceNeeded
    # Anybody can claim to be a public app (RFC 6749, 4.4); only a code brings a refresh token.
    if is_public and GrantType.CLIENT_CREDENTIALS in grants:
        raise GrantUnusable(GrantType.CLIENT_CREDENTIALS)
    if GrantType.REFRESH_TOKEN in grants and GrantType.AUTHORIZATION_CODE not in grants:
        raise GrantUnusable(GrantType.REFRESH_TOKEN)
    for uri in new.redirect_uris:
        checked_uri(uri)
    for uri in (new.install_uri, new.website_uri, new.privacy_policy_uri):
        if uri:
            checked_uri(uri)


def _grants(new: NewApp) -> list[GrantType]:
    """The grants in the order of `GrantType`, each once."""
    wanted = set(new.grant_types or GrantType)
    if not new.grant_types and new.client_type is ClientType.PUBLIC:
        wanted.remove(GrantType.CLIENT_CREDENTIALS)
    return [grant for grant in GrantType if grant in wanted]


def _support(given: str) -> str:
    """Where help is had: a page, or `mailto:` and one address, which our mail is sent to."""
    address = given.removeprefix(MAILTO)
    is_page = address == given and ("@" not in given or ":" in given)
    if is_page:
        return checked_uri(given) if given else ""
    try:
        return f"{MAILTO}{plain_address(address)}"
    except AddressMalformed:
        raise AddressUnusable(given) from None


def _row(new: NewApp, *, client_id: str, now: datetime) -> App:
    try:
        name = required(new.name, NAME_LIMIT)
        words = plain(new.summary, 200), plain(new.description, 2000), plain(new.purpose, 1000)
    except FieldProblem:
        raise NameUnusable from None
    if _MARKUP.search(name) or not slug_of(name):
        raise NameUnusable
    try:
        asked = parse(new.scopes)
    except UnknownScope as unknown:
        raise ScopeUnusable(str(unknown)) from None
    return App(
        client_id=client_id,
        client_type=new.client_type,
        slug=slug_of(name),
        name=name,
        summary=words[0],
        description=words[1],
        purpose=words[2],
        website_uri=new.website_uri,
        support_uri=_support(new.support),
        privacy_policy_uri=new.privacy_policy_uri,
        install_uri=new.install_uri,
        redirect_uris=list(new.redirect_uris),
        required_scopes=list(asked.required),
        optional_scopes=list(asked.optional),
        requires_pkce=new.requires_pkce,
        grant_types=[grant.value for grant in _grants(new)],
        listed=new.listed,
        sandbox=new.sandbox,
        force_urn_check=new.force_urn_check,
        is_old_client=new.is_old_client,
        created_at=now,
        updated_at=now,
    )


def _put_right(app: App, wanted: App) -> None:
    for field in set(App.model_fields) - {"id", "created_at", "updated_at", "disabled_at"}:
        if getattr(app, field) != getattr(wanted, field):
            setattr(app, field, getattr(wanted, field))
            app.updated_at = wanted.updated_at


async def _named(session: Session, name: str, slug: str, client_id: str = "") -> App | None:
    query = select(App).where(
        or_(col(App.name) == name, col(App.slug) == slug, col(App.client_id) == client_id)
    )
    return (await session.exec(query)).first()


async def _schools_of(database: Database, app_id: int) -> list[int]:
    query = select(Authorisation.school_id).where(
        col(Authorisation.app_id) == app_id, col(Authorisation.revoked_at).is_(None)
    )
    async with database.read() as session:
        return list(await session.exec(query))


_IS_APP_TOKEN = col(OAuthToken.authorisation_id).is_(None)


def _still_good(app: App) -> Update:
    return update(OAuthToken).where(
        col(OAuthToken.app_id) == app.id, col(OAuthToken.revoked_at).is_(None)
    )


def _registered(app: App, secret: str) -> Registered:
    assert app.id is not None
    return Registered(app.id, app.slug, app.name, app.client_id, secret)
