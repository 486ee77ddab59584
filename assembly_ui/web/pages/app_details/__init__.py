"""One app: what it is, what it may read, and what can be done about it."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import p
from assembly_ui.web.layout import admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.app_details.dialogs import dialogs
from assembly_ui.web.pages.app_details.sections import (
    about,
    access_card,
    optional,
    required,
    revoked,
    unknown,
)
from assembly_ui.web.pages.app_details.state import AppState
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

__all__ = ["PAGE"]


def app_page() -> rx.Component:
    """The page."""
    s = AppState
    known = rx.fragment(
        sync_bar(), about(), access_card(), revoked(), required(), optional(), dialogs()
    )
    return admin_page(
        rx.cond(
            s.loaded,
            rx.cond(s.is_unknown, unknown(), known),
            p("Loading the app …"),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading=rx.cond(s.app["name"], s.app["name"], "App"),
        current="Apps",
    )


PAGE = Page(
    route="/app",
    title="App",
    description="What an app may read of your school's data, and how to change that.",
    content=app_page,
    on_load=[ShellState.enter, AppState.load, SyncState.load],
)
