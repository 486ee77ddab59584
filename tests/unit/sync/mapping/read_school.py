"""A school of the stand-in, read as a sync reads it: only what the scopes need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.seeing import kinds_of
from assembly_ui.scopes.sources import Need, needs
from assembly_ui.sync.mapping import KINDS, Chosen, Made, Meaning, aspects_wanted
from assembly_ui.sync.mapping.subjects import mis_subjects
from simulators.xporter.api.data_query import DataQuery
from simulators.xporter.api.tables import tables_of
from simulators.xporter.api.view import View
from simulators.xporter.scopes import ASKED_BY_DEFAULT, EVERYTHING

Rows = dict[tuple[str, str], list[dict[str, Any]]]

ALL_SCOPES = tuple(sorted(with_dependencies(scope.name for scope in SCOPES)))
ALL_SHARED = ",".join(scope.name for scope in EVERYTHING)
BY_DEFAULT = ",".join(ASKED_BY_DEFAULT)
AT = "2026-11-26T03:00:00"
PUPILS = 84

SUBJECTS = {"English": "ENG", "Mathematics": "MAT", "Physics": "PHY", "Games": "PED"}
SCALES = {
    "Exam %": "percentage",
    "GCSE grade": "gcse_working",
    "A level grade": "a_level_working",
    "Baseline Verbal": "ability_verbal",
}


class Read:
    """What was read: a `Source`."""

    def __init__(self, tables: Rows) -> None:
        self.tables = tables

    def rows(self, query: str, table: str) -> Iterator[dict[str, Any]]:
        return iter(self.tables.get((query, table), ()))

    def backwards(self) -> Read:
        """The same rows the other way round."""
        return Read({of: rows[::-1] for of, rows in self.tables.items()})


class Numbers:
    """Numbers as they are given out, kept between syncs."""

    def __init__(self) -> None:
        self.given: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = {}

    def of(self, kind: str, key: str) -> int:
        if (kind, key) not in self.given:
            self._last[kind] = self._last.get(kind, 0) + 1
            self.given[kind, key] = self._last[kind]
        return self.given[kind, key]


Records = dict[str, dict[int, Made]]
"""Records by number, by kind."""


@cache
def read_school(
    scopes: tuple[str, ...] = ALL_SCOPES,
    shared: str = ALL_SHARED,
    at: str = AT,
    pupils: int = PUPILS,
) -> Read:
    """The school as these scopes need it, which shares these scopes of the service."""
    view = View(
        estab="3281101",
        name="Northgate School",
        phone="",
        mis="isams",
        pupils=pupils,
        seed=7,
        scopes=shared,
        selection="",
        at=at,
    )
    held, today = with_dependencies(scopes), date.fromisoformat(at[:10])
    first = _ask_all(view, needs(held, today))
    aspects = aspects_wanted(chosen_of(first), held)
    return _ask_all(view, needs(held, today, aspects=aspects))


def chosen_of(read: Read) -> Chosen:
    """Some of the school's subjects and assessments, mapped."""
    subjects = {
        key: SUBJECTS[row["SubjectName"]]
        for key, row in mis_subjects(read).items()
        if row["SubjectName"] in SUBJECTS
    }
    aspects = {}
    for row in read.rows("assessmentstructure", "Aspects"):
        for words, assessment in SCALES.items():
            if words in row["Name"]:
                subject = SUBJECTS.get(row["Name"].replace(words, "").strip(), "")
                aspects[row["Id"]] = Meaning(assessment, "achieved", subject)
    return Chosen(subjects, aspects)


def make_all(read: Read, scopes: Iterable[str] = ALL_SCOPES, ids: Numbers | None = None) -> Records:
    """Every record that these scopes show."""
    numbers, chosen = ids or Numbers(), chosen_of(read)
    wanted = kinds_of(with_dependencies(scopes))
    return {
        kind.name: {
            numbers.of(kind.identity, one.key): one for one in kind.make(read, numbers, chosen)
        }
        for kind in KINDS
        if kind.name in wanted
    }


def _ask_all(view: View, asked: Iterable[Need]) -> Read:
    return Read(
        {(need.name, table): rows for need in asked for table, rows in _ask(view, need).items()}
    )


def _ask(view: View, need: Need) -> dict[str, list[dict[str, Any]]]:
    question = DataQuery(
        need.endpoint.casefold(),
        "",
        tuple(sorted((name.casefold(), value) for name, value in need.parameters)),
        frozenset(option.casefold() for option in need.options),
        frozenset(column.casefold() for column in need.select),
    )
    kept = {column.casefold() for column in need.select}
    return {
        table: [
            {
                name: value
                for name, value in json.loads(line.text).items()
                if name.casefold() in kept
            }
            for line in lines
        ]
        for table, lines in tables_of(view, question).items()
    }
