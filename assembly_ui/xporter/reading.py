"""Reading a query to its end: page by page, whole or only what changed, without losing a row.

Pages are numbered, and a row that goes or comes between two pages moves others over
the edge, where they are read twice or never. So whatever must stay the same while
nothing changes (see `Envelope.fingerprint`) is compared on every page; when it moved,
the reading begins anew, and after `PAGED_TRIES` asks for everything in one answer,
which nothing can tear apart. It therefore always ends. A change that leaves all
counts alone shows only with change tracking, by its marker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from assembly_ui.xporter import wire
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.envelope import ALL_ROWS, Envelope, Rows, open_envelope, row_id
from assembly_ui.xporter.errors import (
    Denied,
    NoDataYet,
    NotFound,
    RateLimited,
    Refused,
    ServiceDown,
    TooLarge,
    TooSlow,
    Unreachable,
    WrongShape,
    XporterError,
)
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.rows.base import Row

PAGED_TRIES = 2
Ask = Callable[[dict[str, str]], Awaitable[dict[str, Any]]]
"""Makes one call with these parameters."""

AnyRow = TypeVar("AnyRow", bound=Row)
_PAST_THE_END = (Refused, NotFound, NoDataYet)
_NOT_ABOUT_THE_MARKER = (Unreachable, TooSlow, TooLarge, RateLimited, Denied)


@dataclass(frozen=True)
class Page:
    """Some rows of a reading, by table, as they came.

    `begins` is set on the first page, and again when the reading began anew: whatever
    it gave before is to be forgotten. `is_full` as in `Summary`; it may change only where
    a reading begins anew. A row may come twice; the later one counts.
    """

    tables: dict[str, Rows]
    begins: bool
    is_full: bool


@dataclass(frozen=True)
class Summary:
    """How a reading ended.

    `is_full`: its rows are all there are, so what was not among them is gone. Otherwise
    they are those that changed, and `deleted` the ids of those that went, by table.
    `marker` is where to go on next time; None when the service does not track this.
    """

    is_full: bool
    marker: Marker | None
    deleted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mis: str = ""
    collected_at: datetime | None = None


@dataclass(frozen=True)
class Read:
    """A reading that was kept in memory as a whole."""

    tables: dict[str, Rows]
    summary: Summary

    def rows(self, kind: type[AnyRow]) -> Iterator[AnyRow]:
        """The rows of a kind, each read when its turn comes."""
        return map(kind.read, self.tables.get(kind.table, ()))


class Reading:
    """The pages of a query, to be iterated; `summary` is there after the last one.

    Only one page is in memory at a time. Nothing is asked before the first iteration,
    and every iteration is a new reading.
    """

    def __init__(
        self,
        ask: Ask,
        query: Query,
        *,
        estab: str,
        page_size: int,
        dialect: Dialect,
        is_tracked: bool = False,
        since: Marker | None = None,
    ) -> None:
        self._ask = ask
        self._query = query
        self._estab = estab
        self._page_size = page_size
        self._dialect = dialect
        self._is_tracked = is_tracked
        self._since = since.hash if since and since.is_for(query, estab) else ALL_ROWS
        self._summary: Summary | None = None

    @property
    def summary(self) -> Summary:
        """How it ended.

        Raises:
            RuntimeError: it has not been iterated to its end.
        """
        if self._summary is None:
            raise RuntimeError("A reading has no summary before its end.")
        return self._summary

    async def __aiter__(self) -> AsyncIterator[Page]:
        """The pages.

        Raises:
            NoDataYet: nothing has been collected from the MIS so far.
            XporterError: the reading cannot go on; what it gave is worth nothing.
        """
        self._summary = None
        since, tries = self._since, 1
        while self._summary is None:
            try:
                async for page in self._pass(since, is_paged=tries <= PAGED_TRIES):
                    yield page
            except _Moved:
                tries += 1
            except XporterError as error:
                if since == ALL_ROWS or not _may_be_about_the_marker(error):
                    raise
                since = ALL_ROWS

    async def collect(self) -> Read:
        """All of it in memory, each row once."""
        kept: dict[str, dict[object, dict[str, Any]]] = {}
        async for page in self:
            if page.begins:
                kept = {}
            for name, rows in page.tables.items():
                table = kept.setdefault(name, {})
                table.update((row_id(row) or object(), row) for row in rows)
        return Read({name: list(table.values()) for name, table in kept.items()}, self.summary)

    async def _pass(self, since: str, *, is_paged: bool) -> AsyncIterator[Page]:
        number, fingerprint = 1, None
        deleted: dict[str, dict[str, None]] = {}
        while True:
            found = await self._page(since, number, is_paged=is_paged)
            fingerprint = fingerprint or found.fingerprint(self._dialect)
            if fingerprint != found.fingerprint(self._dialect):
                raise _Moved
            _check_page(found, number, is_paged=is_paged)
            for name, ids in found.deleted.items():
                deleted.setdefault(name, {}).update(dict.fromkeys(ids))
            yield Page(found.tables, begins=number == 1, is_full=since == ALL_ROWS)
            if number >= (found.page.page_count or 1):
                break
            number += 1
        self._summary = self._ended(since, found, deleted)

    async def _page(self, since: str, number: int, *, is_paged: bool) -> Envelope:
        params = dict(self._query.params)
        if is_paged:
            params |= {"page": str(number), "pageSize": str(self._page_size)}
        if self._is_tracked:
            params["changedRows"] = since
        answer = await self._ask_page(params, number)
        found = open_envelope(answer, self._query.endpoint, self._dialect)
        if since not in (ALL_ROWS, found.tracking.requested_changed_rows):
            # Some other changes than those we asked for.
            raise WrongShape
        if found.is_uncollected:
            raise NoDataYet
        return found

    async def _ask_page(self, params: dict[str, str], number: int) -> dict[str, Any]:
        try:
            return await self._ask(params)
        except _PAST_THE_END:
            if number == 1:
                raise
        # There were so many pages a moment ago.
        raise _Moved

    def _ended(self, since: str, last: Envelope, deleted: dict[str, dict[str, None]]) -> Summary:
        hash_, is_full = last.tracking.next_changed_rows, since == ALL_ROWS
        return Summary(
            is_full,
            Marker(hash_, self._query.key(self._estab)) if hash_ else None,
            {} if is_full else {name: tuple(ids) for name, ids in deleted.items() if ids},
            last.meta.mis,
            wire.moment(last.meta.date_time, self._dialect.assumed_zone),
        )


class _Moved(Exception):
    """The data changed between two pages."""


def _check_page(found: Envelope, number: int, *, is_paged: bool) -> None:
    if found.page.page_number not in (None, number):
        raise WrongShape
    if not is_paged and (found.page.page_count or 1) > 1:
        # Asked for everything, given a part.
        raise WrongShape


def _may_be_about_the_marker(error: XporterError) -> bool:
    """Whether it may be the marker that is refused (facts file, section 9: nothing is known)."""
    if isinstance(error, ServiceDown):
        return error.status == 500
    return not isinstance(error, _NOT_ABOUT_THE_MARKER)
