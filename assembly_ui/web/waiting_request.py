"""The Data Access Request a browser came with, while nobody is known who could claim it.

`/oauth/authorize` leaves its token in an HttpOnly cookie, and pages that lead to signing up
or logging in carry it in their address. A sign-up keeps it, and the account that its own
person confirms claims it at the first log-in, on any device. An account that waits for its
confirmation claims nothing: anybody may have typed its address.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode

import reflex as rx

from assembly_ui.accounts.tokens import hash_token
from assembly_ui.accounts.waiting import keep_request, requests_of_sign_ups
from assembly_ui.apps import requests
from assembly_ui.apps.requests import claim_if_unclaimed, pending_of
from assembly_ui.schools.caller import Caller
from assembly_ui.server.client_ip import REQUEST_COOKIE
from assembly_ui.services import get_services
from assembly_ui.web.query import asked
from assembly_ui.web.ticket import ticket_of

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


async def keep_for_sign_up(state: rx.State) -> None:
    """Keep the request of this browser with its sign-up, and as long as that waits.

    It makes no difference whether the address that was typed has an account, so nobody
    learns that from the request.
    """
    if token := await token_of(state):
        database, now = get_services().database, get_services().clock()
        await keep_request(database, ticket=await ticket_of(state), request_token=token)
        await requests.keep_for_sign_up(database, token=token, now=now)


async def claim_for(me: Caller, token: str) -> None:
    """What this browser and this person's sign-up came with is theirs, unless somebody has it."""
    services = get_services()
    hashes = await requests_of_sign_ups(services.database, email=me.email)
    for token_hash in filter(None, [*hashes, hash_token(token)]):
        await claim_if_unclaimed(
            services.database, token_hash=token_hash, user_id=me.user_id, now=services.clock()
        )


async def is_waiting_for(user_id: int) -> bool:
    """Whether a request waits for this person's answer."""
    services = get_services()
    return await pending_of(services.database, user_id=user_id, now=services.clock()) is not None


def _left_in(header: str) -> str:
    try:
        cookie = SimpleCookie(header)
    except CookieError:
        return ""
    return cookie[REQUEST_COOKIE].value if REQUEST_COOKIE in cookie else ""
