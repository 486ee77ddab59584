"""What an app may still hold of a school after its access ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from assembly_ui.apps.models import Authorisation
from assembly_ui.db.database import Database


@dataclass(frozen=True)
class Ended:
    """An authorisation that is over, and when the app was asked to delete what it holds."""

    authorisation_id: int
    revoked_at: datetime
    deletion_asked_at: datetime | None


_LATEST: Any = (
    # In the order of Ended.
    select(
        col(Authorisation.id), col(Authorisation.revoked_at), col(Authorisation.deletion_asked_at)
    )
    .where(
        col(Authorisation.school_id) == bindparam("school_id"),
        col(Authorisation.app_id) == bindparam("app_id"),
        col(Authorisation.revoked_at).is_not(None),
    )
    .order_by(col(Authorisation.revoked_at).desc(), col(Authorisation.id).desc())
    .limit(1)
)


async def read_ended(database: Database, *, school_id: int, app_id: int) -> Ended | None:
    """The authorisation of this app that ended last, if there was any."""
    row = await database.glance(_LATEST, {"school_id": school_id, "app_id": app_id})
    return Ended(*row) if row else None
