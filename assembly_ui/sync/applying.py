"""The second half of a sync: records are made from what was read, and their differences kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from assembly_ui import worker_pools
from assembly_ui.clock import Clock
from assembly_ui.database import Database, Session
from assembly_ui.sync import progress
from assembly_ui.sync.claimed import Claimed
from assembly_ui.sync.comparing import Comparison, Eyes, Ids, compare
from assembly_ui.sync.guard import is_too_much
from assembly_ui.sync.lines import LONGEST_HOLD
from assembly_ui.sync.mirror import Rows, Texts, read_texts
from assembly_ui.sync.models import ChangesetCount, RecordKind, SourceQuery
from assembly_ui.sync.recipe import Kind, Recipe
from assembly_ui.sync.store import Writing, in_lots, read_ids, read_kept, write_identities


@dataclass(frozen=True)
class Standing:
    """How a kind stood before: as `models.RecordKind`. `is_new`: it was never made in full."""

    total: int = 0
    is_stale: bool = True
    is_new: bool = True
    is_held: bool = False
    is_approved: bool = False


class Applying:
    """Makes the kinds whose sources changed. `as_seen`: only what scopes see counts as changed."""

    def __init__(
        self,
        database: Database,
        recipe: Recipe,
        claimed: Claimed,
        clock: Clock,
        *,
        as_seen: bool = False,
    ) -> None:
        self._database = database
        self._recipe = recipe
        self._claimed = claimed
        self._clock = clock
        self._is_ours = as_seen or claimed.wanted != claimed.synced
        self._ids: Ids | None = None
        self._texts: dict[str, Texts] = {}
        self.needed: frozenset[str] = frozenset()
        self.held: list[str] = []
        self.changed = 0

    async def make_stale(self) -> None:
        """Make every kind that is stale and of which all was read that it is made from.

        Raises:
            Overtaken
        """
        async with self._database.read() as session:
            choices = await self._recipe.choices(session, self._claimed.school_id)
        chosen = await self._recipe.chosen(self._database, self._claimed.school_id)
        stale = await self._stale(chosen)
        steps = self._claimed.progress
        steps.steps = steps.done + bool(steps.doing) + len(stale)
        for place, kind in enumerate(stale):
            steps.go_on(progress.making(kind.name))
            await self._make(kind, chosen, choices)
            self._forget_texts(stale[place + 1 :])

    async def _stale(self, chosen: Any) -> list[Kind]:
        standing = await self._standing()
        claimed = self._claimed
        needs = self._recipe.needs(claimed.wanted, claimed.today, chosen)
        self.needed = frozenset(need.name for need in needs)
        read = await self._read_already()
        unsynced = self._claimed.wanted != self._claimed.synced
        return [
            kind
            for kind in self._recipe.kinds_in(self._claimed.wanted)
            # Other scopes may show other records, of kinds nothing else made stale.
            if (unsynced or standing.get(kind.name, Standing()).is_stale)
            and read.issuperset(self.needed.intersection(kind.made_from))
        ]

    async def _make(self, kind: Kind, chosen: Any, choices: Any) -> None:
        source = Rows({name: await self._texts_of(name) for name in self._sources(kind)})
        before = await read_kept(self._database, self._claimed.school_id, kind.name)
        ids = await self._numbers()
        found = await worker_pools.SYNC.run(
            lambda: compare(
                kind.identity,
                kind.make(source, ids, chosen),
                before,
                ids,
                lambda data: self._recipe.kept(kind.name, data, self._claimed.wanted),
                self._eyes(kind),
            )
        )
        standing = (await self._standing()).get(kind.name, Standing())
        if self._is_too_much(kind, standing, found):
            await self._hold_back(kind, found)
        else:
            await self._write(kind, found, ids, choices)

    def _is_too_much(self, kind: Kind, standing: Standing, found: Comparison) -> bool:
        """Whether a person is asked first; not about what we did ourselves, nor a first fill."""
        if standing.is_approved or standing.is_new or (self._is_ours and not standing.is_held):
            return False
        removed = 0 if kind.rolls else len(found.removed)
        return is_too_much(total=standing.total, changed=found.changed, removed=removed)

    async def _hold_back(self, kind: Kind, found: Comparison) -> None:
        async with self._database.transaction() as session:
            await self._claimed.hold(session)
            row = await session.get_one(RecordKind, (self._claimed.school_id, kind.name))
            if row.approved_at:
                # Allowed this very moment; the sync that was asked for with it does it.
                return
            row.held_in = self._claimed.changeset_id
            count = await self._count(session, kind)
            count.added, count.changed = len(found.added) + len(found.again), found.changed
            count.removed, count.total, count.is_held = len(found.removed), row.total, True
            await self._claimed.show(session)
        self.held.append(kind.name)

    async def _write(self, kind: Kind, found: Comparison, ids: Ids, choices: Any) -> None:
        writing = Writing(
            self._claimed.school_id, kind.name, self._claimed.changeset_id, self._clock()
        )
        parts = list(in_lots(found))
        for number, part in enumerate(parts, 1):
            while len(ids.given) > LONGEST_HOLD:
                await self._write_numbers(ids)
            async with self._database.transaction() as session:
                await self._claimed.hold(session)
                await write_identities(session, self._claimed.school_id, ids.given)
                await writing.add(session, part.added)
                await writing.change(session, part)
                await self._add_to_count(session, kind, part, found.total)
                if number == len(parts):
                    await self._finish(session, kind, found, choices)
                await self._claimed.show(session)
            ids.given.clear()
        self.changed += len(found.added) + len(found.again) + len(found.altered)
        self.changed += len(found.removed)

    async def _write_numbers(self, ids: Ids) -> None:
        async with self._database.transaction() as session:
            await self._claimed.hold(session)
            await write_identities(session, self._claimed.school_id, ids.given[:LONGEST_HOLD])
        del ids.given[:LONGEST_HOLD]

    async def _finish(self, session: Session, kind: Kind, found: Comparison, choices: Any) -> None:
        school_id = self._claimed.school_id
        row = await session.get(RecordKind, (school_id, kind.name))
        if row is None:
            row = RecordKind(school_id=school_id, kind=kind.name)
            session.add(row)
        row.total, row.held_in, row.approved_at, row.approved_by = found.total, None, None, None
        # Somebody may have chosen otherwise while the records were made.
        row.is_stale = await self._recipe.choices(session, school_id) != choices

    async def _add_to_count(
        self, session: Session, kind: Kind, part: Comparison, total: int
    ) -> None:
        added = len(part.added) + len(part.again)
        if not (added or part.changed or part.removed):
            return
        count = await self._count(session, kind)
        if count.is_held:
            count.added = count.changed = count.removed = 0
        count.added, count.changed = count.added + added, count.changed + part.changed
        count.removed, count.total = count.removed + len(part.removed), total
        count.is_held = False

    async def _count(self, session: Session, kind: Kind) -> ChangesetCount:
        key = (self._claimed.changeset_id, kind.name)
        row = await session.get(ChangesetCount, key)
        if row is None:
            row = ChangesetCount(changeset_id=key[0], kind=key[1])
            session.add(row)
        return row

    async def _standing(self) -> dict[str, Standing]:
        query = select(RecordKind).where(col(RecordKind.school_id) == self._claimed.school_id)
        async with self._database.read() as session:
            rows = (await session.exec(query)).all()
        return {
            row.kind: Standing(
                total=row.total,
                is_stale=row.is_stale,
                is_new=False,
                is_held=row.held_in is not None,
                is_approved=row.approved_at is not None,
            )
            for row in rows
        }

    async def _read_already(self) -> set[str]:
        query = select(SourceQuery.name).where(
            col(SourceQuery.school_id) == self._claimed.school_id
        )
        return {name for (name,) in await self._database.glance_all(query)}

    def _sources(self, kind: Kind) -> Collection[str]:
        """What nobody wants any more is still kept for a while, and is not to be used."""
        return self.needed.intersection(kind.made_from)

    async def _texts_of(self, query: str) -> Texts:
        if query not in self._texts:
            self._texts[query] = await read_texts(self._database, self._claimed.school_id, query)
        return self._texts[query]

    def _forget_texts(self, left: Iterable[Kind]) -> None:
        used = {query for kind in left for query in kind.made_from}
        self._texts = {query: texts for query, texts in self._texts.items() if query in used}

    async def _numbers(self) -> Ids:
        if self._ids is None:
            self._ids = await read_ids(self._database, self._claimed.school_id)
        return self._ids

    def _eyes(self, kind: Kind) -> Eyes | None:
        if not self._is_ours:
            return None
        shared = self._claimed.wanted & self._claimed.synced
        cut = self._recipe.visible
        return Eyes(
            lambda data: cut(kind.name, data, shared),
            lambda data: cut(kind.name, data, self._claimed.wanted),
        )
