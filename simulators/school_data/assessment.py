"""What is assessed, on which scale and when.

Reports are made in autumn and at the end of the year; single reassessments arrive
all year round; newcomers have two baseline tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.school_data.curriculum import NOT_GRADED, SUBJECTS, Subject, stage_of
from simulators.school_data.school_profile import SchoolProfile

WORKING_AT, GCSE, A_LEVEL, PERCENT, SCORE = 1, 2, 3, 4, 5
GRADE_SETS: dict[int, tuple[str, tuple[tuple[str, str], ...]]] = {
    WORKING_AT: (
        "Working at",
        (
            ("BLW", "Below the expected standard"),
            ("WTS", "Working towards the expected standard"),
            ("EXS", "Working at the expected standard"),
            ("GDS", "Working at greater depth"),
        ),
    ),
    GCSE: ("GCSE 9 to 1", tuple((str(grade), f"Grade {grade}") for grade in range(1, 10))),
    A_LEVEL: (
        "A level",
        tuple((grade, f"Grade {grade}") for grade in ("E", "D", "C", "B", "A", "A*")),
    ),
}
"""Grade sets from the lowest grade to the highest."""

AUTUMN, SUMMER, REASSESSMENT, BASELINE = 1, 2, 3, 4
SETS = {
    AUTUMN: "Autumn Report",
    SUMMER: "End of Year",
    REASSESSMENT: "Reassessment",
    BASELINE: "Baseline",
}
REPORTS = (AUTUMN, SUMMER)
BASELINES = ("Verbal", "Quantitative")


@dataclass(frozen=True, slots=True)
class Aspect:
    """What is assessed: a subject on a scale, or a baseline test."""

    number: int
    name: str
    scale: int
    subject: Subject | None = None


def scale_of(year: int) -> int:
    """The scale on which a year group is graded."""
    if year <= 6:
        return WORKING_AT
    if year <= 9:
        return PERCENT
    return GCSE if year <= 11 else A_LEVEL


def aspect_number(subject: Subject, scale: int) -> int:
    """The Id of a subject's aspect on a scale."""
    return subject.number * 10 + scale


def baseline_number(test: int) -> int:
    """The Id of a baseline test's aspect."""
    return 1000 + test


def set_number(year: int, kind: int) -> int:
    """The Id of a result set of an academic year."""
    return year * 10 + kind


def graded(year: int) -> list[str]:
    """Codes of what is graded in a year group."""
    stage = stage_of(year)
    codes = dict.fromkeys([*stage.core, *(code for menu in stage.options for code in menu)])
    return [code for code in codes if code not in NOT_GRADED]


def aspects(shape: SchoolProfile) -> list[Aspect]:
    """Every aspect of the school."""
    titles = {
        WORKING_AT: "Attainment",
        PERCENT: "Exam %",
        GCSE: "GCSE grade",
        A_LEVEL: "A level grade",
    }
    wanted = dict.fromkeys((code, scale_of(year)) for year in shape.years for code in graded(year))
    found = [
        Aspect(
            aspect_number(SUBJECTS[code], scale),
            f"{SUBJECTS[code].name} {titles[scale]}",
            scale,
            SUBJECTS[code],
        )
        for code, scale in wanted
    ]
    tests = [
        Aspect(baseline_number(test), f"Baseline {name}", SCORE)
        for test, name in enumerate(BASELINES)
    ]
    return sorted(found + tests, key=lambda aspect: aspect.number)
