"""DfE numbers that several schools have.

The register gives some numbers to two open schools, a school that closed may share
its number with the one that took its place, and an import may give a number to
another school. So a number names no school by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import col, select

from assembly_ui.db.database import Database, Session
from assembly_ui.schools.dfe_number import dfe_number_of
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register


@dataclass(frozen=True)
class NumberSharer:
    """Another school of the same number that is set up here, as the register has it."""

    name: str
    urn: str
    dfe_number: str


async def sharers_of(session: Session, school: School) -> list[School]:
    """The other schools that are set up here under the school's DfE number."""
    if not school.dfe_number:
        return []
    query = (
        select(School)
        .where(
            col(School.la_code) == school.la_code,
            col(School.establishment_number) == school.establishment_number,
            col(School.id) != school.id,
        )
        .order_by(col(School.id))
    )
    return list(await session.exec(query))


async def shares_number(session: Session, school: School) -> bool:
    """Whether another school has the number, in the register or set up here."""
    return school.number_is_shared or bool(await sharers_of(session, school))


async def find_sharer(database: Database, *, urn: str, dfe_number: str) -> NumberSharer | None:
    """A school that is set up under the number and is not the one of this URN."""
    if not dfe_number:
        return None
    query = (
        select(School)
        .where(
            col(School.la_code) == dfe_number[:3],
            col(School.establishment_number) == dfe_number[3:],
            col(School.urn).is_distinct_from(urn),
        )
        .order_by(col(School.id))
    )
    async with database.read() as session:
        found = (await session.exec(query)).first()
    return NumberSharer(found.name, found.urn or "", found.dfe_number) if found else None


_NUMBERS: Any = columns(
    *(col(getattr(School, name)) for name in ("id", "urn", "la_code", "establishment_number")),
    col(School.number_is_shared),
)


async def refresh_shared_numbers(database: Database, register: Register) -> None:
    """At start: note for every school whether this register gives its number to others too."""
    async with database.read() as session:
        known = list(await session.exec(_NUMBERS))
    changed = [
        school_id
        for school_id, urn, la_code, number, is_shared in known
        if register.is_shared(dfe_number_of(la_code, number), besides=urn or "") is not is_shared
    ]
    async with database.transaction() as session:
        for school_id in changed:
            school = await session.get_one(School, school_id)
            school.number_is_shared = not school.number_is_shared
