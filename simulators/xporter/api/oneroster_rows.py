"""The school's tables in OneRoster's words."""

from __future__ import annotations

from typing import Any

from simulators.school_data import Row, school_at
from simulators.xporter.api.people import shared_of
from simulators.xporter.api.view import View

Records = list[dict[str, Any]]


def orgs(view: View) -> Records:
    """The school itself."""
    return [
        _record(row, view.estab) | {"name": row["Name"], "type": "school", "identifier": view.estab}
        for row in _table(view, "SchoolInfo")
    ]


def users(view: View) -> Records:
    """Pupils and staff, as far as their scopes are granted."""
    granted = view.granted
    found: Records = []
    if granted & {"Student", "StudentLite"}:
        found += students(view)
    if granted & {"Staff", "StaffLite"}:
        found += teachers(view)
    return found


def students(view: View) -> Records:
    """Pupils on roll."""
    return [
        _person(view, row, "student") | {"grades": [_grade(row)]}
        for row in _table(view, "Students")
        if row["StudentStatus"] == "OnRoll"
    ]


def teachers(view: View) -> Records:
    """Staff who are there now; those who do not teach are aides."""
    return [
        _person(view, row, "teacher" if row.get("IsTeacher") else "aide")
        for row in _table(view, "Staff")
        if row["StaffStatus"] == "Current"
    ]


def classes(view: View) -> Records:
    """Teaching groups."""
    return [
        _record(row, row["IdaasId"])
        | {
            "title": row["Name"],
            "classCode": row["Code"],
            "classType": "scheduled",
            "school": _reference(view.estab, "org"),
            "subjects": [row["SubjectName"]] if row.get("SubjectName") else [],
        }
        for row in _teaching_groups(view)
    ]


def enrollments(view: View) -> Records:
    """Who belongs to which teaching group."""
    taught = {row["Id"] for row in _teaching_groups(view)}
    found: Records = []
    for table, person, role in (
        ("StudentMembers", "Student", "student"),
        ("StaffMembers", "Staff", "teacher"),
    ):
        if view.granted & {person, f"{person}Lite"}:
            found += [
                _record(row, row["Id"])
                | {
                    "role": role,
                    "user": _reference(row[f"{person}IdaasId"], "user"),
                    "class": _reference(row["GroupIdaasId"], "class"),
                    "school": _reference(view.estab, "org"),
                }
                for row in _table(view, table)
                if row["GroupId"] in taught
            ]
    return found


def zoned(plain: str) -> str:
    """A time of the data as OneRoster writes it."""
    return f"{plain[:19]}.000Z"


def _person(view: View, row: Row, role: str) -> dict[str, Any]:
    return _record(row, row["IdaasId"]) | {
        "username": row.get("WorkEmail") or row["IdaasId"],
        "enabledUser": "true",
        "givenName": row["Forename"],
        "familyName": row["Surname"],
        "role": role,
        "identifier": row["Id"],
        "email": row.get("WorkEmail"),
        "orgs": [_reference(view.estab, "org")],
    }


def _record(row: Row, sourced_id: str) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "status": "active",
        "dateLastModified": zoned(str(row["LastUpdated"])),
    }


def _reference(sourced_id: str, kind: str) -> dict[str, str]:
    return {"sourcedId": sourced_id, "type": kind}


def _grade(row: Row) -> str:
    name = str(row.get("YearGroup") or "").split()
    return name[-1].zfill(2) if name and name[-1].isdigit() else "KG"


def _teaching_groups(view: View) -> list[Row]:
    return [row for row in _table(view, "Group") if row["Type"] == "TeachingGrp"]


def _table(view: View, name: str) -> list[Row]:
    assert view.moment is not None
    found = school_at(view.identity, view.moment).table(name)
    shared = shared_of(view)
    return [row for row in found if shared is None or shared.keeps(name, row)]
