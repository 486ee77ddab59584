"""How the API puts a refusal: its words, and its status for those who ask for it.

Facts known of Xporter on Demand, sections 2, 3 and 8. Without
`httpStatusCodes=true` every refusal comes with status 200.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse

from simulators.xporter import errors

NO_ERROR = {
    "Message": None,
    "ExceptionType": None,
    "ExceptionMessage": None,
    "InnerException": None,
}
NO_TOKEN = {"token": None, "expires": "0001-01-01T00:00:00"}


@dataclass(frozen=True)
class Said:
    """A refusal in the service's manner. `{...}` are the data of the error."""

    status: int
    words: str


WORDS: dict[type[errors.ApiRefused], Said] = {
    errors.WrongSecret: Said(401, "Relying Party not found for estab or secret not correct"),
    errors.Paused: Said(
        403,
        "Authorisation is currently paused while the school finalises the selection of people "
        "to be shared.",
    ),
    errors.TokenMissing: Said(401, "Unauthorized: Authorization header missing or incorrect"),
    errors.TokenUnreadable: Said(401, "Token is not valid"),
    errors.TokenTooOld: Said(401, "Token has expired"),
    errors.WrongKindOfToken: Said(403, "A management token cannot read data of schools"),
    errors.ManagementTokenNeeded: Said(403, "Unauthorized: a management token is needed"),
    errors.SchoolUnknown: Said(404, "School not found"),
    errors.ScopeNotGranted: Said(403, "The scope needed is not granted: {scope}"),
    errors.EndpointUnknown: Said(404, "Endpoint not found"),
    errors.ParameterMissing: Said(400, "Mandatory parameter missing: {name}"),
    errors.ParameterUnreadable: Said(400, "Parameter is not valid: {name}"),
    errors.SnapshotUnknown: Said(400, "ChangedRows snapshot not found"),
}


def refusal(
    refused: errors.ApiRefused, *, asked_for_token: bool, real_status: bool
) -> JSONResponse:
    """The answer that says no."""
    said = WORDS[type(refused)]
    body: dict[str, Any] = (NO_TOKEN if asked_for_token else {}) | NO_ERROR
    body["ExceptionType"] = type(refused).__name__
    body["ExceptionMessage"] = said.words.format(**vars(refused))
    if isinstance(refused, errors.Paused):
        body["AuthorisationPaused"] = True
    return JSONResponse(body, said.status if real_status else 200)
