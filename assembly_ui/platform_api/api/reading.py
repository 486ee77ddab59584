"""Reading records for the API: as text, so that the event loop parses none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlmodel import col

from assembly_ui.database import Database
from assembly_ui.platform_api.api.question import Paging
from assembly_ui.platform_api.api.resource import Filter
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


@dataclass(frozen=True)
class Found:
    """A page of records, each as JSON, and how many there are in all."""

    texts: Sequence[str]
    total: int


async def read_page(
    database: Database,
    filters: tuple[Filter, ...],
    values: Mapping[str, Any],
    paging: Paging,
    *,
    with_removed: bool = False,
) -> Found:
    """The records of `school_id` and `kind` (among the `values`) that every filter lets through."""
    page, count = _statements(filters, with_removed)
    bound = {**values, "page_size": paging.per_page, "page_start": paging.start}
    is_small = paging.per_page <= FEW and not filters
    rows = await (database.glance_all if is_small else database.survey)(page, bound)
    if len(rows) < paging.per_page and (rows or paging.page == 1):
        return Found([row[0] for row in rows], paging.start + len(rows))
    counted = await (database.glance_all if is_small else database.survey)(count, values)
    return Found([row[0] for row in rows], counted[0][0])


async def read_all(
    database: Database, filters: tuple[Filter, ...], values: Mapping[str, Any]
) -> Sequence[str]:
    """Every such record, as JSON."""
    rows = await database.survey(_every(filters, with_removed=False), values)
    return [row[0] for row in rows]


async def read_one(database: Database, *, school_id: int, kind: str, number: int) -> Any | None:
    """One record the school has: its JSON and when it last changed; or None."""
    return await database.glance(_ONE, {"school_id": school_id, "kind": kind, "number": number})


@lru_cache(maxsize=512)
def _every(filters: tuple[Filter, ...], with_removed: bool) -> Select[Any]:
    there = () if with_removed else (_THERE,)
    wanted = (*_OF_KIND, *there, *(one.where for one in filters))
    return select(_TEXT).where(*wanted).order_by(col(Record.number))


@lru_cache(maxsize=512)
def _statements(filters: tuple[Filter, ...], with_removed: bool) -> tuple[Select[Any], Select[Any]]:
    every = _every(filters, with_removed)
    page = every.limit(bindparam("page_size")).offset(bindparam("page_start"))
    count = every.with_only_columns(func.count()).order_by(None)
    return page, count
