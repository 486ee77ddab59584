"""An operator moves a connection, and looks at what only a person can decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from assembly_ui.audit.models import AuditEntry
from assembly_ui.clock import ManualClock
from assembly_ui.connector.conflicts import ConflictKind, find_conflicts
from assembly_ui.connector.errors import CannotMove
from assembly_ui.connector.models import Connection, UnmatchedAuthorisation
from assembly_ui.connector.move_connection import move_connection
from assembly_ui.connector.status import Status
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register, RegisterSchool
from tests.factories.accounts import a_person
from tests.factories.connector import a_connection, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import Service, school_info
from tests.integration.connector.conftest import Check, Kinds


async def _two(database: Database, clock: ManualClock) -> tuple[School, School]:
    owner = await a_person(database, now=clock())
    kings = await a_school(database, now=clock(), owner=owner, urn="1", connected=True)
    maypole = await a_school(database, now=clock(), owner=owner, urn="2", name="Maypole School")
    return kings, maypole


async def test_the_connection_moves_and_is_connected_once_the_mis_is_found_to_be_its_own(
    database: Database, clock: ManualClock, service: Service, check_now: Check, told: Kinds
) -> None:
    kings, maypole = await _two(database, clock)
    before = await the_connection(database, kings)
    clock.advance(timedelta(hours=1))
    moved = await move_connection(database, from_school_id=1, to_school_id=2, now=clock())
    assert (moved.estab, moved.has_key) == (DFE_NUMBER, True)
    given, left = [await the_connection(database, school) for school in (maypole, kings)]
    assert (given.xporter_estab, given.secret_encrypted) == (DFE_NUMBER, before.secret_encrypted)
    assert (given.school_matches, given.data_at, given.connected_at) == (None, None, None)
    assert (given.mis_school_name, given.mis_says, given.invited_email) == ("", None, "")
    assert (left.xporter_estab, left.has_key, left.mis_school_name) == (None, False, "")
    assert (await told(kings), await told(maypole)) == (["moved_away"], ["moved_here"])
    # The MIS still says it is King's School.
    seen = await check_now(maypole)
    assert seen.status is not Status.CONNECTED
    assert seen.connection.school_matches is False
    service.says("SchoolInfo", service.protected(school_info(name="Maypole School")))
    assert (await check_now(maypole)).status is Status.CONNECTED
    assert (await check_now(kings)).status is Status.AWAITING_INVITATION
    async with database.read() as session:
        entries = list(await session.exec(select(AuditEntry)))
    assert [entry.school_id for entry in entries if entry.action == "connection_moved"] == [1, 2]


async def test_a_connection_that_was_moved_does_not_prove_who_owns_the_school(
    database: Database, clock: ManualClock, service: Service, check_now: Check
) -> None:
    _, maypole = await _two(database, clock)
    async with database.transaction() as session:
        school = await session.get_one(School, maypole.id)
        school.owner_unverified_since = clock()
    clock.advance(timedelta(hours=1))
    await move_connection(database, from_school_id=1, to_school_id=2, now=clock())
    async with database.transaction() as session:
        # Its owner presses Grant Access, and nobody answers.
        row = await session.get_one(Connection, maypole.id)
        row.invited_at = clock()
    service.says("SchoolInfo", service.protected(school_info(name="Maypole School")))
    assert (await check_now(maypole)).status is Status.CONNECTED
    async with database.read() as session:
        assert (await session.get_one(School, maypole.id)).owner_unverified_since


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        (1, 1, "same_school"),
        (2, 1, "nothing_held"),
        (1, 3, "another_number"),
        (4, 1, "target_holds"),
    ],
)
async def test_a_move_that_makes_no_sense_changes_nothing(
    database: Database, clock: ManualClock, source: int, target: int, why: str
) -> None:
    kings, _ = await _two(database, clock)
    owner = await a_person(database, now=clock(), email="other@kings.sch.uk")
    await a_school(database, now=clock(), owner=owner, urn="3", dfe_number="3281103")
    held = {"xporter_estab": DFE_NUMBER} if why == "target_holds" else {"xporter_estab": "3281104"}
    fourth = await a_school(database, now=clock(), owner=owner, urn="4", dfe_number="3281104")
    if why == "target_holds":
        async with database.transaction() as session:
            row = await session.get_one(Connection, kings.id)
            row.xporter_estab = "3281199"
    await a_connection(database, fourth, now=clock(), **({"authorised": True} | held))
    before = await the_connection(database, kings)
    with pytest.raises(CannotMove) as refused:
        await move_connection(database, from_school_id=source, to_school_id=target, now=clock())
    assert refused.value.why == why
    assert await the_connection(database, kings) == before


def _listed(urn: str, number: str, status: str = "Open", name: str = "A School") -> RegisterSchool:
    return RegisterSchool(
        urn=urn,
        la_code=number[:3],
        establishment_number=number[3:],
        name=name,
        local_authority="",
        postcode="GL1 2LR",
        town="",
        phase="",
        type="",
        status=status,
        website="",
        telephone="",
    )


async def test_what_a_person_should_look_at_is_found(
    database: Database, clock: ManualClock
) -> None:
    await _two(database, clock)
    owner = await a_person(database, now=clock(), email="other@kings.sch.uk")
    for urn, number in (("3", "3281103"), ("4", "3281104"), ("5", "3281105")):
        await a_school(database, now=clock(), owner=owner, urn=urn, dfe_number=number)
    wrong = await a_school(database, now=clock(), owner=owner, urn="6", dfe_number="3281106")
    await a_connection(database, wrong, now=clock(), wrong_school=True)
    async with database.transaction() as session:
        row = UnmatchedAuthorisation(estab="3281107", first_seen_at=clock(), reason="not_invited")
        session.add(row)
    register = Register(
        [
            _listed("1", DFE_NUMBER),
            _listed("2", DFE_NUMBER),
            _listed("3", "3281199"),
            _listed("4", "3281104", "Closed"),
            _listed("44", "3281104", name="The Successor"),
            _listed("5", "3281105"),
            _listed("6", "3281106"),
        ]
    )
    found = await find_conflicts(database, register)
    kinds = {(conflict.estab, conflict.kind) for conflict in found}
    assert kinds == {
        (DFE_NUMBER, ConflictKind.SHARED_HERE),
        (DFE_NUMBER, ConflictKind.SHARED_IN_REGISTER),
        ("3281103", ConflictKind.NUMBER_CHANGED),
        ("3281104", ConflictKind.CLOSED),
        ("3281104", ConflictKind.SHARED_IN_REGISTER),
        ("3281106", ConflictKind.WRONG_SCHOOL),
        ("3281107", ConflictKind.NOT_INVITED),
    }
    (shared,) = [c for c in found if c.kind is ConflictKind.SHARED_HERE]
    assert [(one.urn, one.holds, one.is_connected) for one in shared.schools] == [
        ("1", True, True),
        ("2", False, False),
    ]
