"""School Details: the school's record, the MIS, and what the MIS itself says."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import p
from assembly_ui.web.layout import admin_page
from assembly_ui.web.no_data import no_data
from assembly_ui.web.page import Page
from assembly_ui.web.pages.ownership import OwnershipState, ownership_notice
from assembly_ui.web.pages.school_details.mis import MisState, from_mis, mis
from assembly_ui.web.pages.school_details.record import SchoolDetailsState, record
from assembly_ui.web.shell import ShellState

__all__ = ["PAGE"]


def school_details() -> rx.Component:
    """The page."""
    s = SchoolDetailsState
    loaded = rx.fragment(
        rx.cond(s.connected_before, rx.fragment(), no_data()),
        record(),
        mis(),
        rx.cond(s.mis_name, from_mis(), rx.fragment()),
    )
    return admin_page(
        ownership_notice(),
        rx.cond(s.loaded, loaded, p("Loading your school …")),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="School Details",
        current="School Details",
    )


PAGE = Page(
    route="/school-details",
    title="School Details",
    description="Your school's record, its MIS, and what the MIS says of itself.",
    content=school_details,
    on_load=[
        ShellState.enter,
        SchoolDetailsState.load,
        MisState.close,
        OwnershipState.load,
    ],
)
