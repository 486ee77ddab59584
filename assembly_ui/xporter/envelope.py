"""What surrounds the rows of an answer: pages, change tracking, where the data came from.

Facts file, sections 6 and 9. One JSON object holds a list for every table, `meta`,
`__pagination__` when it is one page of several, and `__changedRows__` with
`<table>_deleted` when changes are tracked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assembly_ui.xporter import wire
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.endpoints import ENDPOINTS, Endpoint
from assembly_ui.xporter.errors import WrongShape
from assembly_ui.xporter.rows.school import MetaRow
from assembly_ui.xporter.wire import Text, Whole, Wire

Rows = list[dict[str, Any]]
ALL_ROWS = "*"
"""The change marker that asks for everything."""

PAGINATION, TRACKING, META, DELETED = "__pagination__", "__changedRows__", "meta", "_deleted"

KNOWN_TABLES = frozenset(
    wire.same_name(table) for endpoint in ENDPOINTS.values() for table in endpoint.tables
)


class Pagination(Wire):
    """Which page of how many. `row_count` is of the main table, on all pages together."""

    page_number: Whole = None
    page_count: Whole = None
    row_count: Whole = None


class Tracking(Wire):
    """The change markers: which was asked for, and which to ask for next time."""

    requested_changed_rows: Text = ""
    next_changed_rows: Text = ""


@dataclass(frozen=True)
class Envelope:
    """One answer. Rows and deleted ids are by the names of tables used in `rows`."""

    tables: dict[str, Rows]
    deleted: dict[str, list[str]]
    page: Pagination
    tracking: Tracking
    meta: MetaRow
    is_uncollected: bool
    """Nothing is there, and meta knows no time of a collection: inferred to mean that there
    was none yet, which is not the same as a school without pupils."""

    def fingerprint(self, dialect: Dialect) -> tuple[object, ...]:
        """What is the same on all pages while nothing changes between them."""
        collected = self.meta.date_time if dialect.is_collection_steady else ""
        counts = (self.page.page_count, self.page.row_count)
        return (*counts, self.tracking.next_changed_rows, collected)


def open_envelope(answer: Mapping[str, Any], endpoint: Endpoint, dialect: Dialect) -> Envelope:
    """Read one answer of an endpoint.

    Tables we do not expect keep their names; a table left out, or null, is empty.

    Raises:
        WrongShape: none of the endpoint's tables is there, or one is no list of rows.
    """
    found = _by_our_names(answer, endpoint, dialect)
    tables = {name: _rows(answer, theirs) for name, theirs in found.items()}
    meta = MetaRow.read(_first(answer, META))
    return Envelope(
        tables,
        {name: _ids(answer, theirs) for name, theirs in found.items()},
        Pagination.read(_first(answer, PAGINATION)),
        Tracking.read(_first(answer, TRACKING)),
        meta,
        is_uncollected=bool(wire.rows(answer, META))
        and not meta.date_time
        and not any(tables.values()),
    )


def row_id(row: object) -> str:
    """The id of a row, or of a deleted one; "" when it has none.

    What a deleted row looks like is inferred: an object with an `Id`, or the id alone.
    """
    if isinstance(row, Mapping):
        found = row.get("Id")
        return wire.text(wire.members(row).get("id") if found is None else found)
    return wire.text(row)


def _by_our_names(
    answer: Mapping[str, Any], endpoint: Endpoint, dialect: Dialect
) -> dict[str, str]:
    """Our name of every table in the answer, and theirs."""
    theirs = {wire.same_name(name): name for name in answer if _is_table(name)}
    expected = {ours: dialect.table_names.get(ours, ours) for ours in endpoint.tables}
    named = {ours: theirs.pop(wire.same_name(name), "") for ours, name in expected.items()}
    found = {ours: name for ours, name in named.items() if name}
    others = [name for name in theirs.values() if isinstance(answer[name], list)]
    unknown = [name for name in others if wire.same_name(name) not in KNOWN_TABLES]
    if endpoint.tables and endpoint.tables[0] not in found and len(unknown) == 1:
        return {endpoint.tables[0]: unknown[0]} | found
    if endpoint.tables and not found:
        raise WrongShape
    return found | {name: name for name in others}


def _is_table(name: str) -> bool:
    plain = wire.same_name(name)
    return (
        not name.startswith("__")
        and not name.casefold().endswith(DELETED)
        and plain not in ("meta", "dbstatus")
    )


def _rows(answer: Mapping[str, Any], table: str) -> Rows:
    found = wire.rows(answer, table)
    if not all(isinstance(row, dict) for row in found):
        raise WrongShape
    return found


def _ids(answer: Mapping[str, Any], table: str) -> list[str]:
    return [found for row in wire.rows(answer, table + DELETED) if (found := row_id(row))]


def _first(answer: Mapping[str, Any], name: str) -> Any:
    return next(iter(wire.rows(answer, name)), {})
