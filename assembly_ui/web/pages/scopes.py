"""Scopes: everything apps can be allowed to read, and which of them may."""

from __future__ import annotations

import reflex as rx

from assembly_ui.apps.holders import holders_of
from assembly_ui.pubsub.topics import Topic, school_topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import ago, badge, card, field, link, muted, p, select_field
from assembly_ui.web.components.boxes import details
from assembly_ui.web.components.pager import pager
from assembly_ui.web.components.scope_list import field_list
from assembly_ui.web.figures import is_syncing, known_figures
from assembly_ui.web.in_pages import page_of
from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.page import Page
from assembly_ui.web.scope_lines import (
    HELD,
    SHOW_CHOICES,
    HolderShown,
    ScopeLine,
    found,
    lines,
    total_words,
)
from assembly_ui.web.shell import ShellState
from assembly_ui.web.still_here import still_member


class ScopesState(Live, rx.State):
    """Screen values of the list. It changes by itself."""

    loaded: bool = False
    lines: list[ScopeLine] = []
    containing: str = ""
    show: str = ""
    words: str = ""
    page: int = 1
    pages: int = 1
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """List the scopes and keep listing them."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, school_topic(me.school_id))
        tabs.watch(self, me, sync_topic(me.school_id))
        await self._list(me)

    @access.member(supersedes=True)
    async def search(self, me: Caller, text: str):
        """Show what holds this text."""
        self.containing, self.page = text.strip(), 1
        await self._list(me)

    @access.member
    async def choose(self, me: Caller, show: str):
        """Show all of them, or only those that are held."""
        self.show, self.page = show if show == HELD else "", 1
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
    async def _read(cls, topic: Topic) -> bool:
        # Every tab shows a page of its own; its figures wait for the end of a sync.
        return await is_syncing(topic)

    async def _show(self, seen: bool) -> None:
        if seen:
            return
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._list(me)

    async def _list(self, me: Caller) -> None:
        assert me.school_id is not None
        holders = await holders_of(get_services().database, school_id=me.school_id)
        wanted = found(SCOPES, holders, containing=self.containing, held=self.show == HELD)
        page = page_of(wanted, self.page)
        counts = await known_figures(me.school_id) if page.rows else {}
        self._put(
            lines=lines(page.rows, holders, counts),
            words=total_words(len(wanted), holders),
            page=page.number,
            pages=page.pages,
            loaded=True,
        )


def scopes_page() -> rx.Component:
    """The page."""
    s = ScopesState
    nothing = rx.cond(
        s.containing,
        p("Nothing matches “", s.containing, "”. Try another word, or show all of them."),
        p(
            "No app may read anything of your school. When you authorise one, what it may read "
            "is listed here. ",
            link("Go to Apps", href="/apps"),
            ".",
        ),
    )
    listed = rx.fragment(
        p(
            "Data is shared in small sets. This is all of them: what is in each, and which apps "
            "may read it."
        ),
        _filters(),
        rx.el.p(s.words, role="status", class_name="small muted"),
        rx.cond(
            s.lines.length() > 0,
            rx.el.ul(rx.foreach(s.lines, _line), class_name="scopes"),
            nothing,
        ),
        pager("scopes", number=s.page, pages=s.pages, on_go=s.turn_to),
    )
    return admin_page(
        rx.cond(s.loaded, card(listed, aria_label="All scopes"), p("Loading the scopes …")),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Scopes",
        current="Scopes",
    )


def _filters() -> rx.Component:
    s = ScopesState
    return rx.el.div(
        field(
            "containing",
            "Find a scope",
            type="search",
            auto_complete="off",
            on_change=s.search.debounce(150),
        ),
        select_field(
            "show", "Show", SHOW_CHOICES, placeholder="", value=s.show, on_change=s.choose
        ),
        class_name="filters",
    )


def _line(item: rx.Var[ScopeLine]) -> rx.Component:
    holders = item["holders"].to(list[HolderShown])
    fields = details(
        rx.fragment("What is in it", rx.el.span(": ", item["title"], class_name="visually-hidden")),
        field_list(item["fields"]),
    )
    return rx.fragment(
        rx.cond(
            item["area"],
            rx.el.li(rx.el.h2(item["area"]), class_name="scope scope-area"),
            rx.fragment(),
        ),
        rx.el.li(
            rx.el.div(
                rx.el.span(
                    item["title"],
                    rx.el.span(" ", item["name"], class_name="mono muted"),
                    class_name="scope-title",
                ),
                rx.el.span(
                    rx.cond(item["figures"], muted(item["figures"]), rx.fragment()),
                    rx.cond(
                        holders.length() > 0,
                        rx.foreach(holders, _holder),
                        muted("Not shared with anybody"),
                    ),
                    class_name="scope-aside",
                ),
                class_name="scope-head",
            ),
            rx.el.p(item["summary"], class_name="small muted"),
            rx.cond(item["has_fields"], rx.el.div(fields, class_name="scope-body"), rx.fragment()),
            class_name="scope scope-plain",
        ),
        key=item["name"],
    )


def _holder(item: rx.Var[HolderShown]) -> rx.Component:
    return rx.el.span(
        badge(link(item["name"], href=item["href"]), "success"),
        muted(" since ", ago(item["since"])),
        key=item["href"],
    )


PAGE = Page(
    route=ADMIN_PAGES["Scopes"],
    title="Scopes",
    description="Every kind of data, and which apps may read it.",
    content=scopes_page,
    on_load=[ShellState.enter, ScopesState.load],
)
