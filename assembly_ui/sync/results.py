"""Results, a page of thirty thousand at a time, with what their numbers stand for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, cast, func
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.db.paging import PAGE_SIZE, Listing, Paged
from assembly_ui.scopes.seeing import visible
from assembly_ui.sync.listed import page_of
from assembly_ui.sync.models import Record, RecordIdentity, SourceRow
from assembly_ui.sync.records import all_of

KIND = "result"
_NAMED = ("assessment", "subject", "facet")


@dataclass(frozen=True)
class ResultView:
    """A result in words. What the school's apps may not know is empty."""

    number: int
    student: str
    assessment: str
    subject: str
    facet: str
    grade: str
    point: str
    date: str


_OF_SCHOOL = (
    col(Record.school_id) == bindparam("school_id"),
    col(Record.kind) == KIND,
    col(Record.removed_at).is_(None),
)
_ASPECT = cast(col(SourceRow.data)["AspectId"].as_string(), Text)
_READ = (
    col(SourceRow.school_id) == bindparam("school_id"),
    col(SourceRow.query) == "assessmentresults",
    col(SourceRow.table) == "AsmResults",
)
_ALL = Listing(
    columns(col(Record.number), col(Record.data))
    .where(*_OF_SCHOOL)
    .order_by(col(Record.number).desc())
)
_SOME = columns(col(Record.number), col(Record.data)).where(
    *_OF_SCHOOL, col(Record.number).in_(bindparam("numbers", expanding=True))
)
# Looked through from end to end, so not where everybody waits for it.
_OF_ASPECT = (
    columns(col(RecordIdentity.number))
    .select_from(SourceRow)
    .join(
        RecordIdentity,
        (col(RecordIdentity.school_id) == col(SourceRow.school_id))
        & (col(RecordIdentity.kind) == KIND)
        & (col(RecordIdentity.key) == col(SourceRow.row_id)),
    )
    .where(*_READ, bindparam("aspect", type_=Text) == _ASPECT)
)
_COUNTS = columns(_ASPECT, func.count()).where(*_READ).group_by(_ASPECT)
_PEOPLE = columns(col(Record.number), col(Record.label)).where(
    col(Record.school_id) == bindparam("school_id"),
    col(Record.kind) == "student",
    col(Record.number).in_(bindparam("numbers", expanding=True)),
)


async def count_results(database: Database, *, school_id: int) -> dict[str, int]:
    """How many results were read of each aspect, by what the MIS calls it."""
    counted = await database.survey(_COUNTS, {"school_id": school_id})
    return {row[0]: row[1] for row in counted}


async def list_results(
    database: Database,
    *,
    school_id: int,
    scopes: Collection[str],
    page: int = 1,
    aspect: str = "",
    size: int = PAGE_SIZE,
) -> Paged[ResultView]:
    """Results, those that came last first; only those of one aspect, if told.

    As apps see them who hold these scopes.
    """
    values = {"school_id": school_id}
    if aspect:
        found = await _page_of_aspect(database, values, aspect, page, size)
    else:
        found = await _ALL.page(database, values, number=page, size=size)
    seen = [(row[0], visible(KIND, row[1], scopes) or {}) for row in found.rows]
    names = await _names(database, school_id, [data for _, data in seen])
    views = [_view(number, data, names) for number, data in seen]
    return Paged(views, found.number, found.pages, found.total)


async def _page_of_aspect(
    database: Database, values: dict[str, Any], aspect: str, page: int, size: int
) -> Paged[Any]:
    found = await database.survey(_OF_ASPECT, values | {"aspect": aspect})
    shown = page_of(sorted((row[0] for row in found), reverse=True), page, size)
    rows = await database.glance_all(_SOME, values | {"numbers": shown.rows})
    newest_first = sorted(rows, key=lambda row: -row[0])
    return Paged(newest_first, shown.number, shown.pages, shown.total)


_Names = dict[str, Mapping[Any, str]]


def _view(number: int, data: Mapping[str, Any], names: _Names) -> ResultView:
    def called(kind: str, column: str) -> str:
        return names[kind].get(data.get(column), "")

    return ResultView(
        number,
        called("student", "student_id"),
        called("assessment", "assessment_id"),
        called("subject", "subject_id"),
        called("facet", "facet_id"),
        called("grade", "grade_id"),
        called("point", "assessment_point_rank"),
        (data.get("result_date") or "")[:10],
    )


async def _names(database: Database, school_id: int, shown: list[Mapping[str, Any]]) -> _Names:
    """What the numbers in these results stand for."""
    sets = await all_of(database, school_id=school_id, kind="grade_set")
    points = await all_of(database, school_id=school_id, kind="assessment_point")
    numbers = sorted({data["student_id"] for data in shown if data.get("student_id")})
    people = await database.glance_all(_PEOPLE, {"school_id": school_id, "numbers": numbers})
    return {
        "grade": {
            grade["id"]: grade["name"] for one in sets for grade in one.data.get("grades") or ()
        },
        "point": {one.data.get("rank"): one.label for one in points},
        "student": {row[0]: row[1] for row in people},
        **{kind: await _labels(database, school_id, kind) for kind in _NAMED},
    }


async def _labels(database: Database, school_id: int, kind: str) -> dict[Any, str]:
    found = await all_of(database, school_id=school_id, kind=kind)
    return {one.number: one.label for one in found}
