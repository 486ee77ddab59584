"""Where Xporter on Demand posts that a school authorised us.

Its address ends in a key nobody can guess; what is posted is believed only
after a token proved it (see `connector.callback`).
"""

from __future__ import annotations

import hmac
from contextlib import suppress

import structlog
from fastapi import APIRouter, Request, Response

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.claims import holder_of
from assembly_ui.connector.errors import InboxFull
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import CALLBACK_PATH, get_services
from assembly_ui.settings import Settings
from assembly_ui.sync.errors import NotConnected, NothingWanted
from assembly_ui.sync.models import Reason
from assembly_ui.sync.requests import ask
from assembly_ui.xporter.callback import LONGEST_BODY, parse_body
from assembly_ui.xporter.errors import CallbackUnreadable

log = structlog.get_logger()


def router(settings: Settings) -> APIRouter:
    """The one route of the callback."""
    routes = APIRouter()

    @routes.post(CALLBACK_PATH + "/{key}", include_in_schema=False)
    async def authorised(key: str, request: Request) -> Response:
        """204 when dealt with, 202 when kept; 429 or 503 when the sender should repeat."""
        if not any(
            hmac.compare_digest(key.encode(), own.encode())
            for own in get_services().settings.callback_keys
        ):
            report(SecurityEvent.CALLBACK, Outcome.REFUSED)
            return Response(status_code=404)
        try:
            await get_services().throttles.hit(Deed.CALLBACK, caller=client_ip(request))
        except Throttled:
            return Response(status_code=429)
        return Response(status_code=await _receive(await _body(request), client_ip(request)))

    return routes


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            break
    return body


async def _receive(body: bytes, sender: str) -> int:
    services = get_services()
    try:
        callback = parse_body(body)
        receipt = await receive_callback(
            services.database,
            services.xporter,
            services.cipher,
            callback=callback,
            clock=services.clock,
            sender=sender,
        )
        outcome = Outcome.REFUSED if receipt is Receipt.REFUSED else Outcome.SUCCEEDED
        report(SecurityEvent.CALLBACK, outcome)
        if receipt is Receipt.BELIEVED:
            await _have_synced(callback.estab)
    except CallbackUnreadable as error:
        report(SecurityEvent.CALLBACK, Outcome.FAILED)
        log.warning("callback.unreadable", why=error.detail)
        return 400
    except InboxFull:
        log.warning("callback.inbox_full", estab=callback.estab)
        return 503
    log.info("callback.received", estab=callback.estab, receipt=receipt.value)
    return 202 if receipt is Receipt.KEPT else 204


async def _have_synced(estab: str) -> None:
    """What the school shares may be other data than before."""
    services = get_services()
    if (school_id := await holder_of(services.database, estab)) is None:
        return
    # Nothing to read, or nothing to read it from: then there is nothing to be done yet.
    with suppress(NothingWanted, NotConnected):
        await ask(
            services.database, school_id=school_id, reason=Reason.CALLBACK, now=services.clock()
        )
