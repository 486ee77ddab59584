"""Who is calling: the person behind a log-in cookie, and their place in a school.

Every event handler and every page load asks this first, so it is one query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from assembly_ui.accounts.models import LogInSession, User
from assembly_ui.db.database import Database
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


# Written once and read as columns: this is asked before everything else anyone does.
_SIGNED_IN: Select[Any, Any, Any, Any, Any, Any, Any] = (
    select(
        col(LogInSession.id).label("session_id"),
        col(User.id).label("user_id"),
        col(User.name).label("name"),
        col(User.email).label("email"),
        col(School.id).label("school_id"),
        col(School.name).label("school_name"),
        col(Membership.role).label("role"),
    )
    .join(User, col(User.id) == col(LogInSession.user_id))
    .outerjoin(
        Membership,
        (col(Membership.user_id) == col(User.id))
        & (col(Membership.school_id) == col(LogInSession.school_id)),
    )
    .outerjoin(School, col(School.id) == col(Membership.school_id))
    .where(
        col(LogInSession.revoked_at).is_(None),
        col(LogInSession.expires_at) > bindparam("now"),
        col(User.confirmed_at).is_not(None),
    )
)
_WHO = _SIGNED_IN.where(col(LogInSession.token_hash) == bindparam("token_hash"))
_WHO_ALL = _SIGNED_IN.where(col(LogInSession.id).in_(bindparam("session_ids", expanding=True)))
SESSIONS_AT_ONCE = 500
"""In one query of `find_callers`."""


async def find_caller(database: Database, *, token: str, now: datetime) -> Caller | None:
    """The person whose log-in cookie holds `token`, or nobody."""
    if not token:
        return None
    sought = {"token_hash": hashlib.sha256(token.encode()).hexdigest(), "now": now}
    row = await database.glance(_WHO, sought)
    return None if row is None else _caller(row)


async def find_callers(
    database: Database, *, session_ids: Collection[int], now: datetime
) -> Mapping[int, Caller]:
    """The people behind these log-in sessions, by session; those that ended are left out."""
    sought, found = sorted(session_ids), {}
    for first in range(0, len(sought), SESSIONS_AT_ONCE):
        some = sought[first : first + SESSIONS_AT_ONCE]
        for row in await database.glance_all(_WHO_ALL, {"session_ids": some, "now": now}):
            found[row.session_id] = _caller(row)
    return found


def _caller(row: Any) -> Caller:
    found = dict(row._mapping)
    return Caller(**found | {"school_name": found["school_name"] or ""})


async def count_schools(database: Database, *, user_id: int) -> int:
    """How many schools a person belongs to."""
    query = select_rows(func.count()).where(col(Membership.user_id) == user_id)
    async with database.read() as session:
        return (await session.exec(query)).one()
