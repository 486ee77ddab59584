"""Settles presses of Grant Access whose process died before it recorded the outcome.

A press reserves the school (`Connection.inviting_until`), calls Xporter on Demand and
records what came of it. A process that is killed in between leaves the reservation, and
nothing tells whether Xporter on Demand sent its email: it has no call that lists
invitations. So the invitation is never repeated here. It is recorded as unconfirmed, the
school's pages are told, and an admin decides after looking into the mailbox.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import col, select

from assembly_ui.connector import timeline
from assembly_ui.connector.facts import connection_of
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, announce
from assembly_ui.pubsub.topics import school_topic

log = structlog.get_logger()

RESERVATION = timedelta(seconds=60)
"""How long a press holds the school; the call to Xporter on Demand gives up before."""

INTERRUPTED = "interrupted"
"""`Connection.invite_failure` of a press whose outcome was never recorded."""

# A range, unlike IS NOT NULL, is looked up in an index by either database.
_EVER = datetime(1, 1, 2, tzinfo=UTC)


async def settle_interrupted(database: Database, *, now: datetime) -> int:
    """Record every press whose reservation has lapsed as unconfirmed; returns how many."""
    lapsed = (
        select(Connection.school_id)
        .where(col(Connection.inviting_until) > _EVER, col(Connection.inviting_until) <= now)
        .order_by(col(Connection.inviting_until))
    )
    schools = [school_id for (school_id,) in await database.glance_all(lapsed)]
    return sum([await _settle(database, school_id, now) for school_id in schools])


async def next_lapse(database: Database) -> datetime | None:
    """When the next reservation lapses; the past if one has already."""
    query = (
        select(Connection.inviting_until)
        .where(col(Connection.inviting_until) > _EVER)
        .order_by(col(Connection.inviting_until))
        .limit(1)
    )
    row = await database.glance(query)
    return row[0] if row else None


async def _settle(database: Database, school_id: int, now: datetime) -> bool:
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        lapsed_at = connection.inviting_until
        if lapsed_at is None or lapsed_at > now:
            # Its process was alive after all, or another process settled it.
            return False
        connection.inviting_until = None
        authorised_at = connection.authorised_at
        if authorised_at is None or authorised_at < lapsed_at - RESERVATION:
            connection.invite_failed_at, connection.invite_failure = lapsed_at, INTERRUPTED
            kind = timeline.Kind.INVITATION_REFUSED
            timeline.add(session, kind, school_id=school_id, at=lapsed_at, why=INTERRUPTED)
        announce(session, school_topic(school_id))
    log.warning("grant_access.interrupted", school_id=school_id)
    return True
