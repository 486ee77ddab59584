"""Everything a screen shows of one connection, read in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.connector.facts import facts_of
from assembly_ui.connector.health import read_service
from assembly_ui.connector.models import Connection
from assembly_ui.connector.service import ServiceFacts
from assembly_ui.connector.status import Facts, Status, derive_status
from assembly_ui.database import Database, Session
from assembly_ui.schools.mis import is_via_xporter
from assembly_ui.schools.models import Membership, Role, School


@dataclass(frozen=True)
class Overview:
    """A school's connection, and Xporter on Demand as a whole, as of `now`."""

    school: School
    owner_name: str
    status: Status
    facts: Facts
    connection: Connection
    now: datetime
    service: ServiceFacts = field(default_factory=ServiceFacts)


async def read_overview(database: Database, *, school_id: int, now: datetime) -> Overview:
    """Read what the connector page shows."""
    async with database.read() as session:
        school = await session.get_one(School, school_id)
        connection = await _connection(session, school_id)
        owner = await _owner_name(session, school_id)
    facts, service = facts_of(connection), await read_service(database)
    return Overview(school, owner, derive_status(facts, now), facts, connection, now, service)


async def read_badge(database: Database, *, school_id: int, now: datetime) -> Status | None:
    """Just the status, for the badge in the bar; None for an MIS without a connector here."""
    async with database.read() as session:
        school = await session.get_one(School, school_id)
        connection = await _connection(session, school_id)
    return derive_status(facts_of(connection), now) if is_via_xporter(school.mis) else None


async def _connection(session: Session, school_id: int) -> Connection:
    return await session.get(Connection, school_id) or Connection(school_id=school_id)


async def _owner_name(session: Session, school_id: int) -> str:
    query = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.school_id) == school_id, col(Membership.role) == Role.OWNER)
    )
    owner = (await session.exec(query)).first()
    return (owner.name or owner.email) if owner else ""
