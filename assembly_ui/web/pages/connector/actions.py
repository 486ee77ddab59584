"""Grant Access, Test Connection, and whom to ask."""

from __future__ import annotations

import reflex as rx

from assembly_ui import settings
from assembly_ui.web.components import (
    ago,
    button,
    checks,
    code_block,
    copy_button,
    details,
    link,
    mark,
    p,
    row,
    small,
    stack,
)
from assembly_ui.web.components.countdown import countdown
from assembly_ui.web.connector_view import TestLayer
from assembly_ui.web.pages.connector.state import ConnectorState

PORTAL = settings.load().xporter_portal


def grant() -> rx.Component:
    """What granting access does, and its button."""
    return stack(
        p(
            "In order to connect to your school's data, you first need to set up Xporter on "
            'Demand and grant access to Assembly. Clicking the "Grant Access" button below will '
            "send an email to the school owner (",
            rx.el.strong(ConnectorState.owner),
            ") to authorize our connection.",
        ),
        row(
            button(
                "Grant Access",
                on_click=ConnectorState.grant_access,
                busy=ConnectorState.granting,
                disabled=~ConnectorState.may_act,
                wide=True,
                id="grant-access",
            )
        ),
        rx.cond(
            ConnectorState.again_at,
            countdown("You can send another", ConnectorState.again_at, holds="grant-access"),
            rx.fragment(),
        ),
        _viewer_hint(),
    )


def connection_test() -> rx.Component:
    """What testing the connection does, its button, and its layers."""
    running = ConnectorState.test_state == "running"
    return stack(
        p(
            "Once you have granted Assembly access to your data and have the Xporter on Demand "
            'connector installed, click "Test Connection" button below to confirm that a '
            "connection to your data can be established."
        ),
        row(
            button(
                "Test Connection",
                on_click=ConnectorState.test_connection,
                kind="secondary",
                busy=running,
                disabled=~ConnectorState.may_act,
                wide=True,
            )
        ),
        rx.cond(ConnectorState.test_state != "", _results(), rx.fragment()),
    )


def _viewer_hint() -> rx.Component:
    return rx.cond(
        ConnectorState.may_act | ~ConnectorState.loaded,
        rx.fragment(),
        small("You can look at this page. An admin or the owner of your school can act on it."),
    )


def _results() -> rx.Component:
    s = ConnectorState
    outcome = rx.match(
        s.test_state,
        ("running", "Testing now"),
        ("cancelled", "The test was stopped before its end"),
        "Tested ",
    )
    return stack(
        rx.el.p(
            outcome,
            rx.cond(s.test_state == "finished", ago(s.tested), rx.fragment()),
            role="status",
            class_name="muted",
        ),
        checks(rx.foreach(s.layers, _layer)),
        details(
            "Support bundle",
            small("What help@assembly.education needs to see. It holds no secrets."),
            code_block(s.bundle, id="support-bundle"),
            row(copy_button("Copy the support bundle", "support-bundle")),
        ),
        gap="tight",
    )


def _layer(item: rx.Var[TestLayer]) -> rx.Component:
    return rx.el.li(
        mark(item["mark"]),
        rx.el.span(item["name"], class_name="check-name"),
        rx.el.span(
            item["words"],
            rx.cond(item["remedy"], rx.el.span(" ", item["remedy"]), rx.fragment()),
            class_name="check-words",
        ),
        rx.el.span(item["took"], class_name="check-took"),
        key=item["key"],
        class_name="check",
    )


def whom_to_ask() -> rx.Component:
    """Who helps with what."""
    return stack(
        p(
            "You can manage your data in Xporter on Demand through ",
            link("Groupcall School Portal", href=PORTAL),
            ". If you have any queries regarding Xporter on Demand contact ",
            link("support@groupcall.com", href="mailto:support@groupcall.com"),
            ". For anything else get in touch with ",
            link("help@assembly.education", href="mailto:help@assembly.education"),
            ".",
        ),
        p(
            "Please get in touch with ",
            link("help@assembly.education", href="mailto:help@assembly.education"),
            " if you have any problems.",
        ),
        gap="tight",
    )
