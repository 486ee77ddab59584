"""A connected school and an app, for tests of what the one allows the other."""

from __future__ import annotations

import pytest

from assembly_ui.apps.registration import Registered
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.factories.apps import ASchool, a_connected_school, an_app


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    return await a_connected_school(database, now=clock())


@pytest.fixture
async def app(database: Database, clock: ManualClock) -> Registered:
    return await an_app(database, now=clock())
