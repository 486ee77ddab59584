"""What we can do, for programs that look it up (RFC 8414)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.responses import JSONResponse

from assembly_ui.apps import pkce
from assembly_ui.apps.models import GrantType
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.settings import Settings

PATH = "/.well-known/oauth-authorization-server"
WAYS_TO_AUTHENTICATE = ["client_secret_basic", "client_secret_post"]


def describe(settings: Settings) -> Callable[[], JSONResponse]:
    """Answers with our description, which never changes while we run."""
    address = settings.address
    described = {
        "issuer": address,
        "authorization_endpoint": f"{address}/oauth/authorize",
        "token_endpoint": f"{address}/oauth/token",
        "revocation_endpoint": f"{address}/oauth/revoke",
        "scopes_supported": [scope.name for scope in SCOPES],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [grant.value for grant in GrantType],
        "token_endpoint_auth_methods_supported": [*WAYS_TO_AUTHENTICATE, "none"],
        "revocation_endpoint_auth_methods_supported": [*WAYS_TO_AUTHENTICATE, "none"],
        "code_challenge_methods_supported": [pkce.S256],
        "authorization_response_iss_parameter_supported": True,
        "op_policy_uri": f"{address}/terms",
    }

    def metadata() -> JSONResponse:
        return JSONResponse(described, headers={"Cache-Control": "public, max-age=3600"})

    return metadata
