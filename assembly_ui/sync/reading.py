"""The first half of a sync: what changed in the MIS is read, query by query, and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from sqlmodel import col, select, update

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Session
from assembly_ui.sync import progress
from assembly_ui.sync.claimed import Claimed
from assembly_ui.sync.mirror import (
    Edit,
    edit_of,
    in_lots,
    note_query,
    write_edit,
)
from assembly_ui.sync.models import RecordKind, SourceQuery
from assembly_ui.sync.pulling import Pulled, pull
from assembly_ui.sync.recipe import Need, Recipe, query_of
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import (
    NotFound,
    Refused,
    ScopeNotGranted,
    TooLarge,
    Unreadable,
    XporterError,
)
from assembly_ui.xporter.markers import Marker

log = structlog.get_logger()

OF_ONE_QUERY = (ScopeNotGranted, NotFound, Refused, TooLarge, Unreadable)
"""Failures that say nothing of other queries of the school."""


@dataclass
class Trouble:
    """What could not be read: queries, and the error of the first of them."""

    queries: list[str] = field(default_factory=list)
    error: XporterError | None = None

    def note(self, query: str, error: XporterError) -> None:
        """One more could not be read."""
        # Anything else is worse than what the school chose not to share.
        if self.error is None or isinstance(self.error, ScopeNotGranted):
            self.error = error
        self.queries.append(query)

    @property
    def is_serious(self) -> bool:
        """Whether more is wrong than that the school does not share something."""
        return self.error is not None and not isinstance(self.error, ScopeNotGranted)


class Reading:
    """Reads a school's queries; each is written with its marker, and what it makes stale."""

    def __init__(
        self,
        database: Database,
        xporter: XporterClient,
        recipe: Recipe,
        claimed: Claimed,
        clock: Clock,
    ) -> None:
        self._database = database
        self._xporter = xporter
        self._recipe = recipe
        self._claimed = claimed
        self._clock = clock
        self._unwritten: list[tuple[str, Pulled]] = []
        self.trouble = Trouble()

    async def read_all(self) -> None:
        """Read every query that is needed.

        Raises:
            XporterError: nothing more can be read of the school now.
            Overtaken
        """
        first = self._recipe.looks_at
        needs = await self._needed()
        kinds = self._recipe.kinds_in(self._claimed.wanted)
        self._claimed.progress.steps = len(needs) + len(kinds)
        for need in needs:
            if need.name in first:
                await self._read(need)
        if first.intersection(need.name for need in needs):
            # What they gave decides what else is needed.
            needs = await self._needed()
        for need in needs:
            if need.name not in first:
                await self._read(need)
        if self._unwritten:
            async with self._database.transaction() as session:
                await self._claimed.hold(session)
                await self._note_unwritten(session)

    async def _needed(self) -> list[Need]:
        """The queries that are needed, by what is known of the school now."""
        claimed, recipe = self._claimed, self._recipe
        chosen = await recipe.chosen(self._database, claimed.school_id)
        return list(recipe.needs(claimed.wanted, claimed.today, chosen))

    async def _read(self, need: Need) -> None:
        self._claimed.progress.go_on(progress.reading(need.name))
        if self._claimed.progress.is_worth_showing:
            async with self._database.transaction() as session:
                await self._claimed.hold(session)
                await self._claimed.show(session)
        try:
            pulled = await self._pull(need)
        except OF_ONE_QUERY as error:
            log.warning(
                "sync.query_failed",
                school_id=self._claimed.school_id,
                query=need.name,
                why=error.kind,
            )
            self.trouble.note(need.name, error)
            if isinstance(error, ScopeNotGranted) and await self._is_new(need):
                # What else is made from it need not wait for what the school does not share.
                await self._write(need, Edit([], []), Pulled({}, True, "", None))
            return
        edit = await edit_of(self._database, self._claimed.school_id, need.name, pulled)
        if edit.is_nothing and not await self._is_new(need):
            self._unwritten.append((need.name, pulled))
            return
        await self._write(need, edit, pulled)

    async def _pull(self, need: Need) -> Pulled:
        claimed, query = self._claimed, query_of(need)
        if claimed.key is None:
            raise RuntimeError("A sync without a key reads nothing.")
        async with self._database.read() as session:
            known = await session.get(SourceQuery, (claimed.school_id, need.name))
        return await pull(
            self._xporter,
            estab=claimed.estab,
            key=claimed.key,
            query=query,
            columns=need.select,
            tables=need.tables,
            since=Marker.parse(known.marker) if known else None,
        )

    async def _is_new(self, need: Need) -> bool:
        """Whether the query was never read before: what is made from it may be made now."""
        query = select(SourceQuery.name).where(
            col(SourceQuery.school_id) == self._claimed.school_id,
            col(SourceQuery.name) == need.name,
        )
        return await self._database.glance(query) is None

    async def _write(self, need: Need, edit: Edit, pulled: Pulled) -> None:
        school_id, parts = self._claimed.school_id, list(in_lots(edit))
        for number, part in enumerate(parts, 1):
            async with self._database.transaction() as session:
                await self._claimed.hold(session)
                await write_edit(session, school_id, need.name, part)
                if number == len(parts):
                    await self._note_unwritten(session)
                    await note_query(session, school_id, need.name, pulled, self._clock())
                    await mark_stale(session, school_id, self._made_from(need.name))
                    await self._claimed.show(session)

    async def _note_unwritten(self, session: Session) -> None:
        for name, pulled in self._unwritten:
            await note_query(session, self._claimed.school_id, name, pulled, self._clock())
        self._unwritten = []

    def _made_from(self, query: str) -> list[str]:
        return [kind.name for kind in self._recipe.kinds if query in kind.made_from]


async def mark_stale(session: Session, school_id: int, kinds: Iterable[str]) -> None:
    """Have the records of these kinds, if there are any yet, made anew."""
    await session.exec(
        update(RecordKind)
        .where(
            col(RecordKind.school_id) == school_id,
            col(RecordKind.kind).in_(list(kinds)),
            col(RecordKind.is_stale).is_(False),
        )
        .values(is_stale=True)
    )
