"""What a data page shows of a school whose data has not been read."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import empty, link, link_button, p


def no_data() -> rx.Component:
    """The guide's card."""
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
