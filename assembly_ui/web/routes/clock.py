"""What time it is here. Pages measure from this, since the clocks of computers may be wrong."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from assembly_ui.services import get_services
from assembly_ui.settings import Settings

PATH = "/clock"


def router(settings: Settings) -> APIRouter:
    """`/clock`, which assets/assembly.js asks."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def clock() -> PlainTextResponse:
        """The server's time in milliseconds since 1970 (UTC), in digits."""
        milliseconds = round(get_services().clock().timestamp() * 1000)
        return PlainTextResponse(str(milliseconds), headers={"Cache-Control": "no-store"})

    return routes
