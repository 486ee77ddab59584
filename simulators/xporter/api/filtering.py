"""What only one endpoint does to its rows: who is on roll, which results, which marks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulators.school_data import Row, Snapshot, Window
from simulators.xporter import errors
from simulators.xporter.api.data_query import DataQuery, day_of, window_of
from simulators.xporter.api.view import View

FIRST_YEAR = 2015
"""Nothing is known of earlier years."""

NO_MARK, CLOSED = {"", "-", None}, {"#"}


@dataclass(frozen=True)
class Asked:
    """A question about a school at a moment."""

    question: DataQuery
    view: View
    school: Snapshot

    def wants(self, option: str) -> bool:
        """Whether an option was given."""
        return option.casefold() in self.question.options


def narrow(asked: Asked, rows: list[Row]) -> list[Row]:
    """The rows of an endpoint's own table that the question is about."""
    special = _SPECIAL.get(asked.question.endpoint)
    return special(asked, rows) if special else rows


def _students(asked: Asked, rows: list[Row]) -> list[Row]:
    statuses = {status.casefold() for status in asked.question.words("studentStatus")}
    statuses = statuses or {"onroll"}
    if asked.wants("includeLeavers"):
        statuses.add("leaver")
    if asked.wants("includePreAdmissions"):
        statuses.add("preadmission")
    kept = [row for row in rows if str(row["StudentStatus"]).casefold() in statuses]
    statistics, marks = asked.wants("includeAttStats"), asked.wants("includeAttMarkString")
    if statistics or marks:
        extras = asked.school.pupil_extras(statistics=statistics, marks=marks)
        kept = [row | extras.get(row["Id"], {}) for row in kept]
    return kept


def _past_summaries(asked: Asked, rows: list[Row]) -> list[Row]:
    year = asked.question.param("SchoolYear")
    if not year:
        return rows
    if not re.fullmatch(r"[0-9]{4}", year):
        raise errors.ParameterUnreadable("SchoolYear")
    if not FIRST_YEAR <= int(year) <= asked.school.core.year:
        return []
    return asked.school.past_summaries(int(year))


def _medical(asked: Asked, rows: list[Row]) -> list[Row]:
    wanted = set(asked.question.words("StudentId"))
    return [row for row in rows if row["Id"] in wanted] if wanted else rows


def _conduct(asked: Asked, rows: list[Row]) -> list[Row]:
    question = asked.question
    day, category = day_of(question, "IncidentDate"), question.param("conductCategory").casefold()
    for param, column in (("StudentId", "StudentIds"), ("StaffId", "StaffIds")):
        if wanted := set(question.words(param)):
            rows = [row for row in rows if row[column] in wanted]
    return [
        row
        for row in rows
        if (day is None or row["Date"] == day.isoformat())
        and (not category or category in ("all", str(row["Category"]).casefold()))
    ]


def _staff(asked: Asked, rows: list[Row]) -> list[Row]:
    statuses = {status.casefold() for status in asked.question.words("staffStatus")} or {"current"}
    if asked.wants("includeFuture"):
        statuses.add("future")
    if asked.wants("includePrevious"):
        statuses.add("previous")
    only = asked.wants("teachersOnly")
    return [
        row
        for row in rows
        if str(row["StaffStatus"]).casefold() in statuses and (row.get("IsTeacher") or not only)
    ]


def _person_comms(asked: Asked, rows: list[Row]) -> list[Row]:
    granted = asked.view.granted
    return [row for row in rows if row.get("PersonType") in granted]


def _marks(asked: Asked, rows: list[Row]) -> list[Row]:
    left_out: set[object] = set()
    if asked.wants("excludeNoMarks"):
        left_out |= NO_MARK
    if asked.wants("excludeClosed"):
        left_out |= CLOSED
    return [row for row in rows if row.get("Mark") not in left_out]


def _results(asked: Asked, rows: list[Row]) -> list[Row]:
    """Filters narrow each other, except that ResultSets overrides what Aspects pin."""
    aspects = _aspects(asked)
    sets = set(asked.question.words("ResultSets"))
    students = _students_asked(asked)
    first, last = day_of(asked.question, "ResultDateFrom"), day_of(asked.question, "ResultDateTo")
    since, until = first.isoformat() if first else "", last.isoformat() if last else "9999"
    return [
        row
        for row in rows
        if (students is None or row["StudentId"] in students)
        and (aspects is None or _fits(aspects, row, pinned=not sets))
        and (not sets or row["ResultSetId"] in sets)
        and since <= str(row["ResultDate"])[:10] <= until
    ]


def _lessons_of_staff(asked: Asked, rows: list[Row]) -> list[Row]:
    taught = {
        row["LessonId"]
        for row in asked.school.table("LessonStaff", _window(asked))
        if asked.question.id in (row["StaffId"], row["StaffIdaasId"])
    }
    return [row for row in rows if row["Id"] in taught]


def _lessons_of_student(asked: Asked, rows: list[Row]) -> list[Row]:
    groups = {
        row["GroupId"]
        for row in asked.school.table("StudentMembers")
        if asked.question.id in (row["StudentId"], row["StudentIdaasId"])
    }
    return [row for row in rows if row["ClassId"] in groups]


def _window(asked: Asked) -> Window | None:
    return window_of(asked.question, asked.school.at.date())


Pins = dict[str, set[str | None]]


def _fits(aspects: Pins, row: Row, *, pinned: bool) -> bool:
    pins = aspects.get(row["AspectId"])
    return pins is not None and (not pinned or not pins or row["ResultSetId"] in pins)


def _aspects(asked: Asked) -> Pins | None:
    """Aspects asked for, each with the result sets it is pinned to; None for every one."""
    question = asked.question
    pins: Pins = {}
    for word in question.words("Aspects"):
        aspect, bar, result_set = word.partition("|")
        pins.setdefault(aspect, set()).update({result_set or None} if bar else set())
    columns, templates = set(question.words("Columns")), set(question.words("Templates"))
    templates |= {
        sheet["TemplateId"]
        for sheet in asked.school.table("Marksheets")
        if sheet["Id"] in question.words("Marksheets")
    }
    if columns or templates:
        for column in asked.school.table("Columns"):
            if column["Id"] in columns or column["TemplateId"] in templates:
                pins.setdefault(column["AspectId"], set()).add(column["ResultSetId"])
    named = any(question.param(name) for name in ("Aspects", "Columns", "Templates", "Marksheets"))
    return pins if named else None


def _students_asked(asked: Asked) -> set[str] | None:
    question = asked.question
    sheets = question.words("Marksheets")
    groups = set(question.words("Groups")) | {
        sheet["GroupId"] for sheet in asked.school.table("Marksheets") if sheet["Id"] in sheets
    }
    students = set(question.words("Students"))
    if groups:
        members = {
            row["StudentId"]
            for row in asked.school.table("StudentMembers")
            if row["GroupId"] in groups
        }
        students = students & members if students else members
    named = any(question.param(name) for name in ("Students", "Groups", "Marksheets"))
    return students if named else None


_SPECIAL: dict[str, Callable[[Asked, list[Row]], list[Row]]] = {
    "students": _students,
    "staff": _staff,
    "studentmedical": _medical,
    "historicalattendancesummary": _past_summaries,
    **{
        f"{kind}{when}": _conduct
        for kind in ("conduct", "achievement", "behaviour")
        for when in ("fortoday", "fordaterange")
    },
    "personcomms": _person_comms,
    "attendancefordate": _marks,
    "attendancefordaterange": _marks,
    "assessmentresults": _results,
    "timetableforstaff": _lessons_of_staff,
    "timetableforstudent": _lessons_of_student,
}
