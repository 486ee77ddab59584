"""Rows are read whatever is missing, null, unknown or spelt otherwise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.xporter import wire
from assembly_ui.xporter.endpoints import ENDPOINTS
from assembly_ui.xporter.errors import WrongShape
from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.rows.people import Photo, Staff, Student
from assembly_ui.xporter.rows.timetable import Lesson, TimetableDayInstance

KINDS = sorted(
    {kind for endpoint in ENDPOINTS.values() for kind in endpoint.rows}, key=lambda kind: kind.table
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)

RECORDED: dict[str, Any] = {
    "Id": "3116",
    "XID": "x1",
    "IdaasId": "PL-3116",
    "Forename": "Graham",
    "AdmissionNo": "004367",
    "YearGroup": "Year  4",
    "DateofBirth": "2009-12-10",
    "EntryDate": None,
    "FSMEligible": 1,
    "FsmEndDate": "2017-05-01",
    "FSMEver6": 0,
    "EAL": 0,
    "ServiceChild": "0",
    "GroupIds": "9576,9543, 9555",
    "StudentSiblingIds": "",
    "LastUpdated": "2016-07-22T13:51:54.799",
    "RowHash": "7B5614EBF6AA72362817797CA4CDBC841A7B2156",
    "ANewColumn": {"of": "some kind"},
}


def test_a_recorded_pupil_is_read() -> None:
    student = Student.read(RECORDED)
    assert (student.id, student.xid, student.idaas_id) == ("3116", "x1", "PL-3116")
    assert student.admission_no == "004367"
    assert student.date_of_birth == date(2009, 12, 10)
    assert student.entry_date is None
    assert (student.fsm_eligible, student.fsm_ever6, student.service_child) == (True, False, False)
    assert student.fsm_end_date == date(2017, 5, 1)
    assert student.pupil_premium is None
    assert student.group_ids == ("9576", "9543", "9555")
    assert student.student_sibling_ids == ()
    assert student.upn == ""


@pytest.mark.parametrize("spelling", ["DateofBirth", "DateOfBirth", "dateOfBirth", "DATE_OF_BIRTH"])
def test_a_column_is_found_however_it_is_spelt(spelling: str) -> None:
    assert Student.read({spelling: "2009-12-10"}).date_of_birth == date(2009, 12, 10)


def test_of_two_spellings_the_one_that_says_something_counts() -> None:
    for row in ({"UPN": None, "Upn": "A1"}, {"Upn": "A1", "UPN": None}):
        assert Student.read(row).upn == "A1"


def test_ids_are_strings_even_when_they_come_as_numbers() -> None:
    assert Staff.read({"Id": 2, "StaffCode": 7}).id == "2"


def test_lessons_keep_the_time_on_the_schools_wall() -> None:
    lesson = Lesson.read({"StartDateTime": "2016-06-28T11:35:00", "StaffCodes": "BPA,ABA"})
    assert lesson.start_date_time == datetime(2016, 6, 28, 11, 35)  # noqa: DTZ001
    assert lesson.staff_codes == ("BPA", "ABA")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2017-11-16", date(2017, 11, 16)),
        ("2017-11-16T00:00:00", date(2017, 11, 16)),
        ("2017-11-16T00:00:00.1234567Z", date(2017, 11, 16)),
        ("16-11-2017", date(2017, 11, 16)),
        ("16/11/2017 00:00:00", date(2017, 11, 16)),
        ("0001-01-01T00:00:00", None),
        ("31-02-2017", None),
        ("", None),
        ("soon", None),
        (7.5, None),
        (None, None),
        ([], None),
    ],
)
def test_dates_come_in_two_forms(said: object, day: date | None) -> None:
    assert TimetableDayInstance.read({"Date": said}).date == day


def test_photos_are_not_printed() -> None:
    assert "9j4AAQ" not in repr(Photo.read({"Id": "1", "Photo": "/9j4AAQ=="}))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table)
def test_an_empty_row_says_nothing(kind: type[Row]) -> None:
    row = kind.read({})
    assert row == kind.read(dict.fromkeys(kind.model_fields))
    assert {repr(value) for value in vars(row).values()} <= {"''", "None", "()"}


@settings(deadline=None)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_no_value_whatever_breaks_a_row(kind: type[Row], data: st.DataObject) -> None:
    names = st.sampled_from([*kind.model_fields, "Unknown"])
    row = data.draw(st.dictionaries(names, anything, max_size=5))
    assert isinstance(kind.read(row).id, str)


@pytest.mark.parametrize("value", [None, "row", 7, [], [{}]])
def test_what_is_no_object_is_no_row(value: object) -> None:
    with pytest.raises(WrongShape):
        Student.read(value)


@settings(deadline=None)
@given(st.text())
def test_a_name_means_the_same_the_second_time(name: str) -> None:
    assert wire.same_name(wire.same_name(name)) == wire.same_name(name)
