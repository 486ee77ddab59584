"""Data of scopes that nobody holds any more go at the time that is stated; ids stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update

from assembly_ui.clock import ManualClock
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database
from assembly_ui.sync import records
from assembly_ui.sync.models import (
    Reason,
    Record,
    RecordChange,
    RecordIdentity,
    SchoolSync,
    SourceRow,
)
from assembly_ui.sync.requests import PURGE_AFTER, purge_soon
from assembly_ui.sync.status import read_status
from tests.factories.sync import SyncedSchool, synced_school

STUDENTS = ("school", "students.basic", "students.dob")
CONTACTS = ("contacts.basic", "contacts.priority")


async def _rows(made: SyncedSchool, Model: Any) -> list[Any]:
    async with made.database.read() as session:
        return list(await session.exec(select(Model)))


async def _numbers(made: SyncedSchool, kind: str) -> dict[str, int]:
    rows = await _rows(made, RecordIdentity)
    return {row.key: row.number for row in rows if row.kind == kind}


async def test_until_the_time_that_is_stated_it_is_kept_and_then_it_is_gone(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=(*STUDENTS, *CONTACTS))
    numbers = await _numbers(made, "contact")
    await made.want(*STUDENTS, reason=Reason.REVOCATION)
    await made.do_due()
    status = await read_status(database, school_id=made.school_id)
    assert status.purge_at == clock() + PURGE_AFTER
    assert (await records.counts(database, school_id=made.school_id))["contact"] == len(numbers)

    clock.advance(PURGE_AFTER + timedelta(minutes=1))
    await made.do_due()
    assert (await read_status(database, school_id=made.school_id)).purge_at is None
    assert "contact" not in await records.counts(database, school_id=made.school_id)
    assert not {row.kind for row in await _rows(made, Record)} & {"contact"}
    assert not {row.query for row in await _rows(made, SourceRow)} & {"Contacts"}

    await made.want(*STUDENTS, *CONTACTS)
    await made.do_due()
    assert await _numbers(made, "contact") == numbers
    found = await records.all_of(database, school_id=made.school_id, kind="contact")
    assert {one.number for one in found} <= set(numbers.values())


async def test_a_column_goes_from_rows_and_records_and_from_what_changed(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=STUDENTS)
    async with database.transaction() as session:
        row = (await session.exec(select(Record).where(col(Record.kind) == "student"))).first()
        assert row is not None
        own = {"changeset_id": row.added_in, "kind": "student", "school_id": made.school_id}
        changed = {"dob": ["2015-01-01", "2015-01-02"], "first_name": ["Jo", "Joe"]}
        session.add(RecordChange(**own, number=row.number, fields=changed))
        session.add(RecordChange(**own, number=row.number + 1, fields={"dob": ["a", "b"]}))
        # Nothing can be read of the school any more.
        await session.exec(update(Connection).values(withdrawn_at=clock()))
    await made.want("school", "students.basic", reason=Reason.REVOCATION)
    await made.do_due()
    clock.advance(PURGE_AFTER + timedelta(minutes=1))
    await made.do_due()
    assert (await read_status(database, school_id=made.school_id)).purge_at is None
    students = [row for row in await _rows(made, SourceRow) if row.table == "Students"]
    assert students
    assert not any(name.casefold() == "dateofbirth" for row in students for name in row.data)
    kept = [row for row in await _rows(made, Record) if row.kind == "student"]
    assert [row.data["dob"] for row in kept] == [None] * len(kept)
    (change,) = await _rows(made, RecordChange)
    assert change.fields == {"first_name": ["Jo", "Joe"]}


async def test_when_nobody_wants_anything_all_goes_and_on_request_at_once(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=STUDENTS)
    numbers = await _numbers(made, "student")
    await made.want(reason=Reason.REVOCATION)
    async with database.transaction() as session:
        await purge_soon(session, school_id=made.school_id, now=clock())
    await made.do_due()
    assert (await _rows(made, Record), await _rows(made, SourceRow)) == ([], [])
    assert await _numbers(made, "student") == numbers
    (row,) = await _rows(made, SchoolSync)
    assert (row.purge_at, row.due_at) == (None, None)


async def test_who_comes_back_in_time_loses_nothing(database: Database, clock: ManualClock) -> None:
    made = await synced_school(database, clock, scopes=(*STUDENTS, *CONTACTS))
    before = await records.counts(database, school_id=made.school_id)
    await made.want(*STUDENTS, reason=Reason.REVOCATION)
    await made.do_due()
    await made.want(*STUDENTS, *CONTACTS)
    await made.do_due()
    clock.advance(PURGE_AFTER + timedelta(minutes=1))
    await made.do_due()
    assert await records.counts(database, school_id=made.school_id) == before
