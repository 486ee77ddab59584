"""Users: the people of a school, invitations, and requests to join.

Each section is a module with a State of its own; all of them change by themselves.
"""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.layout import admin_page
from assembly_ui.web.page import Page
from assembly_ui.web.pages.ownership import OwnershipState, ownership_notice
from assembly_ui.web.pages.users.invitations import (
    InvitationsState,
    invite_colleague,
    open_invitations,
)
from assembly_ui.web.pages.users.member import MemberState, member_dialog
from assembly_ui.web.pages.users.people import PeopleState, gone, people
from assembly_ui.web.pages.users.requests import RequestsState, requests
from assembly_ui.web.shell import ShellState

__all__ = ["PAGE"]


def users() -> rx.Component:
    """The page."""
    return admin_page(
        ownership_notice(),
        rx.cond(
            PeopleState.gone,
            gone(),
            rx.fragment(requests(), people(), invite_colleague(), open_invitations()),
        ),
        member_dialog(),
        heading="Users",
        current="Users",
    )


PAGE = Page(
    route="/users",
    title="Users",
    description="Who belongs to your school, in which role, and who is invited.",
    content=users,
    on_load=[
        ShellState.enter,
        PeopleState.load,
        InvitationsState.load,
        RequestsState.load,
        MemberState.close,
        OwnershipState.load,
    ],
)
