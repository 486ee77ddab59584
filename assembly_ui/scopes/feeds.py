"""Which columns of Xporter on Demand feed which scopes, as data.

Facts file of the service, section 7.3. Names of a column that differ between its
documents, recordings and other sources are all named: what does not exist is not sent.
Scopes that are not here are fed by nothing that can be read so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """Columns and options of an endpoint, for who holds all of `scopes`.

    `type` is the kind of groups it is about, as the service calls it; none means every.
    `tables` are those of the endpoint whose rows are kept; none means every.
    """

    scopes: tuple[str, ...]
    endpoint: str
    columns: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    type: str = ""
    tables: tuple[str, ...] = ()


def _feed(
    scopes: str,
    endpoint: str,
    columns: str = "",
    options: str = "",
    type_: str = "",
    tables: str = "",
) -> Feed:
    return Feed(
        tuple(scopes.split()),
        endpoint,
        tuple(columns.split()),
        tuple(options.split()),
        type_,
        tuple(tables.split()),
    )


_ADDRESS = "HouseNo HouseName Apartment Street District TownOrCity County PostCode Country"
_MEMBERS = "includeMembersIds"
_LESSONS = "PeriodId ClassId ClassName StartDateTime EndDateTime"
_MODEL = (
    "Name Description StartDate EndDate DaysPerCycle TimetableId DayName Week Sequence DayNumber "
    "TimetableDayId DayId PeriodName StartTime EndTime PeriodSequence DisplayOrder Date "
    "TimetablePeriodId PeriodId TimetableLessonId LessonId GroupId ClassId "
    "RoomId RoomCode RoomName"
)
_STRUCTURE = (
    "Name Description AspectType GradeSetId GradeSetHistoryId Value NumericValue DisplayOrder "
    "AspectId MinValue MaxValue"
)
_GRADES = "includeGradesets includeGradesetHistory"
_RESULTS = "AspectId ResultDate Result LastUpdated"


def _people(area: str, endpoint: str, columns: dict[str, str], options: str = "") -> Iterator[Feed]:
    """The scopes of people of one area, each with its columns."""
    for name, of_scope in columns.items():
        yield _feed(f"{area}.{name}", endpoint, of_scope, options if name == "basic" else "")


def _groups() -> Iterator[Feed]:
    kinds = {
        "groups": "",
        "registration_groups": "RegGrp",
        "teaching_groups": "TeachingGrp",
    }
    for scope, type_ in kinds.items():
        yield _feed(scope, "Groups", "Code Name Type", type_=type_)
        yield _feed(f"{scope} students.basic", "Groups", "StudentIds", _MEMBERS, type_)
        yield _feed(f"{scope} staff_members.basic", "Groups", "StaffIds", _MEMBERS, type_)


def _timetables() -> Iterator[Feed]:
    for scope in ("timetables", "timetables.cover"):
        yield _feed(scope, "TimetableModel", _MODEL)
        yield _feed(f"{scope} staff_members.basic", "TimetableModel", "StaffId Staff")
        yield _feed(scope, "Timetable", _LESSONS, "includeLessons")
    yield _feed("timetables.cover", "Timetable", "RoomCodes")
    yield _feed("timetables.cover staff_members.basic", "Timetable", "StaffCodes")


def _results() -> Iterator[Feed]:
    for scope in ("examinations", "internal", "national"):
        yield _feed(f"assessments.{scope}", "assessmentstructure", _STRUCTURE, _GRADES)
        yield _feed(f"assessments.{scope}", "assessmentresults", _RESULTS)
        yield _feed(f"assessments.{scope} students.basic", "assessmentresults", "StudentId")


_STUDENTS = {
    "basic": "Forename Surname YearGroup StudentStatus LeavingYearGroup",
    "addresses": _ADDRESS,
    "care": "InLeaCare",
    "country_of_birth": "CountryOfBirth",
    "dates": "EntryDate LeavingDate",
    "dob": "DateofBirth",
    "eal": "EAL",
    "emails": "WorkEmail",
    "enrolment_status": "EnrolmentStatus",
    "ethnicity": "EthnicityCode Ethnicity",
    "ever_in_care": "EverInCare",
    "first_language": "FirstLanguageCode FirstLanguage",
    "former_names": "PreviousLegalSurname",
    "former_upn": "FormerUPN",
    "fsm": "FSMEligible FSMEver6",
    "fsm_history": "FsmStartDate FsmEndDate",
    "gender": "Gender",
    "home_language": "HomeLanguageCode HomeLanguage",
    "legal_names": "LegalForename LegalSurname",
    "middle_names": "MiddleName",
    "nationality": "Nationality",
    "pan": "AdmissionNo",
    "pp": "PupilPremium",
    "proficiency_in_eng": "EnglishProficiencyLevel",
    "sen_provision": "SENProvision",
    "service_child": "ServiceChild",
    "uln": "UniqueLearnerNumber",
    "upn": "UPN",
    "mis_id": "",
}
_STAFF = {
    "basic": "StaffCode Forename Surname Title IsTeacher StaffStatus",
    "addresses": _ADDRESS,
    "dates": "EmploymentStart EmploymentEnd",
    "dob": "DateOfBirth",
    "emails": "WorkEmail HomeEmail",
    "ethnicity": "EthnicityCode Ethnicity",
    "gender": "Gender",
    "legal_names": "LegalForename LegalSurname",
    "middle_names": "MiddleName",
    "mis_id": "",
    "teaching_status": "TeacherNumber TeacherCategory",
    "telephone_numbers": "WorkPhone HomePhone MobilePhone",
}
_CONTACTS = {
    "basic": "Forename Surname Title Salutation",
    "addresses": _ADDRESS,
    "emails": "Email HomeEmail WorkEmail",
    "gender": "Gender",
    "middle_names": "MiddleName",
    "mis_id": "",
    "telephone_numbers": "HomePhone MobilePhone WorkPhone",
}
_MEDICAL = (
    # scope, table, columns
    ("conditions", "StudentConditions", "StudentId MedicalConditionId ConditionDescription"),
    ("dietary_needs", "StudentMedical", "DietaryNeeds"),
    ("emergency_consent", "StudentMedical", "EmergencyConsent"),
    ("notes", "StudentMedicalNotes", "StudentId Note Summary LastModified"),
    ("pregnancy", "StudentMedical", "PregnantPupil"),
)
_LINKS = {
    "basic": "StudentId ContactId Relationship",
    "parental_responsibility": "ParentalResponsibility ParResp",
    "priority": "Priority",
}

FEEDS: tuple[Feed, ...] = (
    _feed(
        "school",
        "SchoolInfo",
        "Name EstabId Phase Governance Head Address CurrentAcademicYear",
    ),
    _feed(
        "school",
        "Groups",
        "SubjectLocalId SubjectCode SubjectName",
        "includeSubjects",
        "TeachingGrp",
    ),
    _feed(
        "calendar",
        "Calendar",
        "EventType Type Category Name Description StartDate StartTime EndDate EndTime AllDay",
    ),
    *_timetables(),
    *_groups(),
    *_people("staff_members", "Staff", _STAFF, "includePrevious"),
    *_people("students", "Students", _STUDENTS, "includeLeavers"),
    _feed(
        "students.sen_needs",
        "SEN",
        "StudentMis_Id NeedTypeCode NeedTypeDescription Rank NeedStartDate NeedEndDate Active",
        tables="StudentSENTypeHistory",
    ),
    _feed(
        "students.sen_provision_history",
        "SEN",
        "StudentMis_Id SENProvisionCode SENProvisionDescription SENProvisionStartDate "
        "SENProvisionEndDate",
        tables="StudentSENProvisionHistory",
    ),
    *(
        _feed(f"students.medical.{name}", "StudentMedical", columns, tables=table)
        for name, table, columns in _MEDICAL
    ),
    *_people("contacts", "Contacts", _CONTACTS),
    *(
        _feed(f"contacts.{name} students.basic", "StudentContacts", columns)
        for name, columns in _LINKS.items()
    ),
    _feed("attendances", "AttendanceForDateRange", "Date Mark Session MinsLate Notes"),
    _feed("attendances students.basic", "AttendanceForDateRange", "StudentId"),
    _feed("attendances students.basic registration_groups", "Students", "RegGroupId"),
    *_results(),
)
"""Every feed."""


def feeds_for(scopes: Iterable[str]) -> list[Feed]:
    """The feeds of these scopes."""
    held = frozenset(scopes)
    return [feed for feed in FEEDS if held.issuperset(feed.scopes)]
