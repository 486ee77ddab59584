"""SchoolBooking's decisions: what to keep, which lessons fall where, when to look again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from simulators.schoolbooking import log_texts, poll_schedule, record_mappers, weekly_lessons
from simulators.schoolbooking.models import Link
from simulators.schoolbooking.oauth import challenge_of
from simulators.schoolbooking.poll_schedule import Reading, Status
from simulators.schoolbooking.token_store import TokenCipher
from tests.factories.schoolbooking import LESSON, a_day

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
SECOND = timedelta(seconds=1)


def _link(**facts: Any) -> Link:
    return Link(
        **{"account_id": 1, "school_id": 7, "connected_at": NOW, "scopes": ["school"]} | facts
    )


def test_rooms_are_in_the_order_people_expect() -> None:
    names = ["Room 10", "Hall", "room 2"]
    records = [record_mappers.room({"name": name}) for name in names]
    records.sort(key=lambda record: record["sorted_by"])
    assert [record["name"] for record in records] == ["Hall", "room 2", "Room 10"]


def test_the_challenge_is_that_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_locker_opens_what_it_locked_and_nothing_else() -> None:
    locked = TokenCipher("secret").lock("token")
    assert TokenCipher("secret").unlock(locked) == "token"
    assert TokenCipher("other").unlock(locked) == TokenCipher("secret").unlock("") == ""


@pytest.mark.parametrize("trim", record_mappers.TRIMS.values())
def test_any_field_may_be_missing_or_null(trim: Any) -> None:
    fields = ("title", "name", "emails", "supervisors", "student_ids", "subject", "start_date")
    assert trim({"id": 1}) == trim({"id": 1, **dict.fromkeys(fields)})


def test_a_lesson_falls_on_its_day_and_no_other() -> None:
    days = ["2026-11-24", "2026-12-01"]
    timetable = {"days": [a_day(1, "Tuesday", days, [LESSON])]}
    week = weekly_lessons.week_of([timetable], MONDAY)
    assert [day["date"] for day in week["days"]] == ["2026-11-24"]
    (lesson,) = weekly_lessons.lessons_of(week)
    assert lesson == {
        "id": 901,
        "group": "9A/Ma1",
        "subject": "Maths",
        "rooms": [21],
        "teachers": [11],
        "type": "Scheduled",
    }
    later = weekly_lessons.week_of([timetable], MONDAY + weekly_lessons.WEEK)
    assert weekly_lessons.lessons_of(later) == []
    assert [day["date"] for day in later["days"]] == ["2026-12-01"]


def test_a_lesson_at_midnight_in_summer_is_on_the_british_day() -> None:
    assert weekly_lessons.day_of("2026-06-01T23:30:00Z") == date(2026, 6, 2)
    assert weekly_lessons.day_of("2026-06-01") == date(2026, 6, 1)
    assert weekly_lessons.day_of("2026-06-01T00:00:00") == date(2026, 6, 1)
    assert weekly_lessons.day_of(None) is None


def test_a_room_has_its_own_lessons_and_is_free_else() -> None:
    timetable = {"days": [a_day(1, "Tuesday", ["2026-11-24"], [LESSON])]}
    week = weekly_lessons.week_of([timetable], MONDAY)
    (day,) = weekly_lessons.in_room(week, 21)
    assert [len(period["lessons"]) for period in day["periods"]] == [1, 0]
    (day,) = weekly_lessons.in_room(week, 22)
    assert [len(period["lessons"]) for period in day["periods"]] == [0, 0]


@pytest.mark.parametrize(
    ("starts", "ends", "covered"),
    [
        ("2026-09-01", "2027-07-20", True),
        ("2026-11-29", "", True),
        ("2026-11-30", "", False),
        ("", "2026-11-23", True),
        ("", "2026-11-22", False),
    ],
)
def test_which_timetable_says_something_about_a_week(starts: str, ends: str, covered: bool) -> None:
    assert weekly_lessons.covers({"starts": starts, "ends": ends}, MONDAY) is covered


READ = {"whole_at": NOW, "synced_at": NOW, "changed_at": NOW}


@pytest.mark.parametrize(
    ("facts", "status", "reading"),
    [
        ({}, Status(None, None), Reading.NOTHING),
        ({}, Status(NOW, NOW), Reading.WHOLE),
        (READ, Status(NOW, NOW), Reading.NOTHING),
        (READ, Status(NOW + SECOND, NOW), Reading.CHANGES),
        (READ, Status(NOW, NOW + SECOND), Reading.CHANGES),
        (READ | {"asked_at": NOW}, Status(NOW, NOW), Reading.WHOLE),
        (READ | {"scopes": []}, Status(NOW, NOW), Reading.WHOLE),
        (READ | {"whole_at": NOW - timedelta(hours=25)}, Status(NOW, NOW), Reading.WHOLE),
    ],
)
def test_how_much_is_read(facts: dict[str, Any], status: Status, reading: Reading) -> None:
    assert poll_schedule.how_much(_link(**facts), status, ["school"], NOW) is reading


@pytest.mark.parametrize(
    ("facts", "wait"),
    [
        ({"awaiting_since": NOW}, poll_schedule.WAITING),
        ({"awaiting_since": NOW - timedelta(hours=1)}, poll_schedule.UNSYNCED),
        ({"watched_at": NOW}, poll_schedule.WATCHED),
        ({"synced_at": NOW}, poll_schedule.SETTLED),
    ],
)
def test_when_it_is_looked_at_again(facts: dict[str, Any], wait: timedelta) -> None:
    assert poll_schedule.next_look(_link(**facts), NOW) == NOW + wait


def test_a_sync_is_awaited_until_one_ends_after_the_grant() -> None:
    link = _link(awaiting_since=NOW + SECOND / 2)
    assert poll_schedule.still_awaited(link, None) == link.awaiting_since
    assert poll_schedule.still_awaited(link, NOW - SECOND) == link.awaiting_since
    # Told in whole seconds, it may seem to have ended just before.
    assert poll_schedule.still_awaited(link, NOW) is None


def test_failures_make_it_wait_longer_up_to_ten_minutes() -> None:
    waits = [poll_schedule.backoff(failures) for failures in (1, 2, 3, 50)]
    assert waits == [5 * SECOND, 10 * SECOND, 20 * SECOND, timedelta(minutes=10)]


def test_the_log_counts_in_words() -> None:
    assert log_texts.changed({"rooms": 1, "groups": 0, "lessons": 1204}) == (
        "Sync complete: 1 room and 1,204 lessons new or changed."
    )
    assert log_texts.changed({}) == "Sync complete: nothing has changed."
    assert log_texts.shared_differently(["contacts.basic", "another"], ["students.basic"]) == (
        "The school changed what it shares. It now also shares: another and parents’ and carers’ "
        "names. It no longer shares: pupils’ names and year groups."
    )
