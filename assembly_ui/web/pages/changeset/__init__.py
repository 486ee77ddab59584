"""Changeset: what one sync did, table by table and record by record."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import p
from assembly_ui.web.data_list import could_not_be_read
from assembly_ui.web.layout import admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.changeset.sections import counts, missing, records, sync
from assembly_ui.web.pages.changeset.state import ChangesetState
from assembly_ui.web.pages.changesets.held import HeldState, held_changes
from assembly_ui.web.shell import ShellState
from assembly_ui.web.syncing import SyncState, sync_bar

__all__ = ["PAGE"]


def changeset() -> rx.Component:
    """The page."""
    s = ChangesetState
    known = rx.fragment(held_changes(), sync(), counts(), records())
    return admin_page(
        sync_bar(),
        rx.cond(
            s.failed,
            could_not_be_read("this sync", s.again),
            rx.cond(s.loaded, rx.cond(s.missing, missing(), known), p("Loading the sync …")),
        ),
        rx.el.span(hidden=True, on_unmount=s.leave),
        heading="Changeset",
        current="Changesets",
    )


PAGE = Page(
    route="/changeset",
    title="Changeset",
    description="What one sync did to your data, record by record.",
    content=changeset,
    on_load=[ShellState.enter, SyncState.load, HeldState.load, ChangesetState.load],
)
