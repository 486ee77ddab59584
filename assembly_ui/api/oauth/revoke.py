"""`POST /oauth/revoke`: an app gives a token back (RFC 7009)."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from assembly_ui.api.oauth import answers
from assembly_ui.api.oauth.incoming import params_of
from assembly_ui.api.oauth.token import known_app
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.tokens import revoke_token
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.services import get_services


async def revoke(request: Request) -> JSONResponse:
    """End a token of the app that calls; what the school allows the app stays as it is."""
    return await answers.answered(request, _revoke)


async def _revoke(request: Request) -> JSONResponse:
    params = await params_of(request)
    app = await known_app(request, params)
    if not (given := params.get("token", "")):
        raise GrantRefused("invalid_request", "token is missing")
    services = get_services()
    await revoke_token(services.database, app=app, token=given, now=services.clock())
    report(SecurityEvent.TOKEN_REVOCATION, Outcome.SUCCEEDED)
    return answers.nothing()
