"""Data go that nobody may read any more: of scopes that no app holds, and of long ago.

Ids stay, so that none is ever given again.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime

from pydantic_core import from_json
from sqlalchemy import Text, bindparam, cast
from sqlalchemy import select as columns
from sqlmodel import col, delete, select

from assembly_ui.db.bulk_sql import change_lines, delete_lines, lots, read_lines
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.sync.claimed import Overtaken
from assembly_ui.sync.difference import Fields, difference, nested
from assembly_ui.sync.mirror import KEYS as ROW_KEYS
from assembly_ui.sync.mirror import forget_queries, read_texts
from assembly_ui.sync.models import (
    Changeset,
    ChangesetCount,
    Record,
    RecordChange,
    RecordKind,
    SchoolSync,
    SourceRow,
)
from assembly_ui.sync.pulling import Columns
from assembly_ui.sync.reading import mark_stale
from assembly_ui.sync.recipe import Need, Recipe
from assembly_ui.sync.requests import sync_of
from assembly_ui.sync.store import KEYS as RECORD_KEYS

CHANGE_KEYS = ("changeset_id", "kind", "number")

_RECORDS = columns(col(Record.number), cast(col(Record.data), Text)).where(
    col(Record.school_id) == bindparam("school_id"), col(Record.kind) == bindparam("kind")
)
_CHANGES = columns(
    col(RecordChange.changeset_id), col(RecordChange.number), cast(col(RecordChange.fields), Text)
).where(
    col(RecordChange.school_id) == bindparam("school_id"),
    col(RecordChange.kind) == bindparam("kind"),
)


class Purge:
    """Takes from a school everything that these scopes, all its apps hold, do not show."""

    def __init__(
        self, database: Database, recipe: Recipe, school_id: int, scopes: Collection[str]
    ) -> None:
        self._database = database
        self._recipe = recipe
        self._school_id = school_id
        self._scopes = frozenset(scopes)

    async def do(self, today: date) -> None:
        """Do it, and note that it is done.

        Raises:
            Overtaken: other scopes are wanted by now.
        """
        chosen = await self._recipe.chosen(self._database, self._school_id)
        needs = list(self._recipe.needs(self._scopes, today, chosen))
        shown = [kind.name for kind in self._recipe.kinds_in(self._scopes)]
        async with self._database.transaction() as session:
            await self._hold(session)
            await forget_queries(session, self._school_id, [need.name for need in needs])
            await self._forget_kinds(session, shown)
        for need in needs:
            await self._strip(need)
        for kind in shown:
            await self._cut(kind)
            await self._cut_changes(kind)
        async with self._database.transaction() as session:
            row = await self._hold(session)
            row.purge_at = None
            announce(session, sync_topic(self._school_id))

    async def _hold(self, session: Session) -> SchoolSync:
        row = await sync_of(session, self._school_id)
        if set(row.wanted_scopes) != self._scopes:
            raise Overtaken
        return row

    async def _forget_kinds(self, session: Session, shown: list[str]) -> None:
        for Model in (RecordChange, Record, RecordKind):
            gone = delete(Model).where(
                col(Model.school_id) == self._school_id, col(Model.kind).not_in(shown)
            )
            await session.exec(gone)

    async def _strip(self, need: Need) -> None:
        """Columns go that are not asked for any more."""
        wanted = Columns(need.select)
        own = {"school_id": self._school_id, "query": need.name}
        texts = await read_texts(self._database, self._school_id, need.name)
        rows = ((place, from_json(text)) for place, text in texts.items())
        stripped = [
            {**own, **place._asdict(), "data": json.dumps(wanted.of(row))}
            for place, row in rows
            if wanted.of(row) != row
        ]
        for lot in lots(stripped) if stripped else ():
            async with self._database.transaction() as session:
                await self._hold(session)
                await change_lines(session, SourceRow, ROW_KEYS, lot)
                kinds = (kind for kind in self._recipe.kinds if need.name in kind.made_from)
                await mark_stale(session, self._school_id, (kind.name for kind in kinds))

    async def _cut(self, kind: str) -> None:
        own = {"school_id": self._school_id, "kind": kind}
        async for lot in read_lines(self._database, _RECORDS, [col(Record.number)], own):
            gone, less = [], []
            for number, text in lot:
                before = from_json(text)
                kept = self._recipe.kept(kind, before, self._scopes)
                if kept is None:
                    gone.append({**own, "number": number})
                elif kept != before:
                    less.append({**own, "number": number, "data": json.dumps(kept)})
            if gone or less:
                async with self._database.transaction() as session:
                    await self._hold(session)
                    await delete_lines(session, Record, RECORD_KEYS, gone)
                    await change_lines(session, Record, RECORD_KEYS, less)

    async def _cut_changes(self, kind: str) -> None:
        own, keys = (
            {"school_id": self._school_id, "kind": kind},
            [col(RecordChange.changeset_id), col(RecordChange.number)],
        )
        async for lot in read_lines(self._database, _CHANGES, keys, own):
            gone, less = [], []
            for changeset_id, number, text in lot:
                key = {"changeset_id": changeset_id, "kind": kind, "number": number}
                fields = from_json(text)
                left = self._seen_fields(kind, fields)
                if not left:
                    gone.append(key)
                elif left != fields:
                    less.append({**key, "fields": json.dumps(left)})
            if gone or less:
                async with self._database.transaction() as session:
                    await self._hold(session)
                    await delete_lines(session, RecordChange, CHANGE_KEYS, gone)
                    await change_lines(session, RecordChange, CHANGE_KEYS, less)

    def _seen_fields(self, kind: str, fields: Fields) -> Fields:
        was, now = (
            self._recipe.visible(kind, nested(fields, place), self._scopes) or {}
            for place in (0, 1)
        )
        return difference(was, now)


async def forget_old(database: Database, school_id: int, before: datetime) -> None:
    """Forget syncs of before, and records that had gone by then."""
    old = (col(Changeset.school_id) == school_id, col(Changeset.started_at) < before)
    gone = (col(Record.school_id) == school_id, col(Record.removed_at) < before)
    is_old = await database.glance(columns(col(Changeset.id)).where(*old).limit(1))
    if is_old is None:
        return
    async with database.transaction() as session:
        await sync_of(session, school_id)
        ids = select(Changeset.id).where(*old)
        await session.exec(delete(ChangesetCount).where(col(ChangesetCount.changeset_id).in_(ids)))
        await session.exec(delete(RecordChange).where(col(RecordChange.changeset_id).in_(ids)))
        await session.exec(delete(Changeset).where(*old))
        await session.exec(delete(Record).where(*gone))
