"""The mappings in force: what people chose, and our suggestions for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.sync.choices import ASSESSMENTS, SUBJECTS, read_choices
from assembly_ui.sync.mapping.assessments import STRUCTURE
from assembly_ui.sync.mapping.making import Chosen, Meaning, Source
from assembly_ui.sync.mapping.rows import GROUP_QUERIES, text
from assembly_ui.sync.mapping.subjects import mis_subjects
from assembly_ui.sync.mirror import Rows, read_texts
from assembly_ui.sync.models import Record, RecordIdentity
from assembly_ui.sync.suggesting import suggest_subject
from assembly_ui.sync.suggesting_assessments import suggest_assessment


@dataclass(frozen=True)
class MisSubject:
    """A subject as the MIS has it."""

    key: str
    name: str
    code: str

    @property
    def suggested(self) -> str:
        """The code of the subject it most likely is; empty when nobody can tell."""
        return suggest_subject(self.name, self.code)


@dataclass(frozen=True)
class Aspect:
    """Something a school assesses, as the MIS has it. `grades` are those it may be given."""

    key: str
    name: str
    kind: str
    grade_set: str
    grades: tuple[str, ...]

    @property
    def suggested(self) -> Meaning | None:
        """What it most likely is; None when nobody can tell."""
        return suggest_assessment(self.name, self.grades)


async def read_chosen(database: Database, school_id: int) -> Chosen:
    """The mappings in force at a school, of everything that was read of its MIS."""
    async with database.read() as session:
        subjects = await read_choices(session, SUBJECTS, school_id=school_id)
        aspects = await read_choices(session, ASSESSMENTS, school_id=school_id)
    theirs, assessed = (
        await read_subjects(database, school_id),
        await read_aspects(database, school_id),
    )
    codes = {one.key: subject_in_force(one, subjects.get(one.key)) for one in theirs}
    meanings = {one.key: meaning_in_force(one, aspects.get(one.key)) for one in assessed}
    return Chosen(
        {key: code for key, code in codes.items() if code},
        {key: meaning for key, meaning in meanings.items() if meaning},
    )


def subject_in_force(subject: MisSubject, choice: dict[str, str] | None) -> str:
    """The code of the Assembly subject it is; empty for none."""
    return subject.suggested if choice is None else choice["subject_code"]


def meaning_in_force(aspect: Aspect, choice: dict[str, str] | None) -> Meaning | None:
    """What the aspect is; None for nothing."""
    if choice is None:
        return aspect.suggested
    if not choice["assessment_key"]:
        return None
    return Meaning(choice["assessment_key"], choice["facet"], choice["subject_code"])


_KEPT_SUBJECTS = (
    columns(col(RecordIdentity.key), col(Record.data))
    .join(
        RecordIdentity,
        (col(RecordIdentity.school_id) == col(Record.school_id))
        & (col(RecordIdentity.kind) == col(Record.kind))
        & (col(RecordIdentity.number) == col(Record.number)),
    )
    .where(
        col(Record.school_id) == bindparam("school_id"),
        col(Record.kind) == "mis_subject",
        col(Record.removed_at).is_(None),
    )
)


async def kept_subjects(database: Database, school_id: int) -> list[MisSubject]:
    """The subjects of the MIS, from their records: a few, where groups are hundreds."""
    return [
        MisSubject(key, data.get("name") or data.get("code") or "", data.get("code") or "")
        for key, data in await database.glance_all(_KEPT_SUBJECTS, {"school_id": school_id})
    ]


async def read_subjects(database: Database, school_id: int) -> list[MisSubject]:
    """The subjects of the MIS, from what was read."""
    found = mis_subjects(await _source(database, school_id, sorted(GROUP_QUERIES)))
    return [
        MisSubject(key, text(row, "SubjectName", "SubjectCode"), text(row, "SubjectCode"))
        for key, row in found.items()
    ]


async def read_aspects(database: Database, school_id: int) -> list[Aspect]:
    """What the school assesses."""
    source = await _source(database, school_id, [STRUCTURE])
    sets = {text(row, "Id"): text(row, "Name") for row in source.rows(STRUCTURE, "GradeSets")}
    grades = _grades(source)
    return [
        Aspect(
            text(row, "Id"),
            text(row, "Name", "Description"),
            text(row, "AspectType"),
            sets.get(text(row, "GradeSetId"), ""),
            grades.get(text(row, "GradeSetId"), ()),
        )
        for row in source.rows(STRUCTURE, "Aspects")
        if text(row, "Id")
    ]


def _grades(source: Source) -> dict[str, tuple[str, ...]]:
    """The grades of each grade set, as they are written."""
    set_of = {
        text(row, "Id"): text(row, "GradeSetId")
        for row in source.rows(STRUCTURE, "GradeSetHistory")
    }
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in source.rows(STRUCTURE, "Grades"):
        found[set_of.get(text(row, "GradeSetHistoryId"), "")][text(row, "Value")] = None
    return {key: tuple(grades) for key, grades in found.items() if key}


async def _source(database: Database, school_id: int, queries: Iterable[str]) -> Source:
    return Rows({query: await read_texts(database, school_id, query) for query in queries})
