"""The two shells every page stands in: public, and the admin view."""

from __future__ import annotations

from typing import Any

import reflex as rx

from assembly_ui import settings
from assembly_ui.web.components import alert, badge, button, jump, link
from assembly_ui.web.connection import connection_banner
from assembly_ui.web.connector_words import BADGES
from assembly_ui.web.icons import icon, logo
from assembly_ui.web.notice import notice_area
from assembly_ui.web.shell import ShellState
from assembly_ui.web.signed_in import log_out

ADMIN_PAGES = {
    "School Details": "/school-details",
    "Users": "/users",
    "Connector": "/connector",
    "Apps": "/apps",
    "Subjects": "/subjects",
    "Assessments": "/assessments",
    "Assessment Points": "/assessment-points",
    "Scopes": "/scopes",
    "Authorisations": "/authorisations",
    "Changesets": "/changesets",
}
_SETTINGS = settings.load()


def public_page(*children: Any, heading: Any, intro: Any = None) -> rx.Component:
    """A page for anyone: a bar, one column, a foot."""
    return _shell(
        rx.el.main(
            rx.el.div(
                rx.el.div(
                    rx.el.h1(heading, tab_index=-1),
                    *([rx.el.p(intro, class_name="lead")] if intro is not None else []),
                    class_name="stack stack-tight",
                ),
                notice_area(),
                *children,
                class_name="stack",
            ),
            id="main",
            tab_index=-1,
            class_name="main main-narrow",
        ),
        end=[],
    )


def admin_page(*children: Any, heading: Any, current: str, actions: Any = None) -> rx.Component:
    """A page of the Admin View. `current` is its name in the sidebar."""
    head = rx.el.div(
        rx.el.h1(heading, tab_index=-1),
        *([actions] if actions is not None else []),
        class_name="page-head",
    )
    body = rx.el.main(
        head,
        notice_area(),
        rx.el.div(_waiting_request(), *children, class_name="stack stack-wide"),
        id="main",
        tab_index=-1,
        class_name="admin-main",
    )
    return _shell(
        rx.cond(ShellState.moved, rx.el.span(on_mount=ShellState.move_on), rx.fragment()),
        rx.el.div(_sidebar(current), body, class_name="admin"),
        middle=[_school()],
        end=[_person(), _menu_button()],
    )


def _waiting_request() -> rx.Component:
    line = alert(
        rx.el.p(
            ShellState.waiting_app,
            " asks for access to your data. ",
            link("Look at the request", href="/data-access-request"),
        ),
        tone="info",
        id="waiting-request",
    )
    return rx.cond(ShellState.waiting_app, line, rx.fragment())


def _shell(*content: Any, end: list, middle: list | None = None) -> rx.Component:
    return rx.el.div(
        jump("Skip to main content", href="#main", class_name="skip-link"),
        rx.el.header(
            link(logo(), "Assembly", href="/", class_name="brand"),
            *(_demo_mark() if _SETTINGS.is_demo else []),
            *(middle or []),
            rx.el.div(_theme_button(), *end, class_name="bar-end"),
            class_name="bar",
        ),
        *content,
        # Not before the skip link, which is the first thing that the keyboard reaches.
        connection_banner(),
        _footer(),
        class_name="shell",
        # Screen readers are told while the page still loads; tests wait for it.
        aria_busy=~rx.State.is_hydrated,
    )


def _demo_mark() -> list[rx.Component]:
    return [rx.el.span("Demo", class_name="demo-mark", title="Stand-ins, not the real services")]


def _theme_button() -> rx.Component:
    return button(
        icon("theme"),
        kind="quiet",
        on_click=rx.toggle_color_mode,
        aria_label="Switch between light and dark",
    )


def _school() -> rx.Component:
    words, tone = (_of_status(nth) for nth in (0, 1))
    return rx.el.div(
        rx.el.span(ShellState.school_name, class_name="bar-school-name"),
        rx.cond(
            ShellState.status,
            link(badge(words, tone), href="/connector", aria_label="Connection: " + words),
            rx.fragment(),
        ),
        class_name="bar-school",
    )


def _of_status(nth: int) -> rx.Var[str]:
    # The status alone is pushed; what it is called is part of the page.
    cases = [(status, shown[nth]) for status, shown in BADGES.items()]
    return rx.match(ShellState.status, *cases, BADGES[""][nth]).to(str)  # type: ignore[union-attr]


def _person() -> rx.Component:
    return rx.fragment(
        rx.cond(
            ShellState.school_count > 1,
            link("Switch school", href="/schools"),
            rx.fragment(),
        ),
        log_out(),
    )


def _menu_button() -> rx.Component:
    return rx.el.button(
        icon("menu"),
        rx.el.span("Menu", class_name="menu-word"),
        type="button",
        class_name="button button-secondary menu-button",
        aria_expanded="false",
        aria_controls="sidebar",
        custom_attrs={"data-opens": "sidebar"},
    )


def _sidebar(current: str) -> rx.Component:
    links = [
        rx.el.li(
            link(
                icon(name),
                name,
                href=route,
                class_name="sidebar-link",
                custom_attrs={"aria-current": "page"} if name == current else {},
            )
        )
        for name, route in ADMIN_PAGES.items()
    ]
    return rx.el.nav(
        rx.el.div(
            rx.el.p("Admin View", class_name="sidebar-title", id="admin-view"),
            rx.el.ul(*links, class_name="sidebar-list"),
            class_name="sidebar-inner",
        ),
        id="sidebar",
        class_name="sidebar",
        aria_labelledby="admin-view",
    )


def _footer() -> rx.Component:
    demo = [link("Mailbox", href="/mailbox")] if _SETTINGS.is_demo else []
    return rx.el.footer(
        link("Terms of service", href="/terms"),
        rx.el.span("Help: ", link(_SETTINGS.help_email, href=f"mailto:{_SETTINGS.help_email}")),
        *demo,
        class_name="footer",
    )
