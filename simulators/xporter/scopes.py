"""What a school may share: names of the service, in plain words.

Names: facts known of Xporter on Demand, section 7.1. The descriptions are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """One area of data. `areas` are the rows of Counts that belong to it."""

    name: str
    title: str
    category: str
    description: str
    areas: tuple[str, ...] = ()


SCHOOL = "School"
"""Without it nothing can be shared: it says which school this is."""

CATALOGUE = (
    Scope(
        SCHOOL,
        "School",
        "School",
        "The school's name, numbers and address; its year groups, classes and timetable.",
        ("Groups",),
    ),
    Scope(
        "Staff",
        "Staff",
        "Staff",
        "Names, staff codes, roles and work email addresses of people who work at the school.",
        ("Staff",),
    ),
    Scope(
        "Student",
        "Pupils",
        "Students",
        "Names, admission numbers, year groups and registration groups of pupils.",
        ("Students",),
    ),
    Scope(
        "StudentExtended",
        "More about pupils",
        "Students",
        "Dates of birth, legal names, and dates of joining and leaving.",
    ),
    Scope("UPN", "Unique pupil numbers", "Students", "The national number of each pupil."),
    Scope(
        "Contact",
        "Contacts",
        "Contacts",
        "Names, relationship to the pupil, and email addresses of parents and carers.",
        ("Contacts",),
    ),
    Scope(
        "Attendance",
        "Attendance",
        "Attendance",
        "Registration marks of each pupil, morning and afternoon.",
        ("AttendanceMarks",),
    ),
    Scope(
        "AssessmentResults",
        "Assessment results",
        "Assessment",
        "Grades and marks of each pupil, by subject and date.",
        ("AssessmentResults",),
    ),
)

ASKED_BY_DEFAULT = tuple(scope.name for scope in CATALOGUE)
"""What an application asks for whose invitation names no scopes."""

_FURTHER = (
    ("Address", "Pupils' addresses", "Students", "Home addresses of pupils and contacts."),
    ("AgencyAgent", "Agencies", "Contacts", "Agencies and their agents."),
    ("Conduct", "Conduct", "Conduct", "Achievement and behaviour records."),
    ("ConductComments", "Comments on conduct", "Conduct", "What was written about conduct."),
    ("EmergeForWeb", "Emerge", "Products", "Use by Groupcall Emerge on the web."),
    ("EmergeViaXod", "Emerge via Xporter on Demand", "Products", "Use by Groupcall Emerge."),
    ("EndpointInfo", "Agent", "School", "The agent's state, and its updates."),
    ("Photos", "Photographs", "People", "Photographs of pupils and staff."),
    ("SEN", "Special educational needs", "Students", "Needs and provision of pupils."),
    ("SENTypes", "Types of need", "Students", "Types of special educational need."),
    ("SchoolLite", "School, in brief", "School", "The school's name and numbers."),
    ("StaffAbsence", "Absence of staff", "Staff", "When staff were absent."),
    ("StaffAddress", "Addresses of staff", "Staff", "Home addresses of staff."),
    ("StaffContractual", "Contracts of staff", "Staff", "Contracts of staff."),
    ("StaffEmployment", "Employment of staff", "Staff", "Numbers and dates of employment."),
    ("StaffEthnicity", "Ethnicity of staff", "Staff", "Ethnicity of staff."),
    ("StaffExtended", "More about staff", "Staff", "Dates of birth and legal names of staff."),
    ("StaffFinancial", "Pay of staff", "Staff", "Pay of staff."),
    ("StaffLite", "Staff, in brief", "Staff", "Names and work email addresses of staff."),
    ("StaffPersonalContact", "Private contact of staff", "Staff", "Private numbers of staff."),
    ("StaffReligion", "Religion of staff", "Staff", "Religion of staff."),
    ("StudentDemographic", "Background of pupils", "Students", "Languages and nationality."),
    ("StudentDetentions", "Detentions", "Conduct", "Detentions of pupils."),
    ("StudentEthnicity", "Ethnicity of pupils", "Students", "Ethnicity of pupils."),
    ("StudentExclusions", "Exclusions", "Conduct", "Exclusions of pupils."),
    ("StudentFamily", "Family of pupils", "Students", "Siblings, and care by an authority."),
    ("StudentFreeText", "Notes on pupils", "Students", "Notes of the school on pupils."),
    ("StudentFunding", "Funding of pupils", "Students", "Free meals, premium, extra language."),
    ("StudentHistory", "History of pupils", "Students", "Year and form by year."),
    ("StudentLite", "Pupils, in brief", "Students", "Names, year groups and forms of pupils."),
    ("StudentMedical", "Medical", "Students", "Medical notes on pupils."),
    ("StudentPregnancy", "Pregnancy", "Students", "Pregnancy of pupils."),
    ("StudentReligion", "Religion of pupils", "Students", "Religion of pupils."),
    ("StudentSchoolHistory", "Earlier schools", "Students", "Schools before this one."),
    ("WritebackAssessment", "Write results", "Writeback", "Write results into the MIS."),
    ("WritebackAttendance", "Write attendance", "Writeback", "Write marks into the MIS."),
    ("WritebackConduct", "Write conduct", "Writeback", "Write conduct into the MIS."),
    ("WritebackPhotos", "Write photographs", "Writeback", "Write photographs into the MIS."),
)

EVERYTHING = (*CATALOGUE, *(Scope(*further) for further in _FURTHER))
"""Every scope of the service; those beyond the catalogue are shared if asked for by name."""

_BY_NAME = {scope.name: scope for scope in EVERYTHING}


def scope_named(name: str) -> Scope:
    """The scope of this name; one without a description shows as its name."""
    return _BY_NAME.get(name) or Scope(name, name, "Other", "An area named by the service.")


def scopes_of(names: str) -> list[Scope]:
    """The scopes of a comma-separated list, in its order."""
    return [scope_named(name) for name in names.split(",") if name]


def asked(names: object) -> str:
    """The scopes an invitation asks for, School always among them."""
    named = names.split(",") if isinstance(names, str) else names
    wanted = [*named] if isinstance(named, Sequence) else []
    known = [name.strip() for name in wanted if isinstance(name, str) and name.strip() in _BY_NAME]
    return ",".join(dict.fromkeys((SCHOOL, *(known or ASKED_BY_DEFAULT))))


def granted(asked_names: str, ticked: Sequence[str]) -> str:
    """Those of the scopes asked for that were ticked; School cannot be left out."""
    return ",".join(
        name for name in asked_names.split(",") if name == SCHOOL or name in set(ticked)
    )
