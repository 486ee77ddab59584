"""Only what the scopes need is asked of Xporter on Demand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.collected import UNCOLLECTED_SCOPES
from assembly_ui.scopes.feeds import FEEDS
from assembly_ui.scopes.sources import Need, needs, xporter_scopes_of
from assembly_ui.xporter.endpoints import ENDPOINTS
from assembly_ui.xporter.queries import Query

TODAY = date(2026, 11, 26)
NAMES = [scope.name for scope in SCOPES]
SCHOOLBOOKING = [
    "school",
    "calendar",
    "staff_members.basic",
    "staff_members.emails",
    "groups",
    "teaching_groups",
    "registration_groups",
    "timetables",
    "timetables.cover",
    "students.basic",
    "contacts.basic",
    "contacts.emails",
    "contacts.priority",
    "contacts.parental_responsibility",
]
NOT_FED = {
    "assessments.write", "attendances.summaries", "exclusions", "groups.user", "learning_aims",
    "staff_members.absences", "staff_members.contracts", "staff_members.disability",
    "staff_members.former_names", "staff_members.included_in_census",
    "staff_members.qualifications", "staff_members.salaries",
    "students.fsm_review_dates",
    "students.medical.nhs_number", "students.photo", "students.pp_history",
    "students.siblings",
}  # fmt: skip
"""Scopes for which nothing can be read so far."""


def test_what_nothing_feeds_is_said_not_to_be_collected() -> None:
    assert UNCOLLECTED_SCOPES == NOT_FED


def _asked(names: list[str], today: date = TODAY) -> dict[str, Need]:
    return {need.name: need for need in needs(with_dependencies(names), today, aspects=["1"])}


def _query(need: Need) -> Query:
    return Query.of(
        need.endpoint, options=need.options, select=need.select, **dict(need.parameters)
    )


def test_without_a_scope_nothing_is_asked() -> None:
    assert needs([], TODAY) == ()


def test_the_school_alone_asks_for_the_school_and_the_subjects_of_its_classes() -> None:
    school, subjects = needs(["school"], TODAY)
    assert school.endpoint == "SchoolInfo"
    assert subjects.endpoint == "Groups"
    assert subjects.select == ("Id", "SubjectCode", "SubjectLocalId", "SubjectName")
    assert dict(subjects.parameters) == {"Type": "TeachingGrp"}


@pytest.mark.parametrize("name", NAMES)
def test_every_need_is_a_query_that_can_be_asked(name: str) -> None:
    for need in _asked([name]).values():
        assert _query(need).select


@pytest.mark.parametrize("name", NAMES)
def test_a_scope_asks_for_its_own_columns_alone(name: str) -> None:
    held = with_dependencies([name])
    fed = [feed for feed in FEEDS if held.issuperset(feed.scopes)]
    for need in _asked([name]).values():
        meant = {
            column for feed in fed if feed.endpoint == need.endpoint for column in feed.columns
        }
        assert set(need.select) <= meant | {"Id"}


PRIVATE = {
    ("Students", "DateofBirth"): {"students.dob"},
    ("Students", "UPN"): {"students.upn"},
    ("Students", "PupilPremium"): {"students.pp"},
    ("Students", "FSMEligible"): {"students.fsm"},
    ("Students", "FsmStartDate"): {"students.fsm_history"},
    ("Students", "SENProvision"): {"students.sen_provision"},
    ("Students", "EthnicityCode"): {"students.ethnicity"},
    ("Students", "InLeaCare"): {"students.care"},
    ("Students", "CountryOfBirth"): {"students.country_of_birth"},
    ("Students", "PreviousLegalSurname"): {"students.former_names"},
    ("SEN", "NeedTypeCode"): {"students.sen_needs"},
    ("SEN", "SENProvisionCode"): {"students.sen_provision_history"},
    ("StudentMedical", "ConditionDescription"): {"students.medical.conditions"},
    ("StudentMedical", "DietaryNeeds"): {"students.medical.dietary_needs"},
    ("StudentMedical", "EmergencyConsent"): {"students.medical.emergency_consent"},
    ("StudentMedical", "Note"): {"students.medical.notes"},
    ("StudentMedical", "PregnantPupil"): {"students.medical.pregnancy"},
    ("Staff", "DateOfBirth"): {"staff_members.dob"},
    ("Staff", "EthnicityCode"): {"staff_members.ethnicity"},
    ("Staff", "TeacherNumber"): {"staff_members.teaching_status"},
    ("StudentContacts", "ParentalResponsibility"): {"contacts.parental_responsibility"},
    ("StudentContacts", "Priority"): {"contacts.priority"},
}


def _is_asked(names: list[str], endpoint: str, column: str) -> bool:
    needs_now = _asked(names).values()
    return any(need.endpoint == endpoint and column in need.select for need in needs_now)


@pytest.mark.parametrize(("of", "scopes"), PRIVATE.items(), ids=lambda one: str(one))
def test_what_is_private_is_asked_for_one_scope_alone(
    of: tuple[str, str], scopes: set[str]
) -> None:
    assert not _is_asked([name for name in NAMES if name not in scopes], *of)
    assert _is_asked([*scopes, "students.basic"], *of)


@pytest.mark.parametrize("name", sorted(NOT_FED))
def test_what_cannot_be_read_asks_for_nothing_of_its_own(name: str) -> None:
    alone = needs([name], TODAY, aspects=["1"])
    assert alone == ()
    assert not xporter_scopes_of(name)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_FED))
def test_what_can_be_read_tells_what_the_school_must_share(name: str) -> None:
    assert xporter_scopes_of(name)


def test_who_is_in_which_group_is_asked_for_groups_and_students_together() -> None:
    assert "StudentIds" not in _asked(["groups"])["Groups"].select
    assert "StudentIds" not in _asked(["students.basic"])["Groups TeachingGrp"].select
    assert "StudentIds" in _asked(["groups", "students.basic"])["Groups"].select


def test_who_is_in_a_class_is_not_asked_for_registration_groups() -> None:
    asked = _asked(["registration_groups", "students.basic"])
    assert "StudentIds" in asked["Groups RegGrp"].select
    assert "StudentIds" not in asked["Groups TeachingGrp"].select


def test_who_teaches_on_a_day_is_asked_for_cover_alone() -> None:
    planned = _asked(["timetables", "staff_members.basic"])["Timetable"]
    covered = _asked(["timetables.cover", "staff_members.basic"])["Timetable"]
    assert not {"StaffCodes", "RoomCodes"} & set(planned.select)
    assert {"StaffCodes", "RoomCodes"} <= set(covered.select)


def test_results_are_asked_for_what_is_mapped() -> None:
    held = with_dependencies(["assessments.internal"])
    assert "assessmentresults" not in {need.name for need in needs(held, TODAY)}
    (asked,) = [
        need
        for need in needs(held, TODAY, aspects=["34", "12", "34"])
        if need.name == "assessmentresults"
    ]
    assert dict(asked.parameters)["Aspects"] == "12,34"


def test_schoolbooking_takes_fewer_than_ten_calls() -> None:
    assert len(needs(with_dependencies(SCHOOLBOOKING), TODAY)) < 10


@given(st.sets(st.sampled_from(NAMES)))
def test_no_two_needs_have_one_name_and_more_scopes_ask_for_no_less(names: set[str]) -> None:
    held = with_dependencies(names)
    asked = needs(held, TODAY, aspects=["1"])
    assert len({need.name for need in asked}) == len(asked)
    endpoints = {need.endpoint for need in asked}
    every = {need.endpoint for need in needs(NAMES, TODAY, aspects=["1"])}
    assert endpoints <= every <= set(ENDPOINTS)


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_within_a_week_the_same_is_asked(today: date) -> None:
    monday = today - timedelta(days=today.weekday())
    if monday.month == today.month:
        assert needs(NAMES, today) == needs(NAMES, monday)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("Timetable", ("2026-11-23", "2026-12-20")),
        ("AttendanceForDateRange", ("2026-11-16", "2026-11-29")),
        ("Calendar", ("2026-09-01", "2027-08-31")),
    ],
)
def test_days_begin_and_end_with_weeks_or_the_academic_year(
    name: str, days: tuple[str, str]
) -> None:
    asked = dict(_asked(NAMES)[name].parameters)
    assert (asked["DateFrom"], asked["DateTo"]) == days


def test_in_august_the_calendar_is_still_that_of_last_september() -> None:
    asked = dict(_asked(["calendar"], date(2027, 8, 31))["Calendar"].parameters)
    assert asked == {"DateFrom": "2026-09-01", "DateTo": "2027-08-31"}


def test_of_an_endpoint_only_the_tables_that_a_scope_is_about_are_kept() -> None:
    notes = _asked(["students.medical.notes"])["StudentMedical"]
    assert notes.tables == ("StudentMedicalNotes",)
    both = _asked(["students.medical.notes", "students.medical.dietary_needs"])["StudentMedical"]
    assert both.tables == ("StudentMedical", "StudentMedicalNotes")
    assert _asked(["students.sen_needs"])["SEN"].tables == ("StudentSENTypeHistory",)
    assert _asked(["timetables"])["TimetableModel"].tables == ()
