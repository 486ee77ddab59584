"""What a Data Access Request shows at the moment, and how it is answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from assembly_ui.accounts.errors import SignUpUnknown
from assembly_ui.accounts.waiting import look
from assembly_ui.apps import requests
from assembly_ui.apps.authorising import authorise
from assembly_ui.apps.catalogue import read_app
from assembly_ui.apps.errors import AppsError, AppUnknown, RequestProblem
from assembly_ui.apps.links import Links
from assembly_ui.apps.requests import RequestView
from assembly_ui.connector.overview import read_badge
from assembly_ui.connector.status import Status
from assembly_ui.mail.render import uk_time
from assembly_ui.pubsub.topics import Topic, school_topic, user_topic
from assembly_ui.schools.caller import Caller, count_schools
from assembly_ui.schools.details import read_school
from assembly_ui.schools.errors import NotAllowed, OwnerUnverified
from assembly_ui.schools.member_list import list_members
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.apps_view import NOBODY, AppShown, app_href
from assembly_ui.web.apps_words import request_words, words_for
from assembly_ui.web.figures import asked_figures, known_figures
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.request_steps import Missing, StepShown, missing, steps
from assembly_ui.web.request_view import Asked, app_of, asked_of
from assembly_ui.web.school_words import UNVERIFIED
from assembly_ui.web.scopes_view import ScopeShown
from assembly_ui.web.ticket import ticket_of
from assembly_ui.web.waiting_request import PAGE, token_of, with_token

FORM = "data-access-request"
NOT_YOURS = (
    "This window no longer shows the request",
    "You have logged out, or look at another school now. Nothing was shared, and the request "
    "still waits for you: load this page again to go on.",
)
WELCOME, HEADING = "Welcome to Assembly", "Data Access Request"


class RequestState(Live, rx.State):
    """Screen values of the page. They change by themselves."""

    stage: str = "loading"
    heading: str = HEADING
    sentence: str = ""
    signed_in: bool = False
    app: AppShown = NOBODY
    app_href: str = ""
    returns_to: str = ""
    other_urn: str = ""
    until: str = ""
    address: str = ""
    school: str = ""
    has_other_schools: bool = False
    missing: str = ""
    steps: list[StepShown] = []
    approvers: list[str] = []
    waiting_for: str = ""
    sign_up_href: str = "/sign-up"
    log_in_href: str = "/log-in"
    required: list[ScopeShown] = []
    optional: list[ScopeShown] = []
    going: list[ScopeShown] = []
    difference: str = ""
    onward: str = ""
    busy: bool = False
    _token: str = ""
    _request_id: int = 0
    _school_id: int = 0
    _counts: dict[str, int] = {}

    @access.public
    async def load(self):
        """Show the request, to whoever looks, as far as they have come."""
        await page_changed(self)
        self.reset()
        self._token = await token_of(self)
        me = await access.caller_of(self)
        if me is None:
            return await self._welcome()
        self.signed_in = True
        mine = await count_schools(get_services().database, user_id=me.user_id)
        self.has_other_schools = mine > 1
        tabs.watch(self, me, user_topic(me.user_id))
        if me.school_id is not None:
            self._school_id = me.school_id
            await access.show_school(self, me.school_id)
            tabs.watch(self, me, school_topic(me.school_id))
        try:
            await self._open(me)
        except RequestProblem as problem:
            self._end(problem)
            return None
        return RequestState.count if self.stage == "ask" and not self._counts else None

    @access.admin
    async def count(self, me: Caller):
        """Say how many records each scope concerns, if that takes asking."""
        if self.stage == "ask" and not self._counts:
            self._counts = await asked_figures(me.school_id)
            await self._show(None)

    @access.admin
    async def authorise(self, me: Caller, form: dict):
        """Allow what is required, and what was ticked."""
        if self.stage != "ask":
            return
        services = get_services()
        self.busy = True
        yield
        try:
            self.onward = await authorise(
                services.database,
                request_id=self._request_id,
                school_id=me.school_id,
                by_user_id=me.user_id,
                optional=" ".join(form.values()).split(),
                now=services.clock(),
                links=_links(),
            )
            self._leave(
                f"{self.app['name']} is authorised",
                f"It can read what you allowed. You are being taken back to {self.app['name']}.",
            )
        except RequestProblem as problem:
            self._end(problem)
        except AppsError as error:
            await notify(self, words_for(error), "warning")
        except OwnerUnverified:
            await notify(self, UNVERIFIED, "warning")
        except NotAllowed:
            self.busy = False
            await self._show(None)
        finally:
            self.busy = False

    @access.signed_in
    async def decline(self, me: Caller):
        """Not now."""
        services = get_services()
        try:
            self.onward = await requests.decline(
                services.database,
                request_id=self._request_id,
                user_id=me.user_id,
                school_id=self._school_id or me.school_id,
                now=services.clock(),
                links=_links(),
            )
            self._leave(
                f"{self.app['name']} was not authorised",
                "Nothing was shared, and nothing was changed. You are being taken back to "
                f"{self.app['name']}.",
            )
        except RequestProblem as problem:
            self._end(problem)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a request of its own.
        return None

    async def _show(self, seen: None) -> None:
        if self.stage not in ("way", "ask") or self.busy:
            return
        me = await access.caller_of(self)
        if me is None or me.school_id not in (None, self._school_id or me.school_id):
            # Logged out, or looking at another school from another tab.
            tabs.unwatch(self)
            await self._revoke()
            return
        if me.school_id is not None and not self._school_id:
            self._school_id = me.school_id
            await access.show_school(self, me.school_id)
            tabs.watch(self, me, school_topic(me.school_id))
        try:
            await self._open(me)
        except RequestProblem as problem:
            self._end(problem)

    async def _revoke(self) -> None:
        self.reset()
        self.heading, self.sentence, self.stage = *NOT_YOURS, "gone"

    async def _welcome(self) -> None:
        services = get_services()
        try:
            seen = await requests.read_request(
                services.database, token=self._token, now=services.clock()
            )
        except RequestProblem as problem:
            self._end(problem)
            return
        self.app, self.heading, self.stage = app_of(seen), WELCOME, "welcome"
        self.sign_up_href = with_token("/sign-up", self._token)
        here = with_token(PAGE, self._token)
        self.log_in_href = f"/log-in?{urlencode({'next': here})}"
        self.waiting_for = await _unconfirmed(self)

    async def _open(self, me: Caller) -> None:
        """Show an open request to a person who is signed in; from now on it is theirs.

        Raises:
            RequestProblem: it opens nothing.
        """
        seen = await self._find(me)
        self._request_id = seen.id
        status = await _status_of(me)
        step = missing(me, status)
        self._put(
            app=app_of(seen),
            app_href=app_href(seen.slug),
            returns_to=seen.returns_to,
            until=uk_time(seen.expires_at.isoformat()),
            school=me.school_name,
            missing=step.value,
            heading=HEADING,
        )
        if step is Missing.NOTHING:
            await self._ask(me, seen)
            return
        # Whoever was removed meanwhile is shown nothing of the school any more.
        self._put(required=[], optional=[], going=[], difference="", approvers=[])
        self._counts = {}
        if step is Missing.AUTHORITY:
            self._put(approvers=await _approvers(me), address=self._address())
        self._put(steps=steps(step, app=seen.app_name, school=me.school_name), stage="way")

    async def _find(self, me: Caller) -> RequestView:
        services, now = get_services(), get_services().clock()
        if self._request_id:
            return await requests.read_request(
                services.database, user_id=me.user_id, request_id=self._request_id, now=now
            )
        if self._token:
            try:
                return await requests.claim(
                    services.database, token=self._token, user_id=me.user_id, now=now
                )
            except RequestProblem:
                if asked_in_address(self):
                    raise
        return await requests.read_request(services.database, user_id=me.user_id, now=now)

    async def _ask(self, me: Caller, seen: RequestView) -> None:
        services = get_services()
        assert me.school_id is not None
        self._counts = self._counts or await known_figures(me.school_id)
        try:
            app = await read_app(services.database, slug=seen.slug, school_id=me.school_id)
            held = app.authorisation
        except AppUnknown:
            held = None
        shown: Asked = asked_of(seen, held, self._counts)
        school = await read_school(services.database, school_id=me.school_id)
        self._put(**shown, other_urn="" if seen.urn == school.urn else seen.urn, stage="ask")

    def _address(self) -> str:
        address = get_services().settings.address
        return with_token(f"{address}{PAGE}", self._token) if self._token else ""

    def _leave(self, heading: str, sentence: str) -> None:
        tabs.unwatch(self)
        self.heading, self.sentence, self.stage = heading, sentence, "leaving"

    def _end(self, problem: RequestProblem) -> None:
        tabs.unwatch(self)
        self.heading, self.sentence = request_words(problem)
        self.stage = "gone"


def asked_in_address(state: rx.State) -> bool:
    """Whether the address of the page names a request; the browser may only remember one."""
    return "request" in state.router.url.query_parameters


async def _status_of(me: Caller) -> Status | None:
    if me.school_id is None:
        return None
    services = get_services()
    return await read_badge(services.database, school_id=me.school_id, now=services.clock())


async def _approvers(me: Caller) -> list[str]:
    assert me.school_id is not None
    found = await list_members(get_services().database, school_id=me.school_id)
    return [who.display_name for who in found.rows if who.role.includes(Role.ADMIN)]


async def _unconfirmed(state: rx.State) -> str:
    """The address this browser signed up with, while it is not confirmed."""
    try:
        waiting: Any = await look(get_services().database, ticket=await ticket_of(state))
    except SignUpUnknown:
        return ""
    return "" if waiting.is_confirmed else waiting.email


def _links() -> Links:
    services = get_services().settings
    return Links(services.address, services.help_email)
