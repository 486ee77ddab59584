"""Results in words, thirty thousand of them a page at a time, and only what apps may read."""

from __future__ import annotations

from sqlalchemy import insert

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Record
from assembly_ui.sync.results import count_results, list_results
from assembly_ui.sync.standing import Standing, read_stand
from tests.factories.accounts import a_person
from tests.factories.schools import a_school
from tests.factories.source import SCOPES, a_source

MANY = 30_000


async def test_a_result_is_shown_in_words(database: Database, clock: ManualClock) -> None:
    school = await a_school(database, now=clock(), owner=await a_person(database, now=clock()))
    await a_source(database, school, now=clock(), results=60)
    found = await list_results(database, school_id=school.id or 0, scopes=SCOPES)
    assert (found.total, found.pages, len(found.rows)) == (60, 3, 25)
    newest = found.rows[0]
    assert (newest.number, newest.student, newest.subject) == (60, "Amy Adams", "Mathematics")
    assert (newest.assessment, newest.facet) == ("GCSE grade (9 to 1)", "achieved")
    assert (newest.grade, newest.point, newest.date) == ("7", "Year 8 Autumn", "2026-11-20")


async def test_the_results_of_one_aspect(database: Database, clock: ManualClock) -> None:
    school = await a_school(database, now=clock(), owner=await a_person(database, now=clock()))
    await a_source(database, school, now=clock(), results=60)
    asked = {"school_id": school.id or 0, "scopes": SCOPES, "aspect": "12"}
    found = await list_results(database, page=2, **asked)
    assert (found.total, found.number, found.pages) == (30, 2, 2)
    assert [one.number for one in found.rows] == [10, 8, 6, 4, 2]
    assert await count_results(database, school_id=school.id or 0) == {"11": 30, "12": 30}
    nothing = await list_results(database, **asked | {"aspect": "'; DROP TABLE records; --"})
    assert (nothing.total, nothing.rows) == (0, [])


async def test_whose_result_it_is_shows_only_while_an_app_may_know(
    database: Database, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock(), owner=await a_person(database, now=clock()))
    await a_source(database, school, now=clock(), results=1)
    unnamed = ("assessments.internal", "school")
    (one,) = (await list_results(database, school_id=school.id or 0, scopes=unnamed)).rows
    assert (one.student, one.grade) == ("", "7")
    (none,) = (await list_results(database, school_id=school.id or 0, scopes=("school",))).rows
    assert (none.student, none.grade, none.assessment, none.date) == ("", "", "", "")


async def test_thirty_thousand_results_are_paged_the_newest_first(
    database: Database, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock(), owner=await a_person(database, now=clock()))
    await a_source(database, school, now=clock())
    data = {"object": "result_date", "student_id": 7, "assessment_id": 3, "grade_id": 70}
    rows = [
        {
            "school_id": school.id,
            "kind": "result",
            "number": number,
            "label": "Maths GCSE grade 2026-11-20",
            "data": {**data, "id": number, "_scope": "assessments.internal"},
            "added_in": 1,
            "changed_at": clock(),
        }
        for number in range(1, MANY + 1)
    ]
    async with database.transaction() as session:
        await (await session.connection()).execute(insert(Record), rows)
    found = await list_results(database, school_id=school.id or 0, scopes=SCOPES)
    assert (found.total, found.rows[0].number) == (MANY, MANY)


async def test_what_nobody_may_read_any_more_is_not_shown(
    database: Database, clock: ManualClock
) -> None:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    asked = {"school_id": school.id or 0, "kind": "result"}
    assert (await read_stand(database, **asked)).standing is Standing.NOT_CONNECTED
    await a_source(database, school, now=clock())
    assert (await read_stand(database, **asked)).standing is Standing.THERE
    lesson = await read_stand(database, school_id=school.id or 0, kind="lesson")
    assert lesson.standing is Standing.UNHELD
    student = await read_stand(database, school_id=school.id or 0, kind="student")
    assert student.standing is Standing.AWAITED
    other = await a_school(
        database, now=clock(), owner=james, urn="7", dfe_number="9331234", connected=True
    )
    connected = await read_stand(database, school_id=other.id or 0, kind="result")
    assert connected.standing is Standing.UNHELD
