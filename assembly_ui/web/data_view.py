"""From the data of a school to what Subjects, Assessments, Results and Points show. Pure."""

from __future__ import annotations

from typing import TypedDict

from assembly_ui.sync import assessments, points, subjects
from assembly_ui.sync.assessments import AspectView
from assembly_ui.sync.choices import Choice, Chosen
from assembly_ui.sync.listed import Show
from assembly_ui.sync.mapping import catalogue
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.points import PointView
from assembly_ui.sync.results import ResultView
from assembly_ui.sync.subjects import SubjectView

NONE = "-"
"""How a drop-down list says that something is none of the catalogue."""

SHOW_CHOICES = [
    (Show.ALL.value, "All"),
    (Show.UNMAPPED.value, "Not mapped"),
    (Show.SUGGESTED.value, "Suggested"),
    (Show.CHOSEN.value, "Chosen by you or a colleague"),
]
SUBJECT_ORDERS = [
    (subjects.Order.NAME.value, "MIS subject"),
    (subjects.Order.SUBJECT.value, "Assembly subject"),
    (subjects.Order.LAST_CHANGED.value, "Last changed"),
]
ASPECT_ORDERS = [
    (assessments.Order.NAME.value, "Name in your MIS"),
    (assessments.Order.ASSESSMENT.value, "Assembly assessment"),
    (assessments.Order.LAST_CHANGED.value, "Last changed"),
]
POINT_ORDERS = [
    (points.Order.RANK.value, "Rank"),
    (points.Order.NAME.value, "Name"),
    (points.Order.TYPE.value, "Type"),
]
_BY_NAME = sorted(catalogue.SUBJECTS, key=lambda subject: subject.name)
SUBJECT_CHOICES = [
    (NONE, "None of these"),
    *((subject.code, subject.name) for subject in _BY_NAME),
]
RESULT_SUBJECT_CHOICES = [
    (NONE, "No subject"),
    *((subject.code, subject.name) for subject in _BY_NAME),
]
ASSESSMENT_CHOICES = [
    (NONE, "None of these"),
    *((one.key, one.name) for one in catalogue.ASSESSMENTS),
]
FACET_NAMES = {
    "achieved": "Achieved",
    "target": "Target",
    "prediction": "Prediction",
    "baseline": "Baseline",
}
FACET_CHOICES = [(facet, FACET_NAMES[facet]) for facet in catalogue.FACETS]
TYPE_NAMES = {
    "half-term": "Half-term",
    "term": "Term",
    "year": "Year",
    "key stage": "Key stage",
}
TYPE_CHOICES = list(TYPE_NAMES.items())
YEAR_CHOICES = [
    (code, "Reception" if code == "R" else f"Year {code}") for code in catalogue.YEAR_CODES
]


class Mapped(TypedDict):
    """How something is mapped: a badge, and who chose it when (ISO 8601)."""

    state: str
    tone: str
    by: str
    at: str


class SubjectLine(TypedDict):
    """A line of Subjects."""

    key: str
    name: str
    code: str
    subject: str
    mapped: Mapped


class AspectLine(TypedDict):
    """A line of Assessments. `href` leads to its results."""

    key: str
    name: str
    scale: str
    assessment: str
    details: str
    mapped: Mapped
    results: str
    href: str


class PointLine(TypedDict):
    """A line of Assessment Points."""

    rank: int
    name: str
    type: str
    year: str


class ResultLine(TypedDict):
    """A line of Results."""

    id: int
    student: str
    subject: str
    assessment: str
    facet: str
    grade: str
    point: str
    date: str


def subject_line(view: SubjectView) -> SubjectLine:
    """A subject of the MIS."""
    return SubjectLine(
        key=view.key,
        name=view.name or view.code or view.key,
        code=view.code if view.code != view.name else "",
        subject=subjects.NAMES.get(view.subject, ""),
        mapped=_mapped(view.chosen, is_mapped=bool(view.subject)),
    )


def aspect_line(view: AspectView, results: int) -> AspectLine:
    """Something the school assesses."""
    return AspectLine(
        key=view.key,
        name=view.name or view.key,
        scale=view.grade_set or view.kind,
        assessment=assessments.NAMES.get(view.meaning.assessment, "") if view.meaning else "",
        details=details_of(view.meaning),
        mapped=_mapped(view.chosen, is_mapped=view.meaning is not None),
        results=f"{results:,}",
        href=f"/results?aspect={view.key}" if results and view.key.isalnum() else "",
    )


def details_of(meaning: Meaning | None) -> str:
    """Subject and facet of an aspect, in words."""
    if meaning is None:
        return ""
    subject = subjects.NAMES.get(meaning.subject, "")
    return " · ".join(filter(None, (subject, FACET_NAMES.get(meaning.facet, meaning.facet))))


def meaning_words(meaning: Meaning | None) -> str:
    """What an aspect is, in one line."""
    if meaning is None or meaning.assessment not in assessments.NAMES:
        return "nothing"
    return f"{assessments.NAMES[meaning.assessment]} · {details_of(meaning)}"


def subject_words(code: str) -> str:
    """An Assembly subject by its name."""
    return subjects.NAMES.get(code, "nothing")


def choice_words(choice: Choice, *, what: str) -> str:
    """What somebody chose meanwhile."""
    if choice is None:
        return "our suggestion"
    if what == "subject":
        return subject_words(choice["subject_code"])
    return meaning_words(Meaning(choice["assessment_key"], choice["facet"], choice["subject_code"]))


def point_line(view: PointView) -> PointLine:
    """An assessment point."""
    years = dict(YEAR_CHOICES)
    return PointLine(
        rank=view.rank,
        name=view.name,
        type=TYPE_NAMES.get(view.type, view.type),
        year=years.get(view.year_code, view.year_code),
    )


def result_line(view: ResultView) -> ResultLine:
    """A result."""
    return ResultLine(
        id=view.number,
        student=view.student,
        subject=view.subject,
        assessment=view.assessment,
        facet=FACET_NAMES.get(view.facet, view.facet),
        grade=view.grade,
        point=view.point,
        date=day_words(view.date),
    )


def day_words(iso: str) -> str:
    """2026-11-23 as 23 Nov 2026; anything else as it is."""
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    if not (year.isdecimal() and month.isdecimal() and day.isdecimal()) or len(iso) != 10:
        return iso
    return f"{int(day)} {names[(int(month) - 1) % 12]} {year}"


def sum_words(total: int, unmapped: int, suggested: int) -> str:
    """How far the mapping is, in one sentence."""
    if not total:
        return ""
    left = f"{unmapped} not mapped" if unmapped else "all of them mapped"
    return f"{total} in your MIS, {left}, {suggested} as we suggest."


def chosen_code(value: str) -> str:
    """What a drop-down list says, as the rooms know it; what none says is no code at all."""
    return "" if value == NONE else value or "?"


def show_of(value: str) -> Show:
    """Which mappings to show; all unless told otherwise."""
    return Show(value) if value in list(Show) else Show.ALL


def _mapped(chosen: Chosen | None, *, is_mapped: bool) -> Mapped:
    at = chosen.at.isoformat() if chosen else ""
    by = chosen.by_name if chosen else ""
    if not is_mapped:
        return Mapped(state="Not mapped", tone="warning", by=by, at=at)
    if chosen is None:
        return Mapped(state="Suggested", tone="info", by="", at="")
    return Mapped(state="Chosen", tone="success", by=by, at=at)
