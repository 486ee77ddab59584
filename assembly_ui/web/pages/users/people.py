"""The people of the school, with role and when they were last seen."""

from __future__ import annotations

import reflex as rx

from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.member_list import Order, list_members
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    badge,
    button,
    card,
    field,
    link_button,
    muted,
    p,
    row,
    select_field,
    small,
    table,
    table_row,
)
from assembly_ui.web.components.pager import pager
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.pages.users.member import MemberState
from assembly_ui.web.still_here import still_member
from assembly_ui.web.users_view import ORDER_CHOICES, Member, member, order_of

FEW = 8
"""Up to this many people need neither sorting nor searching."""


class PeopleState(Live, rx.State):
    """Screen values of the list. They change by themselves."""

    loaded: bool = False
    gone: bool = False
    may_act: bool = False
    members: list[Member] = []
    page: int = 1
    pages: int = 1
    total: int = 0
    many: bool = False
    order: str = Order.ROLE.value
    containing: str = ""
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show the first page and keep showing it."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        await self._list(me)

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._list(me)

    @access.member
    async def sort(self, me: Caller, order: str):
        """Sort otherwise."""
        self.order, self.page = order_of(order).value, 1
        await self._list(me)

    @access.member(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Show those whose name or address contains a text."""
        self.containing, self.page = text.strip(), 1
        await self._list(me)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a page and an order of its own.
        return None

    async def _show(self, seen: None) -> None:
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            await self._revoke()
            return
        await self._list(me)

    async def _revoke(self) -> None:
        self.reset()
        self.gone = True

    async def _list(self, me: Caller) -> None:
        found = await list_members(
            get_services().database,
            school_id=me.school_id,
            page=self.page,
            order=order_of(self.order),
            containing=self.containing,
        )
        self.members = [member(view, me=me.user_id) for view in found.rows]
        self.page, self.pages, self.total = found.number, found.pages, found.total
        self.many = bool(self.containing) or found.total > FEW
        self.may_act = me.may_act_as(Role.ADMIN)
        self.loaded = True


def people() -> rx.Component:
    """The section."""
    s = PeopleState
    nobody = p("Nobody matches “", s.containing, "”.")
    listed = rx.fragment(
        rx.cond(s.many, _tools(), rx.fragment()),
        rx.cond(s.members.length() > 0, _table(), nobody),
        pager("people", number=s.page, pages=s.pages, on_go=s.turn_to),
        rx.cond(s.may_act, rx.fragment(), _viewer_hint()),
    )
    return card(
        rx.cond(s.loaded, listed, p("Loading the people of your school …")),
        rx.el.span(hidden=True, on_unmount=s.leave),
        title="People",
    )


def gone() -> rx.Component:
    """What a tab shows that may not show the school any more."""
    return card(
        p(
            "You look at another school now, or no longer belong to the one this page showed. "
            "Nothing of it is shown any more."
        ),
        row(link_button("Your schools", href="/schools")),
    )


def _tools() -> rx.Component:
    s = PeopleState
    return row(
        field(
            "containing",
            "Find a person",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        select_field(
            "order", "Sort by", ORDER_CHOICES, placeholder="", value=s.order, on_change=s.sort
        ),
        small(s.total, " in all"),
    )


def _table() -> rx.Component:
    return table(
        "People of the school",
        ["Name", "Role", "Last seen", "Actions"],
        rx.foreach(PeopleState.members, _row),
    )


def _row(item: rx.Var[Member]) -> rx.Component:
    you = muted(" (you)")
    email = rx.el.div(muted(item["email"]))
    return table_row(
        rx.fragment(
            rx.el.strong(item["name"], rx.cond(item["is_me"], you, rx.fragment())),
            rx.cond(item["email"] != item["name"], email, rx.fragment()),
        ),
        rx.cond(item["is_owner"], badge("Owner", "success"), rx.el.span(item["role_name"])),
        rx.el.span(
            rx.el.span("seen ", class_name="cell-word"),
            rx.cond(item["seen"], ago(item["seen"]), muted("not yet")),
        ),
        rx.cond(item["is_owner"], rx.fragment(), _action(item)),
        key=item["id"],
    )


def _action(item: rx.Var[Member]) -> rx.Component:
    change = button(
        "Change",
        kind="secondary",
        on_click=MemberState.open(item["id"]),
        aria_label="Change " + item["name"].to(str),
    )
    leave = button("Leave", kind="secondary", on_click=MemberState.open(item["id"]))
    return rx.cond(PeopleState.may_act, change, rx.cond(item["is_me"], leave, rx.fragment()))


def _viewer_hint() -> rx.Component:
    return small("You can look at this page. An admin or the owner of your school can change it.")
