"""What an operator decides: numbers that do not say by themselves whose data it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import col, select

from assembly_ui.connector.models import Connection, UnmatchedAuthorisation
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register


class ConflictKind(StrEnum):
    """What is not clear about a DfE number."""

    SHARED_HERE = "shared_here"
    SHARED_IN_REGISTER = "shared_in_register"
    NUMBER_CHANGED = "number_changed"
    CLOSED = "closed"
    WRONG_SCHOOL = "wrong_school"
    HELD_UNDER_OLD_NUMBER = "held_under_old_number"
    NOT_INVITED = "not_invited"
    ANOTHER_SCHOOL = "another_school"


@dataclass(frozen=True)
class ConflictingSchool:
    """A school that is concerned, by its public record; `holds` the number or not."""

    school_id: int
    urn: str
    name: str
    postcode: str
    holds: bool
    is_connected: bool


@dataclass(frozen=True)
class Conflict:
    """A number, what is not clear about it, and whom it concerns."""

    kind: ConflictKind
    estab: str
    schools: list[ConflictingSchool] = field(default_factory=list)
    detail: str = ""


@dataclass(frozen=True)
class _Known:
    school: ConflictingSchool
    number: str
    held: str | None
    school_matches: bool | None
    mis_school_name: str


_SCHOOLS: Any = columns(
    col(School.id),
    col(School.urn),
    col(School.name),
    col(School.postcode),
    col(School.la_code) + col(School.establishment_number),
    col(Connection.xporter_estab),
    col(Connection.connected_at),
    col(Connection.withdrawn_at),
    col(Connection.school_matches),
    col(Connection.mis_school_name),
).outerjoin(Connection, col(Connection.school_id) == col(School.id))


async def find_conflicts(database: Database, register: Register) -> list[Conflict]:
    """Every number that a person should look at, by number."""
    async with database.read() as session:
        known = [_known(*row) for row in await session.exec(_SCHOOLS.order_by(col(School.id)))]
        unmatched = list(await session.exec(select(UnmatchedAuthorisation)))
    found = [*_shared(known), *_against_register(known, register), *_of_connections(known)]
    found += [
        Conflict(ConflictKind(row.reason), row.estab, _under(known, row.estab), row.school_name)
        for row in unmatched
    ]
    return sorted(found, key=lambda conflict: (conflict.estab, conflict.kind))


def _known(
    school_id: int,
    urn: str | None,
    name: str,
    postcode: str,
    number: str,
    held: str | None,
    connected_at: object,
    withdrawn_at: object,
    school_matches: bool | None,
    mis_school_name: str | None,
) -> _Known:
    is_connected = bool(connected_at and not withdrawn_at and school_matches)
    school = ConflictingSchool(school_id, urn or "", name, postcode, bool(held), is_connected)
    return _Known(school, number, held, school_matches, mis_school_name or "")


def _shared(known: list[_Known]) -> Iterator[Conflict]:
    by_number: dict[str, list[ConflictingSchool]] = defaultdict(list)
    for one in known:
        if one.number:
            by_number[one.number].append(one.school)
    for number, schools in by_number.items():
        if len(schools) > 1:
            yield Conflict(ConflictKind.SHARED_HERE, number, schools)


def _against_register(known: list[_Known], register: Register) -> Iterator[Conflict]:
    for one in known:
        listed = register.get(one.school.urn) if one.school.urn else None
        if one.number and register.is_shared(one.number, besides=one.school.urn):
            kind = ConflictKind.SHARED_IN_REGISTER
            names = register.names_of(one.number, besides=one.school.urn)
            yield Conflict(kind, one.number, [one.school], ", ".join(names))
        if listed and listed.dfe_number != one.number:
            kind = ConflictKind.NUMBER_CHANGED
            yield Conflict(kind, one.number, [one.school], listed.dfe_number)
        if one.school.urn and (listed is None or not listed.is_open):
            yield Conflict(ConflictKind.CLOSED, one.number, [one.school])


def _of_connections(known: list[_Known]) -> Iterator[Conflict]:
    for one in known:
        if one.held and one.school_matches is False:
            kind, detail = ConflictKind.WRONG_SCHOOL, one.mis_school_name
            yield Conflict(kind, one.held, [one.school], detail)
        if one.held and one.held != one.number:
            kind = ConflictKind.HELD_UNDER_OLD_NUMBER
            yield Conflict(kind, one.held, [one.school], one.number)


def _under(known: list[_Known], estab: str) -> list[ConflictingSchool]:
    return [one.school for one in known if estab in (one.number, one.held)]
