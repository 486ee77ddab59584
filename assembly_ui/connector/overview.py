"""Everything a screen shows of one connection, read in one go."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col

from assembly_ui.accounts.models import User
from assembly_ui.connector.facts import facts_of
from assembly_ui.connector.health import read_service
from assembly_ui.connector.models import Connection
from assembly_ui.connector.service import ServiceFacts
from assembly_ui.connector.status import Facts, Status, derive_status
from assembly_ui.db.database import Database
from assembly_ui.schools.mis import is_via_xporter
from assembly_ui.schools.models import Membership, Role, School
from assembly_ui.schools.shared_numbers import NumberSharer


@dataclass(frozen=True)
class Overview:
    """A school's connection, and Xporter on Demand as a whole, as of `now`.

    `sharer` is another school of the number; of several, the one that holds the number,
    if any does (`is_held_by_sharer`).
    """

    school: School
    owner_name: str
    status: Status
    facts: Facts
    connection: Connection
    now: datetime
    service: ServiceFacts = field(default_factory=ServiceFacts)
    sharer: NumberSharer | None = None
    is_held_by_sharer: bool = False

    @property
    def number_is_shared(self) -> bool:
        """Whether another school has the number, in the register or set up here."""
        return self.school.number_is_shared or self.sharer is not None


_OWNS = (col(Membership.school_id) == col(School.id)) & (col(Membership.role) == Role.OWNER)

_OTHER, _OTHERS = aliased(School), aliased(Connection)
_HAS_THE_NUMBER = (
    (col(School.la_code) != "")
    & (col(_OTHER.la_code) == col(School.la_code))
    & (col(_OTHER.establishment_number) == col(School.establishment_number))
    & (col(_OTHER.id) != col(School.id))
)
_HOLDS = (col(_OTHERS.school_id) == col(_OTHER.id)) & (
    col(_OTHERS.xporter_estab) == col(School.la_code) + col(School.establishment_number)
)

# Put into words once: an announcement is read for every school it concerns.
_OVERVIEW: Any = (
    columns(
        School,
        Connection,
        func.coalesce(func.nullif(col(User.name), ""), col(User.email)),
        col(_OTHER.name),
        col(_OTHER.urn),
        col(_OTHERS.xporter_estab).is_not(None),
    )
    .outerjoin(Connection, col(Connection.school_id) == col(School.id))
    .outerjoin(Membership, _OWNS)
    .outerjoin(User, col(User.id) == col(Membership.user_id))
    .outerjoin(_OTHER, _HAS_THE_NUMBER)
    .outerjoin(_OTHERS, _HOLDS)
    .where(col(School.id) == bindparam("school_id"))
    .order_by(col(_OTHERS.xporter_estab).is_(None), col(_OTHER.id))
    .limit(1)
)
_BADGE: Any = (
    columns(
        col(School.mis),
        col(Connection.school_id),
        *(getattr(Connection, fact.name) for fact in fields(Facts)),
    )
    .outerjoin(Connection, col(Connection.school_id) == col(School.id))
    .where(col(School.id) == bindparam("school_id"))
)


async def read_overview(database: Database, *, school_id: int, now: datetime) -> Overview:
    """Read what the connector page shows."""
    async with database.read() as session:
        found = await session.exec(_OVERVIEW, params={"school_id": school_id})
        school, known, owner, name, urn, holds = found.one()
    sharer = NumberSharer(name, urn or "", school.dfe_number) if name else None
    connection = known or Connection(school_id=school_id)
    facts, service = facts_of(connection), await read_service(database)
    status = derive_status(facts, now)
    return Overview(
        school, owner or "", status, facts, connection, now, service, sharer, bool(holds)
    )


async def read_badge(database: Database, *, school_id: int, now: datetime) -> Status | None:
    """Just the status, for the badge in the bar; None for an MIS without a connector here."""
    row = await database.glance(_BADGE, {"school_id": school_id})
    if row is None or not is_via_xporter(row[0]):
        return None
    return derive_status(Facts(*row[2:]) if row[1] else Facts(), now)
