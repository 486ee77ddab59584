"""The way in: the front page, logging in, being sent to Assembly and coming back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response
from starlette.requests import Request

from simulators.schoolbooking import accounts, browser_sessions, connect_school, errors, page_views
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.application import CALLBACK, INSTALL, SchoolBooking
from simulators.schoolbooking.browser_sessions import who
from simulators.schoolbooking.connect_school import Back
from simulators.schoolbooking.page_templates import NOT_KEPT
from simulators.schoolbooking.page_views import Shown, Standing
from simulators.xporter.request_bodies import read_form
from simulators.xporter.text_validation import line

NO_ADDRESS = {"email": "Enter an email address, like name@example.sch.uk"}
LONGEST_PARAMETER = 2000
OVER = (Standing.REVOKED, Standing.ENDING)


class AuthViews:
    """Answers browsers that are not connected yet."""

    def __init__(self, find: Callable[[], SchoolBooking]) -> None:
        self._find = find

    async def home(self, request: Request) -> Response:
        """The front page; for those with a school, its dashboard."""
        use = self._find()
        me = await who(use, request)
        if me and await page_views.links_of(use.database, me):
            return use.looks.redirect("/dashboard")
        return use.looks.page("home", me=me)

    async def privacy(self, request: Request) -> Response:
        """What SchoolBooking does with what schools share."""
        use = self._find()
        return use.looks.page("privacy", me=await who(use, request))

    async def install(self, request: Request) -> Response:
        """The install address: log in, then on to Assembly."""
        use = self._find()
        if (me := await who(use, request)) is None:
            return _to_log_in(use, INSTALL)
        if not request.query_params.get("again") and (link := await _connected(use, me)):
            return use.looks.page("already", me=me, link=link)
        address = await connect_school.begin(use.database, use.client, me, now=use.clock())
        return RedirectResponse(address, 303, NOT_KEPT)

    async def show_log_in(self, request: Request) -> Response:
        """Whose account is it?"""
        tail = browser_sessions.safe_tail(request.query_params.get("next", ""))
        typed = browser_sessions.likely_address(request)
        return self._find().looks.page("log_in", next=tail, typed=typed)

    async def log_in(self, request: Request) -> Response:
        """Log in, then on to where they were going."""
        use, form = self._find(), await read_form(request)
        typed = line(form.get("email", [""])[-1], 254)
        tail = browser_sessions.safe_tail(form.get("next", [""])[-1])
        try:
            word = await accounts.log_in(use.database, email=typed, now=use.clock())
        except errors.NotAnAddress:
            return use.looks.page("log_in", status=422, next=tail, typed=typed, problems=NO_ADDRESS)
        answer = use.looks.redirect(tail or "/")
        browser_sessions.remember(use, answer, word=word, address=typed)
        return answer

    async def log_out(self, request: Request) -> Response:
        """Forget this browser."""
        use = self._find()
        await accounts.log_out(use.database, word=request.cookies.get(browser_sessions.WORD, ""))
        answer = use.looks.redirect("/")
        browser_sessions.forget(use, answer)
        return answer

    async def callback(self, request: Request) -> Response:
        """Back from Assembly, with a code or without."""
        use = self._find()
        if (me := await who(use, request)) is None:
            # Begun in another browser: the same account may go on here.
            return _to_log_in(use, f"{CALLBACK}?{request.url.query}")
        try:
            await self._come_back(use, me, request)
        except errors.SentBack as error:
            return use.looks.page(
                "not_connected", me=me, why=error.error, description=error.description
            )
        except errors.NotAwaited:
            return await self._not_awaited(use, me)
        except errors.BegunByAnother:
            return use.looks.page("not_connected", status=400, me=me, why="another")
        except errors.CallFailed:
            return use.looks.page("not_connected", status=502, me=me, why="failed")
        return use.looks.redirect("/dashboard")

    async def _come_back(self, use: SchoolBooking, me: Me, request: Request) -> None:
        given = {
            name: request.query_params.get(name, "")[:LONGEST_PARAMETER]
            for name in ("state", "code", "error", "error_description")
        }
        back = Back(given["state"], given["code"], given["error"], given["error_description"])
        async with use.make_http() as http:
            await connect_school.come_back(
                use.database, use.client, http, use.locker, me, back, now=use.clock()
            )

    async def _not_awaited(self, use: SchoolBooking, me: Me) -> Response:
        if await page_views.links_of(use.database, me):
            # Loaded again, or the back button: it went well the first time.
            return use.looks.redirect("/dashboard")
        return use.looks.page("not_connected", status=400, me=me, why="unknown")


async def _connected(use: SchoolBooking, me: Me) -> Shown | None:
    """The school that is connected already, if there is one that works."""
    links = await page_views.links_of(use.database, me)
    shown = [page_views.shown(link, use.clock()) for link in links]
    return next((link for link in shown if link.standing not in OVER), None)


def _to_log_in(use: SchoolBooking, tail: str) -> Response:
    return use.looks.redirect(f"/log-in?{urlencode({'next': tail})}")
