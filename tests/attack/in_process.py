"""The product in this process: every route behind all that wraps them, and every handler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import reflex as rx
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext
from starlette.types import ASGIApp

from assembly_ui.api.slashes import SingleSlashes
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role
from assembly_ui.schools.register import Register
from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.services import Services, running
from assembly_ui.settings import Settings
from assembly_ui.web.access import COOKIE
from assembly_ui.web.doorman import admitted, declared_handlers
from assembly_ui.web.live import tabs
from assembly_ui.web.security import Security
from tests.attack import surface
from tests.attack.surface import Handler, Route
from tests.attack.two_schools import REGISTER
from tests.factories.accounts import a_person, a_token
from tests.factories.apps import ASchool, a_connected_school
from tests.factories.states import Tab

OWNER = "james.walters@kings.sch.uk"


@dataclass(frozen=True)
class Site:
    """What there is to be attacked."""

    parts: Services
    http: FastAPI
    app: ASGIApp
    school: ASchool
    owner_token: str

    @property
    def address(self) -> str:
        """Where it is."""
        return self.parts.settings.address

    @property
    def routes(self) -> list[Route]:
        """Every route with each of its methods."""
        return surface.http_routes(self.http)

    @asynccontextmanager
    async def browser(self, *, signed_in: bool) -> AsyncIterator[httpx.AsyncClient]:
        """A browser on one of our pages, newly logged in as the school's owner or not at all."""
        cookies = {COOKIE: await log_in_as_owner(self.parts, self.school)} if signed_in else {}
        async with httpx.AsyncClient(
            # An exception that nothing caught is the test's to see.
            transport=httpx.ASGITransport(self.app),
            base_url=self.address,
            headers={"Origin": self.address},
            cookies=cookies,
        ) as browser:
            yield browser

    async def is_signed_in(self) -> bool:
        """Whether the owner's tabs are still those of the school's owner."""
        services = self.parts
        me = await find_caller(services.database, token=self.owner_token, now=services.clock())
        return me is not None and me.role is Role.OWNER

    async def call(
        self, handler: Handler, arguments: dict[str, Any], *, path: str = "/", signed_in: bool
    ) -> tuple[Tab, list[Any]]:
        """Call a handler in a new tab, as the socket does; the tab and what was answered."""
        sent = {"name": handler.name, "payload": arguments, "router_data": {"asPath": path}}
        event = admitted(sent, declared_handlers())
        assert event is not None, handler
        tab = self.tab(event["router_data"]["asPath"], signed_in=signed_in)
        return tab, await self.send(tab, handler, event["payload"])

    def tab(self, path: str = "/", *, signed_in: bool) -> Tab:
        """A new tab, of the school's owner or of nobody."""
        return Tab(f"{COOKIE}={self.owner_token}" if signed_in else "", path)

    async def send(self, tab: Tab, handler: Handler, arguments: dict[str, Any]) -> list[Any]:
        """Call a handler in this tab; what was answered."""
        entry = RegistrationContext.get().event_handlers[handler.name]
        kind: Any = RegistrationContext.get().base_states[handler.state]
        return await tab.send(_Bound(entry.handler.fn, kind), **arguments)


@dataclass(frozen=True)
class _Bound:
    """What `Tab.send` calls."""

    fn: Any
    state: type[rx.State]


@pytest.fixture
async def site(
    app: rx.App,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cheap_bcrypt: int,
) -> AsyncIterator[Site]:
    """A demo with one connected school, whose owner is logged in. Limits are out of the way."""
    from assembly_ui import assembly_ui as product

    settings = Settings(
        data_dir=tmp_path, database_url=database_url, work_in_web=False, throttle_scale=1_000
    )
    monkeypatch.setattr(product, "SETTINGS", settings)
    # The whole register takes seconds to load, for each test.
    monkeypatch.setattr(Register, "load", lambda _folder: REGISTER)
    async with running(settings) as parts:
        now = parts.clock()
        owner = await a_person(parts.database, now=now, email=OWNER)
        school = await a_connected_school(parts.database, now=now, owner=owner)
        http = product._http()
        wrapped = SetOrigin(Security(SingleSlashes(http), settings, tmp_path))
        yield Site(parts, http, wrapped, school, await log_in_as_owner(parts, school))
    tabs._tabs.clear()


async def log_in_as_owner(parts: Services, school: ASchool) -> str:
    """The cookie of a new log-in, which looks at the school."""
    database, now = parts.database, parts.clock()
    token = await a_token(database, school.owner, now=now)
    me = await find_caller(database, token=token, now=now)
    assert me is not None
    await switch_school(database, session_id=me.session_id, user_id=me.user_id, school_id=school.id)
    return token
