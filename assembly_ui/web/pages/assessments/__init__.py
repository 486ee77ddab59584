"""Assessments: what the school assesses, and which assessment it is everywhere."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.assessments.listed import AssessmentsState, aspects_listed
from assembly_ui.web.pages.assessments.mapping import (
    AssessmentMappingState,
    mapping_dialog,
    taken_back,
)
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

__all__ = ["PAGE"]


def assessments() -> rx.Component:
    """The page."""
    return admin_page(
        taken_back(),
        sync_bar(),
        aspects_listed(),
        mapping_dialog(),
        heading="Assessments",
        current="Assessments",
    )


PAGE = Page(
    route=ADMIN_PAGES["Assessments"],
    title="Assessments",
    description="Assessments in your MIS and what they are mapped to.",
    content=assessments,
    on_load=[
        ShellState.enter,
        SyncState.load,
        AssessmentsState.load,
        AssessmentMappingState.close,
    ],
)
