"""Counters and a log of calls, as Usage and Logs tell of them.

Kept in memory and written at most every few seconds, so that a call costs no
write. What a killed process had not written is not counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select

from assembly_ui.db.database import Database, Session
from simulators.xporter.models import LoggedCall, Used

WRITTEN_EVERY = timedelta(seconds=5)
MOST_LOGGED = 1000

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Noted:
    """One call, as it is logged."""

    estab: str
    endpoint: str
    status: int
    milliseconds: float
    at: datetime


class Usage:
    """The calls of one application in this process that are not written yet."""

    def __init__(self, database: Database, relying_party: str) -> None:
        self._database = database
        self._relying_party = relying_party
        self._noted: list[Noted] = []
        self._written_at: datetime | None = None

    async def note(self, call: Noted) -> None:
        """Count and log a call."""
        self._noted.append(call)
        self._written_at = self._written_at or call.at
        if call.at - self._written_at >= WRITTEN_EVERY:
            await self.write(call.at)

    async def write(self, now: datetime) -> None:
        """Write what was noted since the last time."""
        noted, self._noted, self._written_at = self._noted, [], now
        if not noted:
            return
        counted = Counter((call.estab, call.at.date()) for call in noted)
        async with self._database.transaction() as session:
            for (estab, day), calls in sorted(counted.items()):
                await self._count(session, estab, day, calls)
            session.add_all(self._row(call) for call in noted[-MOST_LOGGED:])
            await session.flush()
            newest = (await session.exec(select(func.max(LoggedCall.id)))).one() or 0
            await session.exec(delete(LoggedCall).where(col(LoggedCall.id) <= newest - MOST_LOGGED))

    async def counted(self, estab: str, now: datetime) -> Rows:
        """What Usage answers: of a school, or of all of them for ""."""
        await self.write(now)
        query = select(Used).where(Used.relying_party == self._relying_party)
        if estab:
            query = query.where(Used.estab == estab)
        async with self._database.read() as session:
            rows = (await session.exec(query.order_by(col(Used.estab), col(Used.day)))).all()
        schools: dict[str, list[Used]] = {}
        for row in rows:
            schools.setdefault(row.estab, []).append(row)
        return [self._school(name, days, now.date()) for name, days in schools.items()]

    async def logged(
        self, estab: str, *, tracking_id: str, starting_at: int, take: int, now: datetime
    ) -> Rows:
        """What Logs answers, newest first."""
        await self.write(now)
        query = select(LoggedCall).where(LoggedCall.relying_party == self._relying_party)
        if estab:
            query = query.where(LoggedCall.estab == estab)
        if tracking_id:
            query = query.where(LoggedCall.tracking_id == tracking_id)
        query = query.order_by(col(LoggedCall.id).desc()).offset(starting_at).limit(take)
        async with self._database.read() as session:
            rows = (await session.exec(query)).all()
        return [
            {
                "TrackingId": row.tracking_id,
                "Estab": row.estab,
                "RP": row.relying_party,
                "Endpoint": row.endpoint,
                "Status": row.status,
                "Milliseconds": round(row.milliseconds, 1),
                "DateTime": row.at.replace(tzinfo=None).isoformat(timespec="milliseconds"),
            }
            for row in rows
        ]

    def _row(self, call: Noted) -> LoggedCall:
        return LoggedCall(
            tracking_id=f"{call.at:%Y%m%d%H%M%S}.{uuid4()}",
            relying_party=self._relying_party,
            estab=call.estab[:7],
            endpoint=call.endpoint[:60],
            status=call.status,
            milliseconds=call.milliseconds,
            at=call.at,
        )

    async def _count(self, session: Session, estab: str, day: date, calls: int) -> None:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = insert(Used).values(
            relying_party=self._relying_party, estab=estab[:7], day=day, calls=calls
        )
        await session.exec(
            row.on_conflict_do_update(
                index_elements=["relying_party", "estab", "day"],
                set_={"calls": col(Used.calls) + row.excluded.calls},
            )
        )

    def _school(self, estab: str, days: list[Used], today: date) -> dict[str, Any]:
        months: Counter[str] = Counter()
        for row in days:
            months[f"{row.day:%Y-%m}"] += row.calls
        area = {
            "Area": "request",
            "Total": sum(months.values()),
            "Today": sum(row.calls for row in days if row.day == today),
            "ThisMonth": months[f"{today:%Y-%m}"],
            "History": [{"month": month, "count": count} for month, count in months.items()],
        }
        return {"Estab": estab, "RP": self._relying_party, "Areas": [area]}
