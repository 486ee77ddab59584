"""What is assessed, in which terms, and with what result.

An aspect is what is measured, a result set when; a template arranges columns of
aspects, a marksheet is a template for one group.
"""

from __future__ import annotations

from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.wire import Day, Flag, Text, Whole


class Aspect(Row):
    """What is measured. `aspect_type` is Grade, Integer, …"""

    table = "Aspects"

    external_id: Text = ""
    aspect_type: Text = ""
    name: Text = ""
    description: Text = ""
    supplier: Text = ""
    grade_set_id: Text = ""


class ResultSet(Row):
    """When it is measured."""

    table = "ResultSets"

    external_id: Text = ""
    name: Text = ""
    supplier: Text = ""


class Template(Row):
    """An arrangement of columns."""

    table = "Templates"

    name: Text = ""
    notes: Text = ""
    creator_id: Text = ""
    filter_group_id: Text = ""


class Marksheet(Row):
    """A template for a group."""

    table = "Marksheets"

    template_id: Text = ""
    group_id: Text = ""


class Column(Row):
    """A column of a template."""

    table = "Columns"

    template_id: Text = ""
    column_heading: Text = ""
    aspect_id: Text = ""
    result_set_id: Text = ""
    display_order: Whole = None
    read_only: Flag = None


class GradeSet(Row):
    """A scale of grades."""

    table = "GradeSets"

    name: Text = ""
    notes: Text = ""


class GradeSetVersion(Row):
    """The time for which a scale had certain grades."""

    table = "GradeSetHistory"

    grade_set_id: Text = ""
    start_date: Day = None
    end_date: Day = None


class Grade(Row):
    """A grade. `numeric_value` as the service writes it, e.g. 3.0."""

    table = "Grades"

    grade_set_history_id: Text = ""
    description: Text = ""
    value: Text = ""
    numeric_value: Text = ""
    display_order: Whole = None


class MarkSet(Row):
    """The range of the marks of an aspect."""

    table = "MarkSets"

    aspect_id: Text = ""
    start_date: Day = None
    end_date: Day = None
    min_value: Text = ""
    max_value: Text = ""


class Category(Row):
    """A category of aspects."""

    table = "Categories"

    category_name: Text = ""


class Result(Row):
    """What a pupil reached in an aspect."""

    table = "AsmResults"

    student_id: Text = ""
    aspect_id: Text = ""
    result_set_id: Text = ""
    result_date: Day = None
    result: Text = ""
    notes: Text = ""
