"""What the pages say is collected comes in a sync, and what they say is not does not."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.collected import is_collected
from assembly_ui.sync.models import Record, SourceRow
from tests.factories.sync import synced_school

FROM_THE_REGISTER = {("school", path) for path in ("urn", "mis_provider", "la_name")}
"""Put in when the school is served: they are not of its MIS."""


async def test_every_field_that_is_collected_comes_from_some_mis_and_no_other_does(
    database: Database, clock: ManualClock
) -> None:
    """At a school whose MIS says something of everything that is known of Xporter on Demand."""
    await synced_school(database, clock, scopes=[scope.name for scope in SCOPES], pupils=60)
    async with database.read() as session:
        records = (await session.exec(select(Record))).all()
    fields = {(field.kind, field.path): field for scope in SCOPES for field in scope.fields}
    filled = {
        (record.kind, path)
        for record in records
        for kind, path in fields
        if kind == record.kind and _is_filled(record.data, path)
    }
    promised = {key for key, field in fields.items() if is_collected(field)}
    assert filled | FROM_THE_REGISTER == promised


def _is_filled(part: Any, path: str) -> bool:
    if isinstance(part, list):
        return any(_is_filled(one, path) for one in part)
    name, _, rest = path.partition(".")
    value = part.get(name) if isinstance(part, dict) else None
    return _is_filled(value, rest) if rest else value not in (None, [], "")


async def test_of_the_medical_record_nothing_is_kept_that_no_scope_is_about(
    database: Database, clock: ManualClock
) -> None:
    notes = ["students.basic", "students.medical.notes"]
    await synced_school(database, clock, scopes=notes, pupils=60)
    async with database.read() as session:
        rows = (
            await session.exec(select(SourceRow).where(SourceRow.query == "StudentMedical"))
        ).all()
    assert {row.table for row in rows} == {"StudentMedicalNotes"}
    assert {column for row in rows for column in row.data} == {
        "Id",
        "StudentId",
        "Note",
        "Summary",
        "LastModified",
    }
