"""The year groups of a school whose names `mapping.year_names` does not know."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, case, false, func
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.sync.mapping.year_names import YEAR_NAME
from assembly_ui.sync.models import Record


@dataclass(frozen=True)
class UnknownYear:
    """A year group by the name the MIS gives it, and how many students on roll are in it."""

    name: str
    students: int


_NAME = col(Record.data)[YEAR_NAME].as_string()
_UNKNOWN = (
    columns(_NAME, func.sum(case((col(Record.kind) == "student", 1), else_=0)))
    .where(
        col(Record.school_id) == bindparam("school_id"),
        col(Record.kind).in_(("student", "year_group")),
        col(Record.removed_at).is_(None),
        _NAME.is_not(None),
        ~func.coalesce(col(Record.data)["_left"].as_boolean(), false()),
    )
    .group_by(_NAME)
    .order_by(_NAME)
)


async def unknown_years(database: Database, *, school_id: int) -> list[UnknownYear]:
    """The year groups for which apps are given no code, by name."""
    rows = await database.survey(_UNKNOWN, {"school_id": school_id})
    return [UnknownYear(name, int(students)) for name, students in rows]
