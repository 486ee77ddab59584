"""The structure of assessment: aspects, result sets, grade sets, templates and marksheets.

Aspects and grades last; result sets, templates and marksheets belong to a year.
Reports are made in autumn and at the end of the year; single reassessments arrive
all year round; newcomers have two baseline tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.simulator.school.codes import guid
from assembly_ui.simulator.school.core import YEAR_GROUPS, Core
from assembly_ui.simulator.school.curriculum import NOT_GRADED, SUBJECTS, Subject, stage_of
from assembly_ui.simulator.school.groups import FOUNDED
from assembly_ui.simulator.school.identity import Row
from assembly_ui.simulator.school.posts import holder_at, posts_of
from assembly_ui.simulator.school.shape import Shape, year_name

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
SUPPLIER = "School"


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


def aspects(shape: Shape) -> list[Aspect]:
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


def aspect_rows(core: Core) -> list[Row]:
    """The table Aspects."""
    return [
        {
            "Id": str(aspect.number),
            "ExternalId": guid(core.identity, "aspect", aspect.number),
            "AspectType": "Grade" if aspect.scale in GRADE_SETS else "Integer",
            "Name": aspect.name,
            "Description": aspect.name,
            "Supplier": SUPPLIER,
            "GradeSetId": str(aspect.scale) if aspect.scale in GRADE_SETS else None,
            "LastUpdated": FOUNDED,
        }
        for aspect in aspects(core.shape)
    ]


def result_set_rows(core: Core) -> list[Row]:
    """The table ResultSets: those of this and the previous year, whose results are shown."""
    return [
        {
            "Id": str(set_number(year, kind)),
            "ExternalId": guid(core.identity, "resultset", set_number(year, kind)),
            "Name": f"{name} {year}/{(year + 1) % 100:02}",
            "Supplier": SUPPLIER,
            "LastUpdated": f"{year}-09-01T00:00:00",
        }
        for year in (core.year - 1, core.year)
        for kind, name in SETS.items()
    ]


def template_rows(core: Core) -> list[Row]:
    """The table Templates: one for each report of each year group."""
    creator = holder_at(core.identity, posts_of(core.identity)[2], core.first)
    return [
        {
            "Id": _template(core, year, kind),
            "Name": f"{year_name(year)} {SETS[kind]} {core.year}/{(core.year + 1) % 100:02}",
            "Notes": None,
            "CreatorId": str(creator.number),
            "FilterGroupId": str(YEAR_GROUPS + year),
            "LastUpdated": core.first,
        }
        for year in core.shape.years
        for kind in REPORTS
    ]


def marksheet_rows(core: Core) -> list[Row]:
    """The table Marksheets: one for each report of each class that is graded."""
    return [
        {
            "Id": f"{_template(core, group.year, kind)}{group.number}",
            "TemplateId": _template(core, group.year, kind),
            "GroupId": str(group.number),
            "LastUpdated": core.first,
        }
        for group in core.classes
        if group.subject.code not in NOT_GRADED
        for kind in REPORTS
    ]


def column_rows(core: Core) -> list[Row]:
    """The table Columns: one for each subject of a template."""
    return [
        {
            "Id": f"{_template(core, year, kind)}{SUBJECTS[code].number:02}",
            "TemplateId": _template(core, year, kind),
            "ColumnHeading": SUBJECTS[code].name,
            "AspectId": str(aspect_number(SUBJECTS[code], scale_of(year))),
            "ResultSetId": str(set_number(core.year, kind)),
            "DisplayOrder": order,
            "ReadOnly": 0,
            "LastUpdated": core.first,
        }
        for year in core.shape.years
        for kind in REPORTS
        for order, code in enumerate(graded(year), start=1)
    ]


def grade_set_rows() -> list[Row]:
    """The table GradeSets."""
    return [
        {"Id": str(number), "Name": name, "Notes": None, "LastUpdated": FOUNDED}
        for number, (name, _) in GRADE_SETS.items()
    ]


def history_rows() -> list[Row]:
    """The table GradeSetHistory: each grade set has had one form so far."""
    return [
        {
            "Id": str(number),
            "StartDate": FOUNDED[:10],
            "EndDate": None,
            "GradeSetId": str(number),
            "LastUpdated": FOUNDED,
        }
        for number in GRADE_SETS
    ]


def grade_rows() -> list[Row]:
    """The table Grades."""
    return [
        {
            "Id": str(number * 100 + value),
            "GradeSetHistoryId": str(number),
            "Description": description,
            "Value": grade,
            "NumericValue": value,
            "DisplayOrder": len(grades) - value + 1,
            "LastUpdated": FOUNDED,
        }
        for number, (_, grades) in GRADE_SETS.items()
        for value, (grade, description) in enumerate(grades, start=1)
    ]


def mark_set_rows(core: Core) -> list[Row]:
    """The table MarkSets: the range of marks of each aspect without grades."""
    return [
        {
            "Id": str(aspect.number),
            "AspectId": str(aspect.number),
            "StartDate": FOUNDED[:10],
            "EndDate": None,
            "MinValue": 0 if aspect.scale == PERCENT else 60,
            "MaxValue": 100 if aspect.scale == PERCENT else 140,
            "LastUpdated": FOUNDED,
        }
        for aspect in aspects(core.shape)
        if aspect.scale not in GRADE_SETS
    ]


def category_rows() -> list[Row]:
    """The table Categories."""
    return [
        {"Id": str(number), "categoryName": name, "LastUpdated": FOUNDED}
        for number, name in enumerate(("Reports", "Examinations", "Baseline"), start=1)
    ]


def _template(core: Core, year: int, kind: int) -> str:
    return str(core.year * 1000 + year * 10 + kind)
