"""What of a school's sync waits for a person, and why one may not be begun."""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import col

from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.sync.errors import NotConnected, NothingWanted, SyncError
from assembly_ui.sync.models import RecordKind, SchoolSync
from assembly_ui.sync.opening import is_open

_HELD = (
    columns(col(RecordKind.held_in))
    .where(
        col(RecordKind.school_id) == bindparam("school_id"),
        col(RecordKind.held_in).is_not(None),
        col(RecordKind.approved_at).is_(None),
    )
    .distinct()
    .order_by(col(RecordKind.held_in).desc())
)


async def held_changesets(database: Database, *, school_id: int) -> list[int]:
    """The syncs of which something waits for a decision, the newest first."""
    return [row[0] for row in await database.glance_all(_HELD, {"school_id": school_id})]


async def why_not_now(database: Database, *, school_id: int) -> SyncError | None:
    """What `requests.ask` would raise of a person now; None when they may ask."""
    async with database.read() as session:
        sync = await session.get(SchoolSync, school_id)
        connection = await session.get(Connection, school_id)
    if sync is None or not sync.wanted_scopes:
        return NothingWanted()
    return None if is_open(connection) else NotConnected()
