"""Reading one query to its end: outside any transaction, in memory, and no column too many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assembly_ui.jobs import worker_pools
from assembly_ui.xporter.client import Key, XporterClient
from assembly_ui.xporter.envelope import row_id
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.reading import Page
from assembly_ui.xporter.wire import same_name

PAGE_SIZE = 2000
QUICKLY_KEPT = 200
LONGEST_ID = 200
"""As much as the column holds."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Pulled:
    """What a query gave: rows as JSON by table and id, and the ids of those that went.

    `is_full`: these are all there are. `marker` is where to go on next time, "" for from
    the beginning.
    """

    tables: dict[str, dict[str, str]]
    is_full: bool
    marker: str
    collected_at: datetime | None
    deleted: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.is_full or any(self.tables.values()) or any(self.deleted.values()))


async def pull(
    xporter: XporterClient,
    *,
    estab: str,
    key: Key,
    query: Query,
    columns: Collection[str],
    since: Marker | None,
    tables: Collection[str] = (),
) -> Pulled:
    """What changed since a marker; everything without one, or when it is none of this query.

    Columns are left out on arrival, whatever the service sends, and rows of other `tables`
    where any are named.

    Raises:
        XporterError
    """
    names = [name for name in query.endpoint.tables if not tables or name in tables]
    reading = xporter.changes(estab, key, query, since, page_size=PAGE_SIZE)
    kept = _Kept(columns, names)
    async for page in reading:
        if page.begins:
            kept = _Kept(columns, names)
        if sum(map(len, page.tables.values())) > QUICKLY_KEPT:
            await worker_pools.SYNC.run(kept.add, page)
        else:
            kept.add(page)
    summary = reading.summary
    # Of rows without an id nobody can say later which of them changed, or went.
    marker = str(summary.marker) if summary.marker and kept.all_have_ids else ""
    deleted = {name: summary.deleted.get(name, ()) for name in names}
    return Pulled(kept.tables, summary.is_full, marker, summary.collected_at, deleted)


class Columns:
    """Leaves out columns, whose names the service spells as it likes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._kept = {same_name(name) for name in names} | {"id"}
        self._is_kept: dict[str, bool] = {}

    def of(self, row: Row) -> Row:
        """The row without the others."""
        known = self._is_kept
        for name in row.keys() - known.keys():
            known[name] = same_name(name) in self._kept
        return {name: value for name, value in row.items() if known[name]}


class _Kept:
    """The rows of a reading so far, of which the later counts."""

    def __init__(self, columns: Iterable[str], tables: Iterable[str]) -> None:
        self._columns = Columns(columns)
        self.tables: dict[str, dict[str, str]] = {name: {} for name in tables}
        self.all_have_ids = True

    def add(self, page: Page) -> None:
        """Keep the rows of one more page."""
        for name, table in self.tables.items():
            for row in page.tables.get(name, ()):
                id_, text = row_id(row), json.dumps(self._columns.of(row))
                self.all_have_ids &= bool(id_)
                table[id_ if 0 < len(id_) <= LONGEST_ID else _likeness(id_ + text)] = text


def _likeness(text: str) -> str:
    return "#" + hashlib.sha256(text.encode()).hexdigest()[:24]
