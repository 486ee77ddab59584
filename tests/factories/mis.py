"""A school's MIS at a moment, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from simulators.school_data import TABLES, Identity, Snapshot, Window, school_at

ESTAB = "3302005"
DATED = {
    "Lessons", "LessonStaff", "LessonRooms", "Calendar", "AttendMarks", "TimetableDayInstances",
    "TTDays", "TTSessions", "TTPeriods", "Conducts", "StudentConducts", "StaffConducts",
    "Achievements", "StudentAchievements", "StaffAchievements", "Behaviour", "StudentBehaviour",
    "StaffBehaviour", "HistoricalAttendanceSummary",
}  # fmt: skip
"""Tables of which a window is read: a row may come into sight without being new."""


def utc(*parts: int) -> datetime:
    """A moment."""
    return datetime(*parts, tzinfo=UTC)


NOON = utc(2026, 11, 25, 12)
moments = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda n: utc(2024, 1, 1) + n * timedelta(minutes=1)
)
gaps = st.sampled_from(
    [
        timedelta(minutes=20),
        timedelta(hours=5),
        timedelta(days=2),
        timedelta(weeks=3),
        timedelta(weeks=20),
        timedelta(weeks=60),
    ]
)

Rows = dict[str, dict[str, Any]]


def an_identity(*, name: str = "King's School", pupils: int = 60, **facts: Any) -> Identity:
    """A school; small, so that tests are quick."""
    return Identity(ESTAB, name, pupils=pupils, **facts)


def a_school(at: datetime = NOON, **facts: Any) -> Snapshot:
    """A school at a moment."""
    return school_at(an_identity(**facts), at)


def around(moment: datetime, days: int = 5) -> Window:
    """Some days before and after a moment."""
    return Window(moment.date() - timedelta(days=days), moment.date() + timedelta(days=days))


def every_table(school: Snapshot, window: Window) -> dict[str, Rows]:
    """All tables by name, each by Id."""
    return {name: by_id(school.table(name, window)) for name in TABLES}


@lru_cache(maxsize=16)
def rows_of(school: Snapshot, name: str, window: Window | None = None) -> list[dict[str, Any]]:
    """A table that tests share, so that it is made once; to be read, not changed."""
    return school.table(name, window)


def by_id(rows: list[dict[str, Any]]) -> Rows:
    """Rows by Id; the Id is the row's own."""
    found = {row["Id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def content(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the time of its last change."""
    return {name: value for name, value in row.items() if name != "LastUpdated"}


def ids(school: Snapshot, table: str, column: str = "Id", **wanted: Any) -> set[str]:
    """Values of a column of the rows that have what is wanted."""
    rows = rows_of(school, table)
    return {row[column] for row in rows if all(row[key] == want for key, want in wanted.items())}
