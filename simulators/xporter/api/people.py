"""Whom a school shares that has selected people: nobody else's rows leave anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulators.school_data import Row, school_at
from simulators.xporter.api.view import View

TEACHERS, SUPPORT = "Teaching staff", "Support staff"
_PERSON_TABLES = {
    "Students": "students",
    "StudentMeals": "students",
    "StudentMedical": "students",
    "ConductPoints": "students",
    "Staff": "staff",
    "Contacts": "contacts",
}
_ABOUT_STUDENTS = {"Conducts", "Achievements", "Behaviour"}
"""Tables whose rows are about the pupils they list, and about nobody else."""
_PERSON_COLUMNS = {
    "StudentId": "students",
    "StudentMis_Id": "students",
    "SiblingId": "students",
    "StaffId": "staff",
    "ContactId": "contacts",
}
_LISTED = {
    "StudentIds": "students",
    "StudentSiblingIds": "students",
    "ChildIds": "students",
    "StaffIds": "staff",
}
_LISTED_OTHERWISE = (
    "StudentIdaasIds",
    "StudentXIDs",
    "StaffIdaasIds",
    "StaffXIDs",
    "ChildIdaasIds",
    "ChildXIDs",
)
"""Lists of ids of another kind, which are left out altogether."""
_BY_TYPE = {"student": "students", "staff": "staff", "contact": "contacts"}


@dataclass(frozen=True)
class Shared:
    """The ids of the people who are shared."""

    students: frozenset[str]
    staff: frozenset[str]
    contacts: frozenset[str]

    def keeps(self, table: str, row: Row) -> bool:
        """Whether a row is about nobody, or about somebody who is shared."""
        if kind := _PERSON_TABLES.get(table):
            return row["Id"] in getattr(self, kind)
        if table in _ABOUT_STUDENTS:
            return not self.students.isdisjoint(str(row["StudentIds"]).split(","))
        if kind := _BY_TYPE.get(str(row.get("PersonType", "")).casefold()):
            return row.get("PersonId") in getattr(self, kind)
        return all(
            row[column] is None or row[column] in getattr(self, kind)
            for column, kind in _PERSON_COLUMNS.items()
            if column in row
        )

    def without_others(self, row: Row) -> Row:
        """The row without others' ids in its lists."""
        changes: Row = {}
        for column, kind in _LISTED.items():
            if listed := row.get(column):
                kept = [one for one in listed.split(",") if one in getattr(self, kind)]
                changes[column] = ",".join(kept)
        if (head := row.get("PrimaryStaffId")) and head not in self.staff:
            changes["PrimaryStaffId"] = None
        for column in _LISTED_OTHERWISE:
            if column in row:
                changes[column] = None
        return row | changes if changes else row


@lru_cache(maxsize=16)
def shared_of(view: View) -> Shared | None:
    """Who is shared; None when everybody is."""
    moment = view.moment
    if not view.selection or moment is None:
        return None
    groups = {group.strip() for group in view.selection.split(",")}
    school = school_at(view.identity, moment)
    students = frozenset(
        row["Id"]
        for row in school.table("Students")
        if " ".join(str(row.get("YearGroup") or "").split()) in groups
    )
    staff = frozenset(
        row["Id"]
        for row in school.table("Staff")
        if (TEACHERS if row.get("IsTeacher") else SUPPORT) in groups
    )
    contacts = frozenset(
        row["ContactId"]
        for row in school.table("StudentContacts")
        if row.get("StudentId") in students
    )
    return Shared(students, staff, contacts)
