"""Who is behind an HTTP request, for counting; and the request of an app a browser came with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import set_origin
from assembly_ui.audit.security_log import report
from assembly_ui.services import get_services

SOCKET_PATH = "/_event"
REQUEST_COOKIE = "assembly_request"
"""Holds the token of a Data Access Request, until whoever came with it is known."""


def client_ip(request: HTTPConnection) -> str:
    """The caller's network address, behind as many proxies as the settings trust."""
    return address_of(request, get_services().settings.trusted_proxy_hops)


def address_of(request: HTTPConnection, hops: int) -> str:
    """The caller's network address, behind that many trusted proxies."""
    # Some proxies add a header of their own below the one the caller sent.
    sent = ",".join(request.headers.getlist("x-forwarded-for"))
    forwarded = sent.split(",")
    told = _address_in(forwarded[-hops]) if hops and len(forwarded) >= hops else ""
    return told or (request.client.host if request.client else "")


def _address_in(hop: str) -> str:
    """The address of a hop, which some proxies write with a port; empty when it is none."""
    hop = hop.strip()
    host, port = hop.rpartition(":")[::2]
    for written in (hop, hop.strip("[]"), host.strip("[]") if port.isdigit() else ""):
        try:
            return str(ip_address(written))
        except ValueError:
            continue
    return ""


@asynccontextmanager
async def while_connected(request: Request) -> AsyncIterator[None]:
    """The work ends when the caller goes away, and gives its place in a queue back.

    Raises:
        HTTPException: 408, which nobody reads.
    """
    # What the request brings comes by the same way as the news that the caller has gone.
    await request.body()
    work = asyncio.current_task()
    assert work is not None
    has_gone = False

    async def watch() -> None:
        nonlocal has_gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        has_gone = True
        work.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not has_gone:
            raise
        work.uncancel()
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
    finally:
        watcher.cancel()


class SetOrigin:
    """ASGI middleware: what an HTTP request or socket causes is recorded with its origin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] in ("http", "websocket"):
            caller = HTTPConnection(scope)
            set_origin(client_ip(caller))
            origin = caller.headers.get("origin")
            own = (None, *get_services().settings.origins)
            if scope["path"].startswith(SOCKET_PATH) and origin not in own:
                # The socket server refuses it, without a word.
                report(SecurityEvent.CROSS_SITE_REQUEST, Outcome.REFUSED)
        await self._app(scope, receive, send)
