"""Which queries of Xporter on Demand feed these scopes, with which columns. Pure.

One query for each endpoint, with the columns of all scopes together and no others, since
the service allows few calls; only groups of one type are asked for apart, when others may
not be read. What is asked stays word for word the same for as long as
possible, since only then does it say what changed (its facts file, section 9): days
begin and end with weeks or academic years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.feeds import FEEDS, Feed, feeds_for

RESULTS = "assessmentresults"

LESSON_WEEKS = 4
"""How many weeks of lessons are read, this one included."""

MARK_WEEKS = 2
"""How many weeks of attendance marks are read, this one included."""

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Need:
    """A query. `select` are columns, `parameters` names and values, in order of names.

    `tables` are those whose rows are kept; none means all that are answered.
    """

    name: str
    endpoint: str
    options: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    tables: tuple[str, ...] = ()


def needs(scopes: Iterable[str], today: date, *, aspects: Iterable[str] = ()) -> tuple[Need, ...]:
    """The queries that feed these scopes, on a day at the school.

    `aspects` are the ids of what the school assesses whose results are wanted: without
    any, no results are asked for. Nobody's scopes need nothing.
    """
    wanted = tuple(sorted(set(aspects)))
    feeds = [feed for feed in feeds_for(scopes) if wanted or feed.endpoint != RESULTS]
    whole = {feed.endpoint for feed in feeds if not feed.type}
    together: dict[tuple[str, str], list[Feed]] = {}
    for feed in feeds:
        type_ = "" if feed.endpoint in whole else feed.type
        together.setdefault((feed.endpoint, type_), []).append(feed)
    return tuple(_need(*of, found, today, wanted) for of, found in together.items())


def xporter_scopes_of(scope: str) -> frozenset[str]:
    """What a school must share on Xporter on Demand for this scope to be fed in full."""
    return XPORTER_SCOPES.get(scope, frozenset())


def _need(
    endpoint: str, type_: str, feeds: list[Feed], today: date, aspects: tuple[str, ...]
) -> Need:
    columns = {"Id", *(column for feed in feeds for column in feed.columns)}
    options = {option for feed in feeds for option in feed.options}
    tables = {table for feed in feeds for table in feed.tables}
    parameters = _days(endpoint, today)
    if type_:
        parameters |= {"Type": type_}
    if endpoint == RESULTS:
        parameters |= {"Aspects": ",".join(aspects)}
    return Need(
        f"{endpoint} {type_}".strip(),
        endpoint,
        tuple(sorted(options)),
        tuple(sorted(columns)),
        tuple(sorted(parameters.items())),
        tuple(sorted(tables)) if all(feed.tables for feed in feeds) else (),
    )


def _days(endpoint: str, today: date) -> dict[str, str]:
    monday = today - _DAY * today.weekday()
    match endpoint:
        case "Timetable":
            return _window(monday, monday + LESSON_WEEKS * _WEEK - _DAY)
        case "AttendanceForDateRange":
            return _window(monday - (MARK_WEEKS - 1) * _WEEK, monday + _WEEK - _DAY)
        case "Calendar":
            year = academic_year_of(today)
            return _window(date(year, 9, 1), date(year + 1, 8, 31))
        case "assessmentresults":
            return {"ResultDateFrom": date(academic_year_of(today) - 1, 9, 1).isoformat()}
        case _:
            return {}


def _window(first: date, last: date) -> dict[str, str]:
    return {"DateFrom": first.isoformat(), "DateTo": last.isoformat()}


def academic_year_of(day: date) -> int:
    """The calendar year in which the academic year of a day began, on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


_OF_ENDPOINT: Mapping[str, frozenset[str]] = {
    "SchoolInfo": frozenset({"School"}),
    "Groups": frozenset({"School"}),
    "Calendar": frozenset({"School"}),
    "TimetableModel": frozenset({"School"}),
    "Timetable": frozenset({"School"}),
    "assessmentstructure": frozenset({"School"}),
    "assessmentresults": frozenset({"AssessmentResults"}),
    "AttendanceForDateRange": frozenset({"Attendance"}),
    "Students": frozenset({"Student"}),
    "Staff": frozenset({"Staff"}),
    "Contacts": frozenset({"Contact"}),
    "StudentContacts": frozenset({"Contact", "Student"}),
    "SEN": frozenset({"SEN"}),
    "StudentMedical": frozenset({"StudentMedical"}),
}
_OF_SCOPE: Mapping[str, str] = {
    "contacts.addresses": "Address",
    "staff_members.addresses": "StaffAddress",
    "staff_members.dates": "StaffEmployment",
    "staff_members.dob": "StaffExtended",
    "staff_members.ethnicity": "StaffEthnicity",
    "staff_members.legal_names": "StaffExtended",
    "staff_members.middle_names": "StaffExtended",
    "staff_members.teaching_status": "StaffEmployment",
    "staff_members.telephone_numbers": "StaffPersonalContact",
    "students.addresses": "Address",
    "students.care": "StudentFamily",
    "students.country_of_birth": "StudentDemographic",
    "students.dates": "StudentExtended",
    "students.dob": "StudentExtended",
    "students.eal": "StudentFunding",
    "students.ethnicity": "StudentEthnicity",
    "students.ever_in_care": "StudentFamily",
    "students.first_language": "StudentDemographic",
    "students.former_names": "StudentExtended",
    "students.former_upn": "UPN",
    "students.fsm": "StudentFunding",
    "students.fsm_history": "StudentFunding",
    "students.home_language": "StudentDemographic",
    "students.legal_names": "StudentExtended",
    "students.middle_names": "StudentExtended",
    "students.nationality": "StudentDemographic",
    "students.pp": "StudentFunding",
    "students.proficiency_in_eng": "StudentDemographic",
    "students.sen_provision": "SEN",
    "students.service_child": "StudentDemographic",
    "students.uln": "StudentExtended",
    "students.upn": "UPN",
}
_RELATIONS = ("contacts.parental_responsibility", "contacts.priority")

XPORTER_SCOPES: Mapping[str, frozenset[str]] = {
    scope.name: frozenset(
        {
            name
            for feed in FEEDS
            if feed.scopes == (scope.name,)
            for name in _OF_ENDPOINT[feed.endpoint]
        }
        | ({_OF_SCOPE[scope.name]} if scope.name in _OF_SCOPE else set())
        | ({"Contact", "Student"} if scope.name in _RELATIONS else set())
    )
    for scope in SCOPES
}
"""The scopes of Xporter on Demand behind each of ours; none where nothing feeds it."""
