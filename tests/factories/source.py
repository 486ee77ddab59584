"""Rows of Xporter on Demand that were read of a school, and records made of them, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.sync.models import Record, RecordIdentity, RecordKind, SchoolSync, SourceRow

SCOPES = ["assessments.internal", "school", "students.basic", "teaching_groups"]

SUBJECTS = (("1", "Ma", "Maths"), ("2", "Fr", "French"), ("3", "En", "Enrichment"))
ASPECTS = (
    ("11", "Maths GCSE grade", "Grade", "5"),
    ("12", "French Exam %", "Integer", None),
    ("13", "Notes", "Comment", None),
)


async def a_source(
    database: Database,
    school: School,
    *,
    now: datetime,
    results: int = 0,
    scopes: list[str] | None = None,
) -> None:
    """Three subjects and three aspects, as they were read; with results of the first aspect."""
    school_id = school.id or 0
    async with database.transaction() as session:
        session.add(
            SchoolSync(school_id=school_id, wanted_scopes=SCOPES if scopes is None else scopes)
        )
        session.add_all(_rows(school_id))
        session.add_all(
            RecordKind(school_id=school_id, kind=kind, total=1)
            for kind in ("mis_subject", "assessment", "assessment_point", "result")
        )
        session.add_all(part for n in range(1, results + 1) for part in _result(school_id, n, now))
        session.add_all(_catalogue(school_id, now))


def a_record(
    school_id: int, kind: str, number: int, label: str, *, now: datetime, **data: Any
) -> Record:
    """A record that the first sync made."""
    return Record(
        school_id=school_id,
        kind=kind,
        number=number,
        label=label,
        data={"object": kind, "id": number, **data},
        added_in=1,
        changed_at=now,
    )


def _rows(school_id: int) -> list[SourceRow]:
    groups = [
        {"Id": f"8{key}", "SubjectLocalId": key, "SubjectCode": code, "SubjectName": name}
        for key, code, name in SUBJECTS
    ]
    aspects = [
        {"Id": key, "Name": name, "AspectType": kind, "GradeSetId": scale}
        for key, name, kind, scale in ASPECTS
    ]
    grades = [{"Id": str(n), "GradeSetHistoryId": "50", "Value": str(n)} for n in range(1, 10)]
    structure = {
        "Aspects": aspects,
        "GradeSets": [{"Id": "5", "Name": "GCSE 9 to 1"}],
        "GradeSetHistory": [{"Id": "50", "GradeSetId": "5"}],
        "Grades": grades,
    }
    return [
        *(_row(school_id, "Groups TeachingGrp", "Group", row) for row in groups),
        *(
            _row(school_id, "assessmentstructure", table, row)
            for table, rows in structure.items()
            for row in rows
        ),
    ]


def _row(school_id: int, query: str, table: str, data: dict[str, Any]) -> SourceRow:
    return SourceRow(school_id=school_id, query=query, table=table, row_id=data["Id"], data=data)


def _result(school_id: int, number: int, now: datetime) -> list[Any]:
    key = f"r{number}"
    read = {"Id": key, "AspectId": "11" if number % 2 else "12", "Result": "7"}
    return [
        _row(school_id, "assessmentresults", "AsmResults", read),
        RecordIdentity(school_id=school_id, kind="result", key=key, number=number),
        a_record(
            school_id,
            "result",
            number,
            "Maths GCSE grade 2026-11-20",
            now=now,
            student_id=7,
            subject_id=1,
            assessment_id=3,
            assessment_point_rank=93,
            facet_id=1,
            grade_id=70,
            result_date="2026-11-20T00:00:00Z",
            _scope="assessments.internal",
        ),
    ]


def _catalogue(school_id: int, now: datetime) -> list[Any]:
    grades = [{"object": "grade", "id": 70, "name": "7", "value": 7}]
    point = {"rank": 93, "name": "Year 8 Autumn", "type": "term", "year_code": "8"}
    subjects = [
        part
        for key, code, name in SUBJECTS
        for part in (
            RecordIdentity(school_id=school_id, kind="mis_subject", key=key, number=int(key)),
            a_record(school_id, "mis_subject", int(key), name, now=now, name=name, code=code),
        )
    ]
    return [
        *subjects,
        a_record(school_id, "student", 7, "Amy Adams", now=now),
        a_record(school_id, "subject", 1, "Mathematics", now=now),
        a_record(school_id, "assessment", 3, "GCSE grade (9 to 1)", now=now),
        a_record(school_id, "facet", 1, "achieved", now=now),
        a_record(school_id, "grade_set", 3, "GCSE grade (9 to 1)", now=now, grades=grades),
        a_record(school_id, "assessment_point", 93, "Year 8 Autumn", now=now, **point),
    ]
