"""Everything SchoolBooking answers, in one router: its pages and their style."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from simulators.schoolbooking.application import CALLBACK, INSTALL, PRIVACY, SchoolBooking
from simulators.schoolbooking.auth_views import AuthViews
from simulators.schoolbooking.school_pages import SchoolPages


def router(find: Callable[[], SchoolBooking]) -> APIRouter:
    """What is mounted below SchoolBooking's address.

    `find` is asked at every request, since routes are made before anything runs.
    """
    routes = APIRouter(include_in_schema=False)
    _add_entering(routes, AuthViews(find))
    _add_pages(routes, SchoolPages(find))

    @routes.get("/schoolbooking.css")
    async def css() -> Response:
        """How the pages look."""
        return Response(find().looks.css, media_type="text/css", headers=_KEPT)

    @routes.get("/schoolbooking.svg")
    async def icon() -> Response:
        """Its sign."""
        return Response(find().looks.icon, media_type="image/svg+xml", headers=_KEPT)

    @routes.get("/{_path:path}")
    async def anything_else() -> Response:
        """No such page."""
        return find().looks.page("missing", status=404)

    return routes


def _add_entering(routes: APIRouter, entering: AuthViews) -> None:
    routes.add_api_route("", entering.home)
    routes.add_api_route("/", entering.home)
    routes.add_api_route(PRIVACY, entering.privacy)
    routes.add_api_route(INSTALL, entering.install)
    routes.add_api_route(CALLBACK, entering.callback)
    routes.add_api_route("/log-in", entering.show_log_in)
    routes.add_api_route("/log-in", entering.log_in, methods=["POST"])
    routes.add_api_route("/log-out", entering.log_out, methods=["POST"])


def _add_pages(routes: APIRouter, pages: SchoolPages) -> None:
    routes.add_api_route("/dashboard", pages.dashboard)
    routes.add_api_route("/rooms", pages.rooms)
    routes.add_api_route("/rooms/{number}", pages.room)
    routes.add_api_route("/classes", pages.classes)
    routes.add_api_route("/staff", pages.staff)
    routes.add_api_route("/calendar", pages.calendar)
    routes.add_api_route("/integration", pages.integration)
    routes.add_api_route("/disconnect", pages.disconnect)
    routes.add_api_route("/disconnect", pages.end, methods=["POST"])
    routes.add_api_route("/disconnected", pages.disconnected)
    routes.add_api_route("/read", pages.read_now, methods=["POST"])
    routes.add_api_route("/look", pages.look_at, methods=["POST"])


_KEPT = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
