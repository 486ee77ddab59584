"""The endpoints that read a school's data: what each gives, needs and understands.

Source: the vendor's endpoint catalogue, facts known of Xporter on Demand, section
7.2. Sub-tables that no option asks for are there, but empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Days(StrEnum):
    """Which days an endpoint is about when nothing is said."""

    NONE = "none"
    AROUND = "around"
    """A week back to two weeks ahead."""
    YEAR = "year"
    """The academic year."""
    TODAY = "today"
    ASKED = "asked"
    """DateFrom and DateTo must be given."""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint below a school. The first of `tables` is the one it is about.

    `needs` is a scope expression: `,` is or, `&` is and, `*` any. `subtables` name
    the option that fills each. `filters` are parameters that a column must equal.
    `id_columns` are what `/{id}` may be. `sources` name tables of the school that
    are called differently here. `filters_every_table`: ids and filters narrow all of
    `tables`, as far as they have the column, and not only the first.
    """

    id: str
    path: str
    needs: str
    tables: tuple[str, ...]
    description: str
    subtables: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    id_columns: tuple[str, ...] = ("Id", "ExternalId", "IdaasId", "XID")
    days: Days = Days.NONE
    sources: Mapping[str, str] = field(default_factory=dict)
    is_live: bool = False
    table_scopes: Mapping[str, str] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    filters_every_table: bool = False

    @property
    def name(self) -> str:
        """The last word of its path, by which it is found."""
        return self.path.casefold()


_MEMBERS_OPTIONS = ("includeGroupIds", "includeGroupIdaasIds", "includeGroupXIDs")
_RESULT_FILTERS = (
    "Students",
    "Groups",
    "Aspects",
    "ResultSets",
    "Templates",
    "Columns",
    "Marksheets",
)
_STUDENT, _STAFF = "Student, StudentLite", "Staff, StaffLite"
_SCHOOL = "School, SchoolLite"


def _conduct(kind: str, tables: tuple[str, ...], description: str) -> tuple[Endpoint, ...]:
    """Conduct of a kind for today, and for a range of days."""
    options: tuple[str, ...] = ("includeStudentIds", "includeStaffIds")
    if kind == "Conduct":
        options = (*options, "useFixedConductIds")
    shared = ("StudentId", "StaffId", "conductCategory", "updatedSince")
    return (
        Endpoint(
            f"school.{kind}ForToday".casefold(),
            f"{kind}ForToday",
            "Conduct",
            tables,
            f"{description} Today's.",
            options=options,
            parameters=shared,
            id_columns=("Id", "ConductId"),
            days=Days.TODAY,
        ),
        Endpoint(
            f"school.{kind}ForDateRange".casefold(),
            f"{kind}ForDateRange",
            "Conduct",
            tables,
            f"{description} That of a range of days.",
            options=options,
            parameters=("DateFrom", "DateTo", "IncidentDate", *shared),
            id_columns=("Id", "ConductId"),
            days=Days.ASKED,
        ),
    )


ENDPOINTS = (
    Endpoint("school.schoolinfo", "SchoolInfo", _SCHOOL, ("SchoolInfo",), "Who the school is."),
    Endpoint("school.counts", "Counts", _SCHOOL, ("Counts",), "How many rows each area has."),
    Endpoint("school.health", "Health", "*", ("Health",), "How the collection is doing."),
    Endpoint(
        "school.students",
        "Students",
        _STUDENT,
        ("Students",),
        "Pupils on roll, and on request those who left or are to come.",
        subtables={"StudentSiblings": "includeSiblingsResultset"},
        filters={"yearGroupId": "YearGroupId"},
        options=(
            "includePhotos",
            *_MEMBERS_OPTIONS,
            "includeParentIdaasIds",
            "includeParentXIDs",
            "includeAttStats",
            "includeAttMarkString",
            "includeSiblingsList",
            "includeSiblingsResultset",
            "includeLeavers",
            "includePreAdmissions",
            "includeGuests",
            "includeSubsidiary",
        ),
        parameters=("updatedSince", "studentStatus"),
    ),
    Endpoint(
        "school.staff",
        "Staff",
        _STAFF,
        ("Staff",),
        "People who work at the school.",
        options=(
            "includePhotos",
            *_MEMBERS_OPTIONS,
            "teachersOnly",
            "includeFuture",
            "includePrevious",
        ),
        parameters=("updatedSince", "staffStatus"),
    ),
    Endpoint(
        "school.groups",
        "Groups",
        _SCHOOL,
        ("Group",),
        "Year groups, houses, registration and teaching groups with members.",
        subtables={
            "StaffMembers": "includeStaffMembers",
            "StudentMembers": "includeStudentMembers",
            "GroupTypes": "includeGroupTypes",
        },
        filters={"Type": "Type", "Code": "Code"},
        options=(
            "includeStaffMembers",
            "includeStudentMembers",
            "includeMembersIds",
            "includeMembersIdaasIds",
            "includeMembersXIDs",
            "includeSubjects",
            "includeGroupTypes",
        ),
        parameters=("updatedSince",),
        table_scopes={"StaffMembers": _STAFF, "StudentMembers": _STUDENT},
    ),
    Endpoint(
        "school.contacts",
        "Contacts",
        "Contact",
        ("Contacts",),
        "Parents, carers and other contacts of pupils.",
        options=("includeChildIdaasIds", "includeChildXIDs"),
        parameters=("updatedSince",),
    ),
    Endpoint(
        "school.studentcontacts",
        "StudentContacts",
        "Contact&Student, Contact&StudentLite",
        ("StudentContacts",),
        "Which contact belongs to which pupil, and how.",
        filters={
            "relationship": "Relationship",
            "priority": "Priority",
            "parresp": "ParentalResponsibility",
        },
        options=("includeExternalIds",),
        parameters=("updatedSince",),
        id_columns=("Id", "StudentId"),
    ),
    Endpoint(
        "school.personcomms",
        "PersonComms",
        "Contact, Staff, Student",
        ("PersonComms",),
        "Telephone numbers and email addresses of people.",
        filters={
            "CommsType": "CommsType",
            "LocationCode": "LocationCode",
            "Priority": "Priority",
            "IsDefault": "IsDefault",
            "PersonType": "PersonType",
        },
        parameters=("updatedSince",),
        id_columns=("Id", "PersonId"),
    ),
    Endpoint(
        "school.photos",
        "Photos",
        "Photos",
        ("Photos",),
        "Pictures of pupils and staff.",
        filters={"PersonType": "PersonType"},
        parameters=("updatedSince",),
        id_columns=("Id", "PersonId"),
    ),
    Endpoint(
        "school.timetable",
        "Timetable",
        "School",
        (),
        "Lessons as they take place.",
        subtables={
            "Lessons": "includeLessons",
            "LessonStaff": "includeLessonStaff",
            "LessonRooms": "includeLessonRooms",
        },
        options=("includeLessons", "includeLessonStaff", "includeLessonRooms"),
        parameters=("DateFrom", "DateTo"),
        days=Days.AROUND,
    ),
    Endpoint(
        "school.timetablemodel",
        "TimetableModel",
        "School",
        (
            "Timetables",
            "TimetableDays",
            "TimetablePeriods",
            "TimetableLessons",
            "LessonClasses",
            "LessonStaff",
            "LessonRooms",
            "TimetableDayInstances",
        ),
        "The timetable as it is planned, over its cycle of weeks.",
        sources={
            "LessonStaff": "TimetableModel.LessonStaff",
            "LessonRooms": "TimetableModel.LessonRooms",
        },
    ),
    Endpoint(
        "school.timetablestructure",
        "TimetableStructure",
        "School",
        ("TTDays", "TTSessions", "TTPeriods", "TTSubjects", "TTRooms"),
        "Days, sessions and periods by date, and the subjects and rooms of the timetable.",
        parameters=("DateFrom", "DateTo"),
        days=Days.AROUND,
    ),
    Endpoint(
        "school.timetableforstaff",
        "TimetableForStaff",
        "School&Staff, School&StaffLite",
        ("Lessons",),
        "The lessons of one member of staff.",
        parameters=("DateFrom", "DateTo"),
        options=("bypassDateFilter", "includeTTStructure"),
        id_columns=(),
        days=Days.AROUND,
    ),
    Endpoint(
        "school.timetableforstudent",
        "TimetableForStudent",
        "School&Student, School&StudentLite",
        ("Lessons",),
        "The lessons of one pupil.",
        parameters=("DateFrom", "DateTo"),
        options=("bypassDateFilter", "includeTTStructure"),
        id_columns=(),
        days=Days.AROUND,
    ),
    Endpoint(
        "school.calendar",
        "Calendar",
        "School",
        ("Calendar",),
        "Terms, holidays and events.",
        filters={"EventType": "EventType"},
        parameters=("DateFrom", "DateTo"),
        days=Days.YEAR,
    ),
    Endpoint(
        "school.assessmentstructure",
        "assessmentstructure",
        "School",
        ("Aspects", "ResultSets"),
        "What is assessed, when, and with which grades.",
        subtables={
            "Templates": "includeMarkingGrids",
            "Marksheets": "includeMarkingGrids",
            "Columns": "includeMarkingGrids",
            "GradeSets": "includeGradesets",
            "Grades": "includeGradesets",
            "MarkSets": "includeGradesets",
            "GradeSetHistory": "includeGradesetHistory",
            "Categories": "includeMarkingGrids",
        },
        filters={"CategoryFilter": "CategoryId"},
        options=("includeMarkingGrids", "includeGradesets", "includeGradesetHistory"),
    ),
    Endpoint(
        "school.assessmentresults",
        "assessmentresults",
        "AssessmentResults",
        ("AsmResults",),
        "Results of pupils.",
        parameters=(
            *_RESULT_FILTERS,
            "ResultDateFrom",
            "ResultDateTo",
            "CollectionDateFrom",
            "CollectionDateTo",
        ),
        one_of=_RESULT_FILTERS,
        is_live=True,
    ),
    Endpoint(
        "school.attendancecodes",
        "AttendanceCodes",
        "Attendance",
        ("AttendanceCodes",),
        "What the marks of registers mean.",
    ),
    Endpoint(
        "school.attendancefordate",
        "AttendanceForDate",
        "Attendance",
        ("AttendMarks",),
        "The marks of one day, today by default.",
        filters={"attendanceType": "Type", "sessionType": "Session"},
        options=("excludeNoMarks", "excludeClosed"),
        parameters=("date",),
        id_columns=("StudentId", "Id"),
        days=Days.TODAY,
        is_live=True,
    ),
    Endpoint(
        "school.attendancefordaterange",
        "AttendanceForDateRange",
        "Attendance",
        ("AttendMarks",),
        "The marks of a range of days.",
        filters={"SessionType": "Session"},
        options=(
            "includeExternalId",
            "excludeNoMarks",
            "excludeClosed",
            "forcedownload",
            "includeLeavers",
        ),
        parameters=("DateFrom", "DateTo"),
        id_columns=("StudentId", "Id"),
        days=Days.ASKED,
        is_live=True,
    ),
    Endpoint(
        "school.attendancesummary",
        "AttendanceSummary",
        "Attendance",
        ("AttendanceSummary",),
        "How many sessions of this year each pupil attended.",
        parameters=("updatedSince",),
        id_columns=("StudentId",),
    ),
    Endpoint(
        "school.historicalattendancesummary",
        "HistoricalAttendanceSummary",
        "Attendance",
        ("HistoricalAttendanceSummary",),
        "How many sessions of an earlier year each pupil attended; last year by default.",
        parameters=("SchoolYear",),
        id_columns=("StudentId",),
    ),
    *_conduct("Conduct", ("Conducts", "StudentConducts", "StaffConducts"), "Conduct."),
    *_conduct(
        "Achievement",
        ("Achievements", "StudentAchievements", "StaffAchievements"),
        "Positive conduct.",
    ),
    *_conduct(
        "Behaviour", ("Behaviour", "StudentBehaviour", "StaffBehaviour"), "Negative conduct."
    ),
    Endpoint(
        "school.conductlookups",
        "conductlookups",
        "Conduct",
        ("ConductTypes", "ConductLookups"),
        "What the types and codes of conduct mean.",
        filters={"conductType": "Type"},
        parameters=("updatedSince",),
    ),
    Endpoint(
        "school.conductpoints",
        "ConductPoints",
        "Conduct",
        ("ConductPoints",),
        "The points of each pupil this year.",
        options=("includeWeeklyStats", "includeTermlyStats"),
        parameters=("updatedSince",),
        id_columns=("Id",),
    ),
    Endpoint(
        "school.sen",
        "SEN",
        "SEN, SENTypes",
        ("StudentSENTypeHistory", "StudentSENProvisionHistory", "StudentDisabilities"),
        "Special educational needs, provisions and disabilities, with their dates.",
        filters={
            "StudentId": "StudentMis_Id",
            "SENProvision": "SENProvisionCode",
            "SENTypeRank": "Rank",
            "Active": "Active",
        },
        parameters=("updatedSince",),
        id_columns=("StudentMis_Id", "Id"),
        filters_every_table=True,
    ),
    Endpoint(
        "school.entitlementhistory",
        "EntitlementHistory",
        "StudentFunding",
        ("EntitlementGroupStudents", "EntitlementGroups"),
        "When pupils were entitled to free school meals and pupil premium.",
        id_columns=("StudentId",),
    ),
    Endpoint(
        "school.studentmeals",
        "StudentMeals",
        "StudentExtended",
        ("StudentMeals",),
        "What pupils eat on which day of the week.",
        parameters=("updatedSince",),
    ),
    Endpoint(
        "school.seatingplans",
        "SeatingPlans",
        "School, EmergeForWeb",
        ("SeatingPlans",),
        "Where pupils sit in each class.",
        filters={"GroupId": "GroupId", "StudentId": "StudentId"},
    ),
    Endpoint(
        "school.userdefinedfields",
        "UserDefinedFields",
        "StudentFreeText",
        ("UDFs",),
        "Fields that the school made for itself.",
    ),
    Endpoint(
        "school.studentuserdefinedfields",
        "studentuserdefinedfields",
        "StudentFreeText",
        ("StudentUDFs",),
        "What is in fields that the school made for itself.",
        filters={"UDFName": "UDFName", "StudentId": "StudentId"},
        id_columns=("StudentId",),
        one_of=("UDFName",),
    ),
    Endpoint(
        "school.studentmedical",
        "StudentMedical",
        "StudentMedical",
        ("StudentMedical", "StudentConditions", "ConditionLookups", "StudentMedicalNotes"),
        "Medical conditions and notes, diets and consents.",
        parameters=("StudentId",),
        id_columns=("StudentId", "Id"),
    ),
    # Known to the catalogue, but empty at every school here.
    Endpoint(
        "school.agencyagent",
        "AgencyAgent",
        "AgencyAgent",
        ("Agency", "Agent", "AgencyStudent", "AgentStudent", "AgencyAgent"),
        "Agencies and their people that are linked to pupils.",
        parameters=("StudentId",),
    ),
    Endpoint(
        "school.linkeddocuments",
        "LinkedDocuments",
        "StudentFreeText",
        ("DocumentAttachments",),
        "Documents that are linked to pupils.",
        parameters=("DocumentTypeId", "DocumentTypeName", "StudentIds"),
        one_of=("DocumentTypeName", "DocumentTypeId"),
    ),
    Endpoint(
        "school.linkeddocumenttypes",
        "LinkedDocumentTypes",
        "StudentFreeText",
        ("DocumentTypes",),
        "Types of documents.",
    ),
    Endpoint(
        "school.studentexclusions",
        "StudentExclusions",
        "StudentExclusions",
        ("StudentExclusions",),
        "Exclusions.",
        options=("includeComments", "includeAppealInfo", "includeLeavers"),
        parameters=("DateFrom", "DateTo", "ExclusionType", "ExclusionReason"),
    ),
    Endpoint(
        "school.studentschoolhistory",
        "StudentSchoolHistory",
        "Student, StudentSchoolHistory",
        ("StudentSchoolHistory",),
        "Schools before this one.",
        options=("includeLeavers",),
        parameters=("LeavingDateFrom", "LeavingDateTo"),
    ),
    Endpoint(
        "school.staffabsence",
        "StaffAbsence",
        "StaffAbsence",
        ("StaffAbsence", "AbsenceCertificate"),
        "Absence of staff.",
        parameters=("FromDate", "ToDate"),
    ),
    Endpoint(
        "school.staffcontracts",
        "StaffContracts",
        "StaffContractual",
        ("StaffContracts", "StaffRoles"),
        "Contracts of staff.",
        parameters=("staffId",),
    ),
)

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def allows(needs: str, granted: frozenset[str]) -> bool:
    """Whether the granted scopes are enough. The full scope includes its Lite one."""
    known = granted | {f"{name}Lite" for name in granted}
    return needs.strip() == "*" or any(
        all(part.strip() in known for part in way.split("&")) for way in needs.split(",")
    )
