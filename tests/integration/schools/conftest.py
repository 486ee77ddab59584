"""A small register, hashing at a cost for tests, and what pages work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from assembly_ui import services
from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.connector.schedule import Pace
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register, RegisterSchool
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.live import tabs
from tests.factories.accounts import ADDRESS, a_token, cheap_bcrypt
from tests.factories.parts import running_parts
from tests.factories.states import Tab

__all__ = ["cheap_bcrypt"]


def _school(urn: str, name: str, number: str, status: str = "Open") -> RegisterSchool:
    return RegisterSchool(
        urn=urn,
        la_code=number[:3],
        establishment_number=number[3:],
        name=name,
        local_authority="Camden",
        postcode="NW1 9AA",
        town="London",
        phase="Secondary",
        type="Community school",
        status=status,
        website="https://school.example",
        telephone="020 7946 0000",
    )


@pytest.fixture(scope="session")
def register() -> Register:
    """Three schools, one of them closed, and one of Northern Ireland."""
    return Register(
        [
            _school("100001", "Abbey School", "2024001"),
            _school("100002", "Bishop School", "2024002"),
            _school("100003", "Closed School", "2024003", "Closed"),
            replace(
                _school("NI-2032573", "St Brigid's Primary School", ""),
                establishment_number="2032573",
            ),
        ]
    )


@pytest.fixture
async def parts(
    database: Database, clock: ManualClock, register: Register, tmp_path: Path
) -> AsyncIterator[Services]:
    """What handlers work with."""
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as made:
        pace = Pace(onboarding=timedelta(seconds=5), settled=timedelta(hours=3))
        services._Running.parts = replace(made, register=register, pace=pace)
        yield services.get_services()
    tabs._tabs.clear()


TabOf = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def tab_of(database: Database, clock: ManualClock, parts: Services) -> TabOf:
    """Opens a tab of a person who is logged in, and may look at a school."""

    async def opened(person: Person, *, at: School | None = None, path: str = "/") -> Tab:
        token = await a_token(database, person, now=clock())
        if at is not None:
            me = await find_caller(database, token=token, now=clock())
            assert me is not None
            await switch_school(
                database, session_id=me.session_id, user_id=me.user_id, school_id=at.id or 0
            )
        return Tab(f"{COOKIE}={token}", path)

    return opened
