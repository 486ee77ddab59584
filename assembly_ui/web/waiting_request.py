"""The Data Access Request a browser came with, while nobody is known who could claim it.

`/oauth/authorize` leaves its token in an HttpOnly cookie, and pages that lead to signing up
or logging in carry it in their address. As soon as there is an account, even one that waits
for its confirmation, the request is that account's: it is found again on any device.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode

import reflex as rx

from assembly_ui.accounts.people import find_person, get_person
from assembly_ui.apps.errors import RequestProblem
from assembly_ui.apps.requests import claim, pending_of, read_request
from assembly_ui.bootstrap import parts
from assembly_ui.callers import REQUEST_COOKIE
from assembly_ui.web.query import asked

PAGE = "/data-access-request"


class CameWith(rx.State):
    """The request whose page this tab has shown."""

    _token: str = ""


async def token_of(state: rx.State) -> str:
    """The token in the address of the page; or that of the page shown before; or else the one
    this browser was left.
    """
    came_with = await state.get_state(CameWith)
    if in_address := asked(state, "request"):
        came_with._token = in_address
    return came_with._token or _left_in(state.rx_router_headers.cookie)


def with_token(path: str, token: str) -> str:
    """A page of ours that is told of the request."""
    return f"{path}?{urlencode({'request': token})}" if token else path


async def claim_for_sign_up(state: rx.State, email: str) -> None:
    """The request waits for whoever confirms this address.

    An address that has an account already claims nothing: its owner did not ask for it.
    """
    if not (token := await token_of(state)):
        return
    person = await find_person(parts().database, email)
    if person is not None and not person.is_confirmed:
        await claim_for(person.id, token)


async def claim_for(user_id: int, token: str) -> None:
    """The request is this person's, if it is nobody's yet and still to decide.

    An account that was never confirmed is nobody: its address may have been mistyped.
    """
    use, now = parts(), parts().clock()
    try:
        seen = await read_request(use.database, token=token, now=now)
        owner = await get_person(use.database, seen.user_id) if seen.user_id else None
        if owner is None or not owner.is_confirmed:
            await claim(use.database, token=token, user_id=user_id, now=now)
    except RequestProblem:
        return


async def is_waiting_for(user_id: int) -> bool:
    """Whether a request waits for this person's answer."""
    use = parts()
    return await pending_of(use.database, user_id=user_id, now=use.clock()) is not None


def _left_in(header: str) -> str:
    try:
        cookie = SimpleCookie(header)
    except CookieError:
        return ""
    return cookie[REQUEST_COOKIE].value if REQUEST_COOKIE in cookie else ""
