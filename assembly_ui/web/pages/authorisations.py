"""Authorisations: every authorisation your school gave, changed or revoked."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState


def authorisations() -> rx.Component:
    """The page."""
    return admin_page(no_data(), heading="Authorisations", current="Authorisations")


PAGE = Page(
    route=ADMIN_PAGES["Authorisations"],
    title="Authorisations",
    description="Every authorisation your school gave, changed or revoked.",
    content=authorisations,
    on_load=[ShellState.enter],
)
