"""What all apps of a school together may read: the sync fetches that and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from assembly_ui.apps.models import App, Authorisation
from assembly_ui.db.database import Session
from assembly_ui.sync import requests
from assembly_ui.sync.models import Reason


async def union_of(session: Session, school_id: int) -> frozenset[str]:
    """The scopes of every authorisation in force, of apps that are not switched off."""
    query = (
        select(Authorisation.scopes)
        .join(App, col(App.id) == col(Authorisation.app_id))
        .where(
            col(Authorisation.school_id) == school_id,
            col(Authorisation.revoked_at).is_(None),
            col(App.disabled_at).is_(None),
        )
    )
    return frozenset(scope for scopes in await session.exec(query) for scope in scopes)


async def want_union(
    session: Session,
    *,
    school_id: int,
    reason: Reason,
    now: datetime,
    by_user_id: int | None = None,
) -> None:
    """Tell the sync what the school's apps hold now, in the caller's transaction."""
    await session.flush()
    await requests.want(
        session,
        school_id=school_id,
        scopes=await union_of(session, school_id),
        reason=reason,
        now=now,
        by_user_id=by_user_id,
    )
