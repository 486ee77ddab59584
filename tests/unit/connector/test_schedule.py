"""When to look again: a table, and what holds in every case."""

from __future__ import annotations

import inspect
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.connector import inbox
from assembly_ui.connector.callback import LONGEST_VERIFYING
from assembly_ui.connector.grant_access import LONGEST_CALL, RESERVATION
from assembly_ui.connector.health import LONGEST_PROBING, PROBE_LEASE
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import LONGEST_WITHDRAWN, LOOKED_AT, Pace, next_check
from assembly_ui.connector.status import Status
from assembly_ui.connector.watcher import AT_ONCE, LEASE, RENEWED_EVERY
from assembly_ui.xporter.client import XporterClient

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
JUST_LOOKED = {"watched_at": NOW - LOOKED_AT + SECOND}
LOOKED_BEFORE = {"watched_at": NOW - LOOKED_AT}


class Fixed(random.Random):
    """Jitter of a given size."""

    def __init__(self, size: float) -> None:
        super().__init__(0)
        self.size = size

    def random(self) -> float:
        return self.size


def _pace(jitter: float = 0.5) -> Pace:
    return Pace(onboarding=5 * SECOND, settled=3 * HOUR, jitter=Fixed(jitter))


def _wait(facts: dict[str, Any], status: Status, pace: Pace | None = None) -> timedelta | None:
    connection = Connection(**{"school_id": 1, "secret_encrypted": "x"} | facts)
    due_at = next_check(connection, status, NOW, pace or _pace())
    return due_at - NOW if due_at else None


WAITING, CONNECTED = Status.AWAITING_CONNECTION, Status.CONNECTED
PAUSED, WITHDRAWN = Status.ACCESS_PAUSED, Status.ACCESS_WITHDRAWN
PROBLEM = Status.CONNECTION_PROBLEM

TABLE: list[tuple[str, dict[str, Any], Status, timedelta | None]] = [
    ("no secret", {"secret_encrypted": ""}, WAITING, None),
    ("no secret, looked at", {"secret_encrypted": "", **JUST_LOOKED}, WAITING, None),
    ("being set up, looked at", JUST_LOOKED, WAITING, 5 * SECOND),
    ("being set up, looked at a minute ago", LOOKED_BEFORE, WAITING, 2 * MINUTE),
    ("being set up, never looked at", {}, WAITING, 2 * MINUTE),
    ("settled", {}, CONNECTED, 3 * HOUR),
    ("settled, looked at", JUST_LOOKED, CONNECTED, 3 * HOUR),
    ("paused", {}, PAUSED, 15 * MINUTE),
    ("paused, looked at", JUST_LOOKED, PAUSED, 5 * SECOND),
    ("another school, looked at", JUST_LOOKED, PROBLEM, 5 * SECOND),
    ("another school", {}, PROBLEM, 2 * MINUTE),
    ("failed once", {"failures": 1}, CONNECTED, 5 * SECOND),
    ("failed twice", {"failures": 2}, CONNECTED, 10 * SECOND),
    ("failed five times", {"failures": 5}, PROBLEM, 80 * SECOND),
    ("failed for a day", {"failures": 50}, PROBLEM, 30 * MINUTE),
    ("failed beyond counting", {"failures": 10**9}, PROBLEM, 30 * MINUTE),
    ("failed for a day, looked at", {"failures": 50, **JUST_LOOKED}, PROBLEM, 10 * SECOND),
    ("failed while set up", {"failures": 3}, WAITING, 20 * SECOND),
    ("withdrawn just now", {"withdrawn_at": NOW}, WITHDRAWN, 3 * HOUR),
    ("withdrawn, looked at", {"withdrawn_at": NOW, **JUST_LOOKED}, WITHDRAWN, 3 * HOUR),
    ("withdrawn, invited since", {"withdrawn_at": NOW, **JUST_LOOKED}, WAITING, 3 * HOUR),
    ("withdrawn long since", {"withdrawn_at": NOW - 9 * HOUR}, WITHDRAWN, 9 * HOUR),
    ("withdrawn last year", {"withdrawn_at": NOW - 9000 * HOUR}, WITHDRAWN, LONGEST_WITHDRAWN),
    ("asked to wait", {"failures": 1, "held_until": NOW + HOUR}, PROBLEM, HOUR),
    ("asked to wait a little", {"failures": 1, "held_until": NOW + SECOND}, PROBLEM, 5 * SECOND),
]


@pytest.mark.parametrize(
    ("facts", "status", "wait"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_wait_suits_the_situation(
    facts: dict[str, Any], status: Status, wait: timedelta | None
) -> None:
    assert _wait(facts, status) == wait


def test_schools_are_spread_by_a_tenth_in_both_directions() -> None:
    assert _wait({}, CONNECTED, _pace(0)) == 2.7 * HOUR
    assert _wait({}, CONNECTED, _pace(1)) == 3.3 * HOUR


moments = st.none() | st.integers(-(10**6), 10**6).map(lambda seconds: NOW + seconds * SECOND)


@given(
    status=st.sampled_from(Status),
    failures=st.integers(0, 10**6),
    watched_at=moments,
    withdrawn_at=moments,
    held_until=moments,
    jitter=st.floats(0, 1),
)
def test_no_check_is_due_at_once_or_never(
    status: Status, failures: int, jitter: float, **facts: datetime | None
) -> None:
    wait = _wait({"failures": failures, **facts}, status, _pace(jitter))
    assert wait is not None
    assert wait >= 4.5 * SECOND
    held_until = facts["held_until"]
    assert held_until is None or NOW + wait >= held_until


def test_whoever_works_under_a_lease_renews_it_or_stops_before_it_lapses() -> None:
    assert 2 * RENEWED_EVERY < LEASE < timedelta(minutes=1)
    assert inbox.LEASE > LONGEST_VERIFYING
    assert PROBE_LEASE > LONGEST_PROBING
    assert RESERVATION > LONGEST_CALL


def test_checks_leave_room_for_the_calls_of_people() -> None:
    calls_at_once = inspect.signature(XporterClient).parameters["calls_at_once"].default
    assert calls_at_once > AT_ONCE
