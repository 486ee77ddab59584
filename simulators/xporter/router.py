"""Everything the stand-in answers, in one router: its API, its pages, their style."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request

from simulators.xporter import control, portal, xporter_api
from simulators.xporter.simulator import XporterSimulator

API_PREFIXES = ("api/", "idaas/")
CONTROL = "control/"


def router(find: Callable[[], XporterSimulator]) -> APIRouter:
    """What is mounted below the stand-in's address.

    `find` is asked at every request, since routes are made before anything runs.
    """
    routes = APIRouter(include_in_schema=False)
    routes.include_router(portal.router(find))

    @routes.get("/portal.css")
    async def css() -> Response:
        """How the pages look."""
        return Response(find().pages.css, media_type="text/css", headers=_KEPT)

    @routes.get("/portal.svg")
    async def icon() -> Response:
        """The sign of the stand-in."""
        return Response(find().pages.icon, media_type="image/svg+xml", headers=_KEPT)

    @routes.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
    async def anything_else(request: Request, path: str) -> Response:
        """The API, whose paths are read without regard to case, and its control."""
        if path.startswith(CONTROL):
            return await control.answer(find(), request, path.removeprefix(CONTROL))
        if path.casefold().startswith(API_PREFIXES):
            return await xporter_api.answer(find(), request, path)
        return portal.missing(find())

    return routes


_KEPT = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
