"""Reading a connection's row as facts, and finding or starting that row."""

from __future__ import annotations

from dataclasses import fields

from assembly_ui.connector.models import Connection
from assembly_ui.connector.status import Facts
from assembly_ui.database import Session


def facts_of(connection: Connection | None) -> Facts:
    """The facts of a row; a school without one has none."""
    if connection is None:
        return Facts()
    return Facts(**{field.name: getattr(connection, field.name) for field in fields(Facts)})


async def connection_of(session: Session, school_id: int) -> Connection:
    """The school's row, made in the caller's transaction when there is none yet."""
    found = await session.get(Connection, school_id)
    if found is None:
        found = Connection(school_id=school_id)
        session.add(found)
        await session.flush()
    return found
