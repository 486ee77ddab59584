"""Who is calling: the person behind a log-in cookie, and their place in a school.

Every event handler and every page load asks this first, so it is one query.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from assembly_ui.accounts.models import LogInSession, User
from assembly_ui.database import Database
from assembly_ui.schools.models import Membership, Role, School


@dataclass(frozen=True)
class Caller:
    """A signed-in person. `school_id` and `role` are set while they belong to one."""

    session_id: int
    user_id: int
    name: str
    email: str
    school_id: int | None = None
    school_name: str = ""
    role: Role | None = None

    @property
    def display_name(self) -> str:
        """Their name, or their address when they gave none."""
        return self.name or self.email

    def may_act_as(self, role: Role) -> bool:
        """Whether their role in the current school is at least `role`."""
        return self.role is not None and self.role.includes(role)


def _query(token: str, now: datetime) -> Select[LogInSession, User, Membership, School]:
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    return (
        select(LogInSession, User, Membership, School)
        .join(User, col(User.id) == col(LogInSession.user_id))
        .outerjoin(
            Membership,
            (col(Membership.user_id) == col(User.id))
            & (col(Membership.school_id) == col(LogInSession.school_id)),
        )
        .outerjoin(School, col(School.id) == col(Membership.school_id))
        .where(
            col(LogInSession.token_hash) == token_hash,
            col(LogInSession.revoked_at).is_(None),
            col(LogInSession.expires_at) > now,
            col(User.confirmed_at).is_not(None),
        )
    )


async def find_caller(database: Database, *, token: str, now: datetime) -> Caller | None:
    """The person whose log-in cookie holds `token`, or nobody."""
    if not token:
        return None
    async with database.read() as session:
        row = (await session.exec(_query(token, now))).first()
    if row is None:
        return None
    log_in, user, membership, school = row
    assert log_in.id is not None
    assert user.id is not None
    return Caller(
        session_id=log_in.id,
        user_id=user.id,
        name=user.name,
        email=user.email,
        school_id=school.id if school else None,
        school_name=school.name if school else "",
        role=membership.role if membership else None,
    )


async def count_schools(database: Database, *, user_id: int) -> int:
    """How many schools a person belongs to."""
    query = select(func.count()).where(col(Membership.user_id) == user_id)
    async with database.read() as session:
        return (await session.exec(query)).one()
