"""What each refusal looks like on the wire (facts of the platform, 2.4)."""

from __future__ import annotations

from typing import Any

from assembly_ui.api.rest import errors
from assembly_ui.api.rest.answers import to_json
from assembly_ui.api.rest.resource import Answer

LONGEST_NAME = 60
"""Letters of an unknown parameter that are repeated to who sent it."""

_CHALLENGE = 'Bearer realm="Assembly"'


def refusal(error: errors.ApiRefused) -> Answer:
    """The answer to a request that is refused."""
    status, code, message = _words(error)
    body: dict[str, Any] = {"error": code}
    if message:
        body["message"] = message
    headers = {}
    match error:
        case errors.TokenMissing():
            headers["WWW-Authenticate"] = _CHALLENGE
        case errors.TokenInvalid() | errors.ScopeMissing() | errors.OtherTokenNeeded():
            headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="{code}"'
        case errors.MethodNotAllowed(allowed=allowed):
            headers["Allow"] = ", ".join(allowed)
        case errors.TooManyRequests(count=count, period=period, limit=limit):
            headers["Retry-After"] = str(period)
            body["data"] = {"count": count, "period": period, "limit": limit}
    return Answer(to_json(body), status, headers)


def _words(error: errors.ApiRefused) -> tuple[int, str, str]:
    match error:
        case errors.UnsupportedVersion():
            return 406, "unsupported_version", ""
        case errors.TokenMissing():
            return 401, "invalid_request", "an access_token is required."
        case errors.TokenInvalid():
            return 401, "invalid_token", "the access_token is not valid: it may have expired."
        case errors.ScopeMissing(scopes=scopes):
            return 401, "insufficient_scope", f"the school has not allowed {_either(scopes)}."
        case errors.OtherTokenNeeded(level=level):
            return 401, "insufficient_scope", f"this needs a token of level {level}."
        case errors.NotFound():
            return 404, "not found", "there is nothing at this address."
        case errors.MethodNotAllowed(allowed=allowed):
            return 405, "method_not_allowed", f"use {_either(allowed)} here."
        case errors.ParameterUnusable(name=name, wanted=wanted):
            return 400, "bad_request", f"{name} must be {wanted.value}."
        case errors.ParameterUnknown(name=name, known=known):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            return 400, "bad_request", f"there is no parameter {name[:LONGEST_NAME]} here; {takes}."
        case errors.ParametersExclude(names=names):
            return 400, "bad_request", f"{' and '.join(names)} cannot be used together."
        case errors.TooManyRequests():
            return 429, "too many requests", ""
        case errors.SyncRefused():
            return 403, "sync_disabled", "the school is not connected, so it cannot be synced."
        case errors.SyncPending():
            return 503, "sync_pending", "a sync is under way, or ended less than a minute ago."
    raise AssertionError(error)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
