"""Every endpoint of the stand-in, read through the client over HTTP, and followed as it lives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import delete

from assembly_ui.xporter.endpoints import ENDPOINTS
from assembly_ui.xporter.envelope import row_id
from assembly_ui.xporter.errors import OurCredentialsRefused, ScopeNotGranted, TokenExpired
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from assembly_ui.xporter.reading import Read
from assembly_ui.xporter.records import Token
from simulators.xporter.models import Tracked
from tests.factories.xporter_simulator import ESTAB, RELYING_PARTY
from tests.integration.xporter.world import World
from tests.unit.xporter.test_queries import EVERY

# Both styles of failure are tried elsewhere.
pytestmark = pytest.mark.parametrize("world", [True], indirect=True, ids=["real-status-codes"])

EVERYTHING = (
    "School",
    "Staff",
    "Student",
    "StudentExtended",
    "UPN",
    "Contact",
    "Attendance",
    "AssessmentResults",
    "Photos",
    "SEN",
    "StudentMedical",
)
LAST_WEEK = {"DateFrom": date(2026, 11, 16), "DateTo": date(2026, 11, 20)}
ASKED: dict[str, dict[str, Any]] = {
    "Students": {"options": ["includeGroupIds", "includeSiblingsResultset"]},
    "Groups": {
        "options": [
            "includeStaffMembers",
            "includeStudentMembers",
            "includeSubjects",
            "includeGroupTypes",
        ]
    },
    "Timetable": {"options": ["includeLessons", "includeLessonStaff", "includeLessonRooms"]},
    "assessmentstructure": {
        "options": ["includeMarkingGrids", "includeGradesets", "includeGradesetHistory"]
    },
    "AttendanceForDate": {"date": date(2026, 11, 20)},
    "AttendanceForDateRange": LAST_WEEK,
}
MAY_BE_EMPTY = {
    "StudentSiblings",
    "GroupTypes",
    "Categories",
    "TTSubjects",
    "TTRooms",
    "StudentDisabilities",
}
"""Tables that a small school, or the stand-in, may leave empty or out."""


async def _query(world: World, secret: str, name: str) -> Query:
    if name != "assessmentresults":
        return Query.of(name, **ASKED.get(name, {}))
    pupils = await world.client.read(ESTAB, secret, Query.of("Students"))
    return Query.of(name, Students=[row_id(row) for row in pupils.tables["Students"]])


@pytest.mark.parametrize("name", EVERY)
async def test_every_endpoint_is_understood_whole_and_in_pages(world: World, name: str) -> None:
    secret = await world.installed_with(*EVERYTHING)
    query = await _query(world, secret, name)
    read = await world.client.read(ESTAB, secret, query)
    assert read.summary.mis == "isams"
    assert read.summary.collected_at
    for kind in ENDPOINTS[name].rows:
        typed = list(read.rows(kind))
        assert typed or kind.table in MAY_BE_EMPTY, kind.table
        assert all(row.id for row in typed) or kind.table in ("AttendanceCodes", "Counts")
    paged = await world.client.pages(ESTAB, secret, query, page_size=37).collect()
    assert paged.tables == read.tables


@pytest.mark.parametrize("name", [name for name in EVERY if ENDPOINTS[name].scopes])
async def test_an_endpoint_whose_scopes_were_not_granted_is_refused(
    world: World, name: str
) -> None:
    # A scope that opens some other endpoint alone.
    secret = await world.installed_with("Photos" if name == "SEN" else "SENTypes")
    given = ASKED.get(name, {}) | ({"Students": "1"} if name == "assessmentresults" else {})
    with pytest.raises(ScopeNotGranted):
        await world.client.read(ESTAB, secret, Query.of(name, **given))


async def test_columns_of_scopes_that_were_not_granted_say_nothing(world: World) -> None:
    secret = await world.installed_with("School", "Student")
    read = await world.client.read(ESTAB, secret, Query.of("Students"))
    assert not any("UPN" in row or "DateofBirth" in row for row in read.tables["Students"])


async def test_what_the_service_says_of_itself_and_us_is_understood(world: World) -> None:
    secret = await world.installed_with(*EVERYTHING)
    school = (ESTAB, secret)
    assert "School" in {scope.name for scope in await world.client.scopes(school)}
    offered = {offer.id.casefold() for offer in await world.client.queries(school)}
    assert {f"school.{name}".casefold() for name in EVERY} <= offered
    assert {usage.estab for usage in await world.client.usage(school)} == {ESTAB}
    assert isinstance(await world.client.logs(school, take=3), list)
    (selection,) = await world.client.gdpr_ids(*school)
    assert (selection.estab, selection.relying_party) == (ESTAB, RELYING_PARTY)
    (found,) = await world.client.find_schools("King", school=school)
    assert "King's School" in found.values()


async def test_the_freshness_of_data_is_understood(world: World) -> None:
    secret = await world.installed_with(*EVERYTHING)
    assert await world.client.database_status(ESTAB, secret, Query.of("Students"))


async def test_an_authorised_school_is_listed_with_a_token_that_opens_it(world: World) -> None:
    assert await world.client.authorised_schools() == []
    await world.installed()
    (school,) = await world.client.authorised_schools()
    assert school.estab == ESTAB
    assert (await world.client.token_details(ESTAB, school.token)).estab == ESTAB
    assert (await world.client.school_info(ESTAB, school.token)).mis == "isams"
    with pytest.raises(TokenExpired):
        await world.client.school_info(ESTAB, Token("x" * 20, None))


async def test_we_prove_to_be_who_we_are(world: World) -> None:
    await world.client.prove()
    with pytest.raises(OurCredentialsRefused):
        await world.client_with(management_secret="wrong").prove()


class Followed:
    """A copy of one query's tables, brought up to date by its changes."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.marker: Marker | None = None
        self.was_full = False

    async def catch_up(self, world: World, secret: str, page_size: int) -> None:
        """Read what changed."""
        read = await world.client.changes(
            ESTAB, secret, self.query, self.marker, page_size=page_size
        ).collect()
        self.was_full = read.summary.is_full
        if self.was_full:
            self.tables = {}
        for name, gone in read.summary.deleted.items():
            for one in gone:
                self.tables[name].pop(one, None)
        for name, rows in read.tables.items():
            self.tables.setdefault(name, {}).update((row_id(row), row) for row in rows)
        self.marker = read.summary.marker

    def is_like(self, read: Read) -> bool:
        """Whether it holds what a full reading gives, in whatever order."""
        return self.tables == {
            name: {row_id(row): row for row in rows} for name, rows in read.tables.items()
        }


async def _follow(world: World, names: Sequence[str], seed: int, steps: int) -> None:
    chance = random.Random(seed)
    secret = await world.installed_with(*EVERYTHING)
    copies = [Followed(await _query(world, secret, name)) for name in names]
    for _ in range(steps):
        for copy in copies:
            await copy.catch_up(world, secret, page_size=chance.choice([20, 200, 2000]))
            assert copy.is_like(await world.client.read(ESTAB, secret, copy.query))
        world.clock.advance(timedelta(hours=chance.choice([1, 20, 24 * 6, 24 * 45])))
        if chance.random() < 0.2:
            async with world.database.transaction() as session:
                await session.exec(delete(Tracked))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "names",
    [("Students", "Staff"), ("Groups",), ("Contacts", "StudentContacts"), ("assessmentresults",)],
    ids=lambda names: names[0],
)
async def test_a_living_school_is_followed_exactly(
    world: World, names: Sequence[str], seed: int
) -> None:
    await _follow(world, names, seed, steps=6)


async def test_what_did_not_change_costs_one_small_answer(world: World) -> None:
    secret = await world.installed_with(*EVERYTHING)
    copy = Followed(Query.of("Students"))
    await copy.catch_up(world, secret, 10)
    reading = world.client.changes(ESTAB, secret, copy.query, copy.marker)
    assert [list(page.tables["Students"]) async for page in reading] == [[]]
    assert not reading.summary.is_full
    assert reading.summary.marker == copy.marker


async def test_a_school_the_service_forgot_all_about_is_read_anew(world: World) -> None:
    secret = await world.installed_with(*EVERYTHING)
    copy = Followed(Query.of("Students"))
    await copy.catch_up(world, secret, 10)
    async with world.database.transaction() as session:
        await session.exec(delete(Tracked))
    await copy.catch_up(world, secret, 10)
    assert copy.was_full
