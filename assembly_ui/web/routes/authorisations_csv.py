"""The record of authorisations as a file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.apps.history import csv_of
from assembly_ui.schools.caller import find_caller
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import get_services
from assembly_ui.settings import Settings
from assembly_ui.web.access import COOKIE, clean_text
from assembly_ui.web.authorisations_view import CSV, kind_of

HEADERS = {
    "Content-Disposition": 'attachment; filename="authorisations.csv"',
    "Cache-Control": "no-store",
}


def router(settings: Settings) -> APIRouter:
    """The one route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(CSV)
    async def record_as_csv(
        request: Request, app: str = "", what: str = "", school: str = ""
    ) -> Response:
        """The record of the school that the person looks at; of that school alone.

        `school` is the one that the page shows: another tab may look at another meanwhile.
        """
        services = get_services()
        try:
            await services.throttles.hit(Deed.SEARCH, caller=client_ip(request))
        except Throttled:
            return PlainTextResponse("That was asked for too often. Wait a minute.", 429)
        token = request.cookies.get(COOKIE, "")
        me = await find_caller(services.database, token=token, now=services.clock())
        if me is None:
            return RedirectResponse("/log-in?next=/authorisations", 303)
        if me.school_id is None:
            return RedirectResponse("/school-setup", 303)
        if school not in ("", str(me.school_id)):
            return RedirectResponse("/schools", 303)
        text = await csv_of(
            services.database, school_id=me.school_id, app=clean_text(app), what=kind_of(what)
        )
        # A spreadsheet takes the file for an old encoding unless it begins with this mark.
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=HEADERS)

    return routes
