"""What goes over the wire to Xporter on Demand, and what is kept of what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.connector.check import check
from assembly_ui.connector.schedule import Pace
from assembly_ui.db.database import Database
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.seeing import kinds_of, visible
from assembly_ui.sync.models import Record, SourceRow
from assembly_ui.sync.our_recipe import our_recipe
from assembly_ui.xporter.wire import same_name
from tests.factories.connector import CIPHER
from tests.factories.sync import SyncedSchool, a_school_to_sync

SCHOOL_LEVEL = {"SchoolInfo", "Counts"}
SCOPES = (
    "school",
    "timetables",
    "timetables.cover",
    "groups",
    "staff_members.basic",
    "staff_members.emails",
    "students.dob",
    "students.upn",
    "contacts.telephone_numbers",
    "assessments.internal",
    "attendances",
)


class Wire:
    """The calls for a school's data, in order."""

    def __init__(self, web: httpx.AsyncClient) -> None:
        self.calls: list[tuple[str, dict[str, list[str]]]] = []
        web.event_hooks["request"].append(self._see)

    async def _see(self, request: httpx.Request) -> None:
        _head, _, tail = request.url.path.partition("/api/v1/School/")
        if tail:
            query = parse_qs(request.url.query.decode())
            self.calls.append((tail.split("/")[1], query))

    @property
    def endpoints(self) -> set[str]:
        """Whatever was asked for."""
        return {endpoint for endpoint, _ in self.calls}


async def test_before_any_grant_only_school_level_data_is_asked_for(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    wire, pace = Wire(made.web), Pace(onboarding=clock() - clock(), settled=clock() - clock())
    await check(database, made.xporter, CIPHER, school_id=made.school_id, clock=clock, pace=pace)
    await made.do_due()
    assert wire.endpoints <= SCHOOL_LEVEL
    assert wire.endpoints
    # What nobody may read any more is not asked for either.
    await made.want("staff_members.basic")
    await made.want()
    await made.do_due()
    assert wire.endpoints <= SCHOOL_LEVEL


@pytest.mark.parametrize("scope", SCOPES)
async def test_of_one_scope_nothing_else_is_asked_kept_or_served(
    database: Database, clock: ManualClock, scope: str
) -> None:
    made, scopes = await a_school_to_sync(database, clock), with_dependencies([scope])
    wire = Wire(made.web)
    await made.want(*scopes)
    await made.do_due()
    needs = {need.endpoint: need for need in await _needs(made, scopes)}
    assert wire.endpoints == needs.keys()
    for endpoint, query in wire.calls:
        assert query["select"] == [",".join(needs[endpoint].select)]
    await _only_columns_of_these_are_kept(database, needs.values())
    async with database.read() as session:
        rows = (await session.exec(select(Record))).all()
    assert {row.kind for row in rows} <= set(kinds_of(scopes))
    for row in rows:
        shown = {name: value for name, value in row.data.items() if not name.startswith("_")}
        assert visible(row.kind, row.data, scopes) == shown


async def test_what_a_service_sends_unasked_is_left_out_on_arrival(
    database: Database, clock: ManualClock
) -> None:
    made, scopes = await a_school_to_sync(database, clock), with_dependencies(["groups"])

    async def forget_select(request: httpx.Request) -> None:
        request.url = request.url.copy_remove_param("select")

    made.web.event_hooks["request"].append(forget_select)
    await made.want(*scopes)
    await made.do_due()
    await _only_columns_of_these_are_kept(database, await _needs(made, scopes))


async def _needs(made: SyncedSchool, scopes: Iterable[str]) -> list:
    recipe = our_recipe()
    chosen = await recipe.chosen(made.database, made.school_id)
    return list(recipe.needs(list(scopes), made.clock().date(), chosen))


async def _only_columns_of_these_are_kept(database: Database, needs: Iterable) -> None:
    async with database.read() as session:
        rows = (await session.exec(select(SourceRow))).all()
    asked = {need.name: {same_name(name) for name in need.select} for need in needs}
    assert rows
    for row in rows:
        assert {same_name(name) for name in row.data} <= asked[row.query] | {"id"}
