"""Pages for when there is nothing to see: not found, not allowed."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web.components import link_button, p, row
from assembly_ui.web.layout import public_page
from assembly_ui.web.page import Page


def not_found() -> rx.Component:
    """What any unknown address shows."""
    return public_page(
        p("Check the address, or start again from the front page. Nothing of yours is affected."),
        row(link_button("Go to the front page", href="/")),
        heading="We cannot find that page",
    )


def _no_access() -> rx.Component:
    return public_page(
        p(
            "Your role at this school lets you look at this, but not change it. An admin or the "
            "owner of your school can do it for you, or change your role on the Users page."
        ),
        row(
            link_button("See who they are", href="/users"),
            link_button("Back to the connector", href="/connector", kind="secondary"),
        ),
        heading="You cannot do that with your role",
    )


NO_ACCESS = Page(
    route="/no-access",
    title="Not allowed",
    description="Your role at this school does not include that.",
    content=_no_access,
)
