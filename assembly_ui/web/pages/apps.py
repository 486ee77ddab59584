"""Apps: the apps your school can authorise, and those it has."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def apps_page() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Apps", current="Apps")


PAGE = Page(
    route=ADMIN_PAGES["Apps"],
    title="Apps",
    description="The apps your school can authorise, and those it has.",
    content=apps_page,
    on_load=[ShellState.enter],
)
