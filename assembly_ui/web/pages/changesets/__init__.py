"""Changesets: every sync of the school, and what waits for a person."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import ADMIN_PAGES, admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.changesets.held import HeldState, held_changes
from assembly_ui.web.pages.changesets.listed import ChangesetsState, changesets_listed
from assembly_ui.web.pages.changesets.now import SyncNowState, sync_now
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

__all__ = ["PAGE"]


def changesets() -> rx.Component:
    """The page."""
    return admin_page(
        held_changes(),
        sync_bar(),
        sync_now(),
        changesets_listed(),
        heading="Changesets",
        current="Changesets",
    )


PAGE = Page(
    route=ADMIN_PAGES["Changesets"],
    title="Changesets",
    description="Every change of your data, sync by sync.",
    content=changesets,
    on_load=[
        ShellState.enter,
        SyncState.load,
        HeldState.load,
        SyncNowState.load,
        ChangesetsState.load,
    ],
)
