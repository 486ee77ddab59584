"""Which schools people look at: their checks come first, and sooner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, update

from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import LOOKED_AT, Pace
from assembly_ui.db.database import Database


async def mark_watched(
    database: Database, *, school_ids: set[int], now: datetime, pace: Pace
) -> None:
    """Note that people look at these schools, bringing a distant check nearer."""
    if not school_ids:
        return
    soon = now + pace.onboarding
    looked_at = col(Connection.school_id).in_(school_ids)
    async with database.transaction() as session:
        await session.exec(update(Connection).where(looked_at).values(watched_at=now))
        await session.exec(
            update(Connection)
            .where(looked_at, _is_unsettled(), _may_come_at(soon), col(Connection.due_at) > soon)
            .values(due_at=soon)
        )


def _is_unsettled() -> ColumnElement[bool]:
    return or_(
        col(Connection.data_at).is_(None),
        col(Connection.school_matches).is_not(True),
        col(Connection.paused_at).is_not(None),
        col(Connection.failures) > 0,
    )


def _may_come_at(moment: datetime) -> ColumnElement[bool]:
    unheld = col(Connection.held_until).is_(None) | (col(Connection.held_until) <= moment)
    return col(Connection.withdrawn_at).is_(None) & unheld


def is_being_looked_at(now: datetime) -> ColumnElement[bool]:
    """Of a row: whether somebody has the school's page open, or had it moments ago."""
    # As `is_recent`: not for an hour after a clock was put back by one.
    watched_at = col(Connection.watched_at)
    return (watched_at > now - LOOKED_AT) & (watched_at < now + LOOKED_AT)
