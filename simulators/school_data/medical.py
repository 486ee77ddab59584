"""The tables of StudentMedical. Columns are those of the service's catalogue."""

from __future__ import annotations

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identity import Row, Stamp
from simulators.school_data.pupils import Pupil
from simulators.school_data.terms import start_of

FOUNDED = start_of(2015)
CONDITIONS = ("Hayfever", "Asthma", "Eczema", "Epilepsy", "Diabetes")
DIETS = ("Vegetarian", "Nut allergy", "Gluten free", "No pork")


def condition_lookup_rows() -> list[Row]:
    """The table ConditionLookups."""
    return [
        {"Id": str(number), "ConditionDescription": name, "LastUpdated": FOUNDED}
        for number, name in enumerate(CONDITIONS, start=1)
    ]


def condition_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentConditions, for pupils on roll."""
    return [
        {
            "Id": f"{number}.{pupil.number}",
            "StudentId": str(pupil.number),
            "MedicalConditionId": str(number),
            "ConditionDescription": CONDITIONS[number - 1],
            "LastUpdated": pupil.life.joins,
        }
        for pupil in _here(core, at)
        if (number := _condition(pupil))
    ]


def fact_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentMedical, for pupils on roll; the Id is that of the pupil."""
    return [
        {
            "Id": str(pupil.number),
            "DietaryNeeds": DIETS[pupil.number % len(DIETS)] if pupil.number % 7 == 0 else None,
            "StudentAssessedDisabled": 0,
            "EmergencyConsent": int(pupil.number % 10 != 0),
            "PregnantPupil": 0,
            "LastUpdated": pupil.life.joins,
        }
        for pupil in _here(core, at)
    ]


def note_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentMedicalNotes: one on each pupil with a condition."""
    return [
        {
            "Id": str(pupil.number),
            "StudentId": str(pupil.number),
            "Note": f"{CONDITIONS[number - 1]}: medicine is in the school office.",
            "Summary": CONDITIONS[number - 1],
            "LastModified": pupil.life.joins[:10],
            "LastUpdated": pupil.life.joins,
        }
        for pupil in _here(core, at)
        if (number := _condition(pupil))
    ]


def _here(core: AcademicYearData, at: Stamp) -> list[Pupil]:
    return [pupil for pupil in core.enrolled if pupil.life.is_on_roll(at)]


def _condition(pupil: Pupil) -> int:
    """The number of the condition of one pupil in six; 0 for none."""
    return pupil.number % len(CONDITIONS) + 1 if pupil.number // 3 % 6 == 0 else 0
