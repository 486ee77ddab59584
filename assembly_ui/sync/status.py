"""How the sync of a school stands, for pages and apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.db.database import Database
from assembly_ui.sync.models import Changeset, Outcome, RecordKind, SchoolSync


@dataclass(frozen=True)
class Progress:
    """A sync that runs. `doing` as in `progress.read_doing`."""

    changeset_id: int
    steps: int
    steps_done: int
    doing: str
    since: datetime


@dataclass(frozen=True)
class SyncStatus:
    """How the sync of a school stands.

    `last_status` is success, failure or no_changes, and empty before the first sync
    ended; `problem_kind` why it failed, or what it waits for. `held`: a change waits for
    a person; `held_since`: since then apps see data as it was, decided or not. At
    `purge_at` the data of scopes that nobody holds any more goes.
    """

    last_changes_at: datetime | None = None
    last_sync_at: datetime | None = None
    last_status: str = ""
    running: Progress | None = None
    due_at: datetime | None = None
    held: bool = False
    held_since: datetime | None = None
    purge_at: datetime | None = None
    problem_kind: str = ""
    wanted_scopes: tuple[str, ...] = ()


async def read_status(database: Database, *, school_id: int) -> SyncStatus:
    """How the sync of the school stands now."""
    async with database.read() as session:
        sync = await session.get(SchoolSync, school_id)
    if sync is None:
        return SyncStatus()
    return SyncStatus(
        last_changes_at=sync.last_changes_at,
        last_sync_at=sync.last_sync_at,
        last_status=sync.last_status,
        running=await _running(database, school_id),
        due_at=sync.due_at,
        held=await _is_held(database, school_id),
        held_since=sync.held_since,
        purge_at=sync.purge_at,
        problem_kind=sync.problem_kind,
        wanted_scopes=tuple(sync.wanted_scopes),
    )


async def _running(database: Database, school_id: int) -> Progress | None:
    row = await database.glance(
        columns(
            col(Changeset.id),
            col(Changeset.steps),
            col(Changeset.steps_done),
            col(Changeset.doing),
            col(Changeset.started_at),
        )
        .where(col(Changeset.school_id) == school_id, col(Changeset.outcome) == Outcome.RUNNING)
        .order_by(col(Changeset.started_at).desc())
        .limit(1)
    )
    return Progress(*row) if row else None


async def _is_held(database: Database, school_id: int) -> bool:
    query = (
        columns(col(RecordKind.kind))
        .where(col(RecordKind.school_id) == school_id, col(RecordKind.held_in).is_not(None))
        .limit(1)
    )
    return await database.glance(query) is not None
