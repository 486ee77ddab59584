"""What the engine is told of scopes and records. It knows none of them by name itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assembly_ui.db.database import Database, Session
from assembly_ui.xporter.queries import Query

Scopes = Collection[str]
Data = dict[str, Any]


class Made(Protocol):
    """A record as it is now. `key` is what the MIS calls it, `label` what people do."""

    @property
    def key(self) -> str:
        """Unique among the records of its kind."""

    @property
    def label(self) -> str:
        """At most 200 characters are kept."""

    @property
    def data(self) -> Data:
        """What JSON can say, in the shape apps read."""


class Source(Protocol):
    """What was read from the MIS."""

    def rows(self, query: str, table: str) -> Iterable[Data]:
        """The rows of a table of a query, as Xporter on Demand gave them."""


class Kind(Protocol):
    """A kind of record, and how it is made. Pure."""

    @property
    def name(self) -> str:
        """Singular, in snake case."""

    @property
    def made_from(self) -> Collection[str]:
        """Queries by name; of those nobody wants, nothing is there."""

    @property
    def identity(self) -> str:
        """The kind in whose name its numbers are given."""

    @property
    def rolls(self) -> bool:
        """Whether its records come and go with the calendar."""

    @property
    def is_of_year(self) -> bool:
        """Whether its records are of one school year."""

    @property
    def is_linked(self) -> bool:
        """Whether its records refer to other linked ones by number, or are referred to."""

    @property
    def make(self) -> Callable[[Any, Any, Any], Iterable[Made]]:
        """From rows, ids and what was chosen to records."""


class Need(Protocol):
    """A query that is to be asked, and the columns that are kept of its rows."""

    @property
    def name(self) -> str:
        """Unique among the queries of a school."""

    @property
    def endpoint(self) -> str:
        """As `xporter.endpoints` calls it."""

    @property
    def options(self) -> Collection[str]:
        """Of the endpoint."""

    @property
    def select(self) -> Collection[str]:
        """Columns; the id is kept in any case."""

    @property
    def parameters(self) -> Iterable[tuple[str, str]]:
        """Names and values."""

    @property
    def tables(self) -> Collection[str]:
        """Those whose rows are kept; none means all that are answered."""


def query_of(need: Need) -> Query:
    """What is asked."""
    return Query.of(
        need.endpoint, options=need.options, select=need.select, **dict(need.parameters)
    )


def _never(_kind: str, _before: Any, _found: Any) -> bool:
    return False


@dataclass(frozen=True)
class Recipe:
    """How scopes become queries, and rows become records.

    `needs` are the queries that scopes need on a day at the school. What was `chosen` for
    it decides of some of them; that in turn follows from the queries it `looks_at`, and
    from `choices` of people, which are equal while nobody chose otherwise. `visible` cuts a
    record down to what scopes show; None when that is nothing. `is_rollover` says of a kind,
    what was kept of it and how that changes (`comparing.Comparison`) whether a new school
    year has begun.
    """

    needs: Callable[[Scopes, date, Any], Sequence[Need]]
    looks_at: frozenset[str]
    kinds: tuple[Kind, ...]
    kinds_of: Callable[[Scopes], Collection[str]]
    visible: Callable[[str, Data, Scopes], Mapping[str, Any] | None]
    chosen: Callable[[Database, int], Awaitable[Any]]
    choices: Callable[[Session, int], Awaitable[Any]]
    is_rollover: Callable[[str, Any, Any], bool] = _never

    def kinds_in(self, scopes: Scopes) -> tuple[Kind, ...]:
        """The kinds that these scopes show, those made first coming first."""
        shown = set(self.kinds_of(scopes))
        return tuple(kind for kind in self.kinds if kind.name in shown)

    def kept(self, kind: str, data: Data, scopes: Scopes) -> Data | None:
        """What is kept of a record: what scopes show, and what is ours; None for nothing."""
        seen = self.visible(kind, data, scopes)
        if seen is None:
            return None
        return {**seen, **{name: value for name, value in data.items() if name.startswith("_")}}
