"""The apps a school can choose from, each with what the school allows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.apps.errors import AppUnknown
from assembly_ui.apps.models import App, Authorisation
from assembly_ui.apps.registration import (
    NewApp,
    Registered,
    disable,
    ensure_app,
    keep_refresh_token,
    register_app,
    rotate_secret,
)
from assembly_ui.db.database import Database

__all__ = [
    "AppView",
    "Held",
    "NewApp",
    "Registered",
    "all_apps",
    "authorised_names",
    "disable",
    "ensure_app",
    "keep_refresh_token",
    "list_apps",
    "read_app",
    "register_app",
    "rotate_secret",
]


@dataclass(frozen=True)
class Held:
    """What a school allows an app, and since when.

    `scopes` is everything it holds; `optional_scopes` those of the `offered_scopes` that
    somebody ticked. `granted_by_name` is the address of who gave no name. At `ends_at` the
    app has to be authorised again.
    """

    authorisation_id: int
    scopes: tuple[str, ...]
    required_scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    offered_scopes: tuple[str, ...]
    granted_at: datetime
    granted_by_name: str
    changed_at: datetime | None
    last_used_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class AppView:
    """An app as its page shows it. `authorisation` is what the school in question allows it.

    `support_uri` is a page, or `mailto:` and an address.
    """

    id: int
    slug: str
    name: str
    summary: str
    description: str
    purpose: str
    website_uri: str
    support_uri: str
    privacy_policy_uri: str
    install_uri: str
    required_scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    is_ours: bool
    disabled_at: datetime | None
    authorisation: Held | None


_IN_FORCE = and_(
    col(Authorisation.app_id) == col(App.id),
    col(Authorisation.school_id) == bindparam("school_id"),
    col(Authorisation.revoked_at).is_(None),
)
_APPS: Any = (
    select(App, Authorisation, func.coalesce(func.nullif(col(User.name), ""), col(User.email)))
    .outerjoin(Authorisation, _IN_FORCE)
    .outerjoin(User, col(User.id) == col(Authorisation.granted_by))
)
# Unlisted apps and those switched off are shown to the schools that authorised them.
_SHOWN = or_(
    and_(col(App.listed), col(App.disabled_at).is_(None)), col(Authorisation.id).is_not(None)
)
_LIST = _APPS.where(_SHOWN).order_by(col(App.is_ours).desc(), func.lower(col(App.name)))
_AUTHORISED = (
    columns(col(App.name))
    .join(Authorisation, _IN_FORCE)
    .where(col(App.disabled_at).is_(None))
    .order_by(func.lower(col(App.name)))
)
_ONE = _APPS.where(col(App.slug) == bindparam("slug"))


async def list_apps(database: Database, *, school_id: int) -> list[AppView]:
    """Every app the school may choose or has chosen; those that come with the product first."""
    async with database.read() as session:
        rows = (await session.exec(_LIST, params={"school_id": school_id})).all()
    return [_view(*row) for row in rows]


async def authorised_names(database: Database, *, school_id: int) -> list[str]:
    """The names of the apps that may read the school's data now."""
    return [name for (name,) in await database.glance_all(_AUTHORISED, {"school_id": school_id})]


async def read_app(database: Database, *, slug: str, school_id: int) -> AppView:
    """One app, listed or not.

    Raises:
        AppUnknown: none of this slug, or it was switched off and the school never allowed it.
    """
    async with database.read() as session:
        sought = {"school_id": school_id, "slug": slug}
        row = (await session.exec(_ONE, params=sought)).first()
    if row is None or (row[0].disabled_at and row[1] is None):
        raise AppUnknown
    return _view(*row)


async def all_apps(database: Database) -> list[App]:
    """Every app there is, by name, for operators."""
    async with database.read() as session:
        return list(await session.exec(select(App).order_by(func.lower(col(App.name)))))


def _view(app: App, allowed: Authorisation | None, granted_by: str | None) -> AppView:
    assert app.id is not None
    return AppView(
        id=app.id,
        slug=app.slug,
        name=app.name,
        summary=app.summary,
        description=app.description,
        purpose=app.purpose,
        website_uri=app.website_uri,
        support_uri=app.support_uri,
        privacy_policy_uri=app.privacy_policy_uri,
        install_uri=app.install_uri,
        required_scopes=tuple(app.required_scopes),
        optional_scopes=tuple(app.optional_scopes),
        is_ours=app.is_ours,
        disabled_at=app.disabled_at,
        authorisation=_held(allowed, granted_by or "") if allowed else None,
    )


def _held(allowed: Authorisation, granted_by: str) -> Held:
    assert allowed.id is not None
    return Held(
        authorisation_id=allowed.id,
        scopes=tuple(allowed.scopes),
        required_scopes=tuple(allowed.required_scopes),
        optional_scopes=tuple(allowed.optional_scopes),
        offered_scopes=tuple(allowed.offered_scopes),
        granted_at=allowed.granted_at,
        granted_by_name=granted_by,
        changed_at=allowed.changed_at,
        last_used_at=allowed.last_used_at,
        ends_at=allowed.ends_at,
    )
