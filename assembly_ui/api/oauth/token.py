"""`POST /oauth/token`: from a grant to tokens."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request
from fastapi.responses import JSONResponse

from assembly_ui.accounts.throttles import Deed
from assembly_ui.api.oauth import answers
from assembly_ui.api.oauth.incoming import credentials_of, params_of
from assembly_ui.apps import grants
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.grants import Issued
from assembly_ui.apps.models import App, ClientType
from assembly_ui.apps.tokens import Lives
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import set_client
from assembly_ui.audit.security_log import report
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import get_services
from assembly_ui.settings import Settings


async def token(request: Request) -> JSONResponse:
    """Tokens for a code, a refresh token or an app's own credentials."""
    return await answers.answered(request, _token)


async def known_app(request: Request, params: dict[str, str]) -> App:
    """The app that calls, counted.

    An app is counted once it has proven itself, so that nobody can use up another's share;
    one that cannot prove itself is counted by where its calls come from alone.

    Raises:
        GrantRefused, Throttled
    """
    services = get_services()
    await services.throttles.hit(Deed.TOKEN, caller=client_ip(request))
    told = credentials_of(request, params)
    set_client(told.client_id)
    app = await grants.identify(services.database, client_id=told.client_id, secret=told.secret)
    if app.client_type is ClientType.CONFIDENTIAL:
        await services.throttles.hit(Deed.TOKEN, client=app.client_id)
    return app


def lives(settings: Settings) -> Lives:
    """How long tokens last here."""
    return Lives(
        access=timedelta(seconds=settings.access_token_seconds),
        refresh=timedelta(days=settings.refresh_token_days),
        authorisation=timedelta(days=settings.authorisation_days),
    )


async def _token(request: Request) -> JSONResponse:
    params = await params_of(request)
    app = await known_app(request, params)
    issued = await _issued(app, params)
    report(SecurityEvent.TOKEN_GRANT, Outcome.SUCCEEDED, school_id=issued.school_id)
    return answers.tokens(issued)


async def _issued(app: App, params: dict[str, str]) -> Issued:
    services = get_services()
    match params.get("grant_type", ""):
        case "authorization_code":
            return await grants.exchange_code(
                services.database,
                app,
                code=_given(params, "code"),
                redirect_uri=_given(params, "redirect_uri"),
                verifier=params.get("code_verifier", ""),
                lives=lives(services.settings),
                now=services.clock(),
            )
        case "refresh_token":
            return await grants.refresh(
                services.database,
                app,
                refresh_token=_given(params, "refresh_token"),
                scope=params.get("scope", ""),
                lives=lives(services.settings),
                now=services.clock(),
            )
        case "client_credentials":
            return await grants.app_token(services.database, app, now=services.clock())
        case "":
            raise GrantRefused("invalid_request", "grant_type is missing")
        case _:
            raise GrantRefused("unsupported_grant_type", "grant_type is not supported")


def _given(params: dict[str, str], name: str) -> str:
    if not (value := params.get(name, "")):
        raise GrantRefused("invalid_request", f"{name} is missing")
    return value
