"""Subjects: what the MIS calls a subject, and which one it is everywhere."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.subjects.listed import SubjectsState, subjects_listed
from assembly_ui.web.pages.subjects.mapping import SubjectMappingState, mapping_dialog, taken_back
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

__all__ = ["PAGE"]


def subjects() -> rx.Component:
    """The page."""
    return admin_page(
        taken_back(),
        sync_bar(),
        subjects_listed(),
        mapping_dialog(),
        heading="Subjects",
        current="Subjects",
    )


PAGE = Page(
    route=ADMIN_PAGES["Subjects"],
    title="Subjects",
    description="Subjects in your MIS and what they are mapped to.",
    content=subjects,
    on_load=[ShellState.enter, SyncState.load, SubjectsState.load, SubjectMappingState.close],
)
