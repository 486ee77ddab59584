"""The parameters that narrow lists, each as data (facts of the platform, 2.5 and 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, exists, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from assembly_ui.api.rest.errors import ParametersExclude
from assembly_ui.api.rest.json_where import (
    day_at,
    is_so,
    lists_object,
    lists_one_of,
    number_at,
    text_at,
)
from assembly_ui.api.rest.question import Days, week_of
from assembly_ui.api.rest.resource import Call, Filter
from assembly_ui.sync.mapping.catalogue import SUBJECTS
from assembly_ui.sync.models import Record

Values = Mapping[str, Any] | None

_LONG_AGO, _FAR = "0001-01-01", "9999-12-31"
_end = func.coalesce(day_at("end_date"), _FAR)


def a_text(name: str, *path: str) -> Filter:
    """The words at a path are those asked for."""

    return Filter(name, text_at(*path) == bindparam(name), _text(name))


def a_number(name: str, *path: str, needs: str = "") -> Filter:
    """The id at a path is the one asked for."""
    return Filter(name, number_at(*path) == bindparam(name), _number(name), needs)


def among(name: str, *path: str, needs: str = "") -> Filter:
    """The id at a path is one of those asked for."""

    def values(call: Call) -> Values:
        return None if (asked := call.asked.numbers(name)) is None else {name: list(asked)}

    where = number_at(*path).in_(bindparam(name, expanding=True))
    return Filter(f"{name}[]", where, values, needs)


def listing(name: str, at: str, key: str, *, needs: str = "") -> Filter:
    """The list in the record holds an object with the id asked for."""
    return Filter(name, lists_object(at, key, bindparam(name)), _number(name), needs)


def seen_by(kind: str, scopes: frozenset[str]) -> tuple[Filter, ...]:
    """Leaves out the records of a kind of which `scopes.seeing` shows these scopes nothing.

    It decides for each record; a page and its total must know beforehand.
    """
    if kind == "group":
        return tuple(_GROUPS_OF[scope] for scope in _GROUPS_OF if scope not in scopes)
    if kind == "result":
        return tuple(_RESULTS_OF[scope] for scope in _RESULTS_OF if scope not in scopes)
    return ()


def of_path(*path: str) -> Filter:
    """The id at a path is the one in the address of the resource."""
    return Filter("", number_at(*path) == bindparam("of_path"), _of_path)


def in_days(first: str, last: str) -> Filter:
    """What overlaps the days asked for; the current week when none are."""
    where = and_(
        day_at(first) <= bindparam("last_day"),
        func.coalesce(day_at(last), _FAR) >= bindparam("first_day"),
    )

    def values(call: Call) -> Values:
        days = call.asked.days() or week_of(call.today)
        return days_bound(days)

    return Filter("date, start_date, end_date", where, values)


def days_bound(days: Days) -> dict[str, str]:
    """The days as `in_days` compares them."""
    return {"first_day": days.first.isoformat(), "last_day": days.last.isoformat()}


def _text(name: str) -> Any:
    def values(call: Call) -> Values:
        return None if (asked := call.asked.text(name)) is None else {name: asked}

    return values


def _number(name: str) -> Any:
    def values(call: Call) -> Values:
        return None if (asked := call.asked.number(name)) is None else {name: asked}

    return values


def _of_path(call: Call) -> Values:
    return {"of_path": call.number}


def _begun(day: str) -> ColumnElement[bool]:
    return or_(day_at("start_date").is_(None), day_at("start_date") <= bindparam(day))


def _on_day(call: Call) -> Values:
    return None if (day := call.asked.day("date")) is None else {"on_day": day.isoformat()}


def _not_on_a_day(call: Call) -> Values:
    is_of_a_day = {WAS_THERE_ON, HAD_LEFT_ON}.intersection(call.resource.filters)
    return None if is_of_a_day and "date" in call.asked else _today(call)


def _today(call: Call) -> Values:
    return {"today": call.today.isoformat()}


RUNS_ON = Filter("date", and_(_begun("on_day"), _end >= bindparam("on_day")), _on_day)
"""What runs on that day."""

_last_day = func.coalesce(day_at("end_date"), case((is_so("_left"), _LONG_AGO), else_=_FAR))
"""Of somebody; where nobody may say when they left, the MIS still says that they did."""

WAS_THERE_ON = Filter(
    "date",
    and_(_begun("on_day"), _last_day >= bindparam("on_day")),
    _on_day,
    needs="students.dates",
)
"""Which students were at the school on that day: asked day by day, when they came and left."""

_NO_DAY = text_at("end_date").is_(None)

HAD_LEFT_ON = Filter(
    "date",
    or_(_last_day < bindparam("on_day"), and_(col(Record.removed_at).is_not(None), _NO_DAY)),
    _on_day,
    needs="students.dates",
)
"""Which students had left before that day: asked day by day, when they left."""

IS_THERE = Filter("", and_(not_(is_so("_left")), _last_day >= bindparam("today")), _not_on_a_day)
"""Who has not left, unless a day is asked for."""

LEFT = Filter(
    "",
    or_(
        col(Record.removed_at).is_not(None),
        is_so("_left"),
        _last_day < bindparam("today"),
    ),
    _not_on_a_day,
)
"""Who has left, or whom the MIS lists no longer, unless a day is asked for."""


def _students(call: Call) -> Values:
    asked = call.asked.numbers("students")
    if asked is not None and "year_code" in call.asked:
        raise ParametersExclude("students[]", "year_code")
    return None if asked is None else {"students": list(asked)}


STUDENTS = Filter(
    "students[]", col(Record.number).in_(bindparam("students", expanding=True)), _students
)
RESULTS_OF = among("students", "student_id", needs="students.basic")
YEAR_CODE = a_text("year_code", "year_code")
TYPE = a_text("type", "type")

_pupil = aliased(Record, name="pupil")
_PUPILS_IN_YEAR = select(col(_pupil.number)).where(
    col(_pupil.school_id) == bindparam("school_id"),
    col(_pupil.kind) == "student",
    col(_pupil.removed_at).is_(None),
    text_at("year_code", of=_pupil) == bindparam("year_code"),
    not_(is_so("_left", of=_pupil)),
)
PUPILS_OF_YEAR = Filter(
    "year_code", lists_one_of("student_ids", _PUPILS_IN_YEAR), _text("year_code"), "students.basic"
)
"""Groups in which somebody of that year group is."""


_MIS_CODE = text_at("subject", "mis_subjects", 0, "code")
SUBJECT_CODES = frozenset(subject.code for subject in SUBJECTS)
OLD_SUBJECT_CODES = {"MA": "MAT"}
"""Codes of subjects that published clients have in their examples."""


def _subject(call: Call) -> Values:
    if (asked := call.asked.text("subject_code")) is None:
        return None
    code = OLD_SUBJECT_CODES.get(asked.upper(), asked.upper())
    is_ours = code in SUBJECT_CODES
    return {
        "subject_code": code if is_ours else None,
        "mis_subject_code": None if is_ours else asked.lower(),
    }


SUBJECT_CODE = Filter(
    "subject_code",
    or_(
        text_at("subject", "code") == bindparam("subject_code", type_=Text),
        func.lower(_MIS_CODE) == bindparam("mis_subject_code", type_=Text),
    ),
    _subject,
)
"""Classes of a subject of the catalogue, or else of the subject that the MIS gives that code."""


def _teachers(call: Call) -> Values:
    return {} if call.asked.flag("teachers_only") else None


TEACHERS = Filter("teachers_only", is_so("is_teaching_staff"), _teachers)


def _except(where: Any) -> Filter:
    return Filter("", not_(where), _always)


def _always(_call: Call) -> Values:
    return {}


_TYPE = func.coalesce(text_at("type"), "")
_GROUPS_OF = {
    "groups": _except(_TYPE != "UserGroup"),
    "groups.user": _except(_TYPE == "UserGroup"),
}
_SCOPE = func.coalesce(text_at("_scope"), "assessments.internal")
_RESULTS_OF = {
    scope: _except(scope == _SCOPE)
    for scope in ("assessments.internal", "assessments.examinations", "assessments.national")
}

ATTENDED_ON = in_days("session_date", "session_date")
"""Marks of the days asked for."""

LESSONS_ON = in_days("start_date", "start_date")
LESSONS_OF_TIMETABLE = of_path("_timetable_id")
LESSONS_IN_ROOM = Filter(
    "",
    or_(
        lists_object("rooms", "id", bindparam("of_path")), text_at("_planned", "rooms").is_not(None)
    ),
    _of_path,
)
"""Lessons held in a room, and those that may have been planned there."""

NUMBERED = Filter(
    "", col(Record.number) == bindparam("number"), lambda call: {"number": call.number}
)
"""The record whose id is in the address of the resource."""

AMONG = Filter("", col(Record.number).in_(bindparam("among", expanding=True)), _always)
"""Records whose numbers are known; bound by whoever knows them."""

_year = aliased(Record, name="year")
_IN_YEAR = exists().where(
    col(_year.school_id) == col(Record.school_id),
    col(_year.kind) == "academic_year",
    col(_year.number) == bindparam("academic_year_id"),
    day_at("start_date", of=_year) <= _end,
    or_(
        day_at("start_date").is_(None),
        day_at("end_date", of=_year) >= day_at("start_date"),
    ),
)
ACADEMIC_YEAR = Filter("academic_year_id", _IN_YEAR, _number("academic_year_id"))
"""What runs during that year, if only for a while."""
