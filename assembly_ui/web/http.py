"""The HTTP routes beside the pages, each from a module of `routes`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from assembly_ui.jobs.worker_pools import PoolBusy
from assembly_ui.settings import Settings
from assembly_ui.web.failure_page import answer_failure
from assembly_ui.web.routes import (
    accounts,
    authorisations_csv,
    clock,
    csp_reports,
    health,
    school_status,
    security_txt,
    xporter_callback,
)

ROUTES = (
    accounts,
    authorisations_csv,
    clock,
    csp_reports,
    health,
    school_status,
    security_txt,
    xporter_callback,
)


def create_http(settings: Settings) -> FastAPI:
    """Everything that is not a page; the mailbox in demo mode only."""
    http = FastAPI(title="Assembly", docs_url=None, redoc_url=None, openapi_url=None)

    async def fail(request: Request, error: Exception) -> Response:
        return answer_failure(settings, request, error)

    for kind in (PoolBusy, Exception):
        http.add_exception_handler(kind, fail)
    for routes in ROUTES:
        http.include_router(routes.router(settings))
    if settings.is_demo:
        from assembly_ui.web.routes import mailbox

        http.include_router(mailbox.router(settings))
    return http
