"""How a sync begins: what for, with which key; or why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.keys import NoKey, key_of
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import sync_topic
from assembly_ui.sync.claimed import Claimed
from assembly_ui.sync.models import Changeset, Outcome, SchoolSync
from assembly_ui.sync.opening import is_open
from assembly_ui.sync.pace import WAITING
from assembly_ui.sync.requests import FROM_WHAT_IS_THERE, sync_of
from assembly_ui.xporter.client import Key

UK = ZoneInfo("Europe/London")
NOT_CONNECTED = "not_connected"
"""What a school waits for whose data cannot be read."""

NOTHING_WANTED = "nothing_wanted"
"""Why a sync ended that had begun for an app which has no access any more."""


@dataclass(frozen=True)
class Beginner:
    """Begins syncs of claimed schools, or goes on with what was begun and never ended."""

    database: Database
    cipher: Cipher

    async def begin(self, school_id: int, now: datetime, *, purged: bool) -> Claimed | None:
        """The sync to be done now; None when the school has to wait, or rests.

        After a purge records may have to be made anew, be the school connected or not.
        """
        async with self.database.transaction() as session:
            row = await sync_of(session, school_id)
            row.started_at = now
            under_way = await _under_way(session, school_id)
            connection = await session.get(Connection, school_id)
            key = self._key(connection, now)
            reads = _reads(row, under_way)
            if not row.wanted_scopes or (reads and key is None and not purged):
                _rest(row, under_way, now)
                announce(session, sync_topic(school_id))
                return None
            changeset = under_way or await _new_changeset(session, row, now)
            return await _claimed(session, row, changeset, connection, key if reads else None)

    def _key(self, connection: Connection | None, now: datetime) -> Key | None:
        if connection is None or not is_open(connection):
            return None
        try:
            return key_of(connection, self.cipher, now).opens
        except (NoKey, SecretUnreadable):
            return None


def today_at(connection: Connection | None, now: datetime) -> date:
    """The day at the school; that of its data, should their clock be ahead of ours."""
    collected_at = connection.collected_at if connection else None
    return max(now, collected_at or now).astimezone(UK).date()


def _reads(row: SchoolSync, under_way: Changeset | None) -> bool:
    reasons = {row.reason, under_way.reason} if under_way else {row.reason}
    return not reasons <= FROM_WHAT_IS_THERE


async def _under_way(session: Session, school_id: int) -> Changeset | None:
    """The sync that was begun and never ended; should there be several, the last."""
    query = (
        select(Changeset)
        .where(col(Changeset.school_id) == school_id, col(Changeset.outcome) == Outcome.RUNNING)
        .order_by(col(Changeset.id).desc())
        .limit(1)
    )
    return (await session.exec(query)).first()


async def _new_changeset(session: Session, row: SchoolSync, now: datetime) -> Changeset:
    made = Changeset(
        school_id=row.school_id,
        reason=row.reason,
        by_user_id=row.asked_by_user_id,
        by_app_id=row.asked_by_app_id,
        started_at=now,
    )
    session.add(made)
    await session.flush()
    announce(session, sync_topic(row.school_id))
    return made


async def _claimed(
    session: Session,
    row: SchoolSync,
    changeset: Changeset,
    connection: Connection | None,
    key: Key | None,
) -> Claimed:
    if row.started_at is None or changeset.id is None:
        raise RuntimeError("A sync begins at a time and has a number.")
    return Claimed(
        school_id=row.school_id,
        estab=(connection.xporter_estab if connection else None) or "",
        key=key,
        today=today_at(connection, row.started_at),
        changeset_id=changeset.id,
        started_at=row.started_at,
        asked_at=row.asked_at,
        wanted=frozenset(row.wanted_scopes),
        synced=frozenset(row.synced_scopes),
    )


def _rest(row: SchoolSync, under_way: Changeset | None, now: datetime) -> None:
    """Nothing can be read: for want of a connection, or of anybody who wants it."""
    waits = bool(row.wanted_scopes)
    moments = [now + WAITING] if waits else []
    moments += [row.purge_at] if row.purge_at else []
    row.due_at, row.leased_until = min(moments, default=None), None
    row.problem_kind = NOT_CONNECTED if waits else ""
    if under_way:
        under_way.outcome, under_way.finished_at = Outcome.FAILURE, now
        under_way.problem_kind = NOT_CONNECTED if waits else NOTHING_WANTED
        under_way.doing = ""
