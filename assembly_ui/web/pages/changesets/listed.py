"""Every sync of the school, the newest first."""

from __future__ import annotations

import reflex as rx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.apps.catalogue import all_apps
from assembly_ui.pubsub.topics import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.services import get_services
from assembly_ui.sync.changesets import list_changesets
from assembly_ui.sync.models import Outcome
from assembly_ui.web import access
from assembly_ui.web.changesets_view import OUTCOME_CHOICES, CountLine, SyncLine, sync_line
from assembly_ui.web.components import (
    ago,
    badge,
    card,
    details,
    link,
    muted,
    p,
    select_field,
    table,
    table_row,
)
from assembly_ui.web.components.pager import pager
from assembly_ui.web.data_list import could_not_be_read
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.still_here import still_member

log = structlog.get_logger()


class ChangesetsState(Live, rx.State):
    """Screen values of the list. They change by themselves."""

    loaded: bool = False
    failed: bool = False
    lines: list[SyncLine] = []
    outcome: str = ""
    page: int = 1
    pages: int = 1
    total: int = 0
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show the newest syncs and keep showing them."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, me, sync_topic(me.school_id))
        await self._list(me)

    @access.member
    async def again(self, me: Caller):
        """Try once more to read them."""
        await self._list(me)

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._list(me)

    @access.member
    async def narrow(self, me: Caller, outcome: str):
        """Show only those that ended so."""
        self.outcome, self.page = outcome if outcome in list(Outcome) else "", 1
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
        database = get_services().database
        try:
            found = await list_changesets(
                database,
                school_id=me.school_id,
                page=self.page,
                outcome=Outcome(self.outcome) if self.outcome else None,
            )
            apps = {app.id: app.name for app in await all_apps(database)}
        except SQLAlchemyError:
            log.exception("list.not_read", kind="changeset")
            self._put(failed=True)
            return
        self._put(
            lines=[sync_line(view, apps) for view in found.rows],
            page=found.number,
            pages=found.pages,
            total=found.total,
            failed=False,
            loaded=True,
        )


def changesets_listed() -> rx.Component:
    """The section."""
    s = ChangesetsState
    none = rx.cond(
        s.outcome,
        p("No sync ended like that."),
        p("There was no sync so far. The first one begins when you authorise an app."),
    )
    listed = card(
        rx.cond((s.total > 0) | (s.outcome != ""), _filters(), rx.fragment()),
        rx.cond(s.lines.length() > 0, _table(), none),
        pager("syncs", number=s.page, pages=s.pages, on_go=s.turn_to),
        title="Every sync",
    )
    return rx.fragment(
        rx.cond(
            s.failed,
            could_not_be_read("the list of syncs", s.again),
            rx.cond(s.loaded, listed, p("Loading the list of syncs …")),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
    )


def _filters() -> rx.Component:
    s = ChangesetsState
    return rx.el.div(
        select_field(
            "outcome",
            "Outcome",
            OUTCOME_CHOICES,
            placeholder="All",
            value=s.outcome,
            on_change=s.narrow,
        ),
        class_name="filters",
    )


def _table() -> rx.Component:
    return table(
        "Syncs of your school",
        ["Sync", "Outcome", "Changes", "Took"],
        rx.foreach(ChangesetsState.lines, _row),
    )


def _row(item: rx.Var[SyncLine]) -> rx.Component:
    return table_row(
        rx.fragment(
            link(ago(item["at"].to(str)), href=item["href"]),
            rx.el.div(muted(item["why"])),
        ),
        badge(item["outcome"], item["tone"].to(str)),
        _changes(item),
        rx.cond(item["took"], item["took"], muted("Not over yet")),
        key=item["id"],
    )


def _changes(item: rx.Var[SyncLine]) -> rx.Component:
    counts = item["counts"].to(list[CountLine])
    each = details(
        rx.cond(item["summary"], item["summary"], "So far"),
        rx.el.ul(rx.foreach(counts, _count), class_name="small"),
    )
    return rx.cond(counts.length() > 0, each, muted(item["summary"]))


def _count(count: rx.Var[CountLine]) -> rx.Component:
    held = rx.cond(count["held"], " (held back)", "")
    return rx.el.li(count["name"], ": ", count["change"], held, key=count["kind"])
