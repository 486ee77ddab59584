"""`changedRows`: what a hash brings later is exactly what changed since it was given out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter import consent, school_clock
from simulators.xporter.auto_consent import held_by
from simulators.xporter.models import Tracked
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    InstalledSchool,
    Mailbox,
    an_installed_school,
    authorise,
    get_token,
)

YEAR = timedelta(days=300).total_seconds()


@pytest.fixture
async def school(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> InstalledSchool:
    return await an_installed_school(web, stand_in, mailbox)


def _next(answer: dict[str, Any]) -> str:
    return answer["__changedRows__"][0]["NextChangedRows"]


def _by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["Id"]: row for row in rows}


async def test_the_first_time_everything_comes(school: InstalledSchool) -> None:
    answer = await school.read("Students", changedRows="*")
    assert answer["Students"] == (await school.read("Students"))["Students"]
    assert answer["Students_deleted"] == []
    (said,) = answer["__changedRows__"]
    assert said == {
        "SnapshotDate": None,
        "SnapshotRP": None,
        "PreviousChangedRows": None,
        "RequestedChangedRows": "*",
        "NextChangedRows": said["NextChangedRows"],
        "NextUrl": f"?changedRows={said['NextChangedRows']}&page=1&pageSize=25",
    }
    assert len(said["NextChangedRows"]) == 32


async def test_when_nothing_changed_nothing_comes(school: InstalledSchool) -> None:
    first = await school.read("Students", changedRows="*")
    again = await school.read("Students", changedRows=_next(first))
    assert (again["Students"], again["Students_deleted"]) == ([], [])
    assert _next(again) == _next(first)


@pytest.mark.parametrize(
    ("endpoint", "table", "params"),
    [
        ("Students", "Students", {"options": "includeGroupIds,includeLeavers"}),
        ("Groups", "StudentMembers", {"options": "includeStudentMembers"}),
        ("Staff", "Staff", {}),
    ],
)
async def test_changes_applied_to_the_old_rows_give_the_new_ones(
    school: InstalledSchool,
    database: Database,
    endpoint: str,
    table: str,
    params: dict[str, str],
) -> None:
    answer = await school.read(endpoint, changedRows="*", **params)
    rows = _by_id(answer[table])
    for _ in range(3):
        await school_clock.advance(database, YEAR / 3)
        answer = await school.read(endpoint, changedRows=_next(answer), **params)
        rows |= _by_id(answer[table])
        for gone in answer[f"{table}_deleted"]:
            del rows[gone["Id"]]
    now = await school.read(endpoint, **params)
    assert rows == _by_id(now[table])


async def test_pages_cut_the_changes_not_the_whole(
    school: InstalledSchool, database: Database
) -> None:
    first = await school.read("Students", changedRows="*")
    await school_clock.advance(database, YEAR)
    whole = await school.read("Students", changedRows=_next(first))
    page = await school.read("Students", changedRows=_next(first), page=2, pageSize=3)
    assert page["Students"] == whole["Students"][3:6]
    assert page["__pagination__"][0]["RowCount"] == len(whole["Students"])
    assert _next(page) == _next(whole)


async def test_another_question_with_the_same_hash_gives_false_changes(
    school: InstalledSchool,
) -> None:
    first = await school.read("Students", changedRows="*")
    year = first["Students"][0]["YearGroupId"]
    other = await school.read("Students", changedRows=_next(first), yearGroupId=year)
    assert other["Students_deleted"]


async def test_a_smaller_grant_changes_every_row(
    school: InstalledSchool, database: Database, clock: ManualClock
) -> None:
    first = await school.read("Students", changedRows="*")
    await consent.start_again(database, token=school.link, now=clock())
    await authorise(database, school.link, now=clock(), ticked=("Student",))
    await school.stand_in.do_due()
    _, sharing = await held_by(school.stand_in, "3302005")
    made = await get_token(school.web, estab="3302005", password=sharing.secret)
    school.token = made["token"]
    second = await school.read("Students", changedRows=_next(first))
    assert len(second["Students"]) == len(first["Students"])
    assert "UPN" not in second["Students"][0]


@pytest.mark.parametrize("unknown", ["0" * 32, "x", "\u00e9", "1" * 500])
async def test_an_unknown_hash_is_an_error(school: InstalledSchool, unknown: str) -> None:
    answer = await school.read("Students", changedRows=unknown)
    assert answer["ExceptionMessage"] == "ChangedRows snapshot not found"


async def test_a_hash_ends_after_a_while(school: InstalledSchool, clock: ManualClock) -> None:
    first = await school.read("Students", changedRows="*")
    clock.advance(timedelta(days=91))
    school.token = (await get_token(school.web, estab="3302005", password=school.secret))["token"]
    answer = await school.read("Students", changedRows=_next(first))
    assert "ExceptionMessage" in answer


async def test_asking_again_leaves_no_more_rows_behind(
    school: InstalledSchool, database: Database
) -> None:
    for _ in range(3):
        await school.read("Students", changedRows="*", page=1)
    async with database.read() as session:
        assert len((await session.exec(select(Tracked))).all()) == 1
