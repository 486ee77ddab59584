"""Early warnings: a table of what is noticed, and of what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assembly_ui.connector.status import Facts, Status, derive_status
from assembly_ui.connector.warnings import Warn, early_warnings, working_days
from tests.unit.connector.test_status import CONNECTED

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
FRIDAY, MONDAY = NOW - 3 * DAY, NOW

TABLE: list[tuple[str, dict[str, Any], list[Warn]]] = [
    ("nothing happened", {}, []),
    ("fresh data", CONNECTED | {"collected_at": NOW - 48 * HOUR}, []),
    ("no word of its age", CONNECTED, []),
    ("stale data", CONNECTED | {"collected_at": NOW - 48 * HOUR - SECOND}, [Warn.STALE_DATA]),
    (
        "stale data of a school that is paused says nothing new",
        CONNECTED | {"collected_at": NOW - 9 * DAY, "paused_at": NOW},
        [],
    ),
    ("invited two days ago", {"invited_at": NOW - 2 * DAY}, []),
    ("invited three days ago", {"invited_at": NOW - 3 * DAY}, [Warn.UNANSWERED]),
    (
        "invited again after a withdrawal, and unanswered",
        {"withdrawn_at": NOW - 9 * DAY, "authorised_at": NOW - 20 * DAY}
        | {"invited_at": NOW - 4 * DAY},
        [Warn.UNANSWERED],
    ),
    (
        "withdrawn long after the invitation",
        {"withdrawn_at": NOW, "authorised_at": NOW - 20 * DAY, "invited_at": NOW - 21 * DAY},
        [],
    ),
    ("in the queue since Friday", {"authorised_at": FRIDAY}, []),
    ("in the queue since Wednesday", {"authorised_at": NOW - 5 * DAY}, [Warn.LONG_INSTALLATION]),
    ("installed", {"authorised_at": NOW - 9 * DAY, "installed_at": NOW}, []),
    (
        "without School",
        CONNECTED | {"scopes": "Student,Staff", "scopes_asked": "School,Student"},
        [Warn.NO_SCHOOL_SCOPE],
    ),
    ("SchoolLite will do", CONNECTED | {"scopes": "SchoolLite"}, []),
    (
        "less than was asked for",
        CONNECTED | {"scopes": "School", "scopes_asked": "School,Photos,Staff"},
        [Warn.SCOPES_LEFT_OUT],
    ),
    ("all that was asked for", CONNECTED | {"scopes": "School", "scopes_asked": "School"}, []),
    (
        "a secret we cannot read, with a token in its place",
        CONNECTED | {"secret_unreadable_at": NOW},
        [Warn.SECRET_UNREADABLE],
    ),
    (
        "a secret we cannot read is the problem itself",
        CONNECTED | {"secret_unreadable_at": NOW - HOUR, "problem_at": NOW - HOUR},
        [],
    ),
]


@pytest.mark.parametrize(("facts", "kinds"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_what_is_noticed(facts: dict[str, Any], kinds: list[Warn]) -> None:
    assert [warning.kind for warning in early_warnings(Facts(**facts), NOW)] == kinds


def test_everything_there_is_to_notice_is_in_the_table() -> None:
    assert {kind for _, _, kinds in TABLE for kind in kinds} == set(Warn)


def test_a_warning_leaves_the_badge_as_it_is() -> None:
    facts = Facts(**CONNECTED, collected_at=NOW - 9 * DAY)
    assert derive_status(facts, NOW) is Status.CONNECTED


def test_what_was_left_out_is_named() -> None:
    facts = Facts(**CONNECTED, scopes="School", scopes_asked="School,Photos,Staff")
    (warning,) = early_warnings(facts, NOW)
    assert warning.names == ("Photos", "Staff")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (FRIDAY, MONDAY, DAY),
        (MONDAY, MONDAY, timedelta()),
        (MONDAY, MONDAY + 7 * DAY, 5 * DAY),
        (FRIDAY + DAY, MONDAY - DAY, timedelta()),
        (MONDAY, MONDAY + HOUR, HOUR),
    ],
)
def test_working_days_leave_out_the_weekend(
    start: datetime, end: datetime, days: timedelta
) -> None:
    assert working_days(start, end) == days
