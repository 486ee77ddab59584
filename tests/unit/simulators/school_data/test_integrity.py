"""Rows refer to rows that are there, and everybody has their place."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given, settings

from simulators.school_data import TABLES
from tests.factories.mis import (
    Rows,
    a_school,
    around,
    by_id,
    every_table,
    ids,
    moments,
    rows_of,
)

SCHOOLS = [
    {"pupils": 200},
    {"name": "Hill Prep School", "pupils": 100},
    {"name": "Vale Through School", "pupils": 140},
    {"name": "Small School", "pupils": 1},
    {"name": "City Sixth Form College", "pupils": 60},
]

REFERENCES = [
    ("StudentSiblings", "StudentId", "Students"),
    ("StudentSiblings", "SiblingId", "Students"),
    ("StudentMembers", "GroupId", "Group"),
    ("StudentMembers", "StudentId", "Students"),
    ("StaffMembers", "GroupId", "Group"),
    ("StaffMembers", "StaffId", "Staff"),
    ("Group", "PrimaryStaffId", "Staff"),
    ("Group", "TypeId", "GroupTypes"),
    ("StudentContacts", "StudentId", "Students"),
    ("StudentContacts", "ContactId", "Contacts"),
    ("Lessons", "ClassId", "Group"),
    ("Lessons", "PeriodId", "TimetablePeriods"),
    ("LessonStaff", "LessonId", "Lessons"),
    ("LessonStaff", "StaffId", "Staff"),
    ("LessonRooms", "LessonId", "Lessons"),
    ("TimetableDays", "TimetableId", "Timetables"),
    ("TimetablePeriods", "DayId", "TimetableDays"),
    ("TimetableLessons", "PeriodId", "TimetablePeriods"),
    ("LessonClasses", "LessonId", "TimetableLessons"),
    ("LessonClasses", "ClassId", "Group"),
    ("TimetableModel.LessonStaff", "LessonId", "TimetableLessons"),
    ("TimetableModel.LessonStaff", "StaffId", "Staff"),
    ("TimetableModel.LessonRooms", "LessonId", "TimetableLessons"),
    ("TimetableDayInstances", "DayId", "TimetableDays"),
    ("TTSessions", "DayId", "TTDays"),
    ("TTPeriods", "DayId", "TTDays"),
    ("TTPeriods", "SessionId", "TTSessions"),
    ("LessonRooms", "RoomId", "TTRooms"),
    ("TimetableModel.LessonRooms", "RoomId", "TTRooms"),
    ("LessonClasses", "SubjectId", "TTSubjects"),
    ("TTPeriods", "PeriodId", "TimetablePeriods"),
    ("Aspects", "GradeSetId", "GradeSets"),
    ("GradeSetHistory", "GradeSetId", "GradeSets"),
    ("Grades", "GradeSetHistoryId", "GradeSetHistory"),
    ("MarkSets", "AspectId", "Aspects"),
    ("Templates", "FilterGroupId", "Group"),
    ("Templates", "CreatorId", "Staff"),
    ("Marksheets", "TemplateId", "Templates"),
    ("Marksheets", "GroupId", "Group"),
    ("Columns", "TemplateId", "Templates"),
    ("Columns", "AspectId", "Aspects"),
    ("Columns", "ResultSetId", "ResultSets"),
    ("AsmResults", "StudentId", "Students"),
    ("AsmResults", "AspectId", "Aspects"),
    ("AsmResults", "ResultSetId", "ResultSets"),
    ("AttendMarks", "StudentId", "Students"),
    ("StudentSENTypeHistory", "StudentMis_Id", "Students"),
    ("StudentSENProvisionHistory", "StudentMis_Id", "Students"),
    ("StudentMedical", "Id", "Students"),
    ("StudentConditions", "StudentId", "Students"),
    ("StudentConditions", "MedicalConditionId", "ConditionLookups"),
    ("StudentMedicalNotes", "StudentId", "Students"),
    ("EntitlementGroupStudents", "StudentId", "Students"),
    ("EntitlementGroupStudents", "EntitlementGroupId", "EntitlementGroups"),
    ("AttendanceSummary", "StudentId", "Students"),
    ("StudentConducts", "StudentId", "Students"),
    ("StudentConducts", "ConductId", "Conducts"),
    ("StaffConducts", "StaffId", "Staff"),
    ("StudentAchievements", "AchievementId", "Achievements"),
    ("StaffAchievements", "StaffId", "Staff"),
    ("StudentBehaviour", "BehaviourId", "Behaviour"),
    ("StaffBehaviour", "StaffId", "Staff"),
    ("ConductPoints", "Id", "Students"),
    ("StudentMeals", "Id", "Students"),
    ("StudentUDFs", "StudentId", "Students"),
    ("SeatingPlans", "StudentId", "Students"),
    ("SeatingPlans", "GroupId", "Group"),
]


@pytest.mark.parametrize("facts", SCHOOLS)
@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_every_reference_leads_somewhere(facts: dict[str, object], moment: datetime) -> None:
    check_references(every_table(a_school(moment, **facts), around(moment)))


def check_references(tables: dict[str, Rows]) -> None:
    for table, column, other in REFERENCES:
        wanted = {row[column] for row in tables[table].values()} - {None}
        assert wanted <= tables[other].keys(), (table, column)


@pytest.mark.parametrize("facts", SCHOOLS)
@given(moment=moments)
@settings(max_examples=2, deadline=None)
def test_every_pupil_is_in_one_year_group_and_one_form_of_it(
    facts: dict[str, object], moment: datetime
) -> None:
    school = a_school(moment, **facts)
    groups = by_id(school.table("Group"))
    taken = Counter(
        (row["StudentId"], groups[row["GroupId"]]["Type"]) for row in school.table("StudentMembers")
    )
    for row in school.table("Students"):
        if row["StudentStatus"] == "OnRoll":
            assert taken[row["Id"], "YearGrp"] == taken[row["Id"], "RegGrp"] == 1
            assert taken[row["Id"], "HouseGrp"] == 1
            assert groups[row["YearGroupId"]]["Name"] == row["YearGroup"]
            assert groups[row["RegGroupId"]]["Name"] == row["RegGroup"]
            year = row["YearGroup"].removeprefix("Year ").replace("Reception", "R")
            assert row["RegGroup"][:-1] == year


@given(moment=moments)
@settings(max_examples=3, deadline=None)
def test_groups_and_people_tell_the_same_of_each_other(moment: datetime) -> None:
    school = a_school(moment)
    members = school.table("StudentMembers")
    of_group = {(row["GroupId"], row["StudentId"]) for row in members}
    listed = {
        (row["Id"], pupil)
        for row in school.table("Group")
        for pupil in row["StudentIds"].split(",")
        if pupil
    }
    own = {
        (group, row["Id"])
        for row in school.table("Students")
        for group in (row["GroupIds"] or "").split(",")
        if group
    }
    # Boarding houses are groups like others.
    assert of_group == listed == own
    taught = {(row["GroupId"], row["StaffId"]) for row in school.table("StaffMembers")}
    assert taught == {
        (group, row["Id"])
        for row in school.table("Staff")
        for group in (row["GroupIds"] or "").split(",")
        if group
    }


def test_results_are_grades_and_marks_of_their_aspects() -> None:
    school = a_school()
    aspects = by_id(school.table("Aspects"))
    grades: dict[str, set[str]] = {}
    for row in school.table("Grades"):
        grades.setdefault(row["GradeSetHistoryId"], set()).add(row["Value"])
    ranges = {row["AspectId"]: row for row in school.table("MarkSets")}
    for row in school.table("AsmResults"):
        aspect = aspects[row["AspectId"]]
        if aspect["AspectType"] == "Grade":
            assert row["Result"] in grades[aspect["GradeSetId"]]
        else:
            limits = ranges[aspect["Id"]]
            assert limits["MinValue"] <= int(row["Result"]) <= limits["MaxValue"]


def test_marks_are_among_the_codes_and_one_for_each_session() -> None:
    school = a_school()
    codes = ids(school, "AttendanceCodes", "Code")
    marks = school.table("AttendMarks")
    assert {row["Mark"] for row in marks} <= codes
    assert len({(row["StudentId"], row["Date"], row["Session"]) for row in marks}) == len(marks)


@given(moment=moments)
@settings(max_examples=3, deadline=None)
def test_siblings_live_together_and_share_their_contacts(moment: datetime) -> None:
    school = a_school(moment, pupils=150)
    students = by_id(school.table("Students"))
    contacts: dict[str, set[str]] = {}
    for row in school.table("StudentContacts"):
        contacts.setdefault(row["StudentId"], set()).add(row["ContactId"])
    for row in school.table("StudentSiblings"):
        one, other = students[row["StudentId"]], students[row["SiblingId"]]
        assert one["AddressBlock"] == other["AddressBlock"]
        assert contacts[one["Id"]] == contacts[other["Id"]]
        assert other["Id"] in one["StudentSiblingIds"].split(",")


def test_every_row_of_the_default_school_has_an_id_a_time_and_what_it_refers_to() -> None:
    school = a_school(pupils=1500)
    tables = {name: rows_of(school, name) for name in TABLES}
    for name, rows in tables.items():
        assert rows, name
        assert all(isinstance(row["Id"], str) and "T" in row["LastUpdated"] for row in rows)
        assert {tuple(row) for row in rows} == {tuple(rows[0])}, name
    check_references({name: by_id(rows) for name, rows in tables.items()})
