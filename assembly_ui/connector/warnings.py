"""What is worth knowing before it becomes a problem. Pure: facts in, warnings out.

The badge stays as it is; each warning says what is noticed and since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from assembly_ui.connector.layers import NEEDED_SCOPES
from assembly_ui.connector.scopes import named
from assembly_ui.connector.status import Facts, Phase, Status, derive_status

STALE_AFTER = timedelta(hours=48)
UNANSWERED_AFTER = timedelta(days=3)
LONGEST_QUEUE_DAYS = 2
"""In working days."""

SATURDAY = 5


class Warn(StrEnum):
    """What is noticed."""

    STALE_DATA = "stale_data"
    UNANSWERED = "unanswered"
    LONG_INSTALLATION = "long_installation"
    NO_SCHOOL_SCOPE = "no_school_scope"
    SCOPES_LEFT_OUT = "scopes_left_out"
    SECRET_UNREADABLE = "secret_unreadable"


@dataclass(frozen=True)
class EarlyWarning:
    """One thing noticed. `names` are the scopes it is about."""

    kind: Warn
    since: datetime | None = None
    names: tuple[str, ...] = ()


def early_warnings(facts: Facts, now: datetime) -> list[EarlyWarning]:
    """Everything worth knowing now, in the order in which a connection is made."""
    status = derive_status(facts, now)
    noticed = [_unanswered(facts, now), _secret(facts, status), *_scopes(facts, status)]
    noticed += [_installation(facts, status, now), _stale(facts, status, now)]
    return [warning for warning in noticed if warning]


def working_days(start: datetime, end: datetime) -> timedelta:
    """The time between, without Saturdays and Sundays."""
    passed, day = timedelta(), start
    while day < end:
        midnight = (day + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(midnight, end)
        if day.weekday() < SATURDAY:
            passed += until - day
        day = until
    return passed


def _unanswered(facts: Facts, now: datetime) -> EarlyWarning | None:
    answered = facts.authorised_at and not facts.withdrawn_at
    if facts.invited_at is None or answered or now - facts.invited_at < UNANSWERED_AFTER:
        return None
    if facts.withdrawn_at and facts.withdrawn_at >= facts.invited_at:
        return None
    return EarlyWarning(Warn.UNANSWERED, facts.invited_at)


def _secret(facts: Facts, status: Status) -> EarlyWarning | None:
    # With a token in its place all works on, so no other words on the page tell of it.
    works_on = status.phase in (Phase.WORKING, Phase.BEING_SET_UP)
    unread = facts.secret_unreadable_at
    return EarlyWarning(Warn.SECRET_UNREADABLE, unread) if unread and works_on else None


def _scopes(facts: Facts, status: Status) -> list[EarlyWarning]:
    granted, asked = set(named(facts.scopes)), named(facts.scopes_asked)
    if not granted or status.phase in (Phase.WITHDRAWN, Phase.NOT_BEGUN):
        return []
    if not granted & set(NEEDED_SCOPES):
        return [EarlyWarning(Warn.NO_SCHOOL_SCOPE, facts.authorised_at)]
    left_out = tuple(scope for scope in asked if scope not in granted)
    return [EarlyWarning(Warn.SCOPES_LEFT_OUT, facts.authorised_at, left_out)] if left_out else []


def _installation(facts: Facts, status: Status, now: datetime) -> EarlyWarning | None:
    began = facts.authorised_at
    if began is None or facts.installed_at or status.phase is not Phase.BEING_SET_UP:
        return None
    if facts.withdrawn_at or working_days(began, now) <= timedelta(days=LONGEST_QUEUE_DAYS):
        return None
    return EarlyWarning(Warn.LONG_INSTALLATION, began)


def _stale(facts: Facts, status: Status, now: datetime) -> EarlyWarning | None:
    collected = facts.collected_at
    if not status.works or collected is None or now - collected <= STALE_AFTER:
        return None
    return EarlyWarning(Warn.STALE_DATA, collected)
