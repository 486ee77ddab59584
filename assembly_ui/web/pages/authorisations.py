"""Authorisations: every grant, change, refusal and revocation, for good."""

from __future__ import annotations

import reflex as rx

from assembly_ui.apps.history import apps_in, list_events
from assembly_ui.pubsub.topics import Topic, school_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.apps_words import EVENT_CHOICES
from assembly_ui.web.authorisations_view import CSV, EventLine, csv_href, event_line, kind_of
from assembly_ui.web.components import (
    ago,
    away,
    badge,
    card,
    details,
    empty,
    link,
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
from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState
from assembly_ui.web.still_here import still_member


class AuthorisationsState(Live, rx.State):
    """Screen values of the record. It changes by itself."""

    loaded: bool = False
    lines: list[EventLine] = []
    apps: list[dict[str, str]] = []
    app: str = ""
    what: str = ""
    order: str = "newest"
    total: int = 0
    page: int = 1
    pages: int = 1
    csv: str = CSV
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """List what happened and keep listing it."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        await self._list(me)

    @access.member
    async def of_app(self, me: Caller, slug: str):
        """Show what concerns one app, or all of them."""
        self.app, self.page = slug, 1
        await self._list(me)

    @access.member
    async def of_kind(self, me: Caller, what: str):
        """Show what happened of one kind, or everything."""
        self.what, self.page = kind_of(what) or "", 1
        await self._list(me)

    @access.member
    async def sort(self, me: Caller, order: str):
        """Show the newest first, or the oldest."""
        self.order, self.page = "oldest" if order == "oldest" else "newest", 1
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
        assert me.school_id is not None
        apps = await apps_in(services.database, school_id=me.school_id)
        if self.app not in {slug for slug, _ in apps}:
            self.app = ""
        found = await list_events(
            services.database,
            school_id=me.school_id,
            page=self.page,
            app=self.app,
            what=kind_of(self.what),
            oldest_first=self.order == "oldest",
        )
        self._put(
            lines=[event_line(event) for event in found.rows],
            apps=[{"value": slug, "words": name} for slug, name in apps],
            total=found.total,
            page=found.number,
            pages=found.pages,
            csv=csv_href(school_id=me.school_id, app=self.app, what=self.what),
            loaded=True,
        )


def authorisations_page() -> rx.Component:
    """The page."""
    s = AuthorisationsState
    listed = rx.fragment(
        p(
            "Everything that was ever decided about apps and your school's data. Nothing is "
            "taken out of this record."
        ),
        _filters(),
        row(
            small(s.total, " in all"),
            away("Download as CSV", href=s.csv),
            spread=True,
        ),
        rx.cond(s.lines.length() > 0, _table(), p("Nothing of that kind has happened so far.")),
        pager("authorisations", number=s.page, pages=s.pages, on_go=s.turn_to),
    )
    return admin_page(
        rx.cond(
            s.loaded,
            rx.cond(s.apps.length() > 0, card(listed, aria_label="The record"), _none()),
            p("Loading the record …"),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Authorisations",
        current="Authorisations",
    )


def _none() -> rx.Component:
    return empty(
        "Nothing has been decided yet",
        p("When an app is authorised, changed, turned down or revoked, it is written down here."),
        link_button("Go to Apps", href="/apps"),
    )


def _filters() -> rx.Component:
    s = AuthorisationsState
    return rx.el.div(
        select_field("app", "App", s.apps, placeholder="All apps", value=s.app, on_change=s.of_app),
        select_field(
            "what",
            "What happened",
            EVENT_CHOICES,
            placeholder="Everything",
            value=s.what,
            on_change=s.of_kind,
        ),
        select_field(
            "order",
            "Sort by time",
            [("newest", "Newest first"), ("oldest", "Oldest first")],
            placeholder="",
            value=s.order,
            on_change=s.sort,
        ),
        class_name="filters",
    )


def _table() -> rx.Component:
    return table(
        "What was decided about apps",
        ["What", "App", "When", "Who", "Scopes"],
        rx.foreach(AuthorisationsState.lines, _row),
    )


def _row(item: rx.Var[EventLine]) -> rx.Component:
    return table_row(
        badge(item["what"], item["tone"].to(str)),
        link(item["app"], href=item["href"]),
        ago(item["at"]),
        rx.el.span(rx.el.span("by ", class_name="cell-word"), item["by"]),
        rx.cond(
            item["summary"],
            details(
                item["summary"],
                _scopes("Added", item["added"]),
                _scopes("Taken away", item["removed"]),
            ),
            muted("None"),
        ),
        key=item["id"],
    )


def _scopes(heading: str, titles: rx.Var) -> rx.Component:
    words = titles.to(list[str])
    listed = rx.fragment(
        rx.el.p(heading, class_name="small muted"),
        rx.el.ul(rx.foreach(words, lambda title: rx.el.li(title, key=title)), class_name="small"),
    )
    return rx.cond(words.length() > 0, listed, rx.fragment())


PAGE = Page(
    route=ADMIN_PAGES["Authorisations"],
    title="Authorisations",
    description="Every grant, change, refusal and revocation of your school.",
    content=authorisations_page,
    on_load=[ShellState.enter, AuthorisationsState.load],
)
