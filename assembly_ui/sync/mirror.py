"""The rows of Xporter on Demand as they came: what is kept of a query, and how it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Text, bindparam, cast
from sqlalchemy import select as columns
from sqlmodel import col, delete, select

from assembly_ui.db.bulk_sql import delete_lines, lots, read_lines, write_lines
from assembly_ui.db.database import Database, Session
from assembly_ui.jobs import worker_pools
from assembly_ui.sync.models import SourceQuery, SourceRow
from assembly_ui.sync.pulling import Pulled

KEYS = ("school_id", "query", "table", "row_id")
QUICKLY_COMPARED = 500

_ROWS = columns(col(SourceRow.table), col(SourceRow.row_id), cast(col(SourceRow.data), Text)).where(
    col(SourceRow.school_id) == bindparam("school_id"), col(SourceRow.query) == bindparam("query")
)
_ORDER = (col(SourceRow.table), col(SourceRow.row_id))


class Place(NamedTuple):
    """Where a row is, within its query."""

    table: str
    row_id: str


Texts = dict[Place, str]
"""Rows as the JSON they are kept as."""


@dataclass(frozen=True)
class Edit:
    """What is to be done to the rows of a query: first those that go, then those that come."""

    gone: list[Place]
    put: list[tuple[Place, str]]

    @property
    def is_nothing(self) -> bool:
        """Whether all stays as it is."""
        return not (self.gone or self.put)


class Rows:
    """What was read of a school: a `Source`, good for as long as nothing is written."""

    def __init__(self, by_query: Mapping[str, Texts]) -> None:
        self._tables: dict[tuple[str, str], list[str]] = {}
        for query, texts in by_query.items():
            for place, text in texts.items():
                self._tables.setdefault((query, place.table), []).append(text)

    def rows(self, query: str, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table of a query, each read when its turn comes."""
        return map(from_json, self._tables.get((query, table), ()))


async def read_texts(database: Database, school_id: int, query: str) -> Texts:
    """The rows that are kept of a query, in the order of their tables and ids."""
    values = {"school_id": school_id, "query": query}
    texts: Texts = {}
    async for lot in read_lines(database, _ROWS, _ORDER, values):
        texts.update((Place(table, row_id), text) for table, row_id, text in lot)
    return texts


async def edit_of(database: Database, school_id: int, query: str, pulled: Pulled) -> Edit:
    """What a reading means for the rows that are kept."""
    before = await read_texts(database, school_id, query) if pulled.is_full else {}
    compared = _of_everything if pulled.is_full else _of_changes
    if len(before) + sum(map(len, pulled.tables.values())) < QUICKLY_COMPARED:
        return compared(pulled, before)
    return await worker_pools.SYNC.run(compared, pulled, before)


async def write_edit(session: Session, school_id: int, query: str, edit: Edit) -> None:
    """Change the rows of a query, in the caller's transaction."""
    gone = (_key(school_id, query, place) for place in edit.gone)
    await delete_lines(session, SourceRow, KEYS, gone)
    put = ({**_key(school_id, query, place), "data": text} for place, text in edit.put)
    await write_lines(session, SourceRow, put)


def in_lots(edit: Edit) -> Iterator[Edit]:
    """An edit in parts, each written in a moment. Written again from the start, it is the same."""
    gone = set(edit.gone)
    for number, put in enumerate(lots(edit.put)):
        # What comes in place of another goes with it, so that no row is ever missing.
        places = {place for place, _ in put}
        own = [place for place in places if place in gone]
        if number == 0:
            coming = {place for place, _ in edit.put}
            own += [place for place in edit.gone if place not in coming]
        yield Edit(own, list(put))


async def note_query(
    session: Session, school_id: int, query: str, pulled: Pulled, now: datetime
) -> None:
    """Note how far a query has been read."""
    row = await session.get(SourceQuery, (school_id, query))
    if row is None:
        row = SourceQuery(school_id=school_id, name=query, read_at=now)
        session.add(row)
    row.marker, row.collected_at, row.read_at = pulled.marker, pulled.collected_at, now


async def forget_queries(session: Session, school_id: int, needed: Collection[str]) -> None:
    """Forget every query but those that are needed."""
    names = (col(SourceQuery.school_id) == school_id, col(SourceQuery.name).not_in(needed))
    gone = (await session.exec(select(SourceQuery.name).where(*names))).all()
    rows = (col(SourceRow.school_id) == school_id, col(SourceRow.query).in_(gone))
    if gone:
        await session.exec(delete(SourceRow).where(*rows))
        await session.exec(delete(SourceQuery).where(*names))


def _of_changes(pulled: Pulled, _before: Texts) -> Edit:
    put = _placed(pulled)
    gone = [Place(name, id_) for name, ids in pulled.deleted.items() for id_ in ids]
    return Edit(list(dict.fromkeys((*gone, *(place for place, _ in put)))), put)


def _of_everything(pulled: Pulled, before: Texts) -> Edit:
    put = [(place, text) for place, text in _placed(pulled) if before.get(place) != text]
    there = {Place(name, id_) for name, rows in pulled.tables.items() for id_ in rows}
    coming = (place for place, _ in put if place in before)
    return Edit([*(place for place in before if place not in there), *coming], put)


def _placed(pulled: Pulled) -> list[tuple[Place, str]]:
    return [
        (Place(name, id_), text)
        for name, rows in pulled.tables.items()
        for id_, text in rows.items()
    ]


def _key(school_id: int, query: str, place: Place) -> dict[str, Any]:
    return {"school_id": school_id, "query": query, **place._asdict()}
