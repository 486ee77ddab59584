"""Timetables with their lessons, and what is taught in a room."""

from __future__ import annotations

from typing import Any

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.api import a_record, records_of_a_school
from tests.factories.apps import ASchool
from tests.integration.api.rest.conftest import NewApp

Lesson = dict[str, Any]


def _kept(first: str, last: str) -> dict[int, Lesson]:
    lessons = records_of_a_school()["lesson"].items()
    return {number: one for number, one in lessons if first <= one["start_date"][:10] <= last}


def _nested(timetable: dict[str, Any]) -> list[tuple[Any, Any, Lesson]]:
    return [
        (day, period, lesson)
        for day in timetable["days"]
        for period in day["periods"]
        for lesson in period["lessons"]
    ]


async def test_the_list_tells_days_and_periods(app_with: NewApp) -> None:
    app = await app_with("timetables")
    (timetable,) = await app.read("/timetables")
    assert len(timetable["days"]) == 10
    assert "lessons" not in timetable["days"][0]["periods"][0]


async def test_lessons_come_in_their_days_and_periods(app_with: NewApp) -> None:
    app = await app_with("timetables", "timetables.cover", "staff_members.basic")
    week = {"start_date": "2026-11-23", "end_date": "2026-11-27"}
    nested = _nested(await app.read("/timetables/1", **week))
    kept = _kept(*week.values())
    assert {lesson["id"] for _, _, lesson in nested} == set(kept)
    for day, period, lesson in nested:
        assert lesson["start_date"][:10] in day["occurs_on"]
        assert lesson["start_date"][11:16] == period["start_time"]
        assert lesson["supervisors"] == kept[lesson["id"]]["supervisors"]


async def test_without_days_it_is_the_current_week(app_with: NewApp) -> None:
    app = await app_with("timetables")
    timetable = await app.read("/timetables/1")
    assert [day["occurs_on"] for day in timetable["days"]] == [
        [f"2026-11-{day}"] for day in range(23, 28)
    ]
    assert {lesson["id"] for _, _, lesson in _nested(timetable)} == set(
        _kept("2026-11-23", "2026-11-29")
    )


async def test_one_day_is_one_day(app_with: NewApp) -> None:
    app = await app_with("timetables")
    (day,) = (await app.read("/timetables/1", date="2026-11-24"))["days"]
    assert day["occurs_on"] == ["2026-11-24"]


async def test_who_teaches_is_not_told_to_who_may_not_know_staff(app_with: NewApp) -> None:
    app = await app_with("timetables")
    nested = _nested(await app.read("/timetables/1"))
    assert {str(lesson["supervisors"]) for _, _, lesson in nested} == {"None"}


async def test_a_covered_lesson_is_as_planned_to_who_may_not_see_cover(
    database: Database, clock: ManualClock, app_with: NewApp, school: ASchool
) -> None:
    await _move_a_lesson(database, clock, school, to=9002, planned=9001)
    for scopes, room, type_ in (
        (["timetables"], 9001, "Scheduled"),
        (["timetables", "timetables.cover"], 9002, "RoomCover"),
    ):
        app = await app_with(*scopes)
        (lesson,) = await app.read(f"/rooms/{room}/lessons", date="2026-11-25")
        assert (lesson["type"], lesson["rooms"][0]["id"]) == (type_, room)
        assert await app.read(f"/rooms/{18003 - room}/lessons", date="2026-11-25") == []


async def test_the_lessons_of_a_room_come_page_by_page(app_with: NewApp) -> None:
    app = await app_with("timetables", "timetables.cover")
    kept = _kept("2026-11-23", "2026-11-29").values()
    room = next(iter(kept))["rooms"][0]["id"]
    wanted = [one["id"] for one in kept if room in [held["id"] for held in one["rooms"]]]
    first = await app.ask(f"/rooms/{room}/lessons", params={"per_page": 2})
    assert first.headers["Total"] == str(len(wanted))
    second = await app.read(f"/rooms/{room}/lessons", per_page=2, page=2)
    assert [one["id"] for one in first.json() + second] == sorted(wanted)[:4]


async def _move_a_lesson(
    database: Database, clock: ManualClock, school: ASchool, *, to: int, planned: int
) -> None:
    like = next(iter(records_of_a_school()["lesson"].values()))
    lesson = {
        **like,
        "id": 9001,
        "type": "RoomCover",
        "start_date": "2026-11-25T20:00:00Z",
        "rooms": [_room(to)],
        "_planned": {"rooms": [_room(planned)], "supervisors": []},
    }
    async with database.transaction() as session:
        session.add(a_record(school.id, "lesson", 9001, lesson, at=clock()))
        for number in (to, planned):
            session.add(a_record(school.id, "room", number, _room(number), at=clock()))


def _room(number: int) -> dict[str, Any]:
    return {"object": "room", "id": number, "code": "H", "name": "Hall", "description": None}
