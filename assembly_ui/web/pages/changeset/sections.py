"""The sections of the page of one sync."""

from __future__ import annotations

import reflex as rx

from assembly_ui.sync.models import Change
from assembly_ui.web.change_view import ChangeLine, FieldLine
from assembly_ui.web.changesets_view import CHANGE_CHOICES, CountLine
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
from assembly_ui.web.pages.changeset.state import ChangesetState


def missing() -> rx.Component:
    return empty(
        "There is no such sync",
        p("Your school has no sync of that number. The list shows every sync there was."),
        link_button("All syncs", href="/changesets"),
    )


def sync() -> rx.Component:
    shown = ChangesetState.sync
    return card(
        facts(
            ("Begun", ago(shown["at"].to(str))),
            ("Why", shown["why"]),
            ("Took", rx.cond(shown["took"], shown["took"], "Not over yet")),
            (
                "Outcome",
                rx.fragment(
                    badge(shown["outcome"], shown["tone"].to(str)), rx.el.p(shown["sentence"])
                ),
            ),
        ),
        row(link("All syncs", href="/changesets")),
        title="The sync",
    )


def counts() -> rx.Component:
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


def records() -> rx.Component:
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
