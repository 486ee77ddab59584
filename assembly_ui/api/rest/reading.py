"""Reading records for the API: as text, so that the event loop parses none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, Text, and_, bindparam, cast, func, or_, select
from sqlmodel import col

from assembly_ui.api.rest.json_where import text_at
from assembly_ui.api.rest.page_cursors import ListSource
from assembly_ui.api.rest.resource import Filter
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Record

FEW = 100
"""So many records, looked up by their numbers, are read faster than a thread is asked."""

_OF_KIND = (
    col(Record.school_id) == bindparam("school_id"),
    col(Record.kind) == bindparam("kind"),
)
_THERE = col(Record.removed_at).is_(None)
_TEXT = cast(col(Record.data), Text)
_ONE = select(_TEXT, col(Record.changed_at)).where(
    *_OF_KIND, _THERE, col(Record.number) == bindparam("number")
)

CHANGED = Filter("", col(Record.changed_at) >= bindparam("changed_since"), lambda call: None)
"""What has changed since a moment; bound by whoever read the conditional headers."""


def records_source(
    database: Database,
    filters: tuple[Filter, ...],
    values: Mapping[str, Any],
    *,
    with_removed: bool = False,
) -> ListSource[str]:
    """The records of `school_id` and `kind` (among the `values`) that every filter lets through.

    Each is JSON, as text.
    """
    page, places = _statements(filters, with_removed)

    async def read(after: int, skip: int, limit: int) -> Sequence[Any]:
        bound = {**values, "after": after, "skipped": skip, "page_size": limit}
        is_small = limit <= FEW + 1 and not filters
        return await (database.glance_all if is_small else database.survey)(page, bound)

    async def boundaries(after: int, size: int, most: int) -> tuple[list[int], int]:
        bound = {**values, "after": after, "page_size": size, "furthest": size * most}
        rows = await database.survey(places, bound)
        total = rows[-1].total if rows else 0
        return [row.number for row in rows if row.place < total], total

    return ListSource(read, boundaries)


async def read_first(
    database: Database, filters: tuple[Filter, ...], values: Mapping[str, Any]
) -> str | None:
    """The first such record, as JSON, or None."""
    page, _ = _statements(filters, with_removed=False)
    row = await database.glance(page, {**values, "after": 0, "skipped": 0, "page_size": 1})
    return row[1] if row else None


async def read_all(
    database: Database, filters: tuple[Filter, ...], values: Mapping[str, Any]
) -> Sequence[str]:
    """Every such record, as JSON."""
    rows = await database.survey(_every(filters, with_removed=False), values)
    return [row[0] for row in rows]


async def read_one(database: Database, *, school_id: int, kind: str, number: int) -> Any | None:
    """One record the school has: its JSON and when it last changed; or None."""
    return await database.glance(_ONE, {"school_id": school_id, "kind": kind, "number": number})


_YEAR_GROUP = (
    select(col(Record.number))
    .where(
        *_OF_KIND,
        _THERE,
        or_(
            col(Record.number) == bindparam("number"),
            func.lower(text_at("code")) == bindparam("code"),
        ),
    )
    .order_by((col(Record.number) == bindparam("number")).desc(), col(Record.number).desc())
    .limit(1)
)


async def year_group_number(database: Database, *, school_id: int, number: int, code: str) -> int:
    """The id of the year group that an address means: by its id, or else by its year code.

    0 when there is neither. A client of 2018 has the code there; ids given out today are none
    (`sync.comparing.FIRST_NUMBERS`).
    """
    values = {"school_id": school_id, "kind": "year_group", "number": number}
    row = await database.glance(_YEAR_GROUP, {**values, "code": code.lower()})
    return row[0] if row else 0


@lru_cache(maxsize=512)
def _every(filters: tuple[Filter, ...], with_removed: bool) -> Select[Any]:
    wanted = _wanted(filters, with_removed)
    return select(_TEXT).where(*wanted).order_by(col(Record.number))


@lru_cache(maxsize=512)
def _statements(filters: tuple[Filter, ...], with_removed: bool) -> tuple[Any, Any]:
    """For a page of records, and for where the pages after some record begin."""
    number = col(Record.number)
    wanted = (*_wanted(filters, with_removed), number > bindparam("after"))
    page = select(number, _TEXT).where(*wanted).order_by(number)
    page = page.limit(bindparam("page_size")).offset(bindparam("skipped"))
    place = func.row_number().over(order_by=number).label("place")
    placed = select(number, place, func.count().over().label("total")).where(*wanted).subquery()
    size, furthest = bindparam("page_size", type_=Integer), bindparam("furthest", type_=Integer)
    is_boundary = and_(placed.c.place % size == 0, placed.c.place <= furthest)
    # The last row comes too, for the total.
    places = select(placed).where(or_(is_boundary, placed.c.place == placed.c.total))
    return page, places.order_by(placed.c.place)


def _wanted(filters: tuple[Filter, ...], with_removed: bool) -> tuple[Any, ...]:
    there = () if with_removed else (_THERE,)
    return (*_OF_KIND, *there, *(one.where for one in filters))
