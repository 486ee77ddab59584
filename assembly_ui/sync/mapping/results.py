"""Results: thirty thousand at a large school, so what they share is looked up once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assembly_ui.sync.mapping.assessments import (
    ASSESSMENT,
    RESULTS,
    STRUCTURE,
    Grades,
    assessment_of,
)
from assembly_ui.sync.mapping.catalogue import rank_of_term
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source
from assembly_ui.sync.mapping.moments import of_day, of_stamp
from assembly_ui.sync.mapping.rows import day, text
from assembly_ui.sync.mapping.subjects import plain_subject
from assembly_ui.sync.mapping.year_names import year_code
from assembly_ui.sync.mapping.years import current_year, earlier, term_of, year_of


@dataclass(frozen=True)
class _Aspect:
    """What results of an aspect have in common."""

    assessment: str
    assessment_id: int
    subject_id: int | None
    facet_id: int
    scope: str
    name: str


def make_results(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Results of what is mapped onto an assessment of the catalogue; no others.

    `_scope` is the one that shares it. When it was first recorded is not known.
    """
    aspects = _aspects(source, ids, chosen)
    grades, points = Grades(source, ids, chosen), _Points(source)
    known = points.years.keys()
    for row in source.rows(RESULTS, "AsmResults"):
        key, aspect = text(row, "Id"), aspects.get(text(row, "AspectId"))
        if not key or aspect is None:
            continue
        student, given = text(row, "StudentId"), text(row, "Result")
        on = day(row, "ResultDate")
        data = {
            "object": "result_date",
            "id": ids.of("result", key),
            "student_id": ids.of("student", student) if student in known else None,
            "subject_id": aspect.subject_id,
            "assessment_id": aspect.assessment_id,
            "assessment_point_rank": points.rank(student, on) if on else None,
            "facet_id": aspect.facet_id,
            "grade_id": grades.of(aspect.assessment, given),
            "result_date": of_day(on),
            "created_at": None,
            "updated_at": of_stamp(text(row, "LastUpdated")),
            "_scope": aspect.scope,
        }
        yield Made(key, f"{aspect.name} {on or ''}".strip(), data)


def _aspects(source: Source, ids: Ids, chosen: Chosen) -> dict[str, _Aspect]:
    names = {text(row, "Id"): text(row, "Name") for row in source.rows(STRUCTURE, "Aspects")}
    found = {}
    for key, meaning in sorted(chosen.aspects.items()):
        if (one := assessment_of(meaning.assessment)) is None:
            continue
        subject = plain_subject(ids, meaning.subject)
        found[key] = _Aspect(
            one.key,
            ids.of(ASSESSMENT, one.key),
            int(subject["id"]) if subject else None,
            ids.of("facet", meaning.facet or "achieved"),
            one.scope,
            names.get(key, "") or one.name,
        )
    return found


class _Points:
    """At which point a result was reached: in the term of its date, by the year group then."""

    def __init__(self, source: Source) -> None:
        self._now = current_year(source)
        self.years = {
            text(row, "Id"): year_code(text(row, "YearGroup"))
            for row in source.rows("Students", "Students")
        }
        self._ranks: dict[tuple[str, date], int | None] = {}

    def rank(self, student: str, on: date) -> int | None:
        """The rank; None for who has left, since nobody says which year group it was then."""
        code = self.years.get(student)
        if code is None or self._now is None:
            return None
        if (code, on) not in self._ranks:
            then = earlier(code, self._now - year_of(on))
            self._ranks[code, on] = rank_of_term(then, term_of(on)) if then else None
        return self._ranks[code, on]


RESULT_KINDS = (
    Kind(
        "result",
        frozenset({RESULTS, STRUCTURE, "Students", "SchoolInfo"}),
        make_results,
        is_of_year=True,
    ),
)
