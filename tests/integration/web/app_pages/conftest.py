"""A connected school with an owner, an admin and a viewer, an app, and tabs of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.apps.asking import Ask
from assembly_ui.apps.registration import Registered
from assembly_ui.apps.requests import begin
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role
from tests.factories.accounts import cheap_bcrypt
from tests.factories.apps import PKCE, REDIRECT, SCOPE, ASchool, a_connected_school, an_app
from tests.factories.people import a_colleague
from tests.factories.states import Tab
from tests.integration.schools.conftest import TabOf, parts, register, tab_of

__all__ = ["cheap_bcrypt", "parts", "register", "tab_of"]

TabAs = Callable[..., Awaitable[Tab]]
Begun = Callable[..., Awaitable[str]]


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    return await a_connected_school(database, now=clock())


@pytest.fixture
async def app(database: Database, clock: ManualClock) -> Registered:
    return await an_app(
        database,
        now=clock(),
        scopes=f"{SCOPE} calendar",
        install_uri="https://rooms.example/install",
    )


@pytest.fixture
async def people(database: Database, clock: ManualClock, school: ASchool) -> dict[str, Person]:
    ann = await a_colleague(database, school.row, Role.ADMIN, now=clock(), name="Ann Smith")
    vic = await a_colleague(database, school.row, Role.VIEWER, now=clock(), name="Vic Jones")
    return {"owner": school.owner, "admin": ann, "viewer": vic}


@pytest.fixture
def tab_as(school: ASchool, people: dict[str, Person], tab_of: TabOf) -> TabAs:
    """Opens a page as a member of the school in this role."""

    async def opened(role: str, path: str = "/") -> Tab:
        return await tab_of(people[role], at=school.row, path=path)

    return opened


@pytest.fixture
def begun(database: Database, clock: ManualClock, app: Registered) -> Begun:
    """The app asks; gives the address of the page."""

    async def asks(**different: object) -> str:
        asked = {"client_id": app.client_id, "redirect_uri": REDIRECT, "scope": SCOPE, **PKCE}
        wanted = Ask(**{**asked, "state": b"a state", **different})  # type: ignore[arg-type]
        token = (await begin(database, wanted, now=clock())).token
        return f"/data-access-request?request={token}"

    return asks
