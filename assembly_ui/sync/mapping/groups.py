"""Groups of every kind, and in the shapes that year, registration and teaching groups have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Make, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.people import Json, numbers
from assembly_ui.sync.mapping.rows import GROUP_QUERIES, group_rows, keys_of, maybe, said, text
from assembly_ui.sync.mapping.subjects import mis_subject, mis_subject_key, plain_subject
from assembly_ui.sync.mapping.year_names import code_and_unknown
from assembly_ui.sync.mapping.years import current_year, first_day, last_day

GROUP = "group"
"""In whose name all groups are numbered, whatever their shape."""

_TYPES = {
    "yeargrp": "YearGroup",
    "reggrp": "RegistrationGroup",
    "housegrp": "HouseGroup",
    "teachinggrp": "TeachingGroup",
    "usergrp": "UserGroup",
    "userdefinedgrp": "UserGroup",
}
_MADE_FROM = GROUP_QUERIES | {"SchoolInfo", "Staff", "Students"}


def type_of(row: SourceRow) -> str:
    """The kind of a group as the API calls it."""
    return _TYPES.get(text(row, "Type").casefold(), "NonTeachingGroup")


@dataclass(frozen=True)
class _Around:
    """What groups refer to: who is known, and the academic year."""

    ids: Ids
    staff: frozenset[str]
    students: frozenset[str]
    year: int | None

    @property
    def dates(self) -> Json:
        """From when to when a group is: the academic year, for all that is known."""
        year = self.year
        return {
            "start_date": of_day(first_day(year)) if year else None,
            "end_date": of_day(last_day(year)) if year else None,
        }

    def staff_of(self, row: SourceRow) -> list[int] | None:
        """Who leads or teaches a group; None when that was not read."""
        return numbers(self.ids, "staff_member", row, "StaffIds", self.staff)

    def students_of(self, row: SourceRow) -> list[int] | None:
        """Who is in a group; None when that was not read."""
        return numbers(self.ids, "student", row, "StudentIds", self.students)


def _around(source: Source, ids: Ids) -> _Around:
    return _Around(
        ids,
        keys_of(source, "Staff", "Staff"),
        keys_of(source, "Students", "Students"),
        current_year(source),
    )


def _named(source: Source, type_: str = "") -> Iterator[tuple[str, str, SourceRow]]:
    """Groups that were read for themselves, not for their subjects alone: key, name, row."""
    for row in group_rows(source):
        if said(row, "Name") and (not type_ or type_of(row) == type_):
            yield text(row, "Id"), text(row, "Name", "Code"), row


def make_groups(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Every group."""
    around = _around(source, ids)
    for key, name, row in _named(source):
        staff = around.staff_of(row)
        data = {
            "object": "group",
            "id": ids.of(GROUP, key),
            "name": name or None,
            "code": maybe(row, "Code"),
            "type": type_of(row),
            "mis_subject": _subject_of(ids, chosen, row),
            **around.dates,
            "supervisors": None if staff is None else [supervisor(one) for one in staff],
            "student_ids": around.students_of(row),
        }
        yield Made(key, name, data)


def make_year_groups(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Year groups. The name decides of the code, as it does of that of the students in it."""
    around = _around(source, ids)
    for key, name, row in _named(source, "YearGroup"):
        code, unknown = code_and_unknown(name)
        data = {
            "object": "year_group",
            "id": ids.of(GROUP, key),
            "code": code,
            "name": name or None,
            **around.dates,
            "supervisor_ids": around.staff_of(row),
            "student_ids": around.students_of(row),
            **unknown,
        }
        yield Made(key, name, data)


def make_registration_groups(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Registration groups."""
    around = _around(source, ids)
    for key, name, row in _named(source, "RegistrationGroup"):
        data = {
            "object": "registration_group",
            "id": ids.of(GROUP, key),
            "name": name or None,
            **around.dates,
            "supervisor_ids": around.staff_of(row),
            "student_ids": around.students_of(row),
        }
        yield Made(key, name, data)


def make_teaching_groups(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Classes whose subject is mapped onto one of the catalogue; no others."""
    around = _around(source, ids)
    year = around.year and ids.of("academic_year", str(around.year))
    for key, name, row in _named(source, "TeachingGroup"):
        own = mis_subject_key(row)
        subject = plain_subject(ids, chosen.subject_of(own)) if own else None
        if subject is None:
            continue
        data = {
            "object": "teaching_group",
            "id": ids.of(GROUP, key),
            "name": name or None,
            **around.dates,
            "academic_year_id": year or None,
            "supervisor_ids": around.staff_of(row),
            "student_ids": around.students_of(row),
            "subject": {**subject, "mis_subjects": [mis_subject(ids, chosen, own, row)]},
            "mis_level": None,
            "assessment": None,
        }
        yield Made(key, name, data)


def supervisor(staff_member: int) -> Json:
    """Somebody who leads a group or teaches a lesson. In which role is not said."""
    return {"object": "supervisor", "staff_member_id": staff_member, "role": None}


def _subject_of(ids: Ids, chosen: Chosen, row: SourceRow) -> Json | None:
    """The subject of a class in the shape it has within a group."""
    key = mis_subject_key(row)
    if not key:
        return None
    subject = plain_subject(ids, chosen.subject_of(key))
    return {
        "object": "mis_subject",
        "id": ids.of("mis_subject", key),
        "name": maybe(row, "SubjectName"),
        "code": maybe(row, "SubjectCode"),
        "subject": subject and {**subject, "alt_name": None, "alt_code": None},
    }


def _kind(name: str, make: Make) -> Kind:
    numbered_as = "" if name == GROUP else GROUP
    return Kind(name, _MADE_FROM, make, numbered_as=numbered_as, is_of_year=True)


GROUP_KINDS = (
    _kind(GROUP, make_groups),
    _kind("year_group", make_year_groups),
    _kind("registration_group", make_registration_groups),
    _kind("teaching_group", make_teaching_groups),
)
