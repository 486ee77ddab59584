"""Which apps hold which scope of a school."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.apps.models import App, Authorisation, AuthorisationEvent
from assembly_ui.db.database import Database


@dataclass(frozen=True)
class Holder:
    """An app that holds a scope, and since when."""

    name: str
    slug: str
    since: datetime


async def holders_of(database: Database, *, school_id: int) -> dict[str, list[Holder]]:
    """The apps behind every scope that any app of the school holds, the first one first.

    An app that is switched off can read nothing, whatever it was allowed.
    """
    allowed = (
        select(Authorisation, App)
        .join(App, col(App.id) == col(Authorisation.app_id))
        .where(
            col(Authorisation.school_id) == school_id,
            col(Authorisation.revoked_at).is_(None),
            col(App.disabled_at).is_(None),
        )
    )
    events = (
        select(AuthorisationEvent)
        .where(col(AuthorisationEvent.school_id) == school_id)
        .order_by(col(AuthorisationEvent.at), col(AuthorisationEvent.id))
    )
    async with database.read() as session:
        in_force = (await session.exec(allowed)).all()
        happened = (await session.exec(events)).all()
    since = {(event.app_id, scope): event.at for event in happened for scope in event.scopes_added}
    held: dict[str, list[Holder]] = defaultdict(list)
    for authorisation, app in in_force:
        for scope in authorisation.scopes:
            first = since.get((authorisation.app_id, scope), authorisation.granted_at)
            held[scope].append(Holder(app.name, app.slug, first))
    return {scope: sorted(found, key=_by_age) for scope, found in held.items()}


def _by_age(holder: Holder) -> tuple[datetime, str]:
    return holder.since, holder.name
