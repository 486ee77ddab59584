"""Marks of attendance, and what they mean."""

from __future__ import annotations

from assembly_ui.xporter.rows.base import Row
from assembly_ui.xporter.wire import Day, Text, Whole


class AttendanceCode(Row):
    """What a mark means, in the school's words and in those of the statutory return."""

    table = "AttendanceCodes"

    mark: Text = ""
    description: Text = ""
    meaning_description: Text = ""
    short_meaning_description: Text = ""
    physical_meaning: Text = ""


class AttendanceMark(Row):
    """A mark of a pupil. `type` is S (session) or L (lesson)."""

    table = "AttendMarks"

    date: Day = None
    student_id: Text = ""
    mark: Text = ""
    type: Text = ""
    session: Text = ""
    instance_id: Text = ""
    mins_late: Whole = None
    notes: Text = ""
