"""Assessments, points, facets and grades: the catalogue, with what the school calls things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from assembly_ui.sync.mapping.catalogue import (
    ASSESSMENT_POINTS,
    ASSESSMENTS,
    FACETS,
    Assessment,
)
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import text, whole

STRUCTURE, RESULTS = "assessmentstructure", "assessmentresults"
ASSESSMENT = "assessment"
"""In whose name sets of grades are numbered: that of an assessment has its number."""

_LONGEST_NUMBER = 9

_BY_KEY = {one.key: one for one in ASSESSMENTS}


def assessment_of(key: str) -> Assessment | None:
    """The assessment of the catalogue of this key; None when there is none."""
    return _BY_KEY.get(key)


def aspects_wanted(chosen: Chosen, scopes: Iterable[str]) -> tuple[str, ...]:
    """What the school assesses that is mapped onto an assessment these scopes share."""
    held = frozenset(scopes)
    return tuple(
        sorted(
            aspect
            for aspect, meaning in chosen.aspects.items()
            if (found := _BY_KEY.get(meaning.assessment)) and found.scope in held
        )
    )


def make_assessments(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Every assessment of the catalogue, with what the school calls it."""
    theirs = defaultdict(list)
    for row in source.rows(STRUCTURE, "Aspects"):
        if meaning := chosen.assessment_of(text(row, "Id")):
            theirs[meaning.assessment].append(text(row, "Name"))
    for one in ASSESSMENTS:
        data = {
            "object": "assessment",
            "id": ids.of(ASSESSMENT, one.key),
            "name": one.name,
            "family_id": one.family_id,
            "family_name": one.family_name,
            "mis_assessments": sorted(set(theirs[one.key])),
        }
        yield Made(one.key, one.name, data)


def make_points(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Every point of the catalogue; apps know it by its rank."""
    for point in ASSESSMENT_POINTS:
        data = {
            "object": "assessment_point",
            "rank": point.rank,
            "name": point.name,
            "type": point.type,
            "year_code": point.year_code,
        }
        yield Made(str(point.rank), point.name, data)


def make_facets(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Achieved, target, prediction, baseline."""
    for name in FACETS:
        yield Made(name, name, {"object": "facet", "id": ids.of("facet", name), "name": name})


class Grades:
    """The grades of each assessment: those of the catalogue, then others the school gives."""

    def __init__(self, source: Source, ids: Ids, chosen: Chosen) -> None:
        self._ids = ids
        self.by_assessment: dict[str, dict[str, Json]] = {
            one.key: self._of_catalogue(one) for one in ASSESSMENTS
        }
        self._add_scales(source, chosen)
        self._add_given(source, chosen)

    def of(self, assessment: str, given: str) -> int | None:
        """The number of a grade as the school wrote it; None of nothing."""
        found = self.by_assessment.get(assessment, {}).get(given.casefold())
        return int(found["id"]) if found else None

    def _of_catalogue(self, one: Assessment) -> dict[str, Json]:
        return {
            grade.casefold(): self._grade(one.key, grade, _value(grade, place))
            for place, grade in enumerate(one.grades)
        }

    def _add_scales(self, source: Source, chosen: Chosen) -> None:
        """Grades of the school's own scales, on which something mapped is given."""
        versions = {
            text(row, "Id"): text(row, "GradeSetId")
            for row in source.rows(STRUCTURE, "GradeSetHistory")
        }
        scales: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in source.rows(STRUCTURE, "Grades"):
            version = text(row, "GradeSetHistoryId")
            value = whole(row, "NumericValue") or 0
            scales[versions.get(version, version)].append((value, text(row, "Value")))
        for row in source.rows(STRUCTURE, "Aspects"):
            meaning = chosen.assessment_of(text(row, "Id"))
            if meaning:
                for value, grade in sorted(scales.get(text(row, "GradeSetId"), ())):
                    self._add(meaning.assessment, grade, value)

    def _add_given(self, source: Source, chosen: Chosen) -> None:
        """Grades that were given, be they on no scale."""
        given = set()
        for row in source.rows(RESULTS, "AsmResults"):
            if meaning := chosen.assessment_of(text(row, "AspectId")):
                given.add((meaning.assessment, text(row, "Result")))
        for assessment, said in sorted(given):
            self._add(assessment, said, _value(said, None))

    def _add(self, assessment: str, grade: str, value: int | None) -> None:
        known = self.by_assessment.get(assessment)
        if known is not None and grade and grade.casefold() not in known:
            known[grade.casefold()] = self._grade(assessment, grade, value)

    def _grade(self, assessment: str, grade: str, value: int | None) -> Json:
        number = self._ids.of("grade", f"{assessment} {grade.casefold()}"[:200])
        return {"object": "grade", "id": number, "name": grade, "value": value}


def _value(grade: str, place: int | None) -> int | None:
    """A number as it is; of anything else its place, from 1."""
    if grade.isdecimal() and len(grade) <= _LONGEST_NUMBER:
        return int(grade)
    return None if place is None else place + 1


def make_grade_sets(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The grades of each assessment."""
    grades = Grades(source, ids, chosen)
    for one in ASSESSMENTS:
        data = {
            "object": "grade_set",
            "id": ids.of(ASSESSMENT, one.key),
            "name": one.name,
            "grades": list(grades.by_assessment[one.key].values()),
        }
        yield Made(one.key, one.name, data)


_GRADED = frozenset({STRUCTURE, RESULTS})

ASSESSMENT_KINDS = (
    Kind(ASSESSMENT, frozenset({STRUCTURE}), make_assessments, is_linked=False),
    Kind("assessment_point", frozenset(), make_points, is_linked=False),
    Kind("facet", frozenset(), make_facets, is_linked=False),
    Kind("grade_set", _GRADED, make_grade_sets, numbered_as=ASSESSMENT),
)
