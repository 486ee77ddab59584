"""The addresses of OAuth."""

from __future__ import annotations

from fastapi import APIRouter

from assembly_ui.platform_api.oauth import authorize, metadata, revoke, token
from assembly_ui.settings import Settings


def router(settings: Settings) -> APIRouter:
    """People come to `/oauth/authorize`; programs to the rest, also on the API's address."""
    routes = APIRouter()
    routes.add_api_route("/oauth/authorize", authorize.authorize, methods=["GET"])
    routes.add_api_route(metadata.PATH, metadata.describe(settings), methods=["GET"])
    for below in ("", "/api"):
        routes.add_api_route(f"{below}/oauth/token", token.token, methods=["POST"])
        routes.add_api_route(f"{below}/oauth/revoke", revoke.revoke, methods=["POST"])
    return routes
