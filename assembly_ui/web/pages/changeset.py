"""One sync: what it did, table by table and record by record."""

from __future__ import annotations

import reflex as rx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.apps.catalogue import all_apps
from assembly_ui.bootstrap import parts
from assembly_ui.pubsub import Topic, sync_topic
from assembly_ui.schools.caller import Caller
from assembly_ui.scopes.seeing import kinds_of
from assembly_ui.sync.changesets import list_changes, read_changeset
from assembly_ui.sync.errors import NoSuchChangeset
from assembly_ui.sync.models import Change
from assembly_ui.sync.status import read_status
from assembly_ui.web import access
from assembly_ui.web.change_view import ChangeLine, FieldLine, change_line
from assembly_ui.web.changesets_view import (
    CHANGE_CHOICES,
    NO_SYNC,
    CountLine,
    SyncLine,
    count_line,
    sync_line,
)
from assembly_ui.web.components import (
    ago,
    badge,
    button,
    card,
    empty,
    facts,
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
from assembly_ui.web.data_list import could_not_be_read
from assembly_ui.web.kind_words import order_of_kind
from assembly_ui.web.layout import admin_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.page import Page
from assembly_ui.web.pages.changesets.held import HeldState, held_changes
from assembly_ui.web.query import asked
from assembly_ui.web.shell import ShellState
from assembly_ui.web.still_here import still_member
from assembly_ui.web.syncing import SyncState, sync_bar

log = structlog.get_logger()


class ChangesetState(Live, rx.State):
    """Screen values of the page. They change by themselves while the sync runs."""

    loaded: bool = False
    failed: bool = False
    missing: bool = False
    sync: SyncLine = NO_SYNC
    counts: list[CountLine] = []
    kinds: list[dict[str, str]] = []
    kind: str = ""
    what: str = ""
    lines: list[ChangeLine] = []
    page: int = 1
    pages: int = 1
    total: int = 0
    _school_id: int = 0

    @access.member
    async def load(self, me: Caller):
        """Show the sync in the address, and keep showing it."""
        self.reset()
        self._school_id = me.school_id
        tabs.unwatch(self)
        tabs.watch(self, sync_topic(me.school_id))
        await self._look(me)

    @access.member
    async def again(self, me: Caller):
        """Try once more to read it."""
        await self._look(me)

    @access.member
    async def of_kind(self, me: Caller, kind: str):
        """Show records of another kind."""
        self.kind, self.page, self.what = kind, 1, ""
        await self._look(me)

    @access.member
    async def of_change(self, me: Caller, what: str):
        """Show what was added, changed or removed."""
        self.what, self.page = what, 1
        await self._look(me)

    @access.member
    async def look_at(self, me: Caller, kind: str, what: str):
        """Show what happened to one kind."""
        self.kind, self.what, self.page = kind, what, 1
        await self._look(me)
        return rx.set_focus("records")

    @access.member
    async def turn_to(self, me: Caller, number: int):
        """Show another page."""
        self.page = number
        await self._look(me)

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab shows a sync of its own.
        return None

    async def _show(self, seen: None) -> None:
        me = await still_member(self, self._school_id)
        if me is None:
            tabs.unwatch(self)
            self.reset()
            return
        await self._look(me)

    async def _look(self, me: Caller) -> None:
        number = access.clean(int, asked(self, "id"))
        try:
            await self._read_all(me, number)
        except NoSuchChangeset:
            self._put(missing=True, loaded=True)
        except SQLAlchemyError:
            log.exception("list.not_read", kind="changeset")
            self._put(failed=True)

    async def _read_all(self, me: Caller, number: int) -> None:
        database = parts().database
        view = await read_changeset(database, school_id=me.school_id, changeset_id=number)
        scopes = (await read_status(database, school_id=me.school_id)).wanted_scopes
        apps = {app.id: app.name for app in await all_apps(database)}
        seen = set(kinds_of(scopes))
        counts = [
            count_line(one, is_seen=one.kind in seen)
            for one in sorted(view.counts, key=lambda c: order_of_kind(c.kind))
        ]
        self._choose(counts)
        self._put(sync=sync_line(view, apps), counts=counts, loaded=True, failed=False)
        if not self.kind:
            self._put(lines=[], total=0, page=1, pages=1)
            return
        found = await list_changes(
            database,
            school_id=me.school_id,
            changeset_id=number,
            kind=self.kind,
            what=Change(self.what),
            page=self.page,
        )
        shown = (change_line(one, self.kind, scopes) for one in found.rows)
        self._put(
            lines=[line for line in shown if line is not None],
            page=found.number,
            pages=found.pages,
            total=found.total,
        )

    def _choose(self, counts: list[CountLine]) -> None:
        """Which kind and change are shown: those asked for, or the first there are."""
        told = [one for one in counts if one["listed"]]
        chosen = next((one for one in told if one["kind"] == self.kind), told[0] if told else None)
        self._put(kinds=[{"value": one["kind"], "words": one["name"]} for one in told])
        if chosen is None:
            self._put(kind="")
            return
        first = next(change.value for change in Change if chosen[change.value] != "0")
        self._put(kind=chosen["kind"], what=self.what if self.what in list(Change) else first)


def changeset() -> rx.Component:
    """The page."""
    s = ChangesetState
    known = rx.fragment(held_changes(), _sync(), _counts(), _records())
    return admin_page(
        sync_bar(),
        rx.cond(
            s.failed,
            could_not_be_read("this sync", s.again),
            rx.cond(s.loaded, rx.cond(s.missing, _missing(), known), p("Loading the sync …")),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Changeset",
        current="Changesets",
    )


def _missing() -> rx.Component:
    return empty(
        "There is no such sync",
        p("Your school has no sync of that number. The list shows every sync there was."),
        link_button("All syncs", href="/changesets"),
    )


def _sync() -> rx.Component:
    s = ChangesetState
    sync = s.sync
    return card(
        facts(
            ("Begun", ago(sync["at"].to(str))),
            ("Why", sync["why"]),
            ("Took", rx.cond(sync["took"], sync["took"], "Not over yet")),
            (
                "Outcome",
                rx.fragment(
                    badge(sync["outcome"], sync["tone"].to(str)), rx.el.p(sync["sentence"])
                ),
            ),
        ),
        row(link("All syncs", href="/changesets")),
        title="The sync",
    )


def _counts() -> rx.Component:
    s = ChangesetState
    listed = table(
        "What it did to each table",
        ["Table", "Added", "Changed", "Removed", "In all"],
        rx.foreach(s.counts, _count),
    )
    return card(
        rx.cond(s.counts.length() > 0, listed, p("It has not got to any table.")),
        title="Table by table",
    )


def _count(item: rx.Var[CountLine]) -> rx.Component:
    held = rx.el.div(
        badge(rx.cond(item["waiting"], "Waits for you", "Held back"), "warning"),
    )
    return table_row(
        rx.fragment(
            rx.el.strong(item["name"]),
            rx.cond(item["held"], held, rx.fragment()),
        ),
        _figure(item, "added", "added"),
        _figure(item, "changed", "changed"),
        _figure(item, "removed", "removed"),
        rx.fragment(item["total"], rx.el.span(" in all", class_name="cell-word")),
        key=item["kind"],
    )


def _figure(item: rx.Var[CountLine], column: str, words: str) -> rx.Component:
    count = item[column].to(str)
    look = button(
        count,
        kind="quiet",
        on_click=ChangesetState.look_at(item["kind"], column),
        aria_label="Show the " + count + f" {words}: " + item["name"].to(str),
    )
    return rx.fragment(
        rx.cond((count != "0") & item["listed"].to(bool), look, rx.el.span(count)),
        rx.el.span(f" {words}", class_name="cell-word"),
    )


def _records() -> rx.Component:
    s = ChangesetState
    none = p("None. A record that came or went again later is listed by that later sync.")
    listed = card(
        _choices(),
        small(s.total, " in all"),
        rx.el.ul(rx.foreach(s.lines, _record), class_name="changes"),
        rx.cond(s.lines.length() == 0, none, rx.fragment()),
        pager("records", number=s.page, pages=s.pages, on_go=s.turn_to),
        title="Record by record",
        id="records",
        tab_index=-1,
    )
    return rx.cond(s.kind, listed, rx.fragment())


def _choices() -> rx.Component:
    s = ChangesetState
    return rx.el.div(
        select_field("kind", "Table", s.kinds, placeholder="", value=s.kind, on_change=s.of_kind),
        select_field(
            "what",
            "What happened",
            CHANGE_CHOICES,
            placeholder="",
            value=s.what,
            on_change=s.of_change,
        ),
        class_name="filters",
    )


def _record(item: rx.Var[ChangeLine]) -> rx.Component:
    fields = item["fields"].to(list[FieldLine])
    each = rx.el.details(
        rx.el.summary(
            rx.el.strong(rx.cond(item["label"], item["label"], "Without a name")),
            " ",
            muted("number ", item["number"]),
        ),
        rx.el.dl(rx.foreach(fields, _field), class_name="difference"),
        open=ChangesetState.what == Change.CHANGED.value,
        class_name="details",
    )
    bare = rx.el.p(
        rx.el.strong(rx.cond(item["label"], item["label"], "Without a name")),
        " ",
        muted("number ", item["number"]),
        rx.el.span(item["note"], class_name="muted"),
    )
    return rx.el.li(rx.cond(fields.length() > 0, each, bare), key=item["number"])


def _field(item: rx.Var[FieldLine]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(item["name"]),
        rx.el.dd(
            rx.cond(
                item["before"],
                rx.fragment(
                    rx.el.span("was ", class_name="visually-hidden"),
                    rx.el.del_(item["before"]),
                ),
                rx.fragment(),
            ),
            rx.cond(
                item["before"] & item["after"],
                rx.el.span(" → ", aria_hidden="true"),
                rx.fragment(),
            ),
            rx.cond(
                item["after"],
                rx.fragment(
                    rx.el.span("is ", class_name="visually-hidden"),
                    rx.el.ins(item["after"]),
                ),
                rx.fragment(),
            ),
        ),
        key=item["path"],
    )


PAGE = Page(
    route="/changeset",
    title="Changeset",
    description="What one sync did to your data, record by record.",
    content=changeset,
    on_load=[ShellState.enter, SyncState.load, HeldState.load, ChangesetState.load],
)
