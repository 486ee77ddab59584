"""Reading the records of a school, for its pages and for the API.

`data` is whole: what of it may be seen is decided by `scopes.seeing.visible`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row as Line
from sqlalchemy import Select, and_, bindparam, false, func, not_
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.db.paging import Listing, Paged
from assembly_ui.sync.models import Record


@dataclass(frozen=True)
class Kept:
    """A record. `number` is its id for ever; `removed_at` when the school no longer had it."""

    number: int
    label: str
    data: dict[str, Any]
    changed_at: datetime
    removed_at: datetime | None


_COLUMNS = (
    col(Record.number),
    col(Record.label),
    col(Record.data),
    col(Record.changed_at),
    col(Record.removed_at),
)
_OF_KIND = (
    col(Record.school_id) == bindparam("school_id"),
    col(Record.kind) == bindparam("kind"),
)
_THERE = col(Record.removed_at).is_(None)
_CHANGED = col(Record.changed_at) > bindparam("changed_since")


def _of_kind(*more: Any) -> Select[Any]:
    return columns(*_COLUMNS).where(*_OF_KIND, *more).order_by(col(Record.number))


_LISTINGS = {
    (False, False): Listing(_of_kind(_THERE)),
    (False, True): Listing(_of_kind()),
    (True, False): Listing(_of_kind(_THERE, _CHANGED)),
    (True, True): Listing(_of_kind(_CHANGED)),
}
_ALL = _of_kind(_THERE)
_ONE = _of_kind(col(Record.number) == bindparam("number"))
_LEFT = and_(
    col(Record.kind).in_(("staff_member", "student")),
    func.coalesce(col(Record.data)["_left"].as_boolean(), false()),
)
_COUNTS = (
    columns(col(Record.kind), func.count())
    .where(col(Record.school_id) == bindparam("school_id"), _THERE, not_(_LEFT))
    .group_by(col(Record.kind))
)
_LAST_CHANGE = columns(func.max(Record.changed_at)).where(*_OF_KIND)


async def page(
    database: Database,
    *,
    school_id: int,
    kind: str,
    page: int,
    per_page: int,
    changed_since: datetime | None = None,
    with_removed: bool = False,
) -> Paged[Kept]:
    """The records of a kind in the order of their numbers, a page of them.

    Only those changed after `changed_since`, when it is given.
    """
    values: dict[str, Any] = {"school_id": school_id, "kind": kind}
    if changed_since is not None:
        values["changed_since"] = changed_since
    listing = _LISTINGS[changed_since is not None, with_removed]
    found = await listing.page(database, values, number=page, size=per_page)
    return Paged(list(map(_kept, found.rows)), found.number, found.pages, found.total)


async def all_of(database: Database, *, school_id: int, kind: str) -> list[Kept]:
    """Every record of a kind the school has now, in the order of their numbers."""
    values = {"school_id": school_id, "kind": kind}
    return list(map(_kept, await database.survey(_ALL, values)))


async def one(database: Database, *, school_id: int, kind: str, number: int) -> Kept | None:
    """One record, also when the school no longer has it; None when there never was one."""
    row = await database.glance(_ONE, {"school_id": school_id, "kind": kind, "number": number})
    return _kept(row) if row else None


async def counts(database: Database, *, school_id: int) -> dict[str, int]:
    """How many records of each kind the school has now; people who left it do not count."""
    rows = await database.survey(_COUNTS, {"school_id": school_id})
    return {row[0]: row[1] for row in rows}


async def last_change(database: Database, *, school_id: int, kind: str) -> datetime | None:
    """When a record of this kind last changed, came or went."""
    row = await database.glance(_LAST_CHANGE, {"school_id": school_id, "kind": kind})
    return row[0] if row else None


def _kept(row: Line[Any]) -> Kept:
    return Kept(*tuple(row))
