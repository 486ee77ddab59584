"""Tables as they leave: the rows a question is about, in the columns that are granted.

The heavy part of an answer. It needs no database, so it runs in a thread, and what
it made is kept by `answers.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from simulators.school_data import Row, school_at
from simulators.xporter.api.columns import left_out
from simulators.xporter.api.data_query import DataQuery, moment_of, window_of
from simulators.xporter.api.endpoints import Endpoint, allows
from simulators.xporter.api.filtering import Asked, narrow
from simulators.xporter.api.people import shared_of
from simulators.xporter.api.view import View
from simulators.xporter.scopes import scopes_of

ALWAYS = {"id", "lastupdated"}
"""Columns that `select` cannot leave out."""

_JOINS = {
    "StaffMembers": "GroupId",
    "StudentMembers": "GroupId",
    "StudentSiblings": "StudentId",
    "StudentConditions": "StudentId",
    "StudentMedicalNotes": "StudentId",
    "StudentConducts": "ConductId",
    "StaffConducts": "ConductId",
    "StudentAchievements": "AchievementId",
    "StaffAchievements": "AchievementId",
    "StudentBehaviour": "BehaviourId",
    "StaffBehaviour": "BehaviourId",
}
"""Tables that go with the rows of the first table, each with the column that refers to them."""


class Line(NamedTuple):
    """A row as it leaves: its id, its RowHash, and its JSON."""

    id: str
    hash: str
    text: str


Tables = dict[str, list[Line]]


def tables_of(view: View, question: DataQuery) -> Tables:
    """Every table of an answer, whole."""
    about = question.about
    names = (*about.tables, *about.subtables)
    moment = view.moment
    if moment is None:
        return {name: [] for name in names}
    asked = Asked(question, view, school_at(view.identity, moment))
    if question.endpoint == "counts":
        return {"Counts": _lines("Counts", _counts(asked), asked)}
    found = {name: _rows(asked, name) for name in names}
    _join(about, question, found)
    return {name: _lines(name, _of_shared(view, name, rows), asked) for name, rows in found.items()}


def _rows(asked: Asked, name: str) -> list[Row]:
    about, question = asked.question.about, asked.question
    option = about.subtables.get(name)
    if option and option.casefold() not in question.options:
        return []
    if not allows(about.table_scopes.get(name, "*"), asked.view.granted):
        return []
    try:
        window = window_of(question, asked.school.at.date())
        rows = asked.school.table(about.sources.get(name, name), window)
    except KeyError:
        return []
    if name in about.tables[:1]:
        return _asked_for(asked, narrow(asked, rows))
    return _asked_for(asked, rows) if about.filters_every_table else rows


def _asked_for(asked: Asked, rows: list[Row]) -> list[Row]:
    """The rows of a table that parameters do not leave out."""
    question = asked.question
    if question.id and question.about.id_columns:
        rows = [row for row in rows if _is_named(row, question)]
    for param, column in question.about.filters.items():
        if words := {word.casefold() for word in question.words(param)}:
            every = question.about.filters_every_table
            rows = [
                row
                for row in rows
                if _word(row.get(column)) in words or (every and column not in row)
            ]
    if since := moment_of(question, "updatedSince"):
        rows = [row for row in rows if str(row["LastUpdated"]) > since.isoformat()]
    return rows


def _is_named(row: Row, question: DataQuery) -> bool:
    names = {name.casefold() for name in question.id.split(",")}
    return any(_word(row.get(column)) in names for column in question.about.id_columns)


def _word(value: object) -> str:
    return "" if value is None else str(value).casefold()


def _join(about: Endpoint, question: DataQuery, found: Mapping[str, list[Row]]) -> None:
    """Sub-rows go with the rows they belong to."""
    kept: set[object] = {row["Id"] for name in about.tables[:1] for row in found[name]}
    for name in {*about.tables[1:], *about.subtables} & _JOINS.keys():
        column = _JOINS[name]
        found[name][:] = [row for row in found[name] if row[column] in kept]


def _of_shared(view: View, name: str, rows: list[Row]) -> list[Row]:
    shared = shared_of(view)
    if shared is None:
        return rows
    return [shared.without_others(row) for row in rows if shared.keeps(name, row)]


def _counts(asked: Asked) -> list[Row]:
    counts = _counts_shared(asked)
    areas = [area for scope in scopes_of(asked.view.scopes) for area in scope.areas]
    collected = asked.school.at.isoformat()
    return [
        {"Area": area, "Count": counts.get(area, 0), "LastUpdated": collected} for area in areas
    ]


def _counts_shared(asked: Asked) -> dict[str, int]:
    counts, shared = dict(asked.school.counts()), shared_of(asked.view)
    if shared is None:
        return counts
    everyone = max(counts.get("Students", 0), 1)
    part = len(shared.students) / everyone
    return counts | {
        "Students": len(shared.students),
        "Staff": len(shared.staff),
        "Contacts": len(shared.contacts),
        "AttendanceMarks": round(counts.get("AttendanceMarks", 0) * part),
        "AssessmentResults": round(counts.get("AssessmentResults", 0) * part),
    }


def _lines(table: str, rows: Iterable[Row], asked: Asked) -> list[Line]:
    rows = list(rows)
    if not rows:
        return []
    columns = set().union(*rows)
    absent = left_out(table, columns, asked.view.granted, asked.question.options)
    select = asked.question.select
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    lines = []
    for row in rows:
        granted = {name: row[name] for name in row if name not in absent} if absent else row
        text = dump(granted)
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        if select:
            text = dump(_selected(granted, select))
        lines.append(Line(_id(granted, digest), digest, f'{text[:-1]},"RowHash":"{digest}"}}'))
    return lines


def _selected(row: Row, select: frozenset[str]) -> Row:
    return {name: value for name, value in row.items() if name.casefold() in select | ALWAYS}


def _id(row: Row, digest: str) -> str:
    return str(row.get("Id") or row.get("Area") or digest)
