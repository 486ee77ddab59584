"""What can be read of a school: every endpoint, described once.

Facts file, section 7.2, and the service's own catalogue of 2018. Nothing else in
the room knows an endpoint by name; adding one is adding a line here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assembly_ui.xporter.rows import (
    assessment,
    attendance,
    groups,
    people,
    school,
    timetable,
)
from assembly_ui.xporter.rows.base import Row

ANY: tuple[str, ...] = ()
"""A parameter that takes any value."""

FLAG = ("0", "1")


@dataclass(frozen=True)
class Endpoint:
    """How one endpoint is asked, and what it answers.

    `rows` are its tables, the main one first. `scopes` are alternatives, each a set
    needed as a whole; none means that any scope will do. `parameters` maps names to
    the values allowed (`ANY`). All of `mandatory`, and one of `one_of` and of
    `one_option` where there are any, must be given. `takes_id`: one record can be asked
    for. `live`: may be read from the school's MIS while we wait, which takes long.
    """

    name: str
    rows: tuple[type[Row], ...]
    scopes: tuple[frozenset[str], ...]
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    one_option: bool = False
    takes_id: bool = False
    live: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables, the main one first."""
        return tuple(row.table for row in self.rows)

    def is_open_to(self, granted: Collection[str]) -> bool:
        """Whether a school that granted these scopes lets us ask."""
        return not self.scopes or any(needed <= set(granted) for needed in self.scopes)


def _any_of(*alternatives: str) -> tuple[frozenset[str], ...]:
    """Alternatives, with `&` between what is needed together, as the catalogue writes them."""
    return tuple(frozenset(needed.split("&")) for needed in alternatives)


_SCHOOL = _any_of("School", "SchoolLite")
_SINCE = {"updatedSince": ANY}
_DATES = {"DateFrom": ANY, "DateTo": ANY}
_GROUPS_OF_PEOPLE = ("includeGroupIds", "includeGroupIdaasIds", "includeGroupXIDs")
_RESULT_FILTERS = (
    "Students",
    "Groups",
    "Aspects",
    "ResultSets",
    "Templates",
    "Columns",
    "Marksheets",
)

_ALL = (
    Endpoint("SchoolInfo", (school.SchoolInfoRow,), _SCHOOL, _SINCE),
    Endpoint("Counts", (school.CountRow,), _SCHOOL),
    # What is in it is published nowhere: its tables keep the names they come with.
    Endpoint("Health", (), ()),
    Endpoint(
        "Students",
        (people.Student, people.StudentSibling),
        _any_of("Student", "StudentLite"),
        {
            **_SINCE,
            "yearGroupId": ANY,
            "studentStatus": ("OnRoll", "Leaver", "PreAdmission"),
        },
        (
            "includePhotos",
            *_GROUPS_OF_PEOPLE,
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
        takes_id=True,
    ),
    Endpoint(
        "Staff",
        (people.Staff,),
        _any_of("Staff", "StaffLite"),
        {**_SINCE, "staffStatus": ("Current", "Future", "Previous")},
        ("includePhotos", *_GROUPS_OF_PEOPLE, "teachersOnly", "includeFuture", "includePrevious"),
        takes_id=True,
    ),
    Endpoint(
        "Groups",
        (groups.Group, groups.StaffMember, groups.StudentMember, groups.GroupType),
        _SCHOOL,
        {**_SINCE, "Type": ("YearGrp", "HouseGrp", "RegGrp", "TeachingGrp"), "Code": ANY},
        (
            "includeStaffMembers",
            "includeStudentMembers",
            "includeMembersIds",
            "includeMembersIdaasIds",
            "includeMembersXIDs",
            "includeSubjects",
            "includeGroupTypes",
        ),
        takes_id=True,
    ),
    Endpoint(
        "Contacts",
        (people.Contact,),
        _any_of("Contact"),
        _SINCE,
        ("includeChildIdaasIds", "includeChildXIDs"),
        takes_id=True,
    ),
    Endpoint(
        "StudentContacts",
        (people.StudentContact,),
        _any_of("Contact&Student", "Contact&StudentLite"),
        {**_SINCE, "relationship": ANY, "priority": ANY, "parresp": FLAG},
        ("includeExternalIds",),
        takes_id=True,
    ),
    Endpoint(
        "PersonComms",
        (people.PersonComm,),
        _any_of("Contact", "Staff", "Student"),
        {
            **_SINCE,
            "CommsType": ("E", "T", "M"),
            "LocationCode": ("H", "W", "M"),
            "Priority": ANY,
            "IsDefault": FLAG,
            "PersonType": ("Student", "Staff", "Contact"),
        },
        takes_id=True,
    ),
    Endpoint(
        "SEN",
        (people.SpecialNeed, people.SenProvision, people.StudentDisability),
        _any_of("SEN", "SENTypes"),
        {**_SINCE, "StudentId": ANY, "SENProvision": ANY, "SENTypeRank": ANY, "Active": FLAG},
        takes_id=True,
    ),
    Endpoint(
        "StudentMedical",
        (
            people.MedicalFacts,
            people.MedicalCondition,
            people.ConditionLookup,
            people.MedicalNote,
        ),
        _any_of("StudentMedical"),
        {"StudentId": ANY},
        takes_id=True,
    ),
    Endpoint(
        "Photos",
        (people.Photo,),
        _any_of("Photos"),
        {**_SINCE, "PersonType": ("Student", "Staff")},
        takes_id=True,
    ),
    Endpoint(
        "Timetable",
        (timetable.Lesson, timetable.LessonStaff, timetable.LessonRoom),
        _any_of("School"),
        _DATES,
        ("includeLessons", "includeLessonStaff", "includeLessonRooms"),
        one_option=True,
    ),
    Endpoint(
        "TimetableModel",
        (
            timetable.Timetable,
            timetable.TimetableDay,
            timetable.TimetablePeriod,
            timetable.TimetableLesson,
            timetable.LessonClass,
            timetable.LessonStaff,
            timetable.LessonRoom,
            timetable.TimetableDayInstance,
        ),
        _any_of("School"),
    ),
    Endpoint(
        "TimetableStructure",
        (
            timetable.Weekday,
            timetable.Session,
            timetable.Period,
            timetable.Subject,
            timetable.Room,
        ),
        _any_of("School"),
        _DATES,
    ),
    Endpoint(
        "Calendar",
        (school.CalendarEvent,),
        _any_of("School"),
        {
            **_DATES,
            "EventType": (
                "SchoolEvent",
                "Holiday",
                "StaffTraining",
                "PublicHoliday",
                "HalfTerm",
            ),
        },
        takes_id=True,
    ),
    Endpoint(
        "assessmentstructure",
        (
            assessment.Aspect,
            assessment.ResultSet,
            assessment.Template,
            assessment.Marksheet,
            assessment.Column,
            assessment.GradeSet,
            assessment.GradeSetVersion,
            assessment.Grade,
            assessment.MarkSet,
            assessment.Category,
        ),
        _any_of("School"),
        {"CategoryFilter": ANY},
        ("includeMarkingGrids", "includeGradesets", "includeGradesetHistory"),
    ),
    Endpoint(
        "assessmentresults",
        (assessment.Result,),
        _any_of("AssessmentResults"),
        {
            **dict.fromkeys(_RESULT_FILTERS, ANY),
            **dict.fromkeys(("ResultDateFrom", "ResultDateTo"), ANY),
            **dict.fromkeys(("CollectionDateFrom", "CollectionDateTo"), ANY),
        },
        one_of=_RESULT_FILTERS,
        live=True,
    ),
    Endpoint("AttendanceCodes", (attendance.AttendanceCode,), _any_of("Attendance"), takes_id=True),
    Endpoint(
        "AttendanceForDate",
        (attendance.AttendanceMark,),
        _any_of("Attendance"),
        {
            "date": ANY,
            "attendanceType": ("L", "S"),
            "sessionType": ("AM", "PM"),
        },
        ("excludeNoMarks", "excludeClosed"),
        takes_id=True,
        live=True,
    ),
    Endpoint(
        "AttendanceForDateRange",
        (attendance.AttendanceMark,),
        _any_of("Attendance"),
        {**_DATES, "SessionType": ANY},
        (
            "includeExternalId",
            "excludeNoMarks",
            "excludeClosed",
            "forcedownload",
            "includeLeavers",
        ),
        mandatory=("DateFrom", "DateTo"),
        takes_id=True,
        live=True,
    ),
)

ENDPOINTS: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in _ALL}
"""By name, spelt as the documents spell it."""
