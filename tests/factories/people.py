"""People of a school, what they were sent, and what was written down, for tests."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from assembly_ui.accounts.models import LogInSession
from assembly_ui.accounts.people import Person
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.audit.models import AuditEntry
from assembly_ui.db.database import Database
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.schools.models import Membership, Role, School
from tests.factories.accounts import a_person, a_token
from tests.factories.schools import a_member


async def a_colleague(
    database: Database, school: School, role: Role, *, now: datetime, name: str = "Ann Smith"
) -> Person:
    """A member of the school, under an address made of their name."""
    email = f"{name.lower().replace(' ', '.')}@kings.sch.uk"
    person = await a_person(database, now=now, email=email, name=name)
    await a_member(database, school, person, role, now=now)
    return person


async def a_session(database: Database, person: Person, *, now: datetime) -> int:
    """A log-in of this person; looks at no school yet."""
    token = await a_token(database, person, now=now)
    async with database.read() as session:
        query = select(LogInSession).where(LogInSession.token_hash == hash_token(token))
        return (await session.exec(query)).one().id or 0


async def looks_at(database: Database, session_id: int) -> int | None:
    """The school a log-in looks at."""
    async with database.read() as session:
        return (await session.get_one(LogInSession, session_id)).school_id


async def roles_in(database: Database, school: School) -> dict[int, Role]:
    """Who has which role, by the person's id."""
    query = select(Membership).where(Membership.school_id == school.id)
    async with database.read() as session:
        return {found.user_id: found.role for found in await session.exec(query)}


async def posted(database: Database, kind: str) -> list[OutboxMessage]:
    """Every message of a kind, in the order it was written."""
    query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id))
    async with database.read() as session:
        return list(await session.exec(query))


async def recorded(database: Database, action: str) -> list[AuditEntry]:
    """Every audit entry of an action, in the order it was written."""
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.id))
    async with database.read() as session:
        return list(await session.exec(query))
