"""The record of every grant, change and revocation: written, listed, as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from assembly_ui.accounts.models import User
from assembly_ui.apps.models import App, AuthorisationEvent, Happening
from assembly_ui.db.database import Database, Session
from assembly_ui.db.paging import Listing, Paged

MOST_ROWS = 10_000
"""As many lines a CSV file holds, the newest."""


@dataclass(frozen=True)
class EventView:
    """A line of the record. `by_name` is empty when the app itself ended it."""

    id: int
    at: datetime
    what: Happening
    app_name: str
    slug: str
    by_name: str
    scopes_added: list[str]
    scopes_removed: list[str]


def note(
    session: Session,
    what: Happening,
    *,
    school_id: int,
    app_id: int,
    now: datetime,
    by_user_id: int | None = None,
    added: Iterable[str] = (),
    removed: Iterable[str] = (),
) -> None:
    """Write a line in the caller's transaction."""
    session.add(
        AuthorisationEvent(
            school_id=school_id,
            app_id=app_id,
            what=what,
            at=now,
            by_user_id=by_user_id,
            scopes_added=sorted(added),
            scopes_removed=sorted(removed),
        )
    )


async def list_events(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    app: str = "",
    what: Happening | None = None,
    oldest_first: bool = False,
) -> Paged[EventView]:
    """The school's record, newest first unless told otherwise.

    Of the app with this slug and of this kind, if they are given.
    """
    listing = _listing(by_app=bool(app), by_kind=what is not None, oldest_first=oldest_first)
    found = await listing.page(database, _sought(school_id, app, what), number=page)
    views = [EventView(*row) for row in found.rows]
    return Paged(views, found.number, found.pages, found.total)


async def apps_in(database: Database, *, school_id: int) -> list[tuple[str, str]]:
    """Slug and name of every app in the school's record, by name, for a filter."""
    rows = await database.glance_all(_APPS, {"school_id": school_id})
    return [(row.slug, row.name) for row in rows]


async def csv_of(
    database: Database, *, school_id: int, app: str = "", what: Happening | None = None
) -> str:
    """The same as a CSV file (RFC 4180), times in UTC."""
    query = _query(by_app=bool(app), by_kind=what is not None).limit(MOST_ROWS)
    rows = await database.glance_all(query, _sought(school_id, app, what))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Time (UTC)", "What", "App", "By", "Scopes added", "Scopes removed"])
    for event in (EventView(*row) for row in rows):
        line = [
            event.at.strftime("%Y-%m-%d %H:%M:%S"),
            event.what.value,
            event.app_name,
            event.by_name,
            " ".join(event.scopes_added),
            " ".join(event.scopes_removed),
        ]
        writer.writerow(map(_harmless, line))
    return text.getvalue()


def _sought(school_id: int, app: str, what: Happening | None) -> dict[str, Any]:
    sought: dict[str, Any] = {"school_id": school_id}
    return sought | ({"slug": app} if app else {}) | ({"what": what} if what else {})


def _query(*, by_app: bool, by_kind: bool, oldest_first: bool = False) -> Any:
    order = col(AuthorisationEvent.at), col(AuthorisationEvent.id)
    query = (
        # In the order of EventView.
        select(
            col(AuthorisationEvent.id),
            col(AuthorisationEvent.at),
            col(AuthorisationEvent.what),
            col(App.name),
            col(App.slug),
            func.coalesce(func.nullif(col(User.name), ""), col(User.email), ""),
            col(AuthorisationEvent.scopes_added),
            col(AuthorisationEvent.scopes_removed),
        )
        .join(App, col(App.id) == col(AuthorisationEvent.app_id))
        .outerjoin(User, col(User.id) == col(AuthorisationEvent.by_user_id))
        .where(col(AuthorisationEvent.school_id) == bindparam("school_id"))
        .order_by(*order if oldest_first else [column.desc() for column in order])
    )
    if by_app:
        query = query.where(col(App.slug) == bindparam("slug"))
    if by_kind:
        query = query.where(col(AuthorisationEvent.what) == bindparam("what", type_=_WHAT))
    return query


@cache
def _listing(*, by_app: bool, by_kind: bool, oldest_first: bool) -> Listing:
    return Listing(_query(by_app=by_app, by_kind=by_kind, oldest_first=oldest_first))


_WHAT = AuthorisationEvent.__table__.c.what.type  # type: ignore[attr-defined]
_APPS: Any = (
    select(col(App.slug), col(App.name))
    .where(
        col(App.id).in_(
            select(col(AuthorisationEvent.app_id)).where(
                col(AuthorisationEvent.school_id) == bindparam("school_id")
            )
        )
    )
    .order_by(func.lower(col(App.name)))
)


_FORMULA = re.compile(
    r"(?:^|(?<=[;|,\t\r\n]))(?=(?:[^\w'(]|[\u115f\u1160\u3164\uffa0])*[=+\-@＝＋－＠\t\r])"
)
"""Where a spreadsheet looks for a formula, after space, quotes and marks that it leaves out.

Each spreadsheet splits a line where its language or its user says, so a cell may begin after
every sign that separates cells, whatever quotes are around it.
"""


def _harmless(text: str) -> str:
    """Text of which no spreadsheet takes any part for a formula."""
    return _FORMULA.sub("'", text)
