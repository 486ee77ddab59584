"""`GET /oauth/authorize`: where an app sends somebody who may allow it to read a school."""

from __future__ import annotations

from urllib.parse import quote

import structlog
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.api.oauth.incoming import ask_of
from assembly_ui.api.oauth.page import Refusal, page
from assembly_ui.api.rate_limits import seconds_until
from assembly_ui.apps.asking import Ask
from assembly_ui.apps.errors import (
    AskedTooMuch,
    AskedWrongly,
    AuthorizeRefused,
    ClientUnknown,
    GrantRefused,
    RedirectMismatch,
)
from assembly_ui.apps.requests import LIFE, begin
from assembly_ui.apps.uris import answered, kept_state
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import set_client
from assembly_ui.audit.security_log import report
from assembly_ui.server.client_ip import REQUEST_COOKIE, client_ip
from assembly_ui.services import Services, get_services

PAGE = "/data-access-request"

log = structlog.get_logger()


async def authorize(request: Request) -> Response:
    """On to the Data Access Request; back to the app; or, when in doubt, nowhere."""
    try:
        return await _authorize(request)
    except (SQLAlchemyError, OSError):
        log.exception("oauth.database_away")
        return page(get_services().settings, Refusal.AWAY, status=503)


async def _authorize(request: Request) -> Response:
    services = get_services()
    try:
        await services.throttles.hit(Deed.AUTHORIZE, caller=client_ip(request))
        ask = ask_of(request)
    except Throttled as throttled:
        wait = seconds_until(throttled)
        return page(services.settings, Refusal.TOO_OFTEN, status=429, seconds=wait)
    except GrantRefused:
        report(SecurityEvent.AUTHORIZE_REQUEST, Outcome.REFUSED)
        return page(services.settings, Refusal.CLIENT_UNKNOWN)
    set_client(ask.client_id)
    try:
        return await _begun(services, ask)
    except AuthorizeRefused as refused:
        return _refused(services, ask, refused)


def _refused(services: Services, ask: Ask, refused: AuthorizeRefused) -> Response:
    match refused:
        case AskedWrongly(redirect_uri=redirect_uri, error=error, description=description):
            answer = {"error": error, "error_description": description}
            issuer = {"iss": services.settings.address}
            return _to(answered(redirect_uri, answer | issuer, state=kept_state(ask.state)))
        case RedirectMismatch(app_name=name):
            return page(services.settings, Refusal.REDIRECT_MISMATCH, app=name)
        case AskedTooMuch(app_name=name):
            return page(services.settings, Refusal.TOO_MUCH, app=name)
        case ClientUnknown(is_disabled=True):
            return page(services.settings, Refusal.CLIENT_DISABLED)
    return page(services.settings, Refusal.CLIENT_UNKNOWN)


async def _begun(services: Services, ask: Ask) -> Response:
    begun = await begin(services.database, ask, now=services.clock())
    # Beside us, at whatever address the browser knows us by: its log-in belongs to that.
    onward = _to(f"{PAGE}?request={quote(begun.token)}")
    # Signing up leads away from this address; the request must be found again at its end.
    onward.set_cookie(
        REQUEST_COOKIE,
        begun.token,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.settings.address.startswith("https://"),
    )
    return onward


def _to(address: str) -> Response:
    # The address is kept letter by letter: a redirect must not encode a state anew.
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=302, headers=headers)
