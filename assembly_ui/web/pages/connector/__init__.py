"""The connector: one badge, one sentence, one next step, and who must act."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import ago, card, empty, link_button, p, timeline
from assembly_ui.web.connector_view import Line
from assembly_ui.web.layout import admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.changesets.held import HeldState, held_changes
from assembly_ui.web.pages.connector.actions import connection_test, grant, whom_to_ask
from assembly_ui.web.pages.connector.state import ConnectorState
from assembly_ui.web.pages.connector.status import notes, service, shared_number, standing
from assembly_ui.web.pages.ownership import OwnershipState, ownership_notice
from assembly_ui.web.shell import ShellState

__all__ = ["PAGE", "ConnectorState"]


def _history() -> rx.Component:
    return card(
        rx.cond(
            ConnectorState.lines.length() > 0,
            timeline(rx.foreach(ConnectorState.lines, _line)),
            p("Nothing has happened on this connection yet."),
        ),
        title="What happened",
    )


def _line(item: rx.Var[Line]) -> rx.Component:
    return rx.el.li(
        rx.el.span(ago(item["at"]), class_name="muted small"),
        rx.el.span(
            item["words"],
            rx.cond(
                item["by"], rx.el.span(" · by ", item["by"], class_name="muted"), rx.fragment()
            ),
        ),
        key=item["key"],
        class_name="timeline-item",
    )


def _unavailable() -> rx.Component:
    return empty(
        "Not available yet",
        p(ConnectorState.unavailable),
        link_button("Look at your MIS provider", href="/school-details"),
    )


def connector() -> rx.Component:
    """The page."""
    s = ConnectorState
    connection = rx.fragment(
        rx.cond(s.service_since, service(), rx.fragment()),
        rx.cond(s.shared_number, shared_number(), rx.fragment()),
        held_changes(),
        standing(),
        rx.cond(s.notes.length() > 0, notes(), rx.fragment()),
        card(grant(), connection_test(), whom_to_ask(), aria_label="Actions"),
        _history(),
    )
    known = rx.cond(ConnectorState.unavailable, _unavailable(), connection)
    return admin_page(
        ownership_notice(),
        rx.cond(ConnectorState.loaded, known, p("Loading the connection …")),
        rx.el.span(on_unmount=ConnectorState.leave),
        heading=ConnectorState.title,
        current="Connector",
    )


PAGE = Page(
    route="/connector",
    title="Connector",
    description="The live state of your school's connection to Xporter on Demand.",
    content=connector,
    on_load=[ShellState.enter, ConnectorState.load, HeldState.load, OwnershipState.load],
)
