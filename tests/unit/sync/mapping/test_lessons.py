"""A lesson is as the timetable plans it, unless the day says that somebody else teaches it,
or that it is elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.sync.mapping import Chosen
from assembly_ui.sync.mapping.lessons import make_lessons
from assembly_ui.sync.mapping.timetables import make_rooms, make_timetables
from tests.unit.sync.mapping.read_school import Numbers, Read, Rows

MODEL: Rows = {
    ("TimetableModel", "Timetables"): [{"Id": "T", "Name": "Autumn", "DaysPerCycle": 10}],
    ("TimetableModel", "TimetableDays"): [
        {"Id": "D", "TimetableId": "T", "Name": "MonA", "DayNumber": 1}
    ],
    ("TimetableModel", "TimetablePeriods"): [
        {"Id": "P", "DayId": "D", "Name": "MonA:1", "StartTime": "09:00", "EndTime": "09:55"}
    ],
    ("TimetableModel", "TimetableLessons"): [{"Id": "L", "PeriodId": "P"}],
    ("TimetableModel", "LessonClasses"): [{"Id": "LC", "LessonId": "L", "ClassId": "C"}],
    ("TimetableModel", "LessonStaff"): [{"Id": "LS", "LessonId": "L", "StaffId": "1"}],
    ("TimetableModel", "LessonRooms"): [
        {"Id": "LR", "LessonId": "L", "RoomId": "5", "RoomCode": "MA1"}
    ],
    ("Staff", "Staff"): [
        {"Id": "1", "StaffCode": "ABC", "StaffStatus": "Current"},
        {"Id": "2", "StaffCode": "XYZ", "StaffStatus": "Current"},
        {"Id": "3", "StaffCode": "XYZ", "StaffStatus": "Previous"},
    ],
}
PLANNED = {
    "Id": "C.1",
    "PeriodId": "P",
    "ClassId": "C",
    "ClassName": "8B/Ma",
    "StartDateTime": "2026-06-01T09:00:00",
    "EndDateTime": "2026-06-01T09:55:00",
}


def _lesson(rows: Rows | None = None, **dated: Any) -> dict[str, Any]:
    lessons: Rows = {("Timetable", "Lessons"): [{**PLANNED, **dated}]}
    (made,) = make_lessons(Read((MODEL if rows is None else rows) | lessons), Numbers(), Chosen())
    return made.data


def _staff(data: dict[str, Any]) -> list[int]:
    return [one["staff_member_id"] for one in data["supervisors"]]


def _rooms(data: dict[str, Any]) -> list[str]:
    return [one["code"] for one in data["rooms"]]


def test_without_a_word_about_the_day_it_is_as_planned() -> None:
    data = _lesson()
    assert (data["type"], data["_planned"]) == ("Scheduled", None)
    assert _rooms(data) == ["MA1"]
    assert len(_staff(data)) == 1


def test_the_day_saying_the_same_is_as_planned() -> None:
    assert _lesson(StaffCodes="ABC", RoomCodes="MA1")["type"] == "Scheduled"


def test_somebody_else_is_cover_and_the_plan_is_kept() -> None:
    data = _lesson(StaffCodes="XYZ", RoomCodes="MA1")
    assert data["type"] == "StaffCover"
    assert _staff(data) != _staff(data["_planned"])
    assert _rooms(data) == _rooms(data["_planned"]) == ["MA1"]


def test_of_two_with_one_code_who_is_here_teaches() -> None:
    numbers = Numbers()
    current = numbers.of("staff_member", "2")
    lessons: Rows = {("Timetable", "Lessons"): [{**PLANNED, "StaffCodes": "XYZ"}]}
    (made,) = make_lessons(Read(MODEL | lessons), numbers, Chosen())
    assert _staff(made.data) == [current]


def test_cover_by_somebody_unknown_is_cover_all_the_same() -> None:
    data = _lesson(StaffCodes="SUPPLY")
    assert (data["type"], data["supervisors"]) == ("StaffCover", [])


def test_another_room_is_cover_of_the_room() -> None:
    data = _lesson(StaffCodes="ABC", RoomCodes="HALL")
    assert (data["type"], _rooms(data)) == ("RoomCover", ["HALL"])


def _shared_class() -> Rows:
    """A class that two teachers share in two rooms: two lessons of the model in one period."""
    model = "TimetableModel"
    more: Rows = {
        (model, "TimetableLessons"): [{"Id": "M", "PeriodId": "P"}],
        (model, "LessonClasses"): [{"Id": "MC", "LessonId": "M", "ClassId": "C"}],
        (model, "LessonStaff"): [{"Id": "MS", "LessonId": "M", "StaffId": "2"}],
        (model, "LessonRooms"): [{"Id": "MR", "LessonId": "M", "RoomId": "6", "RoomCode": "MA2"}],
    }
    return {of: [*rows, *more.get(of, ())] for of, rows in MODEL.items()}


@pytest.mark.parametrize(
    ("dated", "teachers", "rooms"),
    [
        ({"StaffCodes": "ABC,XYZ", "RoomCodes": "MA1,MA2"}, 2, ["MA1", "MA2"]),
        ({}, 2, ["MA1", "MA2"]),
        ({"StaffCodes": "ABC,XYZ"}, 2, ["MA1", "MA2"]),
        # One dated lesson for each of the two.
        ({"StaffCodes": "ABC", "RoomCodes": "MA1"}, 1, ["MA1"]),
        ({"StaffCodes": "XYZ"}, 1, ["MA2"]),
        ({"RoomCodes": "MA2"}, 1, ["MA2"]),
    ],
)
def test_a_class_of_two_teachers_in_two_rooms_is_planned_with_both(
    dated: dict[str, str], teachers: int, rooms: list[str]
) -> None:
    data = _lesson(_shared_class(), **dated)
    assert (data["type"], data["_planned"]) == ("Scheduled", None)
    assert (len(_staff(data)), _rooms(data)) == (teachers, rooms)


@pytest.mark.parametrize(
    ("dated", "type_", "teachers", "rooms"),
    [
        # Somebody else stands in for one of the two, in her room or beside the other.
        ({"StaffCodes": "SUPPLY", "RoomCodes": "MA1"}, "StaffCover", 1, ["MA1"]),
        ({"StaffCodes": "DEF,XYZ", "RoomCodes": "MA1,MA2"}, "StaffCover", 2, ["MA1", "MA2"]),
        ({"StaffCodes": "XYZ", "RoomCodes": "HALL"}, "RoomCover", 1, ["MA2"]),
        ({"StaffCodes": "SUPPLY", "RoomCodes": "HALL"}, "StaffCover", 2, ["MA1", "MA2"]),
    ],
)
def test_cover_in_a_shared_class_is_cover_of_the_lesson_it_is_for(
    dated: dict[str, str], type_: str, teachers: int, rooms: list[str]
) -> None:
    rows = _shared_class()
    rows["Staff", "Staff"] = [*rows["Staff", "Staff"], {"Id": "4", "StaffCode": "DEF"}]
    data = _lesson(rows, **dated)
    assert data["type"] == type_
    assert (len(_staff(data["_planned"])), _rooms(data["_planned"])) == (teachers, rooms)


@given(st.data())
def test_whoever_is_planned_is_no_cover_in_whatever_order_rows_come(data: st.DataObject) -> None:
    lessons = data.draw(
        st.lists(
            st.tuples(st.sets(st.integers(1, 4), min_size=1), st.sets(st.integers(1, 4))),
            min_size=1,
            max_size=4,
        )
    )
    model = "TimetableModel"
    numbered = list(enumerate(lessons))
    rows = MODEL | {
        ("Staff", "Staff"): [{"Id": f"s{n}", "StaffCode": f"T{n}"} for n in range(1, 5)],
        (model, "TimetableLessons"): [{"Id": f"L{n}", "PeriodId": "P"} for n, _ in numbered],
        (model, "LessonClasses"): [{"LessonId": f"L{n}", "ClassId": "C"} for n, _ in numbered],
        (model, "LessonStaff"): [
            {"LessonId": f"L{n}", "StaffId": f"s{key}"} for n, (who, _) in numbered for key in who
        ],
        (model, "LessonRooms"): [
            {"LessonId": f"L{n}", "RoomId": f"r{key}", "RoomCode": f"R{key}"}
            for n, (_, where) in numbered
            for key in where
        ],
    }
    shuffled = {of: data.draw(st.permutations(of_table)) for of, of_table in rows.items()}
    some = data.draw(st.lists(st.sampled_from(lessons), min_size=1))
    staff = sorted({key for who, _ in some for key in who})
    held_in = sorted({key for _, where in some for key in where})
    dated = {
        "StaffCodes": ",".join(f"T{key}" for key in staff),
        "RoomCodes": ",".join(f"R{key}" for key in held_in),
    }
    made = _lesson(shuffled, **dated)
    assert (made["type"], len(_staff(made))) == ("Scheduled", len(staff))
    assert _staff(made) == _staff(_lesson(rows, **dated))
    everybody = _lesson(shuffled)
    assert len(_staff(everybody)) == len({key for who, _ in lessons for key in who})


def test_a_room_that_only_a_day_names_is_a_room() -> None:
    lessons: Rows = {("Timetable", "Lessons"): [{**PLANNED, "RoomCodes": "HALL,MA1"}]}
    made = list(make_rooms(Read(MODEL | lessons), Numbers(), Chosen()))
    assert [(one.key, one.label) for one in made] == [("5", "MA1"), ("code HALL", "HALL")]


def test_a_lesson_that_nobody_planned_is_as_the_day_has_it() -> None:
    data = _lesson(PeriodId="Q", StaffCodes="XYZ", RoomCodes="HALL")
    assert (data["type"], _rooms(data)) == ("Scheduled", ["HALL"])
    assert (data["_timetable_id"], data["_day_id"], data["_period_id"]) == (None, None, None)


def test_who_teaches_is_null_where_staff_may_not_be_known() -> None:
    without = {of: rows for of, rows in MODEL.items() if of[0] != "Staff"}
    data = _lesson(without)
    assert (data["type"], data["supervisors"]) == ("Scheduled", None)


def test_in_summer_nine_in_london_is_eight_in_utc() -> None:
    data = _lesson()
    assert (data["start_date"], data["end_date"]) == (
        "2026-06-01T08:00:00Z",
        "2026-06-01T08:55:00Z",
    )
    assert _lesson(StartDateTime="2026-12-01T09:00:00")["start_date"] == "2026-12-01T09:00:00Z"


@pytest.mark.parametrize("row", [{"Id": ""}, {"StartDateTime": None}, {"StartDateTime": "noon"}])
def test_what_has_no_key_or_no_time_is_no_lesson(row: dict[str, Any]) -> None:
    rows: Rows = {("Timetable", "Lessons"): [{**PLANNED, **row}]}
    assert list(make_lessons(Read(MODEL | rows), Numbers(), Chosen())) == []


def test_names_of_columns_as_the_documents_have_them_are_understood() -> None:
    renamed = {"LessonId": "TimetableLessonId", "PeriodId": "TimetablePeriodId"}
    renamed |= {"ClassId": "GroupId", "DayId": "TimetableDayId", "Name": "DayName"}
    documented: Rows = {
        of: [{renamed.get(name, name): value for name, value in row.items()} for row in rows]
        for of, rows in MODEL.items()
        if of[0] == "TimetableModel"
    }
    data = _lesson(documented | {("Staff", "Staff"): MODEL["Staff", "Staff"]})
    assert (data["type"], _rooms(data), len(_staff(data))) == ("Scheduled", ["MA1"], 1)
    assert data["_period_id"]


def test_days_are_called_what_people_call_them() -> None:
    (made,) = make_timetables(Read(MODEL), Numbers(), Chosen())
    (day,) = made.data["days"]
    assert (day["short_name"], day["long_name"]) == ("MonA", "Monday A")
    assert (made.data["weeks"], made.data["periods_per_day"]) == (2, 1)


def test_without_a_timetable_there_are_no_lessons_and_no_rooms() -> None:
    nothing = Read({})
    for make in (make_lessons, make_rooms, make_timetables):
        assert list(make(nothing, Numbers(), Chosen())) == []
