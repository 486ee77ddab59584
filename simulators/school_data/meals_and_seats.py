"""Meals, user-defined fields and seats: what a school keeps of pupils besides.

Columns of StudentMeals, UDFs and StudentUDFs are those of the service's catalogue; those of
SeatingPlans are ours.
"""

from __future__ import annotations

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.groups import student_member_rows
from simulators.school_data.identity import Row, Stamp
from simulators.school_data.pupils import Pupil, has_free_meals
from simulators.school_data.terms import start_of

FOUNDED = start_of(2015)
WEEK = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
WEEKEND = ("Sunday", "Saturday")
MEALS = {"SM": "School Meal", "PL": "Packed Lunch", "FM": "Free School Meal"}
FIELDS = ("Locker Number", "Instrument")
INSTRUMENTS = ("Piano", "Violin", "Clarinet", "Trumpet")
ROWS, SEATS = 5, 6


def meal_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentMeals: the weekly pattern of each pupil on roll."""
    return [_meals(pupil, at) for pupil in core.enrolled if pupil.life.is_on_roll(at)]


def field_rows() -> list[Row]:
    """The table UDFs. `Id` is ours."""
    return [
        {"Id": str(number), "UDFType": "Student", "UDFName": name, "LastUpdated": FOUNDED}
        for number, name in enumerate(FIELDS, start=1)
    ]


def value_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table StudentUDFs, for pupils on roll."""
    return [
        {
            "Id": f"{pupil.number}{number}",
            "StudentId": str(pupil.number),
            "UDFName": name,
            "UDFValue": value,
            "LastUpdated": pupil.life.joins,
        }
        for pupil in core.enrolled
        if pupil.life.is_on_roll(at)
        for number, (name, value) in enumerate(_values(pupil), start=1)
    ]


def seat_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table SeatingPlans: a seat for each pupil in each class."""
    classes = {str(group.number) for group in core.classes}
    return [
        {
            "Id": row["Id"],
            "GroupId": row["GroupId"],
            "StudentId": row["StudentId"],
            "Row": int(row["StudentId"]) % ROWS + 1,
            "Seat": int(row["StudentId"]) // ROWS % SEATS + 1,
            "LastUpdated": row["LastUpdated"],
        }
        for row in student_member_rows(core, at)
        if row["GroupId"] in classes
    ]


def _meals(pupil: Pupil, at: Stamp) -> Row:
    usual = "FM" if has_free_meals(pupil) else ("SM", "SM", "PL")[pupil.number % 3]
    codes = {day: None if day in WEEKEND else usual for day in WEEK}
    is_renamed = pupil.renamed is not None and pupil.renamed[0] <= at
    return {
        "Id": str(pupil.number),
        "Forename": pupil.forename,
        "Surname": pupil.surname_at(at),
        **{f"{day}Code": code for day, code in codes.items()},
        **{f"{day}Type": MEALS[code] if code else None for day, code in codes.items()},
        "LastUpdated": pupil.renamed[0] if pupil.renamed and is_renamed else pupil.life.joins,
    }


def _values(pupil: Pupil) -> list[tuple[str, str]]:
    locker = (FIELDS[0], str(pupil.number % 400 + 1))
    plays = (FIELDS[1], INSTRUMENTS[pupil.number % len(INSTRUMENTS)])
    return [locker, plays] if pupil.number % 5 == 0 else [locker]
