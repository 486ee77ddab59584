"""What the MIS says of the health of pupils: conditions, diets, notes, consents.

Shapes: those of the API's StudentMedical, StudentMedicalCondition and StudentMedicalNote.
Its tables are read one by one, by which scopes are held, so what was not read stays null.
"""

from __future__ import annotations

from collections import defaultdict

from assembly_ui.sync.mapping.making import Ids, Source, SourceRow
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import day, flag, maybe, said, text

QUERY = "StudentMedical"


class MedicalOfStudents:
    """The rows of StudentMedical by pupil."""

    def __init__(self, source: Source) -> None:
        self._facts = {text(row, "Id"): row for row in source.rows(QUERY, "StudentMedical")}
        self._conditions = _by_student(source, "StudentConditions")
        self._notes = _by_student(source, "StudentMedicalNotes")

    def of(self, ids: Ids, student: str) -> Json | None:
        """What is known of a pupil; None when nothing was read of anybody."""
        if not (self._facts or self._conditions or self._notes):
            return None
        row: SourceRow = self._facts.get(student, {})
        return {
            "object": "student_medical",
            "nhs_number": None,
            "is_pregnant": flag(row, "PregnantPupil"),
            "has_emergency_consent": flag(row, "EmergencyConsent"),
            "conditions": self._conditions_of(ids, student),
            "dietary_needs": _dietary_needs(row),
            "notes": self._notes_of(ids, student),
        }

    def _conditions_of(self, ids: Ids, student: str) -> list[Json] | None:
        if not self._conditions:
            return None
        return [
            {
                "object": "student_medical_condition",
                "id": ids.of("student_medical_condition", text(row, "Id")),
                "information_received_on": None,
                "code": maybe(row, "MedicalConditionId"),
                "name": maybe(row, "ConditionDescription"),
                "notes": None,
            }
            for row in self._conditions.get(student, ())
        ]

    def _notes_of(self, ids: Ids, student: str) -> list[Json] | None:
        if not self._notes:
            return None
        return [
            {
                "object": "student_medical_note",
                "id": ids.of("student_medical_note", text(row, "Id")),
                "status": None,
                "summary": maybe(row, "Summary"),
                "detail": maybe(row, "Note"),
                "created_by_id": None,
                "last_modified_by_id": None,
                "last_modified_date": of_day(day(row, "LastModified")),
            }
            for row in self._notes.get(student, ())
        ]


def _by_student(source: Source, table: str) -> dict[str, list[SourceRow]]:
    found: dict[str, list[SourceRow]] = defaultdict(list)
    for row in sorted(source.rows(QUERY, table), key=lambda row: text(row, "Id")):
        if text(row, "Id"):
            found[text(row, "StudentId")].append(row)
    return found


def _dietary_needs(row: SourceRow) -> list[str] | None:
    """The MIS has one text, however many needs are in it."""
    if not said(row, "DietaryNeeds"):
        return None
    needs = text(row, "DietaryNeeds")
    return [needs] if needs else []
