"""Reading one query to its end: outside any transaction, in memory, and no column too many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assembly_ui.xporter.client import Key, XporterClient
from assembly_ui.xporter.envelope import row_id
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.wire import same_name

PAGE_SIZE = 2000

Row = dict[str, Any]


@dataclass(frozen=True)
class Pulled:
    """What a query gave: rows by table and id, and the ids of those that went.

    `is_full`: these are all there are. `marker` is where to go on next time, "" for from
    the beginning.
    """

    tables: dict[str, dict[str, Row]]
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
) -> Pulled:
    """What changed since a marker; everything without one, or when it is none of this query.

    Columns are left out on arrival, whatever the service sends.

    Raises:
        XporterError
    """
    kept, names = Columns(columns), query.endpoint.tables
    reading = xporter.changes(estab, key, query, since, page_size=PAGE_SIZE)
    tables: dict[str, dict[str, Row]] = {}
    all_have_ids = True
    async for page in reading:
        if page.begins:
            tables, all_have_ids = {name: {} for name in names}, True
        for name in names:
            all_have_ids &= _add(tables[name], map(kept.of, page.tables.get(name, ())))
    summary = reading.summary
    # Of rows without an id nobody can say later which of them changed, or went.
    marker = str(summary.marker) if summary.marker and all_have_ids else ""
    deleted = {name: summary.deleted.get(name, ()) for name in names}
    return Pulled(tables, summary.is_full, marker, summary.collected_at, deleted)


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


def _add(table: dict[str, Row], rows: Iterable[Row]) -> bool:
    """Add rows, of which the later counts; whether all of them had an id."""
    all_have_ids = True
    for row in rows:
        id_ = row_id(row)
        all_have_ids &= bool(id_)
        table[id_ or _likeness(row)] = row
    return all_have_ids


def _likeness(row: Row) -> str:
    return "#" + hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:24]
