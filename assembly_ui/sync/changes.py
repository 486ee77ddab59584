"""What one sync did to the records of one kind, record by record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.db.paging import PAGE_SIZE, Listing, Paged
from assembly_ui.sync.models import Change, Record, RecordChange


@dataclass(frozen=True)
class ChangeView:
    """A record that a sync added, changed or removed.

    `fields` are those that changed, by their paths ("demographics.gender"), each a list
    of what it was and what it is now. `data` is the record as it is today, whole.
    """

    number: int
    label: str
    what: Change
    fields: dict[str, list[Any]]
    data: dict[str, Any]


_OF_SCHOOL = (
    col(Record.school_id) == bindparam("school_id"),
    col(Record.kind) == bindparam("kind"),
)
_PLAIN = columns(col(Record.number), col(Record.label), col(Record.data)).where(*_OF_SCHOOL)
_BY_NUMBER = col(Record.number)
_CHANGED = (
    columns(col(RecordChange.number), col(Record.label), col(Record.data), col(RecordChange.fields))
    .outerjoin(
        Record,
        (col(Record.school_id) == col(RecordChange.school_id))
        & (col(Record.kind) == col(RecordChange.kind))
        & (col(Record.number) == col(RecordChange.number)),
    )
    .where(
        col(RecordChange.school_id) == bindparam("school_id"),
        col(RecordChange.kind) == bindparam("kind"),
        col(RecordChange.changeset_id) == bindparam("changeset_id"),
    )
    .order_by(col(RecordChange.number))
)
_LISTINGS = {
    Change.ADDED: Listing(
        _PLAIN.where(col(Record.added_in) == bindparam("changeset_id")).order_by(_BY_NUMBER)
    ),
    Change.CHANGED: Listing(_CHANGED),
    Change.REMOVED: Listing(
        _PLAIN.where(col(Record.removed_in) == bindparam("changeset_id")).order_by(_BY_NUMBER)
    ),
}


async def list_changes(
    database: Database,
    *,
    school_id: int,
    changeset_id: int,
    kind: str,
    what: Change,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Paged[ChangeView]:
    """The records of a kind that a sync added, changed or removed, a page of them.

    Those that came or went again since then are listed by the later sync alone.
    """
    values = {"school_id": school_id, "changeset_id": changeset_id, "kind": kind}
    found = await _LISTINGS[what].page(database, values, number=page, size=size)
    views = [_view(tuple(row), what) for row in found.rows]
    return Paged(views, found.number, found.pages, found.total)


def _view(row: tuple[Any, ...], what: Change) -> ChangeView:
    number, label, data, *fields = row
    return ChangeView(number, label or "", what, fields[0] if fields else {}, data or {})
