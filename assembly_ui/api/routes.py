"""Everything the platform answers to other programs, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from assembly_ui.api.oauth import router as oauth
from assembly_ui.api.rest import router as api
from assembly_ui.settings import Settings


def router(settings: Settings) -> APIRouter:
    """OAuth below `/oauth`, the API below `/api`."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(oauth.router(settings))
    # Last: it answers for everything below /api that nobody answered before.
    routes.include_router(api.router())
    return routes
