"""Assessments: assessments in your MIS and what they are mapped to."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def assessments() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Assessments", current="Assessments")


PAGE = Page(
    route=ADMIN_PAGES["Assessments"],
    title="Assessments",
    description="Assessments in your MIS and what they are mapped to.",
    content=assessments,
    on_load=[ShellState.enter],
)
