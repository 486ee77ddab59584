"""When a school is synced again. Pure but for the jitter it is given."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=1)
WAITING = timedelta(minutes=15)
"""How long until a school that cannot be read is looked at again, should no one tell us."""


@dataclass(frozen=True)
class Pace:
    """How often a school is synced by itself, and how long syncs are kept."""

    every: timedelta = timedelta(hours=24)
    kept: timedelta = timedelta(days=90)
    jitter: random.Random = field(default_factory=random.Random)

    def next_sync(self, last: datetime | None, now: datetime) -> datetime:
        """When it is synced by itself, last having been synced well then."""
        return now if last is None else last + self.every * self._about()

    def retry(self, failures: int, now: datetime, retry_at: datetime | None) -> datetime:
        """When it is tried again after so many failures in a row."""
        doubled = FIRST_RETRY * 2 ** min(failures - 1, 12)
        due_at = now + min(doubled, LONGEST_RETRY, self.every) * self._about()
        return max(due_at, retry_at or due_at)

    def _about(self) -> float:
        return 0.9 + 0.2 * self.jitter.random()
