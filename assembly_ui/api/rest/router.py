"""The way of a request through the API: permit, read, answer, translate refusals."""

from __future__ import annotations

import structlog
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from assembly_ui.api.rest.answers import to_json
from assembly_ui.api.rest.asking import understand
from assembly_ui.api.rest.errors import ApiRefused
from assembly_ui.api.rest.in_flight import InFlight
from assembly_ui.api.rest.refusals import refusal
from assembly_ui.api.rest.resource import Answer
from assembly_ui.server.client_ip import while_connected
from assembly_ui.services import get_services

log = structlog.get_logger()

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_COMMON = {
    "Content-Type": "application/json; charset=utf-8",
    # It is about children, and differs from token to token.
    "Cache-Control": "private, no-store",
    "Vary": "Accept, Authorization",
}
_IN_FLIGHT = InFlight()
_AWAY = Answer(to_json({"error": "service_unavailable"}), 503, {"Retry-After": "10"})


def router() -> APIRouter:
    """Everything below `/api`. Some clients begin paths with two slashes (facts, 3.3)."""
    routes = APIRouter(include_in_schema=False)
    for path in ("/api/{path:path}", "//api/{path:path}"):
        routes.add_route(path, _respond, methods=METHODS, include_in_schema=False)
    return routes


async def _respond(request: Request) -> Response:
    try:
        answer = await _answer(request)
    except ApiRefused as refused:
        answer = refusal(refused)
    except (SQLAlchemyError, OSError):
        log.exception("api.database_away")
        answer = _AWAY
    # Known as soon as the request was counted, however it was answered.
    limits = getattr(request.state, "rate_limit", {})
    return Response(answer.body, answer.status, {**_COMMON, **limits, **answer.headers})


async def _answer(request: Request) -> Answer:
    call = await understand(request, get_services())
    async with while_connected(request), _IN_FLIGHT.one(call.bearer.counted_as):
        return await call.resource.answer(call)
