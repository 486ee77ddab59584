"""Whether there is data of one kind to show of a school, and if not, why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.scopes.seeing import kinds_of
from assembly_ui.sync.models import MappingChange, RecordKind, SchoolSync


class Standing(StrEnum):
    """What there is to show."""

    NOT_CONNECTED = "not_connected"
    UNHELD = "unheld"
    AWAITED = "awaited"
    THERE = "there"


@dataclass(frozen=True)
class Stand:
    """How data of one kind stands. `mark` differs whenever lists of it may have changed."""

    standing: Standing
    scopes: tuple[str, ...]
    mark: str


_STAND = (
    columns(
        col(Connection.first_connected_at),
        col(SchoolSync.wanted_scopes),
        col(SchoolSync.last_changes_at),
        col(SchoolSync.last_sync_at),
        col(RecordKind.total),
        col(RecordKind.is_stale),
        columns(func.max(MappingChange.id))
        .where(col(MappingChange.school_id) == bindparam("school_id"))
        .scalar_subquery(),
        columns(func.count(col(MappingChange.undone_at)))
        .where(col(MappingChange.school_id) == bindparam("school_id"))
        .scalar_subquery(),
    )
    .select_from(School)
    .outerjoin(Connection, col(Connection.school_id) == col(School.id))
    .outerjoin(SchoolSync, col(SchoolSync.school_id) == col(School.id))
    .outerjoin(
        RecordKind,
        (col(RecordKind.school_id) == col(School.id)) & (col(RecordKind.kind) == bindparam("kind")),
    )
    .where(col(School.id) == bindparam("school_id"))
)


async def read_stand(database: Database, *, school_id: int, kind: str) -> Stand:
    """How data of this kind stands at the school."""
    row = await database.glance(_STAND, {"school_id": school_id, "kind": kind})
    connected_at, scopes, *rest = row
    wanted = tuple(scopes or ())
    standing = standing_of(kind, connected_at, wanted, is_made=row[4] is not None)
    return Stand(standing, wanted, repr((standing, wanted, rest)))


def standing_of(
    kind: str, connected_at: datetime | None, wanted: Collection[str], *, is_made: bool
) -> Standing:
    """What there is to show of a kind. What nobody may read any more is not shown."""
    if kind in kinds_of(wanted):
        return Standing.THERE if is_made else Standing.AWAITED
    return Standing.UNHELD if connected_at or wanted else Standing.NOT_CONNECTED
