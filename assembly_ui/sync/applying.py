"""The second half of a sync: records are made from what was read, and their differences kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from assembly_ui.clock import Clock
from assembly_ui.db.bulk_sql import LONGEST_HOLD
from assembly_ui.db.database import Database, Session
from assembly_ui.jobs import worker_pools
from assembly_ui.sync import progress
from assembly_ui.sync.claimed import Claimed
from assembly_ui.sync.comparing import Comparison, Eyes, Ids, compare
from assembly_ui.sync.guard import is_too_much
from assembly_ui.sync.mirror import Rows, Texts, read_texts
from assembly_ui.sync.models import Changeset, ChangesetCount, RecordKind, SourceQuery
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


@dataclass(frozen=True)
class _Compared:
    """A kind whose records were made, how it stood, and what is to be written of it."""

    kind: Kind
    standing: Standing
    found: Comparison


class Applying:
    """Makes the kinds whose sources changed. `as_seen`: only what scopes see counts as changed.

    Records of linked kinds name each other by number. When one of those kinds waits for a
    person, all of them do: half a change would show lessons of classes that are not there.
    """

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
        self.is_rollover = False

    async def make_stale(self) -> None:
        """Make every kind that is stale and of which all was read that it is made from.

        Raises:
            Overtaken
        """
        async with self._database.read() as session:
            choices = await self._recipe.choices(session, self._claimed.school_id)
        chosen = await self._recipe.chosen(self._database, self._claimed.school_id)
        self.is_rollover = await self._found_rollover()
        stale = await self._stale(chosen)
        steps = self._claimed.progress
        steps.steps = steps.done + bool(steps.doing) + len(stale)
        left = list(stale)
        for kinds in self._together(stale, await self._standing()):
            compared = []
            for kind in kinds:
                steps.go_on(progress.making(kind.name))
                compared.append(await self._compare(kind, chosen))
                left.remove(kind)
                self._forget_texts(left)
            await self._settle(compared, choices)

    def _together(
        self, stale: list[Kind], standing: Mapping[str, Standing]
    ) -> Iterator[list[Kind]]:
        """Kinds of which all are written, or none; those that stand alone come first."""
        linked = [kind for kind in stale if kind.is_linked]
        yield from ([kind] for kind in stale if not kind.is_linked)
        if any(self._may_be_held(standing.get(kind.name, Standing())) for kind in linked):
            yield linked
        else:
            # A first fill is large: it is written as it is made, and not kept until its end.
            yield from ([kind] for kind in linked)

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

    async def _compare(self, kind: Kind, chosen: Any) -> _Compared:
        source = Rows({name: await self._texts_of(name) for name in self._sources(kind)})
        before = await read_kept(self._database, self._claimed.school_id, kind.name)
        ids = await self._numbers()

        def work() -> tuple[Comparison, bool]:
            found = compare(
                kind.identity,
                kind.make(source, ids, chosen),
                before,
                ids,
                lambda data: self._recipe.kept(kind.name, data, self._claimed.wanted),
                self._eyes(kind),
            )
            # Most students change in a new year; on other days they need not be looked at.
            is_large = 2 * found.changed > len(before)
            return found, is_large and self._recipe.is_rollover(kind.name, before, found)

        found, is_rollover = await worker_pools.SYNC.run(work)
        self.is_rollover |= is_rollover
        standing = (await self._standing()).get(kind.name, Standing())
        return _Compared(kind, standing, found)

    async def _settle(self, compared: list[_Compared], choices: Any) -> None:
        """Write what was made, unless too much of it would change unseen."""
        must_wait = any(map(self._is_too_much, compared))
        if self.is_rollover:
            await self._note_rollover()
        for one in compared:
            if not must_wait or one.found.is_nothing:
                await self._write(one.kind, one.found, await self._numbers(), choices)
            elif not one.standing.is_new:
                await self._hold_back(one.kind, one.found)

    def _may_be_held(self, standing: Standing) -> bool:
        """Whether a person is asked at all; not about what we did ourselves, nor a first fill."""
        return not standing.is_new and (not self._is_ours or standing.is_held)

    def _is_too_much(self, one: _Compared) -> bool:
        """Whether a person is asked first."""
        kind, found, standing = one.kind, one.found, one.standing
        if standing.is_approved or not self._may_be_held(standing):
            return False
        if self.is_rollover and kind.is_of_year:
            return False
        return is_too_much(
            total=standing.total,
            changed=found.changed,
            removed=0 if kind.rolls else len(found.removed),
            is_rollover=self.is_rollover,
        )

    async def _found_rollover(self) -> bool:
        """Whether this sync found a new school year before it was interrupted."""
        query = select(Changeset.is_rollover).where(col(Changeset.id) == self._claimed.changeset_id)
        row = await self._database.glance(query)
        return bool(row and row[0])

    async def _note_rollover(self) -> None:
        """Once students are written nothing else shows that a new school year has begun."""
        async with self._database.transaction() as session:
            await self._claimed.hold(session)
            changeset = await session.get_one(Changeset, self._claimed.changeset_id)
            changeset.is_rollover = True

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
