"""Times as the API writes them: ISO 8601 in UTC, with Z.

A date alone is written as its midnight in UTC, so that it stays the same date
everywhere. What the school's clocks show is of London.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from assembly_ui.xporter import wire

LONDON = ZoneInfo("Europe/London")


def of_day(day: date | None) -> str | None:
    """A date; None for none."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


@lru_cache(maxsize=8192)
def of_wall(shown: str) -> str | None:
    """What a clock at the school showed, e.g. 2026-06-01T09:00:00; None for what is no time."""
    moment = wire.wall_time(shown)
    return of_moment(moment.replace(tzinfo=LONDON)) if moment else None


def of_moment(moment: datetime) -> str:
    """A moment with zone."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def of_stamp(said: str) -> str | None:
    """When a row was last changed, which comes without zone and is taken for UTC."""
    moment = wire.moment(said)
    return of_moment(moment) if moment else None


@lru_cache(maxsize=512)
def of_clock(day: date, clock: str) -> str | None:
    """A date and a time of day at the school, e.g. 09:00; the date alone without a time."""
    if not clock:
        return of_day(day)
    return of_wall(f"{day.isoformat()}T{clock[:5]}:00") or of_day(day)
