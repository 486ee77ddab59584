"""People who ask to join, and the answer."""

from __future__ import annotations

import reflex as rx

from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools import errors
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.join import approve_request, decline_request, list_requests
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import ago, button, card, muted, p, row
from assembly_ui.web.components.pager import pager
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify
from assembly_ui.web.school_words import words_for
from assembly_ui.web.still_here import still_member
from assembly_ui.web.users_view import Asking, asking


class RequestsState(Live, rx.State):
    """Screen values of the section. They change by themselves."""

    may_act: bool = False
    requests: list[Asking] = []
    named: bool = True
    page: int = 1
    pages: int = 1
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show waiting requests and keep showing them."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        await self._list(me)

    @access.admin
    async def approve(self, me: Caller, request_id: int, role: str):
        """Let the person in."""
        services = get_services()
        try:
            who = await approve_request(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                request_id=request_id,
                role=role,
                address=services.settings.address,
                now=services.clock(),
            )
            await notify(self, f"{who} belongs to {me.school_name} now. We have told them.")
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")

    @access.admin
    async def decline(self, me: Caller, request_id: int):
        """Do not let the person in."""
        services = get_services()
        try:
            who = await decline_request(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                request_id=request_id,
                help_email=services.settings.help_email,
                now=services.clock(),
            )
            await notify(self, f"{who} was not let in. We have told them.")
        except errors.SchoolsError as error:
            await notify(self, words_for(error, now=services.clock()), "warning")

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._list(me)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a page of its own.
        return None

    async def _show(self, seen: None) -> None:
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._list(me)

    async def _list(self, me: Caller) -> None:
        found = await list_requests(get_services().database, school_id=me.school_id, page=self.page)
        self.requests = [asking(view) for view in found.rows]
        self.named = all(view.email for view in found.rows)
        self.page, self.pages = found.number, found.pages
        self.may_act = me.may_act_as(Role.ADMIN)


def requests() -> rx.Component:
    """The section, while anyone asks."""
    s = RequestsState
    listed = card(
        rx.cond(
            s.named,
            p("Approve only people whose name and address you know."),
            p("You see who they are, and can answer them, once the school is shown to be yours."),
        ),
        rx.el.ul(rx.foreach(s.requests, _request), class_name="list"),
        pager("requests", number=s.page, pages=s.pages, on_go=s.turn_to),
        title="People who ask to join",
    )
    return rx.fragment(
        rx.cond(s.requests.length() > 0, listed, rx.fragment()),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _request(item: rx.Var[Asking]) -> rx.Component:
    s, name = RequestsState, item["name"].to(str)
    answers = row(
        button(
            "Approve as viewer",
            on_click=s.approve(item["id"], Role.VIEWER.value),
            aria_label="Approve " + name + " as viewer",
        ),
        button(
            "Approve as admin",
            kind="secondary",
            on_click=s.approve(item["id"], Role.ADMIN.value),
            aria_label="Approve " + name + " as admin",
        ),
        button(
            "Decline",
            kind="secondary",
            on_click=s.decline(item["id"]),
            aria_label="Decline " + name,
        ),
    )
    return rx.el.li(
        rx.el.span(
            rx.el.strong(item["name"]),
            muted(item["email"]),
            muted("asked ", ago(item["asked"])),
            class_name="listed-words",
        ),
        rx.cond(s.may_act & s.named, answers, rx.fragment()),
        key=item["id"],
        class_name="listed",
    )
