"""Members of staff."""

from __future__ import annotations

from collections.abc import Iterator

from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.people import Json, address, emails, name_of, phones_of
from assembly_ui.sync.mapping.rows import day, flag, maybe, said, text

_QUALIFIED = {"qualified": True, "unqualified": False}


def make_staff(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Everybody who works at the school, and those who left and are still known."""
    for row in source.rows("Staff", "Staff"):
        if key := text(row, "Id"):
            yield Made(key, name_of(row), _staff_member(ids, key, row))


def _staff_member(ids: Ids, key: str, row: SourceRow) -> Json:
    whose, title, surname = f"staff {key}", maybe(row, "Title"), maybe(row, "Surname")
    found = [("Work", text(row, "WorkEmail")), ("Home", text(row, "HomeEmail"))]
    return {
        "object": "staff_member",
        "id": ids.of("staff_member", key),
        "mis_id": key,
        "staff_code": maybe(row, "StaffCode"),
        "first_name": maybe(row, "Forename"),
        "legal_first_name": maybe(row, "LegalForename"),
        "middle_name": maybe(row, "MiddleName"),
        "last_name": surname,
        "legal_last_name": maybe(row, "LegalSurname"),
        "former_last_name": None,
        "title": title,
        "salutation": f"{title} {surname}" if title and surname else None,
        "dob": of_day(day(row, "DateOfBirth")),
        "address": address(row),
        "email": next((email for _, email in found if email), None),
        "emails": emails(ids, whose, found) if said(row, "WorkEmail", "HomeEmail") else None,
        "telephone_numbers": phones_of(ids, whose, row),
        "is_teaching_staff": flag(row, "IsTeacher"),
        "included_in_census": None,
        "start_date": of_day(day(row, "EmploymentStart")),
        "end_date": of_day(day(row, "EmploymentEnd")),
        "demographics": {
            "object": "staff_demographics",
            "ethnicity_code": maybe(row, "EthnicityCode"),
            "ethnicity_group": maybe(row, "Ethnicity"),
            "gender": maybe(row, "Gender"),
            "disability": None,
            "disability_cdoe": None,
        },
        "qualification_info": {
            "object": "staff_qualification_info",
            "teacher_number": maybe(row, "TeacherNumber"),
            "qt_status": _QUALIFIED.get(text(row, "TeacherCategory").casefold()),
            "hlta_status": None,
            "qts_route": None,
            "qualifications": None,
        },
        "_left": text(row, "StaffStatus").casefold() == "previous",
    }


STAFF_KINDS = (Kind("staff_member", frozenset({"Staff"}), make_staff),)
