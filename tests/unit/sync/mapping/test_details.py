"""What the MIS says is understood as it is meant, and what it does not say stays unsaid."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assembly_ui.sync.mapping import Chosen, Made
from assembly_ui.sync.mapping.attendance import make_attendances
from assembly_ui.sync.mapping.groups import make_groups, make_teaching_groups
from assembly_ui.sync.mapping.making import Make
from assembly_ui.sync.mapping.moments import of_clock, of_day, of_stamp, of_wall
from assembly_ui.sync.mapping.school import make_academic_years, make_events, make_school
from assembly_ui.sync.mapping.staff import make_staff
from assembly_ui.sync.mapping.students import make_contacts, make_students
from assembly_ui.sync.mapping.subjects import make_mis_subjects, make_subjects
from assembly_ui.sync.mapping.years import earlier
from tests.unit.sync.mapping.read_school import Numbers, Read, Rows


def _made(make: Make, rows: Rows, chosen: Chosen | None = None) -> list[Made]:
    return list(make(Read(rows), Numbers(), chosen or Chosen()))


def _data(make: Make, rows: Rows, chosen: Chosen | None = None) -> dict[str, Any]:
    (made,) = _made(make, rows, chosen)
    return made.data


def _student(**said: Any) -> dict[str, Any]:
    return _data(make_students, {("Students", "Students"): [{"Id": "7", **said}]})


def _staff(**said: Any) -> dict[str, Any]:
    return _data(make_staff, {("Staff", "Staff"): [{"Id": "1", **said}]})


def _school(**said: Any) -> dict[str, Any]:
    return _data(make_school, {("SchoolInfo", "SchoolInfo"): [{"Id": "1", **said}]})


@pytest.mark.parametrize(
    ("code", "years", "then"),
    [("8", 1, "7"), ("1", 1, "R"), ("R", 1, None), ("N1", 0, None), ("9", 0, "9")],
)
def test_last_year_everybody_was_a_year_group_below(
    code: str, years: int, then: str | None
) -> None:
    assert earlier(code, years) == then


@pytest.mark.parametrize(
    "said", [2026, "2026", "2026.0", "2026/2027", "2026-27", "2026/27", "Academic Year 2026/2027"]
)
def test_an_academic_year_is_known_by_the_year_it_begins_in(said: Any) -> None:
    rows: Rows = {("SchoolInfo", "SchoolInfo"): [{"Id": "1", "CurrentAcademicYear": said}]}
    assert _data(make_academic_years, rows)["name"] == "2026/2027"


@pytest.mark.parametrize("said", ["", None, "0", 99999, "20265", "this year"])
def test_what_names_no_academic_year_is_none(said: Any) -> None:
    rows: Rows = {("SchoolInfo", "SchoolInfo"): [{"Id": "1", "CurrentAcademicYear": said}]}
    assert _made(make_academic_years, rows) == []


def test_times_are_in_utc_and_dates_stay_the_same() -> None:
    assert of_day(date(2010, 6, 1)) == "2010-06-01T00:00:00Z"
    assert of_wall("2026-07-01T09:00:00") == "2026-07-01T08:00:00Z"
    assert of_wall("2026-01-01T09:00:00") == "2026-01-01T09:00:00Z"
    assert of_clock(date(2026, 7, 1), "19:30") == "2026-07-01T18:30:00Z"
    assert of_clock(date(2026, 7, 1), "") == "2026-07-01T00:00:00Z"
    assert of_clock(date(2026, 7, 1), "late") == "2026-07-01T00:00:00Z"
    assert of_stamp("2026-11-19T14:05:09.1234567") == "2026-11-19T14:05:09Z"
    assert of_day(None) is of_wall("") is of_stamp("never") is None


def test_an_address_is_taken_apart() -> None:
    address = "Millbrook School\r\nLime Gardens\r\nCastlebridge\r\nMarlshire\r\nXX13 1HD"
    data = _school(Name="Millbrook School", EstabId="3281101", Address=address)
    assert (data["street"], data["town"], data["postcode"]) == (
        "Lime Gardens",
        "Castlebridge",
        "XX13 1HD",
    )
    assert (data["la_code"], data["establishment_number"]) == (328, 1101)
    assert data["slug"] == "millbrook-school"


def test_a_school_that_says_nothing_is_a_school() -> None:
    data = _school()
    assert {value for name, value in data.items() if name != "object"} == {None}


def test_an_estab_of_another_country_is_no_dfe_number() -> None:
    assert _school(EstabId="W12")["la_code"] is None


def _year(*events: dict[str, Any]) -> dict[str, Any]:
    rows: Rows = {
        ("SchoolInfo", "SchoolInfo"): [{"Id": "1", "CurrentAcademicYear": "2026"}],
        ("Calendar", "Calendar"): [{"Id": str(n), **one} for n, one in enumerate(events)],
    }
    return _data(make_academic_years, rows)


def _holiday(first: str, last: str, kind: str = "Holiday") -> dict[str, Any]:
    return {"EventType": kind, "StartDate": first, "EndDate": last}


CHRISTMAS = _holiday("2026-12-12", "2027-01-04")
EASTER = _holiday("2027-03-20", "2027-04-05")
SUMMER = _holiday("2027-07-10", "2027-08-31")


def test_terms_are_what_holidays_leave_of_the_year() -> None:
    half_term = _holiday("2026-10-19", "2026-10-30", "HalfTerm")
    terms = _year(SUMMER, half_term, EASTER, CHRISTMAS)["terms"]
    assert [(one["name"], one["start_date"][:10], one["end_date"][:10]) for one in terms] == [
        ("Autumn", "2026-09-01", "2026-12-11"),
        ("Spring", "2027-01-05", "2027-03-19"),
        ("Summer", "2027-04-06", "2027-07-09"),
    ]


def test_terms_of_other_numbers_are_counted() -> None:
    assert [one["name"] for one in _year(CHRISTMAS, SUMMER)["terms"]] == ["Term 1", "Term 2"]
    overlapping = _year(CHRISTMAS, _holiday("2026-12-20", "2026-12-28"), SUMMER)["terms"]
    assert len(overlapping) == 2


def test_without_a_calendar_terms_are_not_known() -> None:
    assert _year()["terms"] is None
    assert _year({"EventType": "SchoolEvent", "StartDate": "2026-11-20"})["terms"] == []


@pytest.mark.parametrize(
    ("said", "type_"),
    [
        ("SchoolEvent", "Event"),
        ("PublicHoliday", "Holiday"),
        ("HalfTerm", "Holiday"),
        ("StaffTraining", "Inset"),
        ("Staff meeting", "Meeting"),
        (None, "Event"),
    ],
)
def test_events_are_of_four_kinds(said: str | None, type_: str) -> None:
    row = {"Id": "1", "EventType": said, "Description": "x", "StartDate": "2026-11-20"}
    assert _data(make_events, {("Calendar", "Calendar"): [row]})["type"] == type_


def test_an_event_of_the_documents_has_times_and_a_description_for_a_name() -> None:
    row = {
        "Id": "1",
        "Type": "SchoolEvent",
        "Description": "Concert",
        "StartDate": "2026-06-20",
        "StartTime": "19:00",
        "EndDate": "2026-06-20",
        "EndTime": "21:30",
    }
    data = _data(make_events, {("Calendar", "Calendar"): [row]})
    assert (data["name"], data["start_date"], data["end_date"]) == (
        "Concert",
        "2026-06-20T18:00:00Z",
        "2026-06-20T20:30:00Z",
    )


def test_columns_may_be_spelt_otherwise() -> None:
    assert _student(dateOfBirth="2012-05-31")["dob"] == "2012-05-31T00:00:00Z"
    assert _student(first_language="Welsh")["languages"]["first_language_name"] == "Welsh"


def test_flags_are_numbers_words_or_nothing() -> None:
    data = _student(ServiceChild="0", FSMEligible=1, EAL=None)["demographics"]
    assert (data["service_child"], data["is_fsm"], data["is_eal"]) == (False, True, None)


def test_who_left_is_marked_for_us() -> None:
    assert _student(StudentStatus="Leaver", LeavingYearGroup="Year 11")["_left"] is True
    assert _student(StudentStatus="Leaver", LeavingYearGroup="Year 11")["year_code"] == "11"
    assert _student(StudentStatus="OnRoll")["_left"] is False
    assert _staff(StaffStatus="Previous")["_left"] is True


def test_an_email_that_is_not_there_is_none_and_one_that_was_not_read_is_null() -> None:
    assert _staff(WorkEmail=None, HomeEmail=None)["emails"] == []
    assert _staff(Forename="Jo")["emails"] is None
    (home,) = _staff(WorkEmail=None, HomeEmail="jo@example.com")["emails"]
    assert (home["type"], home["is_primary"]) == ("Home", True)


def test_a_changed_address_keeps_its_number() -> None:
    numbers = Numbers()
    found = []
    for email in ("jo@example.com", "jo.new@example.com"):
        read = Read({("Staff", "Staff"): [{"Id": "1", "WorkEmail": email}]})
        found += [one.data["emails"][0] for one in make_staff(read, numbers, Chosen())]
    assert found[0]["id"] == found[1]["id"]
    assert found[0]["email"] != found[1]["email"]


LINKS: Rows = {
    ("Students", "Students"): [{"Id": "7"}, {"Id": "8"}],
    ("Contacts", "Contacts"): [{"Id": "40"}, {"Id": "41"}],
    ("StudentContacts", "StudentContacts"): [
        {"Id": "a", "StudentId": "7", "ContactId": "41", "Relationship": "Father", "Priority": 2},
        {"Id": "b", "StudentId": "7", "ContactId": "40", "Relationship": "Mother", "Priority": 1},
        {"Id": "c", "StudentId": "7", "ContactId": "99", "Relationship": "Aunt", "Priority": 3},
    ],
}


def test_contacts_stand_in_the_order_in_which_they_are_called() -> None:
    students = {one.key: one.data["contacts"] for one in _made(make_students, LINKS)}
    said = [one["relationship"]["relationship_type"] for one in students["7"]]
    assert said == ["Mother", "Father"]
    assert students["8"] == []


def test_a_contact_knows_whose_it_is() -> None:
    contacts = {one.key: one.data["students"] for one in _made(make_contacts, LINKS)}
    assert len(contacts["40"]) == 1
    assert contacts["40"][0]["object"] == "contact_student"


def test_without_links_nobody_says_there_are_none() -> None:
    assert _student()["contacts"] is None


GROUPS: Rows = {
    ("Groups", "Group"): [
        {
            "Id": "C",
            "Type": "TeachingGrp",
            "Name": "8B/Ma",
            "Code": "8B/Ma",
            "StudentIds": "7,99",
            "StaffIds": None,
            "SubjectLocalId": "2",
            "SubjectCode": "Ma",
            "SubjectName": "Maths",
        },
        {"Id": "X", "Type": "BoardGrp", "Name": "Orchard House", "Code": "ORC"},
    ],
    ("Students", "Students"): [{"Id": "7"}],
}


def test_only_who_was_read_is_in_a_group() -> None:
    group, house = (one.data for one in _made(make_groups, GROUPS))
    assert (len(group["student_ids"]), group["supervisors"]) == (1, [])
    assert (house["student_ids"], house["supervisors"]) == (None, None)
    assert (group["type"], house["type"]) == ("TeachingGroup", "NonTeachingGroup")


def test_classes_read_for_their_subjects_alone_are_no_groups() -> None:
    rows: Rows = {("Groups TeachingGrp", "Group"): [{"Id": "C", "SubjectCode": "Ma"}]}
    assert _made(make_groups, rows) == []
    (subject,) = _made(make_mis_subjects, rows)
    assert (subject.key, subject.label) == ("Ma", "Ma")


def test_a_subject_is_known_by_what_the_school_calls_it() -> None:
    chosen = Chosen({"2": "MAT"})
    subjects = {one.key: one.data for one in _made(make_subjects, GROUPS, chosen)}
    assert [one["name"] for one in subjects["MAT"]["mis_subjects"]] == ["Maths"]
    assert subjects["ENG"]["mis_subjects"] == []
    assert len(_made(make_teaching_groups, GROUPS, chosen)) == 1
    assert _made(make_teaching_groups, GROUPS) == []


def test_a_subject_that_left_the_catalogue_maps_nothing() -> None:
    assert _made(make_teaching_groups, GROUPS, Chosen({"2": "ALCHEMY"})) == []


def test_a_mark_is_of_a_session() -> None:
    rows: Rows = {
        ("AttendanceForDateRange", "AttendMarks"): [
            {"Id": "7.2026-11-23.AM", "Date": "2026-11-23", "StudentId": "7", "Session": "AM",
             "Mark": "L", "MinsLate": 5},
            {"Id": "x", "Date": None, "StudentId": "7"},
        ],
        ("Students", "Students"): [{"Id": "7", "RegGroupId": "F"}],
        ("Groups RegGrp", "Group"): [{"Id": "F", "Type": "RegGrp", "Name": "8B"}],
    }  # fmt: skip
    (made,) = _made(make_attendances, rows)
    assert (made.data["attendance_mark"], made.data["minutes_late"]) == ("L", 5)
    assert made.data["registration_group_id"]
    assert made.label == "2026-11-23 AM"


def test_needs_of_a_pupil_are_those_of_now_in_order_and_provisions_all_there_were() -> None:
    whose = {"StudentMis_Id": "7"}
    needs = [
        {"NeedTypeCode": "ASD", "Rank": 2, "NeedStartDate": "2026-01-05", "Active": 1},
        {"NeedTypeCode": "SPLD", "Rank": 1, "NeedStartDate": "2025-01-05"},
        {"NeedTypeCode": "HI", "NeedStartDate": "2024-09-01", "NeedEndDate": "2026-01-04"},
        {"NeedTypeCode": "VI", "NeedStartDate": "2024-09-01", "Active": 0},
    ]
    provisions = [
        {"SENProvisionCode": "E", "SENProvisionStartDate": "2026-01-05"},
        {
            "SENProvisionCode": "K",
            "SENProvisionStartDate": "2024-09-01",
            "SENProvisionEndDate": "2026-01-04",
        },
    ]
    rows: Rows = {
        ("Students", "Students"): [{"Id": "7"}, {"Id": "8"}],
        ("SEN", "StudentSENTypeHistory"): [whose | need for need in needs],
        ("SEN", "StudentSENProvisionHistory"): [whose | one for one in provisions],
    }
    one, other = (made.data["demographics"] for made in _made(make_students, rows))
    assert (other["sen_needs"], other["sen_category_history"]) == ([], [])
    found = [
        (need["sen_need_type_code"], need["sen_broad_need_type_code"], need["priority"])
        for need in one["sen_needs"]
    ]
    assert found == [("SPLD", "CL", 1), ("ASD", "CI", 2)]
    assert [
        (one["code"], one["start_date"], one["end_date"]) for one in one["sen_category_history"]
    ] == [("K", "2024-09-01", "2026-01-04"), ("E", "2026-01-05", None)]


def test_needs_that_were_not_read_are_not_known() -> None:
    found = _student(FsmStartDate="2025-09-01")["demographics"]
    assert (found["sen_needs"], found["sen_category_history"]) == (None, None)
    (entitled,) = found["fsm_history"]
    assert (entitled["start_date"], entitled["end_date"]) == ("2025-09-01", None)
    assert _student()["demographics"]["fsm_history"] is None


def test_a_pupil_was_called_something_else_and_was_born_somewhere() -> None:
    found = _student(PreviousLegalSurname="Hart", CountryOfBirth="Poland", FormerUPN="A1")
    assert (found["former_last_name"], found["former_upn"]) == ("Hart", "A1")
    assert found["demographics"]["country_of_birth"] == "Poland"


def test_the_ethnicity_of_staff_is_read() -> None:
    found = _staff(EthnicityCode="WBRI", Ethnicity="White British")["demographics"]
    assert (found["ethnicity_code"], found["ethnicity_group"]) == ("WBRI", "White British")


def test_what_was_not_read_of_the_health_of_pupils_is_not_known() -> None:
    rows: Rows = {
        ("Students", "Students"): [{"Id": "7"}, {"Id": "8"}],
        ("StudentMedical", "StudentConditions"): [
            {
                "Id": "1.7",
                "StudentId": "7",
                "MedicalConditionId": "1",
                "ConditionDescription": "Asthma",
            }
        ],
    }
    one, other = (made.data["medical"] for made in _made(make_students, rows))
    assert [condition["name"] for condition in one["conditions"]] == ["Asthma"]
    assert (one["notes"], one["dietary_needs"], one["is_pregnant"]) == (None, None, None)
    assert other["conditions"] == []
    assert _student()["medical"] is None
