"""The HTTP routes beside the pages, each from a module of `routes`."""

from __future__ import annotations

from fastapi import FastAPI

from assembly_ui.settings import Settings
from assembly_ui.web.routes import (
    accounts,
    authorisations_csv,
    health,
    mailbox,
    xporter_callback,
)

ROUTES = (accounts, authorisations_csv, health, xporter_callback)
DEMO_ROUTES = (mailbox,)


def create_http(settings: Settings) -> FastAPI:
    """Everything that is not a page; the mailbox in demo mode only."""
    http = FastAPI(title="Assembly", docs_url=None, redoc_url=None, openapi_url=None)
    for routes in ROUTES + (DEMO_ROUTES if settings.is_demo else ()):
        http.include_router(routes.router(settings))
    return http
