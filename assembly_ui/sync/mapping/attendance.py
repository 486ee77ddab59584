"""Attendance: the marks of the weeks that were read."""

from __future__ import annotations

from collections.abc import Iterator

from assembly_ui.sync.mapping.groups import GROUP
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source
from assembly_ui.sync.mapping.moments import of_day
from assembly_ui.sync.mapping.rows import GROUP_QUERIES, day, group_rows, maybe, said, text, whole

_MARKS = "AttendanceForDateRange"


def make_attendances(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """A mark of a pupil for a morning or afternoon. In which lesson is not said."""
    forms = _registration_groups(source)
    for row in source.rows(_MARKS, "AttendMarks"):
        key, on = text(row, "Id"), day(row, "Date")
        if not key or on is None:
            continue
        student, session = text(row, "StudentId"), maybe(row, "Session")
        form = forms.get(student)
        data = {
            "object": "attendance",
            "id": ids.of("attendance", key),
            "student_id": ids.of("student", student) if student in forms else None,
            "registration_group_id": ids.of(GROUP, form) if form else None,
            "group_id": None,
            "session_date": of_day(on),
            "session_name": session,
            "attendance_mark": maybe(row, "Mark"),
            "minutes_late": whole(row, "MinsLate"),
            "comments": maybe(row, "Notes"),
        }
        yield Made(key, f"{on} {session or ''}".strip(), data)


def _registration_groups(source: Source) -> dict[str, str]:
    """The key of the registration group of every student; "" where none is known."""
    known = {text(row, "Id") for row in group_rows(source) if said(row, "Name")}
    found = {}
    for row in source.rows("Students", "Students"):
        form = text(row, "RegGroupId")
        found[text(row, "Id")] = form if form in known else ""
    return found


ATTENDANCE_KINDS = (
    Kind(
        "attendance",
        GROUP_QUERIES | {_MARKS, "Students"},
        make_attendances,
        rolls=True,
        is_of_year=True,
    ),
)
