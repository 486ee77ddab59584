"""Networks that get in the way of the pages' connection: filters, sleep, a change of Wi-Fi."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf

SOCKET = re.compile("/_event")
SAID_WITHIN_MS = 5_000
NOTICED_WITHIN_MS = 10_000
TOLD_NOTICED_WITHIN_MS = 15_000
QUIET_NOTICED_WITHIN_MS = 60_000
"""The socket's own heartbeat takes 85 s to find out."""


async def _refuse(socket: WebSocketRoute) -> None:
    await socket.close()


async def _swallow(socket: WebSocketRoute) -> None:
    """Nothing is ever answered."""


@pytest.mark.parametrize("filters", [_refuse, _swallow])
async def test_a_network_that_refuses_the_connection_is_named_within_five_seconds(
    someone: SessionOf, filters: Callable[[WebSocketRoute], Awaitable[None]]
) -> None:
    person = await someone()
    page = person.page
    await page.route_web_socket(SOCKET, filters)
    for path in ("/sign-up", "/no-such-page"):
        await page.goto(person.server.address + path)
        said = page.get_by_text("Your network blocks the connection that this page needs")
        await expect(said).to_be_visible(timeout=SAID_WITHIN_MS)
        # What whoever manages the network has to allow.
        await person.sees(person.server.address.replace("http", "ws") + "/_event")
        await expect(page.get_by_text("We are trying again")).to_be_hidden()
    person.expected.append(re.compile("WebSocket|404"))


async def test_the_status_of_the_school_is_there_without_the_connection(
    someone: SessionOf,
) -> None:
    person = await someone()
    page = person.page
    seeded = person.server.seed("awaiting-invitation")
    await page.route_web_socket(SOCKET, _refuse)
    await page.goto(person.server.address + "/log-in")
    await person.fills(Email=seeded["email"], Password=seeded["password"])
    await person.clicks("Log in")
    await page.get_by_role("link", name="See your school’s status").click()
    await person.sees_heading(seeded["school"])
    await person.sees("Awaiting Invitation")
    await person.has_no_barriers_now("light")
    person.expected.append(re.compile("WebSocket"))


class FreezableSockets:
    """Joins a page to the server by sockets that can fall silent, neither open nor closed."""

    def __init__(self) -> None:
        self._opened = 0
        self._silent_up_to = 0

    def connect(self, page_side: WebSocketRoute) -> None:
        """Join a new socket; it is not silent."""
        self._opened += 1
        number, server_side = self._opened, page_side.connect_to_server()

        def to_server(message: str | bytes) -> None:
            if number > self._silent_up_to:
                server_side.send(message)

        def to_page(message: str | bytes) -> None:
            if number > self._silent_up_to:
                page_side.send(message)

        page_side.on_message(to_server)
        server_side.on_message(to_page)
        # What closes at one end stays unknown at the other.
        server_side.on_close(lambda code, reason: None)

    def freeze(self) -> None:
        """Whatever is open by now says nothing any more."""
        self._silent_up_to = self._opened


async def test_a_press_on_a_silent_connection_is_noticed_and_its_loss_said(
    someone: SessionOf,
) -> None:
    person = await someone()
    page, sockets = person.page, FreezableSockets()
    seeded = person.server.seed("awaiting-invitation")
    await page.route_web_socket(SOCKET, sockets.connect)
    await steps.log_in(person, seeded["email"], seeded["password"])
    await person.goes_to("/connector")
    await person.sees_badge("Awaiting Invitation")
    sockets.freeze()
    await person.clicks("Grant Access")
    said = page.get_by_text("“Grant Access” may not have reached us")
    await expect(said).to_be_visible(timeout=NOTICED_WITHIN_MS)
    # The page works again, and the press can be repeated.
    await steps.grant_access(person, seeded["email"])
    await expect(said).to_be_hidden()


async def test_a_press_while_there_is_no_connection_is_carried_out_afterwards(
    someone: SessionOf,
) -> None:
    person = await someone()
    page, sockets = person.page, FreezableSockets()
    seeded = person.server.seed("awaiting-invitation")
    blocked = False

    async def connect(socket: WebSocketRoute) -> None:
        if blocked:
            await _refuse(socket)
        else:
            sockets.connect(socket)

    await page.route_web_socket(SOCKET, connect)
    await steps.log_in(person, seeded["email"], seeded["password"])
    await person.goes_to("/connector")
    blocked = True
    sockets.freeze()
    await person.clicks("Test Connection")
    await expect(page.get_by_text("Your network blocks the connection")).to_be_visible()
    await person.clicks("Grant Access")
    blocked = False
    await person.sees_badge("Awaiting Connection")
    person.expected.append(re.compile("WebSocket"))


@pytest.mark.parametrize(
    ("event", "within_ms"), [("online", TOLD_NOTICED_WITHIN_MS), ("", QUIET_NOTICED_WITHIN_MS)]
)
async def test_a_silent_connection_that_is_not_used_is_noticed_too(
    someone: SessionOf, event: str, within_ms: float
) -> None:
    person, elsewhere = await someone(), await someone()
    page, sockets = person.page, FreezableSockets()
    seeded = person.server.seed("awaiting-invitation")
    await page.route_web_socket(SOCKET, sockets.connect)
    for each in (person, elsewhere):
        await steps.log_in(each, seeded["email"], seeded["password"])
        await each.goes_to("/connector")
        await each.sees_badge("Awaiting Invitation")
    sockets.freeze()
    await steps.grant_access(elsewhere, seeded["email"])
    if event:
        # As after sleep or a change of Wi-Fi.
        await page.evaluate("name => window.dispatchEvent(new Event(name))", event)
    await person.sees_badge("Awaiting Connection", within_ms=within_ms)
