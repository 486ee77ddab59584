"""The records of a school as they are kept: their numbers, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast
from sqlalchemy import select as columns
from sqlmodel import col, select

from assembly_ui.db.bulk_sql import (
    LONGEST_HOLD,
    change_lines,
    delete_lines,
    lots,
    read_lines,
    write_lines,
)
from assembly_ui.db.database import Database, Session
from assembly_ui.sync.comparing import Altered, Comparison, Ids, Kept, Written
from assembly_ui.sync.difference import Fields, joined
from assembly_ui.sync.models import Record, RecordChange, RecordIdentity

KEYS = ("school_id", "kind", "number")

_IDENTITIES = columns(
    col(RecordIdentity.kind), col(RecordIdentity.key), col(RecordIdentity.number)
).where(col(RecordIdentity.school_id) == bindparam("school_id"))
_RECORDS = columns(
    col(Record.number),
    cast(col(Record.data), Text),
    col(Record.label),
    col(Record.removed_at).is_(None),
).where(col(Record.school_id) == bindparam("school_id"), col(Record.kind) == bindparam("kind"))


async def read_ids(database: Database, school_id: int) -> Ids:
    """Every number that was given out in a school."""
    ids, keys = Ids(), (col(RecordIdentity.kind), col(RecordIdentity.key))
    async for lot in read_lines(database, _IDENTITIES, keys, {"school_id": school_id}):
        for kind, key, number in lot:
            ids.know(kind, key, number)
    return ids


async def read_kept(database: Database, school_id: int, kind: str) -> dict[int, Kept]:
    """The records of a kind by number, those that were removed among them."""
    values = {"school_id": school_id, "kind": kind}
    found: dict[int, Kept] = {}
    async for lot in read_lines(database, _RECORDS, [col(Record.number)], values):
        found.update(
            (number, Kept(text, label, bool(is_there))) for number, text, label, is_there in lot
        )
    return found


class Writing:
    """Writes records of one kind of a school in one sync, in the caller's transactions."""

    def __init__(self, school_id: int, kind: str, changeset_id: int, now: datetime) -> None:
        self._of = {"school_id": school_id, "kind": kind}
        self._changeset_id = changeset_id
        self._now = now

    async def add(self, session: Session, added: Iterable[Written]) -> None:
        """Add records that never were."""
        await write_lines(session, Record, map(self._row, added))

    async def change(self, session: Session, found: Comparison) -> None:
        """Change what is there already: records that are back, altered, or gone."""
        await change_lines(session, Record, KEYS, map(self._row, found.again))
        told = [one for one in found.altered if one.is_news]
        quiet = [one for one in found.altered if not one.is_news]
        await change_lines(session, Record, KEYS, map(self._told, told))
        await change_lines(session, Record, KEYS, map(self._quiet, quiet))
        await change_lines(session, Record, KEYS, map(self._removed, found.removed))
        await self._keep_changes(session, found.altered)

    def _row(self, one: Written) -> dict[str, Any]:
        return {
            **self._told(one),
            "added_in": self._changeset_id,
            "removed_at": None,
            "removed_in": None,
        }

    def _told(self, one: Written) -> dict[str, Any]:
        return {**self._quiet(one), "changed_at": self._now}

    def _quiet(self, one: Written) -> dict[str, Any]:
        return {**self._of, "number": one.number, "label": one.label, "data": one.text}

    def _removed(self, number: int) -> dict[str, Any]:
        gone = {"changed_at": self._now, "removed_at": self._now, "removed_in": self._changeset_id}
        return {**self._of, "number": number, **gone}

    async def _keep_changes(self, session: Session, altered: Iterable[Altered]) -> None:
        """Keep what changed; what an earlier part of the same sync changed already counts."""
        changed = [one for one in altered if one.fields]
        if not changed:
            return
        own = {**self._of, "changeset_id": self._changeset_id}
        before = await _changes_before(session, self._changeset_id, self._of["kind"])
        again = [{**own, "number": one.number} for one in changed if one.number in before]
        await delete_lines(session, RecordChange, [*own, "number"], again)
        rows = (
            {
                **own,
                "number": one.number,
                "fields": json.dumps(joined(before.get(one.number), one.fields)),
            }
            for one in changed
        )
        await write_lines(session, RecordChange, rows)


async def _changes_before(session: Session, changeset_id: int, kind: Any) -> dict[int, Fields]:
    query = select(RecordChange.number, RecordChange.fields).where(
        col(RecordChange.changeset_id) == changeset_id, col(RecordChange.kind) == kind
    )
    return {number: dict(fields) for number, fields in await session.exec(query)}


async def write_identities(
    session: Session, school_id: int, given: Iterable[tuple[str, str, int]]
) -> None:
    """Keep numbers that were given out."""
    rows = (
        {"school_id": school_id, "kind": kind, "key": key, "number": number}
        for kind, key, number in given
    )
    await write_lines(session, RecordIdentity, rows)


def in_lots(found: Comparison) -> Iterator[Comparison]:
    """What is to be written, in parts; the last one has everything but what is added."""
    *first, last = lots(found.added)
    nothing = Comparison(total=found.total)
    yield from (replace(nothing, added=list(lot)) for lot in first)
    rest = len(last) + len(found.again) + len(found.altered) + len(found.removed)
    if rest <= LONGEST_HOLD:
        yield replace(found, added=list(last))
        return
    yield replace(nothing, added=list(last))
    yield from (replace(nothing, again=list(lot)) for lot in lots(found.again))
    yield from (replace(nothing, altered=list(lot)) for lot in lots(found.altered))
    yield from (replace(nothing, removed=list(lot)) for lot in lots(found.removed))
