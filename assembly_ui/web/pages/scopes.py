"""Scopes: every kind of data, and which apps may read it."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def scopes() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Scopes", current="Scopes")


PAGE = Page(
    route=ADMIN_PAGES["Scopes"],
    title="Scopes",
    description="Every kind of data, and which apps may read it.",
    content=scopes,
    on_load=[ShellState.enter],
)
