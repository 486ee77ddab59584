"""The ticket by which a browser that signed up is recognised while it waits.

Kept in the browser's local storage, so that it outlives the tab, the browser
and this server. Whoever runs the browser can write anything there: it is only
ever looked up by its hash, may be of any type, and opens nothing but the
waiting page. The log-in itself lives in an HttpOnly cookie instead.
"""

from __future__ import annotations

import reflex as rx


class TicketState(rx.State):
    """The ticket this browser sent."""

    ticket: str = rx.LocalStorage("", name="assembly_sign_up")


async def ticket_of(state: rx.State) -> object:
    """The ticket of this tab's browser, whatever it is."""
    return (await state.get_state(TicketState)).ticket


async def keep_ticket(state: rx.State, ticket: str) -> None:
    """Have the browser keep this ticket."""
    (await state.get_state(TicketState)).ticket = ticket
