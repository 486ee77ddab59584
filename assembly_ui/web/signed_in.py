"""Who is signed in, on the pages outside the Admin View."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web import access
from assembly_ui.web.components import button, muted, row
from assembly_ui.web.components.plain_form import plain_form


class SignedInState(rx.State):
    """The address of the person, if anyone is signed in."""

    email: str = ""

    @access.public
    async def look(self) -> None:
        """See who is signed in. First in the `on_load` of such a page."""
        me = await access.caller_of(self)
        self.email = me.email if me else ""


def log_out() -> rx.Component:
    """The button that ends the log-in."""
    return plain_form(button("Log out", kind="quiet", type="submit"), action="/auth/log-out")


def signed_in_as() -> rx.Component:
    """The address, and the way to log out or in as somebody else."""
    line = row(
        muted("Signed in as ", SignedInState.email),
        log_out(),
    )
    return rx.cond(SignedInState.email, line, rx.fragment())
