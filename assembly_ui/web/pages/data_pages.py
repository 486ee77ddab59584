"""The data pages of the Admin View, while nothing has been read for the school."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import empty, link, link_button, p
from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.shell import ShellState

NAMES = {
    "Apps": "The apps your school can authorise, and those it has.",
    "Subjects": "Subjects in your MIS and the Assembly subjects they are mapped to.",
    "Assessments": "Assessments in your MIS and what they are mapped to.",
    "Assessment Points": "The points in time at which assessments are made.",
    "Scopes": "Every kind of data, and which apps may read it.",
    "Authorisations": "Every authorisation your school gave, changed or revoked.",
    "Changesets": "Every time data was read from your MIS, and what changed.",
}


def no_data() -> rx.Component:
    """The guide's card for a school whose data has not been read."""
    return empty(
        "No data",
        p(
            "We do not currently have any data for your school. Please check that the Assembly "
            "Connector is configured correctly. If you need help, please ",
            link("contact us", href="mailto:help@assembly.education"),
            ".",
        ),
        link_button("Configure Connector", href="/connector"),
    )


def _page(name: str, description: str) -> Page:
    return Page(
        route=ADMIN_PAGES[name],
        title=name,
        description=description,
        content=lambda: admin_page(no_data(), heading=name, current=name),
        on_load=[ShellState.enter],
    )


PAGES = [_page(name, description) for name, description in NAMES.items()]
