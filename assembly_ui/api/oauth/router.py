"""The addresses of OAuth."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from assembly_ui.api.oauth import answers, authorize, metadata, revoke, token
from assembly_ui.settings import Settings

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def router(settings: Settings) -> APIRouter:
    """People come to `/oauth/authorize`; programs to the rest, also on the API's address."""
    routes = APIRouter()
    routes.add_api_route("/oauth/authorize", authorize.authorize, methods=["GET"])
    routes.add_api_route(metadata.PATH, metadata.describe(settings), methods=["GET"])
    for below in ("", "/api"):
        routes.add_api_route(f"{below}/oauth/token", token.token, methods=["POST"])
        routes.add_api_route(f"{below}/oauth/revoke", revoke.revoke, methods=["POST"])
    # Last: programs get JSON for whatever nobody answered, not a page for people.
    for path in ("/oauth", "/api/oauth", metadata.PATH):
        routes.add_api_route(path, _unanswered, methods=METHODS)
        routes.add_api_route(f"{path}/{{path:path}}", _unanswered, methods=METHODS)
    return routes


def _unanswered(request: Request) -> JSONResponse:
    path = request.url.path
    if path == metadata.PATH or path == "/oauth/authorize":
        return answers.wrong_method("GET")
    if path.removeprefix("/api") in ("/oauth/token", "/oauth/revoke"):
        return answers.wrong_method("POST")
    return answers.not_found()
