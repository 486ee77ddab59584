"""Asking for a sync: because other scopes are wanted, by hand, by an app, by a callback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.schools.membership import lock_school
from assembly_ui.sync.errors import NotConnected, NothingWanted
from assembly_ui.sync.models import Reason, SchoolSync
from assembly_ui.sync.opening import is_open

PURGE_AFTER = timedelta(days=7)
"""How long data of scopes that nobody holds any more are kept, unless told otherwise."""

FOR_APPS = timedelta(minutes=1)
"""An app that asks again and again has the school read once in this time."""

FROM_WHAT_IS_THERE = frozenset({Reason.APPROVAL, Reason.MAPPING})
"""Reasons for making records anew from what was read before, without reading."""


async def want(
    session: Session,
    *,
    school_id: int,
    scopes: Iterable[str],
    reason: Reason,
    now: datetime,
    by_user_id: int | None = None,
    by_app_id: int | None = None,
    purge_after: timedelta = PURGE_AFTER,
) -> None:
    """From now on these scopes are wanted of the school, all its apps together.

    The school is due at once, in the caller's transaction. What is wanted no longer is not
    asked for again, and what was kept of it goes after `purge_after`.
    """
    sync = await sync_of(session, school_id)
    before, wanted = set(sync.wanted_scopes), set(scopes)
    sync.wanted_scopes = sorted(wanted)
    if before - wanted:
        sync.purge_at = sync.purge_at or now + purge_after
    _due(sync, reason, now, now, by_user_id, by_app_id)
    announce(session, sync_topic(school_id))


async def purge_soon(session: Session, *, school_id: int, now: datetime) -> None:
    """What is kept of scopes that nobody holds any more goes at once, not at `purge_at`."""
    sync = await sync_of(session, school_id)
    sync.purge_at = sync.due_at = sync.asked_at = now
    announce(session, sync_topic(school_id))


async def ask(
    database: Database,
    *,
    school_id: int,
    reason: Reason,
    now: datetime,
    by_user_id: int | None = None,
    by_app_id: int | None = None,
) -> None:
    """Have the school synced as soon as there is room; asked twice, it is synced once.

    Raises:
        NothingWanted: no app of the school holds any scope.
        NotConnected: the school's data cannot be read at the moment.
    """
    async with database.transaction() as session:
        await ask_within(
            session,
            school_id=school_id,
            reason=reason,
            now=now,
            by_user_id=by_user_id,
            by_app_id=by_app_id,
        )


async def ask_within(
    session: Session,
    *,
    school_id: int,
    reason: Reason,
    now: datetime,
    by_user_id: int | None = None,
    by_app_id: int | None = None,
) -> None:
    """As `ask`, in the caller's transaction."""
    sync = await sync_of(session, school_id)
    if not sync.wanted_scopes:
        raise NothingWanted
    connection = await session.get(Connection, school_id)
    if reason not in FROM_WHAT_IS_THERE and not is_open(connection):
        raise NotConnected
    due_at = now
    if reason is Reason.APP and sync.last_sync_at:
        due_at = max(now, min(sync.last_sync_at, now) + FOR_APPS)
    _due(sync, reason, due_at, now, by_user_id, by_app_id)
    announce(session, sync_topic(school_id))


async def sync_of(session: Session, school_id: int) -> SchoolSync:
    """The school's row, for changing it in the caller's transaction; made if there is none."""
    await lock_school(session, school_id)
    found = await session.get(SchoolSync, school_id, with_for_update=True)
    if found is None:
        found = SchoolSync(school_id=school_id)
        session.add(found)
        await session.flush()
    return found


def _due(
    sync: SchoolSync,
    reason: Reason,
    due_at: datetime,
    now: datetime,
    by_user_id: int | None,
    by_app_id: int | None,
) -> None:
    is_due = sync.due_at is not None and sync.due_at <= now
    sync.due_at = min(sync.due_at or due_at, due_at)
    sync.asked_at = now
    if is_due and reason in FROM_WHAT_IS_THERE:
        # Whoever asked before wanted the school read, which makes the records anew as well.
        return
    sync.reason = reason
    sync.asked_by_user_id, sync.asked_by_app_id = by_user_id, by_app_id
