"""A change too large to be made unseen waits for a person; everything else goes on."""

from __future__ import annotations

import pytest
from sqlmodel import update

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.models import Role
from assembly_ui.sync import records
from assembly_ui.sync.changesets import (
    ChangesetView,
    approve_held,
    leave_held,
    list_changes,
    list_changesets,
)
from assembly_ui.sync.errors import NothingHeld
from assembly_ui.sync.models import Change, Outcome, Reason
from assembly_ui.sync.status import read_status
from simulators.xporter.models import Sharing
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague
from tests.factories.sync import SyncedSchool, synced_school

SCOPES = ("school", "students.basic", "groups", "registration_groups", "staff_members.basic")


async def _has_pupils(made: SyncedSchool, count: int) -> None:
    """The MIS has so many pupils from now on."""
    async with made.database.transaction() as session:
        await session.exec(update(Sharing).values(pupils=count))


async def _newest(made: SyncedSchool) -> ChangesetView:
    return (await list_changesets(made.database, school_id=made.school_id)).rows[0]


async def _students(made: SyncedSchool) -> int:
    """How many are kept, those who left among them."""
    return len(await records.all_of(made.database, school_id=made.school_id, kind="student"))


@pytest.fixture
async def owner(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock())


@pytest.fixture
async def made(database: Database, clock: ManualClock, owner: Person) -> SyncedSchool:
    """A school of sixty pupils, of whom the MIS has lost half since the first sync."""
    made = await synced_school(database, clock, scopes=SCOPES, owner=owner, pupils=60)
    await _has_pupils(made, 30)
    await made.sync()
    return made


async def test_half_of_the_pupils_do_not_go_unseen(made: SyncedSchool) -> None:
    held = await _newest(made)
    counts = {one.kind: one for one in held.counts}
    assert held.outcome is Outcome.HELD
    assert (counts["student"].is_held, counts["student"].is_waiting) == (True, True)
    assert counts["student"].removed > 20
    assert await _students(made) >= 60
    assert (await read_status(made.database, school_id=made.school_id)).held
    # Groups name their students: they wait with them.
    assert (counts["year_group"].is_held, counts["year_group"].is_waiting) == (True, True)


async def test_what_a_person_allows_is_done_at_once_without_reading_anew(
    made: SyncedSchool, owner: Person
) -> None:
    held, asked = await _newest(made), []

    async def note(request: object) -> None:
        asked.append(request)

    made.web.event_hooks["request"].append(note)
    await approve_held(
        made.database,
        school_id=made.school_id,
        changeset_id=held.id,
        by_user_id=owner.id,
        now=made.clock(),
    )
    await made.do_due()
    done = await _newest(made)
    assert (done.reason, done.outcome, asked) == (Reason.APPROVAL, Outcome.SUCCESS, [])
    assert await _students(made) < 40
    gone = await list_changes(
        made.database,
        school_id=made.school_id,
        changeset_id=done.id,
        kind="student",
        what=Change.REMOVED,
    )
    assert gone.total == done.removed - sum(
        one.removed for one in done.counts if one.kind != "student"
    )
    assert gone.rows[0].label
    status = await read_status(made.database, school_id=made.school_id)
    assert not status.held
    assert status.due_at is not None
    assert status.due_at > made.clock()


async def test_what_a_person_leaves_stays_until_a_sync_is_within_the_limits(
    made: SyncedSchool, owner: Person
) -> None:
    held = await _newest(made)
    told = {
        "school_id": made.school_id,
        "changeset_id": held.id,
        "by_user_id": owner.id,
        "now": made.clock(),
    }
    await leave_held(made.database, **told)
    with pytest.raises(NothingHeld):
        await approve_held(made.database, **told)
    assert not (await read_status(made.database, school_id=made.school_id)).held
    await made.sync()
    assert (await _newest(made)).outcome is Outcome.HELD
    assert await _students(made) >= 60
    await _has_pupils(made, 60)
    await made.sync()
    assert (await _newest(made)).outcome is Outcome.SUCCESS
    assert not (await read_status(made.database, school_id=made.school_id)).held


async def test_who_is_no_admin_decides_nothing(made: SyncedSchool) -> None:
    held = await _newest(made)
    colleague = await a_colleague(made.database, made.school, Role.VIEWER, now=made.clock())
    with pytest.raises(NotAllowed):
        await approve_held(
            made.database,
            school_id=made.school_id,
            changeset_id=held.id,
            by_user_id=colleague.id,
            now=made.clock(),
        )


async def test_what_other_scopes_change_is_no_reason_to_wait(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=SCOPES)
    await made.want(*SCOPES, "students.dob", "students.gender")
    await made.do_due()
    newest = await _newest(made)
    assert newest.outcome is Outcome.SUCCESS
    # Nothing changed at the school; what apps see of its pupils did.
    assert newest.changed == 0
    (student, *_) = await records.all_of(database, school_id=made.school_id, kind="student")
    assert student.data["dob"]
