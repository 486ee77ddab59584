"""The pages of a connected school: what came from Assembly, and what can be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from fastapi.responses import Response
from starlette.requests import Request

from assembly_ui.db.database import Database
from simulators.schoolbooking import page_views, settings_views, weekly_lessons
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.application import SchoolBooking
from simulators.schoolbooking.browser_sessions import who
from simulators.schoolbooking.page_views import Data, Shown, Standing, number_in
from simulators.xporter.request_bodies import read_form

REFRESH_SECONDS = {Standing.WAITING: 2, Standing.READING: 4, Standing.ENDING: 2}
GROUPS = {"classes": "teaching_groups", "forms": "registration_groups", "others": "groups"}

Fill = Callable[[Shown], Awaitable[Data | None]]


class Change(Protocol):
    """What can be done with a school."""

    async def __call__(
        self, database: Database, me: Me, *, school_id: int, now: datetime
    ) -> None: ...


class SchoolPages:
    """Answers browsers that are logged in and have connected a school."""

    def __init__(self, find: Callable[[], SchoolBooking]) -> None:
        self._find = find

    async def dashboard(self, request: Request, still: str = "") -> Response:
        """How the connection stands, and what came over it."""
        use = self._find()

        async def fill(link: Shown) -> Data:
            found = await page_views.dashboard(use.database, link, use.clock())
            return found | {"still": bool(still)}

        return await self._show(request, "dashboard", fill, is_live=not still)

    async def rooms(self, request: Request, week: str = "") -> Response:
        """Every room."""
        database = self._find().database
        return await self._show(
            request, "rooms", lambda link: page_views.rooms(database, link, week)
        )

    async def room(self, request: Request, number: str, week: str = "") -> Response:
        """What is in one room in a week."""
        database, asked = self._find().database, number_in(number)
        return await self._show(
            request, "room", lambda link: page_views.room(database, link, asked, week)
        )

    async def classes(self, request: Request, show: str = "", page: str = "") -> Response:
        """Classes, forms and other groups."""
        database, show = self._find().database, show if show in GROUPS else "classes"

        async def fill(link: Shown) -> Data:
            return {"show": show} | await page_views.groups(database, link, GROUPS[show], page)

        return await self._show(request, "classes", fill)

    async def staff(self, request: Request, page: str = "") -> Response:
        """Everybody who works there."""
        database = self._find().database
        return await self._show(
            request, "staff", lambda link: page_views.staff(database, link, page)
        )

    async def calendar(self, request: Request, page: str = "", whole: str = "") -> Response:
        """What is on, from today or from the beginning."""
        use = self._find()
        today = None if whole else weekly_lessons.today(use.clock())
        return await self._show(
            request, "calendar", lambda link: page_views.calendar(use.database, link, page, today)
        )

    async def integration(self, request: Request) -> Response:
        """Administration > Academic > Assembly MIS integration: the log."""
        database = self._find().database
        return await self._show(
            request, "integration", lambda link: page_views.integration(database, link)
        )

    async def disconnect(self, request: Request) -> Response:
        """What giving up the connection means."""
        return await self._show(request, "disconnect", _nothing)

    async def end(self, request: Request) -> Response:
        """Give it up."""
        return await self._change(request, settings_views.end, then="/disconnected")

    async def read_now(self, request: Request) -> Response:
        """Read everything again."""
        return await self._change(request, settings_views.read_now, then="/dashboard")

    async def look_at(self, request: Request) -> Response:
        """Another of the account's schools."""
        return await self._change(request, settings_views.look_at, then="/dashboard")

    async def disconnected(self, request: Request) -> Response:
        """How far giving it up has come."""
        use = self._find()
        if (me := await who(use, request)) is None:
            return use.looks.redirect("/")
        links = await page_views.links_of(use.database, me)
        is_ending = any(link.ending_at for link in links)
        return use.looks.page(
            "disconnected",
            refresh=REFRESH_SECONDS[Standing.ENDING] if is_ending else 0,
            me=me,
            is_ending=is_ending,
            others=len(links) - is_ending,
        )

    async def _show(
        self, request: Request, name: str, fill: Fill, *, is_live: bool = False
    ) -> Response:
        use = self._find()
        if (me := await who(use, request)) is None:
            return use.looks.redirect("/")
        links = await page_views.links_of(use.database, me)
        if not links:
            return use.looks.redirect("/")
        await settings_views.note_watched(use.database, links[0], now=use.clock())
        shown = [page_views.shown(link, use.clock()) for link in links]
        link = shown[0]
        found = await fill(link)
        if found is None:
            return use.looks.page("missing", status=404, me=me, link=link)
        refresh = REFRESH_SECONDS.get(link.standing, 0) if is_live else 0
        return use.looks.page(name, refresh=refresh, me=me, link=link, schools=shown, **found)

    async def _change(self, request: Request, change: Change, *, then: str) -> Response:
        use = self._find()
        form = await read_form(request)
        if me := await who(use, request):
            school_id = number_in(form.get("school", [""])[-1])
            await change(use.database, me, school_id=school_id, now=use.clock())
        return use.looks.redirect(then)


async def _nothing(_link: Shown) -> Data:
    return {}
