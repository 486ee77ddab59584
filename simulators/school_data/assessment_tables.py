"""The structure of assessment: aspects, result sets, grade sets, templates and marksheets.

Aspects and grades last; result sets, templates and marksheets belong to a year.
"""

from __future__ import annotations

from simulators.school_data.academic_year import YEAR_GROUPS, AcademicYearData
from simulators.school_data.assessment import (
    GRADE_SETS,
    PERCENT,
    REPORTS,
    SETS,
    aspect_number,
    aspects,
    graded,
    scale_of,
    set_number,
)
from simulators.school_data.curriculum import NOT_GRADED, SUBJECTS
from simulators.school_data.groups import FOUNDED
from simulators.school_data.identifiers import guid
from simulators.school_data.identity import Row
from simulators.school_data.posts import holder_at, posts_of
from simulators.school_data.school_profile import year_name

SUPPLIER = "School"


def aspect_rows(core: AcademicYearData) -> list[Row]:
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


def result_set_rows(core: AcademicYearData) -> list[Row]:
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


def template_rows(core: AcademicYearData) -> list[Row]:
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


def marksheet_rows(core: AcademicYearData) -> list[Row]:
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


def column_rows(core: AcademicYearData) -> list[Row]:
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


def mark_set_rows(core: AcademicYearData) -> list[Row]:
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


def _template(core: AcademicYearData, year: int, kind: int) -> str:
    return str(core.year * 1000 + year * 10 + kind)
