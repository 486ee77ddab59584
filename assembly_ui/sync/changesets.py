"""The syncs of a school, one by one: what each did, and what of it waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.accounts.models import User
from assembly_ui.db.database import Database
from assembly_ui.db.paging import PAGE_SIZE, Listing, Paged
from assembly_ui.sync.changes import ChangeView, list_changes
from assembly_ui.sync.errors import NoSuchChangeset
from assembly_ui.sync.held import approve_held, leave_held
from assembly_ui.sync.models import Changeset, ChangesetCount, Outcome, Reason, RecordKind

__all__ = [
    "ChangeView",
    "ChangesetView",
    "CountView",
    "approve_held",
    "leave_held",
    "list_changes",
    "list_changesets",
    "read_changeset",
]


@dataclass(frozen=True)
class CountView:
    """What a sync did to one kind; what it would have done when it `is_held`.

    `is_waiting`: a person may decide now whether it is done after all.
    """

    kind: str
    added: int
    changed: int
    removed: int
    total: int
    is_held: bool
    is_waiting: bool


@dataclass(frozen=True)
class ChangesetView:
    """A sync. `by_name` is empty unless a person asked for it."""

    id: int
    reason: Reason
    by_name: str
    by_app_id: int | None
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome
    problem_kind: str
    problem_detail: str
    steps: int
    steps_done: int
    doing: str
    is_rollover: bool = False
    counts: tuple[CountView, ...] = field(default=())

    @property
    def added(self) -> int:
        """Records it added, of every kind."""
        return sum(count.added for count in self.counts if not count.is_held)

    @property
    def changed(self) -> int:
        """Records it changed, of every kind."""
        return sum(count.changed for count in self.counts if not count.is_held)

    @property
    def removed(self) -> int:
        """Records it removed, of every kind."""
        return sum(count.removed for count in self.counts if not count.is_held)

    @property
    def is_waiting(self) -> bool:
        """Whether a person may decide something of it now."""
        return any(count.is_waiting for count in self.counts)


# In the order of ChangesetView.
_COLUMNS: tuple[Any, ...] = (
    col(Changeset.id),
    col(Changeset.reason),
    func.coalesce(col(User.name), ""),
    col(Changeset.by_app_id),
    col(Changeset.started_at),
    col(Changeset.finished_at),
    col(Changeset.outcome),
    col(Changeset.problem_kind),
    col(Changeset.problem_detail),
    col(Changeset.steps),
    col(Changeset.steps_done),
    col(Changeset.doing),
    col(Changeset.is_rollover),
)
_OF_SCHOOL = (
    columns(*_COLUMNS)
    .outerjoin(User, col(User.id) == col(Changeset.by_user_id))
    .where(col(Changeset.school_id) == bindparam("school_id"))
)
_NEWEST = _OF_SCHOOL.order_by(col(Changeset.started_at).desc(), col(Changeset.id).desc())
_WITH_OUTCOME = col(Changeset.outcome) == bindparam("outcome", type_=Changeset.outcome.type)  # type: ignore[attr-defined]
_ALL, _SOME = Listing(_NEWEST), Listing(_NEWEST.where(_WITH_OUTCOME))
_ONE = _OF_SCHOOL.where(col(Changeset.id) == bindparam("changeset_id"))
_COUNTS = (
    columns(
        col(ChangesetCount.changeset_id),
        col(ChangesetCount.kind),
        col(ChangesetCount.added),
        col(ChangesetCount.changed),
        col(ChangesetCount.removed),
        col(ChangesetCount.total),
        col(ChangesetCount.is_held),
        col(RecordKind.held_in),
    )
    .outerjoin(
        RecordKind,
        (col(RecordKind.school_id) == bindparam("school_id"))
        & (col(RecordKind.kind) == col(ChangesetCount.kind))
        & (col(RecordKind.held_in) == col(ChangesetCount.changeset_id))
        & col(RecordKind.approved_at).is_(None),
    )
    .where(col(ChangesetCount.changeset_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(ChangesetCount.kind))
)


async def list_changesets(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    outcome: Outcome | None = None,
    size: int = PAGE_SIZE,
) -> Paged[ChangesetView]:
    """The syncs of a school, the newest first; only those that ended so, if told."""
    values: dict[str, Any] = {"school_id": school_id}
    if outcome is not None:
        values["outcome"] = outcome
    listing = _ALL if outcome is None else _SOME
    found = await listing.page(database, values, number=page, size=size)
    views = await _views(database, school_id, found.rows)
    return Paged(views, found.number, found.pages, found.total)


async def read_changeset(database: Database, *, school_id: int, changeset_id: int) -> ChangesetView:
    """One sync of a school.

    Raises:
        NoSuchChangeset
    """
    values = {"school_id": school_id, "changeset_id": changeset_id}
    row = await database.glance(_ONE, values)
    if row is None:
        raise NoSuchChangeset
    return (await _views(database, school_id, [row]))[0]


async def _views(database: Database, school_id: int, rows: Iterable[Any]) -> list[ChangesetView]:
    found = [tuple(row) for row in rows]
    ids = [row[0] for row in found]
    by_changeset: dict[int, list[CountView]] = defaultdict(list)
    for row in await database.glance_all(_COUNTS, {"school_id": school_id, "ids": ids}):
        changeset_id, *counted, held_in = tuple(row)
        by_changeset[changeset_id].append(CountView(*[*counted, held_in is not None]))
    return [ChangesetView(*[*row, tuple(by_changeset[row[0]])]) for row in found]
