"""How a sync ends: what became of it, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from assembly_ui.connector import timeline
from assembly_ui.connector.notices import Links
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic, sync_topic
from assembly_ui.sync.claimed import Claimed
from assembly_ui.sync.held_notice import tell_held
from assembly_ui.sync.mirror import forget_queries
from assembly_ui.sync.models import Changeset, Outcome, Reason, SchoolSync
from assembly_ui.sync.pace import Pace
from assembly_ui.sync.reading import Trouble
from assembly_ui.sync.requests import sync_of
from assembly_ui.xporter.errors import XporterError

INTERNAL = "internal"
"""A mistake of our own."""

LONGEST_DETAIL = 300


@dataclass(frozen=True)
class Ended:
    """What a sync did: whether anything changed, and whether anything waits for a person.

    `needed` are the queries that its scopes needed. `is_rollover`: a new school year has begun.
    """

    is_changed: bool
    is_held: bool
    trouble: Trouble
    needed: frozenset[str]
    is_rollover: bool = False


async def end(
    database: Database,
    claimed: Claimed,
    ended: Ended,
    now: datetime,
    pace: Pace,
    links: Links | None = None,
) -> None:
    """Everything was read, or as much as can be, and made.

    Where changes began to be held back, the school's admins are told; without `links` to what
    they may do nobody is.
    """
    async with database.transaction() as session:
        row = await claimed.hold(session)
        changeset = await _close(session, claimed, _outcome(ended), now)
        if error := ended.trouble.error:
            changeset.problem_kind = error.kind
            changeset.problem_detail = ", ".join(ended.trouble.queries)[:LONGEST_DETAIL]
        changeset.is_rollover = ended.is_rollover
        if ended.is_changed:
            row.last_changes_at = now
        await _note_held(session, row, ended, now, links)
        if claimed.key is not None:
            _note_read(row, claimed, ended, now)
            if row.purge_at is None:
                # Another query may give by now what these did.
                await forget_queries(session, row.school_id, ended.needed)
        serious = ended.trouble.error if ended.trouble.is_serious else None
        _rest(row, claimed, now, pace, error=serious)
        _tell(session, claimed)


async def fail(
    database: Database, claimed: Claimed, error: XporterError, now: datetime, pace: Pace
) -> None:
    """The school could not be read to the end; what is kept of it stays as it was."""
    async with database.transaction() as session:
        row = await claimed.hold(session)
        changeset = await _close(session, claimed, Outcome.FAILURE, now)
        changeset.problem_kind = error.kind
        changeset.problem_detail = str(error)[:LONGEST_DETAIL]
        row.last_status, row.problem_kind = Outcome.FAILURE.value, error.kind
        row.failures += 1
        _rest(row, claimed, now, pace, error=error)
        _tell(session, claimed)


async def give_up(database: Database, school_id: int, now: datetime, pace: Pace) -> None:
    """A mistake of our own kept the school from being synced."""
    query = select(Changeset).where(
        Changeset.school_id == school_id, Changeset.outcome == Outcome.RUNNING
    )
    async with database.transaction() as session:
        row = await sync_of(session, school_id)
        for changeset in await session.exec(query):
            changeset.outcome, changeset.finished_at = Outcome.FAILURE, now
            changeset.problem_kind, changeset.doing = INTERNAL, ""
        row.last_status, row.problem_kind = Outcome.FAILURE.value, INTERNAL
        row.failures += 1
        row.due_at, row.leased_until = pace.retry(row.failures, now, None), None
        announce(session, sync_topic(school_id))
        announce(session, school_topic(school_id))


async def let_go(database: Database, claimed: Claimed) -> None:
    """Something else is wanted by now: whoever claims the school next goes on with that."""
    async with database.transaction() as session:
        row = await sync_of(session, claimed.school_id)
        if row.started_at == claimed.started_at:
            row.leased_until = None
            announce(session, sync_topic(claimed.school_id))


def _outcome(ended: Ended) -> Outcome:
    if ended.trouble.is_serious:
        return Outcome.FAILURE
    if ended.is_held:
        return Outcome.HELD
    return Outcome.SUCCESS if ended.is_changed else Outcome.NO_CHANGES


async def _close(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> Changeset:
    changeset = await session.get_one(Changeset, claimed.changeset_id)
    steps = claimed.progress
    changeset.outcome, changeset.finished_at, changeset.doing = outcome, now, ""
    changeset.steps = steps.steps
    changeset.steps_done = steps.done if outcome is Outcome.FAILURE else steps.steps
    return changeset


async def _note_held(
    session: Session, row: SchoolSync, ended: Ended, now: datetime, links: Links | None
) -> None:
    if ended.is_rollover and not ended.is_held:
        timeline.add(session, timeline.Kind.SCHOOL_YEAR_BEGAN, school_id=row.school_id, at=now)
    if not ended.is_held:
        row.held_since = None
    elif row.held_since is None:
        row.held_since = now
        if links is not None:
            await tell_held(
                session,
                links,
                school_id=row.school_id,
                is_rollover=ended.is_rollover,
                now=now,
            )


def _note_read(row: SchoolSync, claimed: Claimed, ended: Ended, now: datetime) -> None:
    trouble = ended.trouble
    row.synced_scopes = sorted(claimed.wanted)
    row.problem_kind = trouble.error.kind if trouble.error else ""
    if trouble.is_serious:
        row.last_status, row.failures = Outcome.FAILURE.value, row.failures + 1
        return
    row.last_sync_at, row.failures = now, 0
    last = Outcome.SUCCESS if ended.is_changed else Outcome.NO_CHANGES
    row.last_status = last.value


def _rest(
    row: SchoolSync,
    claimed: Claimed,
    now: datetime,
    pace: Pace,
    *,
    error: XporterError | None = None,
) -> None:
    """Until it is due again; at once, if it was asked for once more meanwhile."""
    row.leased_until = None
    if row.asked_at != claimed.asked_at:
        return
    if error is not None:
        row.due_at = pace.retry(row.failures, now, error.retry_at)
    else:
        row.due_at = pace.next_sync(row.last_sync_at, now)
    if row.purge_at:
        row.due_at = min(row.due_at, row.purge_at)
    row.reason, row.asked_by_user_id, row.asked_by_app_id = Reason.SCHEDULE, None, None


def _tell(session: Session, claimed: Claimed) -> None:
    announce(session, sync_topic(claimed.school_id))
    announce(session, school_topic(claimed.school_id))
