"""What happened on a connection, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from assembly_ui.accounts.models import User
from assembly_ui.connector.models import TimelineEvent
from assembly_ui.db.database import Database, Session

PAGE_SIZE = 20


class Kind(StrEnum):
    """The closed vocabulary of the timeline."""

    INVITATION_SENT = "invitation_sent"
    INVITATION_REFUSED = "invitation_refused"
    AUTHORISED = "authorised"
    AUTHORISATION_FOUND = "authorisation_found"
    INSTALLED = "installed"
    SCHOOL_MATCHED = "school_matched"
    SCHOOL_MISMATCHED = "school_mismatched"
    CONNECTED = "connected"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    PROBLEM = "problem"
    RECOVERED = "recovered"
    TROUBLE_TOLD = "trouble_told"
    RECOVERY_TOLD = "recovery_told"
    TESTED = "tested"
    CLAIM_LAPSED = "claim_lapsed"
    ANSWER_NOT_USED = "answer_not_used"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"
    CHANGES_HELD = "changes_held"
    SCHOOL_YEAR_BEGAN = "school_year_began"


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    id: int
    at: datetime
    kind: Kind
    by: str
    detail: dict[str, Any]


def add(
    session: Session,
    kind: Kind,
    *,
    school_id: int,
    at: datetime,
    by_user_id: int | None = None,
    **detail: Any,
) -> None:
    """Write a line in the transaction of what it tells of."""
    session.add(
        TimelineEvent(school_id=school_id, at=at, kind=kind, by_user_id=by_user_id, detail=detail)
    )


# In the order of Entry.
_NEWEST: Any = (
    select(
        col(TimelineEvent.id),
        col(TimelineEvent.at),
        col(TimelineEvent.kind),
        func.coalesce(func.nullif(col(User.name), ""), col(User.email), ""),
        col(TimelineEvent.detail),
    )
    .outerjoin(User, col(User.id) == col(TimelineEvent.by_user_id))
    .where(col(TimelineEvent.school_id) == bindparam("school_id"))
    .order_by(col(TimelineEvent.at).desc(), col(TimelineEvent.id).desc())
    .limit(bindparam("most"))
)


async def newest(database: Database, *, school_id: int, limit: int = PAGE_SIZE) -> list[Entry]:
    """The latest lines, newest first."""
    rows = await database.glance_all(_NEWEST, {"school_id": school_id, "most": limit})
    return [Entry(id, at, Kind(kind), by, detail) for id, at, kind, by, detail in rows]
