"""What the scopes need, asked of the stand-in over HTTP: no column too many, few calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import httpx
import pytest

from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.sources import Need, needs
from assembly_ui.xporter.errors import ScopeNotGranted
from assembly_ui.xporter.markers import Marker
from assembly_ui.xporter.queries import Query
from simulators.xporter.scopes import ASKED_BY_DEFAULT, EVERYTHING
from tests.factories.xporter_simulator import ESTAB
from tests.integration.xporter.world import World, world
from tests.unit.scopes.test_sources import SCHOOLBOOKING

__all__ = ["world"]

# Both styles of failure are tried elsewhere.
pytestmark = pytest.mark.parametrize("world", [True], indirect=True, ids=["real-status-codes"])

ALWAYS = {"id", "lastupdated", "rowhash"}
"""What the service sends of every row."""


def _query(need: Need) -> Query:
    return Query.of(
        need.endpoint, options=need.options, select=need.select, **dict(need.parameters)
    )


def _today(world: World) -> date:
    return world.clock().date()


async def test_only_columns_that_a_scope_needs_come_over_the_wire(world: World) -> None:
    secret = await world.installed_with(*(scope.name for scope in EVERYTHING))
    known: dict[Need, set[str]] = {}
    for scope in SCOPES:
        held = with_dependencies([scope.name])
        for need in needs(held, _today(world), aspects=["11", "12"]):
            if need not in known:
                tables = (await world.client.read(ESTAB, secret, _query(need))).tables.values()
                known[need] = {name.casefold() for rows in tables for row in rows for name in row}
            wanted = {column.casefold() for column in need.select}
            assert known[need] <= wanted | ALWAYS, (scope.name, need.name)


async def test_a_school_that_shares_the_usual_can_be_asked_for_all(world: World) -> None:
    secret = await world.installed_with(*ASKED_BY_DEFAULT)
    every = [scope.name for scope in SCOPES]
    for need in needs(every, _today(world), aspects=["11"]):
        if need.endpoint in ("SEN", "StudentMedical"):
            # Schools share it only where they are asked for it.
            with pytest.raises(ScopeNotGranted):
                await world.client.read(ESTAB, secret, _query(need))
            continue
        read = await world.client.read(ESTAB, secret, _query(need))
        assert any(read.tables.values()) or need.name == "assessmentresults", need.name


async def test_what_schoolbooking_needs_is_unchanged_after_fewer_than_ten_calls(
    world: World,
) -> None:
    secret = await world.installed_with(*ASKED_BY_DEFAULT)
    wanted = with_dependencies(SCHOOLBOOKING)
    markers = await _read_changes(world, secret, needs(wanted, _today(world)), {})
    world.clock.advance(timedelta(hours=1))
    calls: list[str] = []

    async def count(request: httpx.Request) -> None:
        calls.append(request.url.path)

    world.http.event_hooks["request"].append(count)
    asked = needs(wanted, _today(world))
    assert await _read_changes(world, secret, asked, markers) == markers
    of_data = [path for path in calls if "/School/" in path]
    assert len(of_data) == len(asked) < 10


async def _read_changes(
    world: World, secret: str, asked: Iterable[Need], markers: dict[str, Marker | None]
) -> dict[str, Marker | None]:
    """Read what changed since these markers, which is all or nothing; returns the next ones."""
    found = {}
    for need in asked:
        reading = world.client.changes(ESTAB, secret, _query(need), markers.get(need.name))
        rows = [row async for page in reading for of in page.tables.values() for row in of]
        assert bool(rows) is (need.name not in markers), need.name
        found[need.name] = reading.summary.marker
    return found
