"""Reading the security log, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import SecurityEventRow
from assembly_ui.db.database import Database


@dataclass(frozen=True)
class Total:
    """How often an event ended in this way, and when last."""

    event: str
    outcome: str
    count: int
    last_at: datetime


async def list_events(
    database: Database,
    *,
    since: datetime,
    event: SecurityEvent | None = None,
    outcome: Outcome | None = None,
    school_id: int | None = None,
    user_id: int | None = None,
    subject: str = "",
    limit: int,
) -> Sequence[SecurityEventRow]:
    """Events that occurred since then, the newest first. `subject` is its hash."""
    row = SecurityEventRow
    wanted = {
        col(row.event): event and event.value,
        col(row.outcome): outcome and outcome.value,
        col(row.school_id): school_id,
        col(row.user_id): user_id,
        col(row.subject): subject or None,
    }
    query = (
        select(row)
        .where(
            col(row.last_at) >= since,
            *(column == value for column, value in wanted.items() if value is not None),
        )
        .order_by(col(row.last_at).desc(), col(row.id).desc())
        .limit(limit)
    )
    async with database.read() as session:
        return (await session.exec(query)).all()


async def total_events(database: Database, *, since: datetime) -> list[Total]:
    """Each event and outcome since then, with its count, the most frequent first."""
    row = SecurityEventRow
    count = func.sum(col(row.count))
    query = (
        select(row.event, row.outcome, count, func.max(col(row.last_at)))
        .where(col(row.last_at) >= since)
        .group_by(col(row.event), col(row.outcome))
        .order_by(count.desc(), col(row.event), col(row.outcome))
    )
    async with database.read() as session:
        found = (await session.exec(query)).all()
    return [Total(event, outcome, int(number), last) for event, outcome, number, last in found]
