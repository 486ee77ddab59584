"""What is taught: subjects, how often in a fortnight, in forms, sets or option blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simulators.school_data.school_profile import SchoolProfile

DEPARTMENTS = {
    "PR": "Lower School", "EN": "English", "MA": "Mathematics", "SC": "Science",
    "ML": "Modern Languages", "HI": "History", "GG": "Geography", "RS": "Religious Studies",
    "AR": "Art", "DT": "Design and Technology", "MU": "Music", "PE": "Physical Education",
    "CO": "Computing", "DR": "Drama", "BE": "Business and Economics", "CL": "Classics",
    "PS": "Psychology",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject, and the department that teaches it."""

    number: int
    code: str
    name: str
    department: str


_SUBJECTS = (
    ("En", "English", "EN"), ("Ma", "Mathematics", "MA"), ("Sc", "Science", "SC"),
    ("Fr", "French", "ML"), ("Hi", "History", "HI"), ("Gg", "Geography", "GG"),
    ("Rs", "Religious Studies", "RS"), ("Ar", "Art and Design", "AR"),
    ("Dt", "Design and Technology", "DT"), ("Mu", "Music", "MU"), ("Ga", "Games", "PE"),
    ("Bi", "Biology", "SC"), ("Ch", "Chemistry", "SC"), ("Ph", "Physics", "SC"),
    ("Sp", "Spanish", "ML"), ("Gm", "German", "ML"), ("Co", "Computer Science", "CO"),
    ("Dr", "Drama", "DR"), ("Bs", "Business", "BE"), ("Ec", "Economics", "BE"),
    ("La", "Latin", "CL"), ("Ps", "Psychology", "PS"), ("El", "English Literature", "EN"),
    ("Fm", "Further Mathematics", "MA"), ("Pe", "Physical Education", "PE"),
    ("Ep", "Extended Project", "EN"),
)  # fmt: skip
SUBJECTS = {
    code: Subject(number, code, name, department)
    for number, (code, name, department) in enumerate(_SUBJECTS, start=1)
}
NOT_GRADED = {"Ga", "Ep"}

LOWER = {"En": 16, "Ma": 14, "Sc": 8, "Hi": 4, "Gg": 4, "Ar": 5, "Mu": 4, "Ga": 5}
MIDDLE = {
    "En": 8, "Ma": 8, "Sc": 9, "Fr": 6, "Hi": 4, "Gg": 4, "Rs": 4, "Ar": 4, "Dt": 4, "Mu": 3,
    "Ga": 6,
}  # fmt: skip
UPPER = {"En": 9, "Ma": 9, "Bi": 6, "Ch": 6, "Ph": 6, "Ga": 6}
SETTED = {"Ma", "Fr", "Bi", "Ch", "Ph"}
"""Taught in sets by ability, from Year 8."""

GCSE_BLOCKS = (
    {"Hi": 5, "Fr": 4, "Ar": 3, "Co": 3, "Mu": 1},
    {"Gg": 5, "Sp": 4, "Dt": 3, "Bs": 3, "Rs": 2},
    {"Hi": 2, "Gg": 2, "Fr": 2, "Gm": 2, "Dr": 3, "La": 2, "Pe": 2},
)
A_LEVEL_BLOCKS = (
    {"Ma": 7, "El": 4, "Hi": 3, "Ar": 2, "Sp": 1},
    {"Ch": 5, "Ec": 4, "Ps": 4, "Gg": 2, "Mu": 1},
    {"Bi": 5, "Ph": 4, "Fr": 2, "Bs": 3, "Rs": 2, "Dr": 1},
    {"Fm": 2, "Co": 2, "La": 1, "Pe": 2, "Ep": 5},
)
GCSE_LESSONS, GCSE_SET = 6, 24
A_LEVEL_LESSONS, A_LEVEL_SET = 11, 15


@dataclass(frozen=True)
class Stage:
    """What a year group is taught: `core` by form or set, one subject of each option block."""

    core: dict[str, int]
    options: tuple[dict[str, int], ...] = ()
    option_lessons: int = 0
    option_size: int = 24
    taught_by: str | None = None


LOWER_SCHOOL = Stage(LOWER, taught_by="PR")
MIDDLE_SCHOOL = Stage(MIDDLE)
GCSE = Stage(UPPER, GCSE_BLOCKS, GCSE_LESSONS, GCSE_SET)
A_LEVEL = Stage({}, A_LEVEL_BLOCKS, A_LEVEL_LESSONS, A_LEVEL_SET)


def stage_of(year: int) -> Stage:
    """The stage of a year group."""
    if year <= 6:
        return LOWER_SCHOOL
    if year <= 9:
        return MIDDLE_SCHOOL
    return GCSE if year <= 11 else A_LEVEL


def lessons_a_fortnight(shape: SchoolProfile) -> Counter[str]:
    """How many lessons each department gives, so that it can be staffed."""
    demand: Counter[str] = Counter()
    for year in shape.years:
        stage = stage_of(year)
        for code, lessons in stage.core.items():
            demand[stage.taught_by or SUBJECTS[code].department] += lessons * shape.forms
        for block in stage.options:
            for code, weight in block.items():
                share = shape.most * weight / sum(block.values()) / stage.option_size
                demand[SUBJECTS[code].department] += round((share + 0.5) * stage.option_lessons)
    return demand
