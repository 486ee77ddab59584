"""The pages on which a school decides: the walk through an invitation, and afterwards.

Plain HTML that works without scripts. A link is all a person needs, and nobody
can guess one, so posts need no further proof. Every post answers with a redirect
to where the person then stands: reloading and the back button are safe, and a
step that is over leads on instead of failing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from math import ceil
from typing import Concatenate, ParamSpec

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request

from simulators.xporter import form_actions
from simulators.xporter.errors import (
    AnswerMissing,
    AnswersChanged,
    InvitationUnknown,
    NotNow,
)
from simulators.xporter.form_actions import FormAction
from simulators.xporter.html_responses import COOKIE, page, redirect, remember
from simulators.xporter.invitations import note_opened
from simulators.xporter.mis import CATALOGUE
from simulators.xporter.onboarding_steps import WALK, Step
from simulators.xporter.portal_texts import problems_of
from simulators.xporter.portal_view import PortalView, read_portal_view
from simulators.xporter.request_bodies import read_form
from simulators.xporter.sharing import GROUPS
from simulators.xporter.simulator import XporterSimulator
from simulators.xporter.text_validation import line

BESIDE_AUTHORITY = ("forward", "forwarded", "decline")
SOONEST_REFRESH, LATEST_REFRESH = 2, 60
"""Seconds. Reloading costs people their place, so it waits until there is news."""

Problems = dict[str, str]
P = ParamSpec("P")


def router(find: Callable[[], XporterSimulator]) -> APIRouter:
    """Every page and form of the portal."""
    routes, portal = APIRouter(), Portal(find)
    routes.add_api_route("/authorise/{token}", portal.begin)
    routes.add_api_route("/authorise/{token}/{name}", portal.show_step)
    routes.add_api_route("/authorise/{token}/{name}", portal.take_step, methods=["POST"])
    routes.add_api_route("/portal", portal.come_back)
    routes.add_api_route("/portal/{token}", portal.show_portal)
    routes.add_api_route("/portal/{token}/{name}", portal.show_portal)
    routes.add_api_route("/portal/{token}/{name}", portal.change, methods=["POST"])
    return routes


def missing(stand_in: XporterSimulator) -> Response:
    """No such page."""
    return page(stand_in, "missing", status=404)


def _by_link(
    show: Callable[Concatenate[Portal, P], Awaitable[Response]],
) -> Callable[Concatenate[Portal, P], Awaitable[Response]]:
    """Answer links that lead nowhere by saying so, with a way on."""

    @wraps(show)
    async def shown(self: Portal, *args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return await show(self, *args, **kwargs)
        except InvitationUnknown:
            return page(self.stand_in, "unknown", status=404)

    return shown


class Portal:
    """Answers browsers."""

    def __init__(self, find: Callable[[], XporterSimulator]) -> None:
        self._find = find

    @property
    def stand_in(self) -> XporterSimulator:
        """The stand-in that is running."""
        return self._find()

    @_by_link
    async def begin(self, token: str) -> Response:
        """Begin Authorisation: on to wherever this school stands."""
        use = self.stand_in
        await note_opened(use.database, token=token, now=use.clock())
        return self._to_step(await self._look(token))

    @_by_link
    async def show_step(self, token: str, name: str, still: str = "") -> Response:
        """A page of the walk, or a redirect to the one that is due."""
        standing = await self._look(token)
        if not _is_open(name, standing):
            return self._to_step(standing)
        shown = self._step_page(name, standing, still=bool(still))
        return remember(shown, self.stand_in, token)

    @_by_link
    async def take_step(self, request: Request, token: str, name: str) -> Response:
        """Take an answer, then on to the next step."""
        if name not in form_actions.AUTHORISE:
            return missing(self.stand_in)
        posted = FormAction(self.stand_in, token, await read_form(request))
        try:
            await form_actions.AUTHORISE[name](posted)
        except NotNow:
            # Sent twice, late, or from another window: the present step says how things are.
            return self._to_step(await self._look(token))
        except (AnswerMissing, AnswersChanged) as error:
            return await self._ask_again(name, posted, problems_of(error))
        if name == "forward":
            return redirect(self.stand_in, f"/authorise/{token}/forwarded")
        return self._to_step(await self._look(token))

    @_by_link
    async def show_portal(self, token: str, name: str = "portal") -> Response:
        """What is shared, and what can be done about it."""
        standing = await self._look(token)
        if not _is_open_in_portal(name, standing):
            return redirect(self.stand_in, f"/portal/{token}")
        return remember(self._portal_page(name, standing), self.stand_in, token)

    @_by_link
    async def change(self, request: Request, token: str, name: str) -> Response:
        """Pause, resume, select or withdraw, then back to the portal."""
        if name not in form_actions.PORTAL:
            return missing(self.stand_in)
        try:
            await form_actions.PORTAL[name](
                FormAction(self.stand_in, token, await read_form(request))
            )
        except NotNow:
            return redirect(self.stand_in, f"/portal/{token}")
        except AnswerMissing as error:
            return self._portal_page(name, await self._look(token), problems_of(error))
        return redirect(self.stand_in, f"/portal/{token}")

    async def come_back(self, request: Request) -> Response:
        """The portal of the school whose link this browser opened last."""
        token = request.cookies.get(COOKIE, "")
        try:
            await self._look(token)
        except InvitationUnknown:
            return page(self.stand_in, "signed_out")
        return redirect(self.stand_in, f"/portal/{token}")

    async def _look(self, token: str) -> PortalView:
        return await read_portal_view(
            self.stand_in.database, token=token, now=self.stand_in.clock()
        )

    def _to_step(self, standing: PortalView) -> Response:
        return redirect(self.stand_in, f"/authorise/{standing.token}/{standing.step}")

    async def _ask_again(self, name: str, posted: FormAction, problems: Problems) -> Response:
        standing = await self._look(posted.token)
        if not _is_open(name, standing):
            return self._to_step(standing)
        typed = {field: line(posted.one(field), 300) for field in ("name", "email")}
        return self._step_page(name, standing, typed=typed, problems=problems)

    def _step_page(
        self,
        name: str,
        standing: PortalView,
        *,
        still: bool = False,
        typed: dict[str, str] | None = None,
        problems: Problems | None = None,
    ) -> Response:
        moves = name == Step.DONE and not still
        return page(
            self.stand_in,
            name,
            status=422 if problems else 200,
            refresh=self._refresh(standing) if moves else 0,
            it=standing,
            number=WALK.index(Step(name)) + 1 if name in WALK else 0,
            steps=len(WALK),
            mis_names=CATALOGUE,
            still=still,
            typed=typed or {},
            problems=problems or {},
        )

    def _refresh(self, standing: PortalView) -> int:
        if standing.news_at is None:
            return 0
        seconds = ceil((standing.news_at - self.stand_in.clock()).total_seconds()) + 1
        return min(max(seconds, SOONEST_REFRESH), LATEST_REFRESH)

    def _portal_page(
        self, name: str, standing: PortalView, problems: Problems | None = None
    ) -> Response:
        return page(
            self.stand_in,
            name,
            status=422 if problems else 200,
            it=standing,
            groups=GROUPS,
            problems=problems or {},
        )


def _is_open(name: str, standing: PortalView) -> bool:
    if name in BESIDE_AUTHORITY:
        return Step.AUTHORITY in standing.open_steps
    return name in standing.open_steps


def _is_open_in_portal(name: str, standing: PortalView) -> bool:
    if name == "selection":
        return standing.is_authorised and standing.awaits_selection
    return name == "portal" or (name == "withdraw" and standing.is_authorised)
