"""Changesets: every time data was read from your MIS, and what changed."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def changesets() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Changesets", current="Changesets")


PAGE = Page(
    route=ADMIN_PAGES["Changesets"],
    title="Changesets",
    description="Every time data was read from your MIS, and what changed.",
    content=changesets,
    on_load=[ShellState.enter],
)
