"""Reading a connection's row as facts, and finding or starting that row."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from assembly_ui.connector import timeline
from assembly_ui.connector.models import Connection
from assembly_ui.connector.status import Facts, Phase, Status, derive_status
from assembly_ui.connector.trouble import next_notice
from assembly_ui.db.database import Session
from assembly_ui.schools.membership import lock_school


def facts_of(connection: Connection | None) -> Facts:
    """The facts of a row; a school without one has none."""
    if connection is None:
        return Facts()
    return Facts(**{field.name: getattr(connection, field.name) for field in fields(Facts)})


def status_of(connection: Connection, now: datetime) -> Status:
    """What the facts of a row mean at `now`."""
    return derive_status(facts_of(connection), now)


async def connection_of(session: Session, school_id: int) -> Connection:
    """The school's row, for changing it in the caller's transaction; made if there is none.

    One transaction at a time comes past here for a school, so that each sees
    what the one before it did.
    """
    await lock_school(session, school_id)
    found = await session.get(Connection, school_id)
    if found is None:
        found = Connection(school_id=school_id)
        session.add(found)
        await session.flush()
    return found


def note_connected(session: Session, connection: Connection, before: Status, now: datetime) -> None:
    """Note that the connection, of status `before` until now, is connected: if it is."""
    if before.works or not status_of(connection, now).works:
        return
    connection.connected_at = now
    connection.first_connected_at = connection.first_connected_at or now
    if before.phase not in (Phase.PAUSED, Phase.FAILING):
        # The timeline has words of its own for the end of a pause and of a problem.
        kind = timeline.Kind.CONNECTED
        timeline.add(session, kind, school_id=connection.school_id, at=now)


def note_trouble(connection: Connection, now: datetime) -> None:
    """Note when, by all that is known now, the school's admins are to be told of something."""
    connection.notice_due_at = next_notice(facts_of(connection), connection.trouble_told, now)


def forget_withdrawal(connection: Connection) -> None:
    """Access was granted anew: maybe for another MIS, another school even."""
    connection.withdrawn_at = connection.installed_at = connection.data_at = None
    connection.school_matches = connection.mismatched_at = None
