"""When to look at a school again, and how much to read when looking. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from simulators.schoolbooking.models import Link

WAITING = timedelta(seconds=2)
WATCHED = timedelta(seconds=3)
UNSYNCED = timedelta(seconds=30)
SETTLED = timedelta(minutes=10)
WATCHED_FOR = timedelta(minutes=3)
AWAITED_FOR = timedelta(minutes=3)
WHOLE_EVERY = timedelta(days=1)
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=10)
# Assembly tells its times in whole seconds.
ROUNDING = timedelta(seconds=1)


class Reading(StrEnum):
    """How much is read."""

    NOTHING = "nothing"
    CHANGES = "changes"
    WHOLE = "whole"


@dataclass(frozen=True)
class Status:
    """What `/school/status` says: when Assembly's own sync last ended, and changed anything."""

    synced_at: datetime | None
    changed_at: datetime | None

    @classmethod
    def read(cls, body: dict[str, Any]) -> Status:
        """From its JSON."""
        return cls(_moment(body.get("last_sync_at")), _moment(body.get("last_changes_at")))


def how_much(link: Link, status: Status, scopes: Collection[str], now: datetime) -> Reading:
    """How much of a school must be read.

    Removed records are only missed by reading everything, so that is done once a day.
    """
    if status.synced_at is None:
        return Reading.NOTHING
    is_old = link.whole_at is None or now - link.whole_at > WHOLE_EVERY
    is_asked = link.asked_at is not None
    if is_old or is_asked or set(scopes) != set(link.scopes):
        return Reading.WHOLE
    is_new = (status.synced_at, status.changed_at) != (link.synced_at, link.changed_at)
    return Reading.CHANGES if is_new else Reading.NOTHING


def still_awaited(link: Link, synced_at: datetime | None) -> datetime | None:
    """Since when a sync of Assembly is awaited; None once it is over."""
    if link.awaiting_since and synced_at and synced_at > link.awaiting_since - ROUNDING:
        return None
    return link.awaiting_since


def is_awaited(link: Link, now: datetime) -> bool:
    """Whether news may come any moment."""
    return link.awaiting_since is not None and now - link.awaiting_since < AWAITED_FOR


def next_look(link: Link, now: datetime) -> datetime:
    """When to look again, after a look that went well."""
    if is_awaited(link, now):
        return now + WAITING
    if link.watched_at and now - link.watched_at < WATCHED_FOR:
        return now + WATCHED
    return now + (SETTLED if link.synced_at else UNSYNCED)


def backoff(failures: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return min(FIRST_BACKOFF * 2 ** min(failures - 1, 10), LONGEST_BACKOFF)


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
