"""When to look at a connection again. Pure but for the jitter it is given.

Seconds while someone is looking at a school that is being set up, minutes
while nobody is, hours once it is settled, further and further apart while it
fails (architecture rule 8). A withdrawn connection is asked about less and less
often, but never given up: a "no" may have been a mistake of the service.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assembly_ui.clock import is_recent
from assembly_ui.connector.models import Connection
from assembly_ui.connector.status import Phase, Status

LOOKED_AT = timedelta(seconds=60)
LONGEST_BACKOFF = timedelta(minutes=30)
LONGEST_WITHDRAWN = timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """How often to look; `jitter` returns 0..1 and spreads schools apart."""

    onboarding: timedelta
    settled: timedelta
    unattended: timedelta = timedelta(minutes=2)
    paused: timedelta = timedelta(minutes=15)
    jitter: random.Random = field(default_factory=random.Random)


def next_check(
    connection: Connection, status: Status, now: datetime, pace: Pace
) -> datetime | None:
    """The next check, or None when there is nothing to ask about."""
    if not connection.has_key:
        return None
    due_at = now + _wait(connection, status, now, pace) * (0.9 + 0.2 * pace.jitter.random())
    return max(due_at, connection.held_until or due_at)


def is_looked_at(connection: Connection, now: datetime) -> bool:
    """Whether somebody has the school's page open, or had it moments ago."""
    return is_recent(connection.watched_at, now, LOOKED_AT)


def _wait(connection: Connection, status: Status, now: datetime, pace: Pace) -> timedelta:
    looked_at = is_looked_at(connection, now)
    if connection.withdrawn_at:
        return min(max(pace.settled, now - connection.withdrawn_at), LONGEST_WITHDRAWN)
    if connection.failures:
        backoff = min(pace.onboarding * 2 ** min(connection.failures - 1, 12), LONGEST_BACKOFF)
        return min(backoff, pace.onboarding * 2) if looked_at else backoff
    if status.works:
        return pace.settled
    if looked_at:
        return pace.onboarding
    return pace.paused if status.phase is Phase.PAUSED else pace.unattended
