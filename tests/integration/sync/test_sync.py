"""A school is synced: first in full, then by what changed."""

from __future__ import annotations

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync import records
from assembly_ui.sync.changesets import list_changesets
from assembly_ui.sync.models import Outcome
from assembly_ui.sync.status import read_status
from tests.factories.sync import synced_school

BOOKING = (
    "school",
    "calendar",
    "staff_members.basic",
    "staff_members.emails",
    "groups",
    "teaching_groups",
    "registration_groups",
    "timetables",
    "timetables.cover",
)


async def test_the_first_sync_brings_what_the_scopes_show(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=BOOKING)
    (first,) = (await list_changesets(database, school_id=made.school_id)).rows
    counts = await records.counts(database, school_id=made.school_id)
    assert first.outcome is Outcome.SUCCESS
    assert counts["lesson"] > 100
    added = {one.kind: one.added for one in first.counts}
    staff, all_staff = counts.pop("staff_member"), added.pop("staff_member")
    assert added == counts
    # Apps may ask for those who left; the school's people are those who are there.
    kept = await records.all_of(database, school_id=made.school_id, kind="staff_member")
    assert (len(kept), sum(not one.data["_left"] for one in kept)) == (all_staff, staff)
    assert staff < all_staff
    assert (await read_status(database, school_id=made.school_id)).last_status == "success"
    await made.sync()
    second = (await list_changesets(database, school_id=made.school_id)).rows[0]
    assert (second.outcome, second.counts) == (Outcome.NO_CHANGES, ())
