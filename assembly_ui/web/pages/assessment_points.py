"""Assessment Points: the points in time at which assessments are made."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def assessment_points() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Assessment Points", current="Assessment Points")


PAGE = Page(
    route=ADMIN_PAGES["Assessment Points"],
    title="Assessment Points",
    description="The points in time at which assessments are made.",
    content=assessment_points,
    on_load=[ShellState.enter],
)
