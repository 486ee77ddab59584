"""The status of the person's school as a plain page, for networks that block WebSockets."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.apps.catalogue import authorised_names
from assembly_ui.connector.overview import read_overview
from assembly_ui.mail.render import uk_time
from assembly_ui.schools.caller import find_caller
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import get_services
from assembly_ui.settings import Settings
from assembly_ui.sync.status import read_status
from assembly_ui.web.access import COOKIE
from assembly_ui.web.connector_view import view_of
from assembly_ui.web.plain_pages import plain_page
from assembly_ui.web.sync_view import SyncView, sync_view

PATH = "/school-status"


def socket_address(settings: Settings) -> str:
    """The address of the WebSocket that the other pages need, as a network manager allows it."""
    return f"{settings.address.replace('http', 'ws', 1)}/_event"


def router(settings: Settings) -> APIRouter:
    """The one route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def school_status(request: Request) -> Response:
        """The connection and the sync of the school that the person looks at."""
        services = get_services()
        now = services.clock()
        try:
            await services.throttles.hit(Deed.SEARCH, caller=client_ip(request))
        except Throttled:
            return PlainTextResponse(
                "That was asked for too often. Wait a minute.", 429, {"Retry-After": "60"}
            )
        me = await find_caller(services.database, token=request.cookies.get(COOKIE, ""), now=now)
        if me is None:
            return RedirectResponse(f"/log-in?next={PATH}", 303, {"Cache-Control": "no-store"})
        values = {"path": PATH, "socket": socket_address(settings), "now": uk_time(now.isoformat())}
        if me.school_id is None:
            return plain_page(settings, "no_school", values | {"title": "No school yet"})
        overview = await read_overview(services.database, school_id=me.school_id, now=now)
        apps = await authorised_names(services.database, school_id=me.school_id)
        sync = sync_view(await read_status(services.database, school_id=me.school_id), now=now)
        return plain_page(
            settings,
            "school_status",
            values
            | {
                "title": me.school_name,
                "view": view_of(overview, [], None, apps, is_held=sync["held"]),
                "sync": sync,
                "data": _data_words(sync),
            },
        )

    return routes


def _data_words(sync: SyncView) -> str:
    if sync["running"]:
        return f"Your data is being read now: {sync['done']} of {sync['steps']} steps are done."
    if sync["waiting"]:
        return "Your data is about to be read."
    return sync["last"] or "Your data has not been read yet."
