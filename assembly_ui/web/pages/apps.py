"""Apps: the apps your school can authorise, and those it has."""

from __future__ import annotations

import reflex as rx

from assembly_ui.apps.catalogue import list_apps
from assembly_ui.apps.requests import pending_of
from assembly_ui.pubsub.topics import Topic, school_topic, user_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.apps_view import AppLine, app_line
from assembly_ui.web.components import (
    ago,
    badge,
    card,
    empty,
    field,
    link,
    muted,
    p,
    small,
)
from assembly_ui.web.components.pager import pager
from assembly_ui.web.components.scope_list import app_mark
from assembly_ui.web.in_pages import contains, page_of
from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState
from assembly_ui.web.still_here import still_member
from assembly_ui.web.syncing import SyncState, sync_bar

MANY = 8
"""More apps than this can be searched."""


class AppsState(Live, rx.State):
    """Screen values of the list. It changes by itself."""

    loaded: bool = False
    lines: list[AppLine] = []
    containing: str = ""
    total: int = 0
    page: int = 1
    pages: int = 1
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """List the apps and keep listing them."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        tabs.watch(self, me, user_topic(me.user_id))
        await self._list(me)

    @access.member(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Show the apps whose name or description holds this."""
        self.containing, self.page = text.strip(), 1
        await self._list(me)

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
        services = get_services()
        found = await list_apps(services.database, school_id=me.school_id)
        waiting = await pending_of(services.database, user_id=me.user_id, now=services.clock())
        asking = waiting.slug if waiting else ""
        wanted = [app for app in found if contains(self.containing, app.name, app.summary)]
        shown = page_of(wanted, self.page)
        self._put(
            lines=[app_line(app, asking=asking) for app in shown.rows],
            total=len(found),
            page=shown.number,
            pages=shown.pages,
            loaded=True,
        )


def apps_page() -> rx.Component:
    """The page."""
    s = AppsState
    listed = rx.fragment(
        p(
            "Choose an app to see what it reads, to authorise it, or to take its access back. An "
            "app that is not authorised gets nothing."
        ),
        rx.cond(s.total > MANY, _search(), rx.fragment()),
        rx.cond(
            s.lines.length() > 0,
            rx.el.ul(rx.foreach(s.lines, _line), class_name="list"),
            p("No app matches “", s.containing, "”."),
        ),
        pager("apps", number=s.page, pages=s.pages, on_go=s.turn_to),
    )
    return admin_page(
        sync_bar(),
        rx.cond(
            s.loaded,
            rx.cond(s.total > 0, card(listed, aria_label="The apps"), _none()),
            p("Loading the apps …"),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Apps",
        current="Apps",
    )


def _none() -> rx.Component:
    return empty(
        "No apps yet",
        p(
            "There is no app to authorise here. When an app asks for access to your school's "
            "data, you see first what it asks for, and then it appears here."
        ),
    )


def _search() -> rx.Component:
    s = AppsState
    return rx.el.div(
        field(
            "containing",
            "Find an app",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        small(s.total, " in all"),
        class_name="filters",
    )


def _line(item: rx.Var[AppLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            app_mark(item["name"]),
            rx.el.div(
                link(rx.el.strong(item["name"]), href=item["href"]),
                rx.cond(item["summary"], rx.el.p(muted(item["summary"])), rx.fragment()),
            ),
            class_name="app-head listed-words",
        ),
        rx.match(
            item["state"],
            ("asked", badge("Asked for: waiting for you", "warning")),
            (
                "authorised",
                rx.el.span(
                    badge("Authorised", "success"),
                    muted(" ", ago(item["since"])),
                ),
            ),
            badge("Not authorised", "info"),
        ),
        key=item["slug"],
        class_name="listed",
    )


PAGE = Page(
    route=ADMIN_PAGES["Apps"],
    title="Apps",
    description="The apps your school can authorise, and those it has.",
    content=apps_page,
    on_load=[ShellState.enter, AppsState.load, SyncState.load],
)
