"""1 September: the year of every student changes. What belongs together changes together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import update

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.connector.timeline import newest
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.sync import records
from assembly_ui.sync.changesets import (
    ChangesetView,
    approve_held,
    leave_held,
    list_changesets,
)
from assembly_ui.sync.models import Changeset, Outcome, RecordKind
from assembly_ui.sync.status import read_status
from simulators.xporter.models import Sharing
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, posted
from tests.factories.sync import SyncedSchool, synced_school

EVERYTHING = sorted(with_dependencies(scope.name for scope in SCOPES))
SUMMER = datetime(2027, 7, 20, 12, tzinfo=UTC)
AUTUMN = datetime(2027, 9, 6, 12, tzinfo=UTC)

REFERENCES = {
    "student_id": "student",
    "student_ids": "student",
    "staff_member_id": "staff_member",
    "supervisor_ids": "staff_member",
    "contact_id": "contact",
    "registration_group_id": "registration_group",
    "academic_year_id": "academic_year",
}


def _references(value: Any, within: str = "") -> Iterator[tuple[str, int]]:
    """What a record refers to: kinds and numbers."""
    if isinstance(value, list):
        for one in value:
            yield from _references(one, within)
    elif isinstance(value, dict):
        if value.get("object") in ("group", "room") and within:
            yield value["object"], value["id"]
        for name, one in value.items():
            if name in REFERENCES:
                numbers = one if isinstance(one, list) else [one]
                yield from ((REFERENCES[name], number) for number in numbers if number)
            else:
                yield from _references(one, name)


async def _broken(made: SyncedSchool) -> set[tuple[str, str, int]]:
    """References of records of the school to records it does not have."""
    kinds = [
        *("student", "contact", "staff_member", "room", "group", "registration_group"),
        *("year_group", "teaching_group", "lesson", "attendance", "result", "academic_year"),
    ]
    found = {
        kind: await records.all_of(made.database, school_id=made.school_id, kind=kind)
        for kind in kinds
    }
    there = {kind: {one.number for one in of_kind} for kind, of_kind in found.items()}
    return {
        (kind, to, number)
        for kind, of_kind in found.items()
        for one in of_kind
        for to, number in _references(one.data)
        if number not in there[to]
    }


async def _newest(made: SyncedSchool) -> ChangesetView:
    return (await list_changesets(made.database, school_id=made.school_id)).rows[0]


async def _data(made: SyncedSchool, kind: str) -> dict[int, dict[str, Any]]:
    found = await records.all_of(made.database, school_id=made.school_id, kind=kind)
    return {one.number: one.data for one in found}


async def _sync_at(made: SyncedSchool, moment: datetime, *, pupils: int | None = None) -> None:
    """It is that time, and the MIS may have another number of pupils by then."""
    if pupils is not None:
        async with made.database.transaction() as session:
            await session.exec(update(Sharing).values(pupils=pupils))
    made.clock.advance(moment - made.clock())
    await made.pass_time()
    await made.sync()


@pytest.fixture
async def owner(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock())


@pytest.fixture
async def made(database: Database, clock: ManualClock, owner: Person) -> SyncedSchool:
    """A school that was synced in the last week of the summer term."""
    made = await synced_school(database, clock, scopes=EVERYTHING, owner=owner, pupils=80)
    await _sync_at(made, SUMMER)
    assert (await _newest(made)).outcome is not Outcome.HELD
    assert await _broken(made) == set()
    return made


async def test_a_new_school_year_is_recognised_and_nobody_is_asked(made: SyncedSchool) -> None:
    before = await _data(made, "student")
    await _sync_at(made, AUTUMN)
    done = await _newest(made)
    assert (done.outcome, done.is_rollover) == (Outcome.SUCCESS, True)
    after = await _data(made, "student")
    moved = [
        number
        for number, student in before.items()
        if number in after and after[number]["year_code"] != student["year_code"]
    ]
    assert len(moved) > len(before) / 2
    assert await _data(made, "lesson")
    assert await _broken(made) == set()
    assert await posted(made.database, "changes_held") == []
    status = await read_status(made.database, school_id=made.school_id)
    assert (status.held, status.held_since) == (False, None)
    assert "school_year_began" in [
        entry.kind for entry in await newest(made.database, school_id=made.school_id)
    ]


async def test_a_new_year_of_half_the_pupils_waits_with_everything_that_belongs_to_it(
    made: SyncedSchool, owner: Person
) -> None:
    admin = await a_colleague(made.database, made.school, Role.ADMIN, now=made.clock())
    await a_colleague(made.database, made.school, Role.VIEWER, now=made.clock(), name="Vi Ewer")
    linked = ("student", "contact", "group", "lesson", "result", "academic_year")
    before = {kind: await _data(made, kind) for kind in linked}
    await _sync_at(made, AUTUMN, pupils=30)
    held = await _newest(made)
    assert held.outcome is Outcome.HELD
    assert {kind: await _data(made, kind) for kind in linked} == before
    assert await _broken(made) == set()

    # The owner and the admins are told, once.
    mails = await posted(made.database, "changes_held")
    assert [mail.to for mail in mails] == [owner.email, admin.email]
    status = await read_status(made.database, school_id=made.school_id)
    assert (status.held, status.held_since) == (True, made.clock())
    began = status.held_since
    await _sync_at(made, AUTUMN.replace(day=7))
    assert len(await posted(made.database, "changes_held")) == 2
    assert (await read_status(made.database, school_id=made.school_id)).held_since == began

    # What is left as it is goes on being held back, and is told no second time.
    asked = {"school_id": made.school_id, "by_user_id": owner.id}
    newer = await _newest(made)
    await leave_held(made.database, changeset_id=newer.id, now=made.clock(), **asked)
    status = await read_status(made.database, school_id=made.school_id)
    assert (status.held, status.held_since) == (False, began)
    await made.sync()
    assert len(await posted(made.database, "changes_held")) == 2
    newest_one = await _newest(made)
    assert newest_one.is_waiting

    # What is allowed is done, all of it.
    await approve_held(made.database, changeset_id=newest_one.id, now=made.clock(), **asked)
    await made.do_due()
    assert (await _newest(made)).outcome is Outcome.SUCCESS
    assert await _broken(made) == set()
    status = await read_status(made.database, school_id=made.school_id)
    assert (status.held, status.held_since) == (False, None)


async def test_a_sync_that_was_interrupted_still_knows_that_a_new_year_began(
    made: SyncedSchool,
) -> None:
    made.clock.advance(AUTUMN - made.clock())
    await made.pass_time()
    await made.sync()
    # As if it had ended after students: nothing else shows that they moved up.
    async with made.database.transaction() as session:
        done = await session.get_one(Changeset, (await _newest(made)).id)
        done.outcome, done.finished_at = Outcome.RUNNING, None
        await session.exec(
            update(RecordKind).where(RecordKind.kind != "student").values(is_stale=True)
        )
    await made.sync()
    again = await _newest(made)
    assert (again.id, again.is_rollover) == (done.id, True)
    assert again.outcome is not Outcome.HELD
