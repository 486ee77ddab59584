"""A year group nobody knows has no code, and the school is shown its name."""

from __future__ import annotations

from sqlmodel import col, select, update

from assembly_ui.clock import ManualClock
from assembly_ui.connector.overview import read_overview
from assembly_ui.db.database import Database
from assembly_ui.sync import records
from assembly_ui.sync.models import RecordKind, SourceRow
from assembly_ui.sync.unknown_years import UnknownYear, unknown_years
from assembly_ui.web.details_view import view_of
from tests.factories.sync import SyncedSchool, synced_school

SCOPES = ("school", "students.basic", "groups")


async def _rename_year(made: SyncedSchool, name: str, to: str) -> None:
    """The MIS calls a year group otherwise, and sent it so."""
    async with made.database.transaction() as session:
        rows = await session.exec(
            select(SourceRow).where(col(SourceRow.query).in_(("Students", "Groups")))
        )
        for row in rows:
            if row.data.get("YearGroup") == name:
                row.data = row.data | {"YearGroup": to}
            elif row.data.get("Type") == "YearGrp" and row.data.get("Name") == name:
                row.data = row.data | {"Name": to}
        await session.exec(update(RecordKind).values(is_stale=True))
    await made.sync()


async def test_a_year_group_that_is_unknown_is_listed_until_it_is_known(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=SCOPES, pupils=40)
    groups = await records.all_of(database, school_id=made.school_id, kind="year_group")
    name = groups[0].data["name"]
    assert await unknown_years(database, school_id=made.school_id) == []

    await _rename_year(made, name, "Class of 2027")
    (found,) = await unknown_years(database, school_id=made.school_id)
    students = await records.all_of(database, school_id=made.school_id, kind="student")
    without = [one for one in students if one.data["year_code"] is None]
    assert found == UnknownYear("Class of 2027", len(without))
    assert found.students > 0
    overview = await read_overview(database, school_id=made.school_id, now=clock())
    (line,) = view_of(overview, [found])["unknown_years"]
    assert (line["name"], line["students"]) == ("Class of 2027", f"{found.students} students")
    assert (await records.all_of(database, school_id=made.school_id, kind="year_group"))[0].data[
        "code"
    ] is None

    await _rename_year(made, "Class of 2027", "S1")
    assert await unknown_years(database, school_id=made.school_id) == []
    students = await records.all_of(database, school_id=made.school_id, kind="student")
    assert sum(one.data["year_code"] == "S1" for one in students) == found.students
