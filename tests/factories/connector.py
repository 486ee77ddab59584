"""Connections in every state, for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School

KEY = "cuHc7nuAGPZzYgGWzEDLZTp6wPL2-8_nXTZk7xJPNRY="
CIPHER = Cipher([KEY])
SECRET = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
HOUR = timedelta(hours=1)
SAYS = {"head": "Mrs A Head", "phase": "Secondary", "mis_version": "4"}
"""What the MIS of these schools says besides; see `tests.factories.xporter.school_info`."""


async def a_connection(
    database: Database, school: School, *, now: datetime, **described: Any
) -> Connection:
    """A connection as described, see `connection_row`."""
    connection = connection_row(school, now=now, **described)
    async with database.transaction() as session:
        session.add(connection)
    return connection


def connection_row(
    school: School,
    *,
    now: datetime,
    invited: bool = False,
    authorised: bool = False,
    connected: bool = False,
    wrong_school: bool = False,
    paused: bool = False,
    withdrawn: bool = False,
    failing: bool = False,
    **columns: Any,
) -> Connection:
    """A connection as far along as said; the later traits take the earlier for granted.

    What happened, happened an hour before `now`. Any column can be given outright.
    """
    facts: dict[str, Any] = {}
    if invited or authorised or connected or wrong_school or paused or withdrawn or failing:
        facts |= {"invited_at": now - HOUR, "invited_email": "james.walters@kings.sch.uk"}
    if facts or columns.get("invited_at"):
        facts |= {"xporter_estab": school.dfe_number or None, "claimed_at": now - HOUR}
    if authorised or connected or wrong_school or paused or withdrawn or failing:
        facts |= {"authorised_at": now - HOUR, "secret_encrypted": CIPHER.lock(SECRET)}
        facts |= {"scopes": "School", "due_at": now}
    if connected or withdrawn or failing:
        facts |= _answering(school, now)
    if wrong_school:
        found = {"mis_estab": "3281110", "mis_school_name": "Queen's School"}
        facts |= _answering(school, now) | {"school_matches": False, "mismatched_at": now - HOUR}
        facts |= found | {"first_connected_at": None, "connected_at": None}
    if paused:
        facts |= {"paused_at": now - HOUR}
    if withdrawn:
        facts |= {"withdrawn_at": now - HOUR, "due_at": None}
    if failing:
        facts |= {"problem_at": now - HOUR, "failures": 3, "problem_kind": "too_slow"}
        facts |= {"problem_detail": "too_slow"}
    return Connection(**{"school_id": school.id, **facts, **columns})


async def the_connection(database: Database, school: School) -> Connection:
    """The row of a school's connection as it is now."""
    async with database.read() as session:
        return await session.get_one(Connection, school.id)


def _answering(school: School, now: datetime) -> dict[str, Any]:
    return {
        "installed_at": now - HOUR,
        "mis_code": "isams",
        "mis_estab": school.dfe_number,
        "mis_school_name": school.name,
        "mis_says": SAYS,
        "school_matches": True,
        "school_checked_at": now - HOUR,
        "data_at": now - HOUR,
        "first_connected_at": now - HOUR,
        "connected_at": now - HOUR,
        "checked_at": now - HOUR,
    }
