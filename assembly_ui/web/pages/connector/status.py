"""The badge, its sentence, the next step, and what is behind them."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import (
    ago,
    alert,
    badge,
    card,
    checks,
    facts,
    link,
    link_button,
    mark,
    row,
)
from assembly_ui.web.connector_notes import Note
from assembly_ui.web.connector_view import Row
from assembly_ui.web.connector_words import SERVICE_PROBLEM, SERVICE_TITLE, SHARED_NUMBER_TITLE
from assembly_ui.web.pages.connector.state import ConnectorState


def service() -> rx.Component:
    """While Xporter on Demand itself has problems, since when."""
    since = ConnectorState.service_since
    return alert(
        rx.el.p("Since ", ago(since), ". ", SERVICE_PROBLEM),
        tone="warning",
        title=SERVICE_TITLE,
        role="status",
        id="service-problem",
    )


def shared_number() -> rx.Component:
    """Another school has the number: why that matters, and how to join it."""
    return alert(
        rx.el.p(ConnectorState.shared_number),
        row(link_button("Ask to join", href=ConnectorState.join_href, kind="secondary")),
        tone="warning",
        title=SHARED_NUMBER_TITLE,
        role="status",
        id="shared-number",
    )


def _note(item: rx.Var[Note]) -> rx.Component:
    return rx.el.li(
        alert(
            rx.el.p(item["before"], rx.cond(item["at"], ago(item["at"]), ""), item["after"]),
            tone="warning",
            title=item["title"],
        ),
        key=item["key"],
    )


def notes() -> rx.Component:
    """Early warnings."""
    return rx.el.ul(
        rx.foreach(ConnectorState.notes, _note),
        class_name="notes",
        aria_label="Worth knowing",
    )


def standing() -> rx.Component:
    """How the connection stands."""
    s = ConnectorState
    return card(
        row(badge(s.badge, s.tone, large=True), _since(), spread=True),
        rx.el.p(s.sentence, class_name="text", id="sentence"),
        rx.cond(s.rows.length() > 0, checks(rx.foreach(s.rows, _row)), rx.fragment()),
        facts(
            ("Next step", rx.cond(_is_ready(), _ready(), s.next_step)),
            ("Who", s.who),
            ("Last checked", _last_checked()),
        ),
        aria_label="Status of the connection",
    )


def _is_ready() -> rx.Var[bool]:
    return ConnectorState.works & ~ConnectorState.sharing


def _ready() -> rx.Component:
    return rx.el.span(
        "You're now ready to ",
        link("Authorise the SchoolBooking App", href="/app?name=schoolbooking"),
        "!",
    )


def _since() -> rx.Component:
    since = rx.el.span("Since ", ago(ConnectorState.since), class_name="muted small")
    return rx.cond(ConnectorState.since, since, rx.fragment())


def _last_checked() -> rx.Component:
    s = ConnectorState
    return rx.cond(
        s.checking,
        "Checking now",
        rx.cond(s.checked, ago(s.checked), "Not yet"),
    )


def _row(item: rx.Var[Row]) -> rx.Component:
    return rx.el.li(
        mark(item["mark"]),
        rx.el.span(item["name"], class_name="check-name"),
        rx.el.span(
            item["before"],
            rx.cond(item["at"], ago(item["at"]), rx.fragment()),
            item["after"],
            class_name="check-words",
        ),
        key=item["key"],
        class_name="check",
    )
