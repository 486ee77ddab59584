"""What happened on a connection, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.connector.models import TimelineEvent
from assembly_ui.database import Database, Session

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


async def newest(database: Database, *, school_id: int, limit: int = PAGE_SIZE) -> list[Entry]:
    """The latest lines, newest first."""
    query = (
        select(TimelineEvent, User)
        .outerjoin(User, col(User.id) == col(TimelineEvent.by_user_id))
        .where(col(TimelineEvent.school_id) == school_id)
        .order_by(col(TimelineEvent.at).desc(), col(TimelineEvent.id).desc())
        .limit(limit)
    )
    async with database.read() as session:
        rows = (await session.exec(query)).all()
    return [_entry(event, user) for event, user in rows]


def _entry(event: TimelineEvent, user: User | None) -> Entry:
    by = (user.name or user.email) if user else ""
    return Entry(event.id or 0, event.at, Kind(event.kind), by, event.detail)
