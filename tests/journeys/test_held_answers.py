"""Answers of the server that arrive when the page has moved on."""

from __future__ import annotations

import re

from playwright.async_api import WebSocketRoute, expect

from tests.journeys.conftest import SessionOf


class HeldSocket:
    """Stands between a page and the server, and can keep the server's messages back."""

    def __init__(self) -> None:
        self._is_held = False
        self._kept: list[tuple[WebSocketRoute, str | bytes]] = []

    def connect(self, page_side: WebSocketRoute) -> None:
        """Join a new socket of the page to the server."""
        server_side = page_side.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if self._is_held:
                self._kept.append((page_side, message))
            else:
                page_side.send(message)

        server_side.on_message(pass_on)

    def hold(self) -> None:
        """Keep what the server says from now on."""
        self._is_held = True

    def release(self) -> None:
        """Deliver what was kept, and everything that follows at once."""
        self._is_held = False
        for page_side, message in self._kept:
            page_side.send(message)
        self._kept.clear()


async def test_a_refusal_that_arrives_on_the_next_page_moves_no_focus(someone: SessionOf) -> None:
    person = await someone()
    held = HeldSocket()
    await person.page.route_web_socket(re.compile("/_event"), held.connect)
    await person.goes_to("/sign-up")
    held.hold()
    # Refused, and told to look at its first field.
    await person.clicks("Sign up")
    await person.follows("Terms of service")
    heading = person.page.get_by_role("heading", level=1, name="Terms of service")
    await expect(heading).to_be_focused()
    held.release()
    await person.page_is_alive()
    await expect(heading).to_be_focused()


async def test_a_refused_form_leads_to_its_first_wrong_field(someone: SessionOf) -> None:
    person = await someone()
    await person.goes_to("/sign-up")
    await person.clicks("Sign up")
    await expect(person.field("Beta Invite Code")).to_be_focused()
