"""What goes back from the token and revocation endpoints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.accounts.errors import Throttled
from assembly_ui.api.rate_limits import headers_of_refusal, seconds_until
from assembly_ui.apps.errors import GrantRefused
from assembly_ui.apps.grants import Issued
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report

# RFC 6749, 5.1.
UNKEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
BASIC = 'Basic realm="Assembly", charset="UTF-8"'

COME_BACK = {"Retry-After": "10"}

log = structlog.get_logger()

Work = Callable[[Request], Awaitable[JSONResponse]]


async def answered(request: Request, work: Work) -> JSONResponse:
    """What `work` answers, or why it is refused (RFC 6749, 5.2)."""
    try:
        return await work(request)
    except GrantRefused as refused:
        return _refused(refused)
    except Throttled as throttled:
        return _throttled(throttled)
    except (SQLAlchemyError, OSError):
        log.exception("oauth.database_away")
        return _away()


def tokens(issued: Issued) -> JSONResponse:
    """Tokens, in the documented form (facts of the platform, 2.3) with `scope` of RFC 6749.

    `scopes` is all that the school allows; `scope` is what was asked for, in the app's words.
    """
    body: dict[str, Any] = {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "level": issued.level,
        "expires_in": int(issued.expires_in.total_seconds()) if issued.expires_in else None,
    }
    if issued.refresh_token:
        body["refresh_token"] = issued.refresh_token
    if issued.school_id is not None:
        body["school_id"] = issued.school_id
        body["scopes"] = list(issued.scopes)
        body["scope"] = issued.scope
    return JSONResponse(body, headers=UNKEPT)


def nothing() -> JSONResponse:
    """It is done, and there is nothing to say."""
    return JSONResponse({}, headers=UNKEPT)


def _refused(refused: GrantRefused) -> JSONResponse:
    is_unknown = refused.error == "invalid_client"
    event = SecurityEvent.CLIENT_AUTHENTICATION if is_unknown else SecurityEvent.TOKEN_GRANT
    report(event, Outcome.REFUSED)
    status = 401 if is_unknown else 400
    challenge = {"WWW-Authenticate": BASIC} if is_unknown else {}
    body = {
        "error": refused.error,
        "error_description": refused.description,
        # As the API words its errors, and the number that a known client reads (2.4).
        "message": refused.description,
        "code": status,
    }
    return JSONResponse(body, status, {**UNKEPT, **challenge})


def _away() -> JSONResponse:
    # Nothing of RFC 6749, 5.2 fits; apps know this word from where people are sent (4.1.2.1).
    body = {
        "error": "temporarily_unavailable",
        "error_description": "please try again in a moment",
        "message": "please try again in a moment",
        "code": 503,
    }
    return JSONResponse(body, 503, {**UNKEPT, **COME_BACK})


def _throttled(throttled: Throttled) -> JSONResponse:
    wait = seconds_until(throttled)
    data = {"count": throttled.limit + 1, "period": wait, "limit": throttled.limit}
    body = {"error": "too many requests", "code": 429, "data": data}
    return JSONResponse(body, 429, {**UNKEPT, **headers_of_refusal(throttled)})


def not_found() -> JSONResponse:
    """There is no such address."""
    return _wrong_call(404, "not_found", "there is nothing at this address", {})


def wrong_method(allowed: str) -> JSONResponse:
    """The address is called in another way."""
    return _wrong_call(405, "method_not_allowed", f"use {allowed} here", {"Allow": allowed})


def _wrong_call(status: int, error: str, words: str, headers: dict[str, str]) -> JSONResponse:
    body = {"error": error, "error_description": words, "message": words, "code": status}
    return JSONResponse(body, status, {**UNKEPT, **headers})
