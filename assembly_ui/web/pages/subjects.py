"""Subjects: subjects in your MIS and the Assembly subjects they are mapped to."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def subjects() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Subjects", current="Subjects")


PAGE = Page(
    route=ADMIN_PAGES["Subjects"],
    title="Subjects",
    description="Subjects in your MIS and the Assembly subjects they are mapped to.",
    content=subjects,
    on_load=[ShellState.enter],
)
