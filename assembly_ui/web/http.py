"""The HTTP routes beside the pages, each from a module of `routes`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from assembly_ui.settings import Settings
from assembly_ui.web.routes import (
    accounts,
    authorisations_csv,
    csp_reports,
    health,
    security_txt,
    xporter_callback,
)
from assembly_ui.worker_pools import PoolBusy

ROUTES = (accounts, authorisations_csv, csp_reports, health, security_txt, xporter_callback)


def create_http(settings: Settings) -> FastAPI:
    """Everything that is not a page; the mailbox in demo mode only."""
    http = FastAPI(title="Assembly", docs_url=None, redoc_url=None, openapi_url=None)
    http.add_exception_handler(PoolBusy, _busy)
    for routes in ROUTES:
        http.include_router(routes.router(settings))
    if settings.is_demo:
        from assembly_ui.web.routes import mailbox

        http.include_router(mailbox.router(settings))
    return http


async def _busy(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PoolBusy)
    message = "Too much is asked at this moment. Nothing was changed. Try again in a few seconds."
    headers = {"Retry-After": str(error.retry_after), "Cache-Control": "no-store"}
    return JSONResponse({"error": "busy", "message": message}, 503, headers)
