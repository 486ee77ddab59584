"""Where time comes from, so that tests and the presenter can drive it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment, always aware and in UTC."""


def system_clock() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


def is_recent(moment: datetime | None, now: datetime, span: timedelta) -> bool:
    """Whether a moment lies less than `span` before `now`, or as little after it.

    A clock that was put back must not make that last until it has caught up.
    """
    return moment is not None and abs(now - moment) < span


class ManualClock:
    """A clock that stands still until it is told to move.

    Used by tests wherever product code asks for a `Clock`.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new time."""
        self._now += by
        return self._now
