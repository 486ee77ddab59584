"""Groups and who is in them: Group, StudentMembers, StaffMembers, GroupTypes.

Types are YearGrp, RegGrp, HouseGrp and TeachingGrp; BoardGrp (boarding houses) and
the columns of GroupTypes are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulators.school_data.academic_year import (
    BOARDING,
    FORMS,
    FORMS_A_YEAR,
    HOUSES,
    YEAR_GROUPS,
    AcademicYearData,
)
from simulators.school_data.identifiers import guid, identifiers
from simulators.school_data.identity import Identity, Row, Stamp
from simulators.school_data.school_profile import LETTERS, form_name, year_name
from simulators.school_data.staff_members import staff_code
from simulators.school_data.staffing import Staffing
from simulators.school_data.teaching_groups import TeachingGroup
from simulators.school_data.terms import start_of

TYPES = (
    ("YearGrp", "Year group"),
    ("RegGrp", "Registration group"),
    ("HouseGrp", "House"),
    ("TeachingGrp", "Teaching group"),
    ("BoardGrp", "Boarding house"),
)
TYPE_IDS = {code: str(number) for number, (code, _) in enumerate(TYPES, start=1)}
FOUNDED = start_of(2015)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of any type."""

    number: int
    type: str
    code: str
    name: str
    teaching: TeachingGroup | None = None

    @property
    def prefix(self) -> str:
        """The prefix of its IdaasId."""
        return "GY" if self.type == "YearGrp" else "GC"


def groups_of(core: AcademicYearData) -> Iterator[Group]:
    """Every group of the year."""
    shape = core.shape
    for year in shape.years:
        yield Group(YEAR_GROUPS + year, "YearGrp", str(year or "R"), year_name(year))
    for year in shape.years:
        for form in range(shape.forms):
            code = form_name(year, form)
            yield Group(FORMS + year * FORMS_A_YEAR + form, "RegGrp", code, code)
    for number, name in enumerate(shape.houses):
        yield Group(HOUSES + number, "HouseGrp", LETTERS[number] + name[:2], name)
    for number, name in enumerate(shape.boarding):
        yield Group(BOARDING + number, "BoardGrp", name[:3].upper(), name)
    for one in core.classes:
        yield Group(one.number, "TeachingGrp", one.name, f"{one.name} {one.subject.name}", one)


def people_of(group: Group, staffing: Staffing) -> list[tuple[int, Stamp]]:
    """Who teaches or leads a group, each with since when."""
    if group.teaching:
        return staffing.of_class(group.teaching)
    return [staffing.of_leader(group.number)]


def group_rows(core: AcademicYearData, staffing: Staffing, at: Stamp) -> list[Row]:
    """The table Group."""
    return [_group_row(core, staffing, group, at) for group in groups_of(core)]


def _group_row(core: AcademicYearData, staffing: Staffing, group: Group, at: Stamp) -> Row:
    identity, spans = core.identity, core.spans.get(group.number, [])
    pupils = sorted(span.pupil for span in spans if span.since <= at < span.until)
    people = people_of(group, staffing)
    moments = [moment for span in spans for moment in (span.since, span.until) if moment <= at]
    subject = group.teaching.subject if group.teaching else None
    return identifiers(identity, group.prefix, group.number) | {
        "PlatformId": guid(identity, group.prefix, group.number),
        "Type": group.type,
        "Code": group.code,
        "Name": group.name,
        "PrimaryStaffId": str(people[0][0]) if people else None,
        "Staff": ",".join(staff_code(core.members[number]) for number, _ in people) or None,
        "NumStudents": len(pupils),
        "StudentIds": ",".join(map(str, pupils)),
        "StaffIds": ",".join(str(number) for number, _ in people),
        "StudentIdaasIds": ",".join(f"PL-{number}" for number in pupils),
        "StaffIdaasIds": ",".join(f"PWT-{number}" for number, _ in people),
        "SubjectLocalId": str(subject.number) if subject else None,
        "SubjectCode": subject.code if subject else None,
        "SubjectName": subject.name if subject else None,
        "TypeId": TYPE_IDS[group.type],
        "LastUpdated": max([*moments, *_staff_moments(group, people, core)], default=FOUNDED),
    }


def _staff_moments(
    group: Group, people: list[tuple[int, Stamp]], core: AcademicYearData
) -> list[Stamp]:
    moments = [since for _, since in people]
    return [*moments, core.first] if group.teaching else moments


def student_member_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentMembers."""
    identity = core.identity
    rows = []
    for group in groups_of(core):
        named = identifiers(identity, group.prefix, group.number)
        for span in core.spans.get(group.number, []):
            if span.since <= at < span.until:
                rows.append(_student_member(identity, named, span.pupil, span.since))
    return rows


def _student_member(identity: Identity, group: Row, pupil: int, since: Stamp) -> Row:
    named = identifiers(identity, "PL", pupil)
    return {
        "Id": f"{group['IdaasId']}.{named['IdaasId']}",
        "GroupId": group["Id"],
        "StudentId": named["Id"],
        "GroupExternalId": group["ExternalId"],
        "StudentExternalId": named["ExternalId"],
        "StudentIdaasId": named["IdaasId"],
        "GroupIdaasId": group["IdaasId"],
        "StartDate": since[:10],
        "EndDate": None,
        "LastUpdated": since,
    }


def staff_member_rows(core: AcademicYearData, staffing: Staffing) -> list[Row]:
    """The table StaffMembers."""
    rows = []
    for group in groups_of(core):
        named = identifiers(core.identity, group.prefix, group.number)
        for turn, (number, since) in enumerate(people_of(group, staffing)):
            person = identifiers(core.identity, "PWT", number)
            rows.append(
                {
                    "Id": f"{named['IdaasId']}.{person['IdaasId']}",
                    "GroupId": named["Id"],
                    "StaffId": person["Id"],
                    "StaffRole": _role(group, turn),
                    "GroupExternalId": named["ExternalId"],
                    "StaffExternalId": person["ExternalId"],
                    "StaffIdaasId": person["IdaasId"],
                    "GroupIdaasId": named["IdaasId"],
                    "LastUpdated": since,
                }
            )
    return rows


def _role(group: Group, turn: int) -> str:
    roles = {"YearGrp": "Head of Year", "RegGrp": "Tutor", "TeachingGrp": "Teacher"}
    return roles.get(group.type, "Housemaster or Housemistress") if turn == 0 else "Shared"


def type_rows() -> list[Row]:
    """The table GroupTypes."""
    return [
        {"Id": TYPE_IDS[code], "Code": code, "Name": name, "LastUpdated": FOUNDED}
        for code, name in TYPES
    ]
