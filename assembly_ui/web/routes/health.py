"""Whether this process can serve."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.db.database import Database
from assembly_ui.services import get_services
from assembly_ui.settings import Settings

log = structlog.get_logger()

PATIENCE_SECONDS = 3


def router(settings: Settings) -> APIRouter:
    """`/health`, for whoever watches over the process."""
    routes = APIRouter()

    @routes.get("/health", include_in_schema=False)
    async def health() -> JSONResponse:
        """200 when the database answers and keeps what it is given, 503 when it does not.

        Background work that ended and is being started again is named: pages are served
        all the same.
        """
        if problem := _storage_problem(get_services().database):
            return JSONResponse({"status": problem}, status_code=503)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await get_services().database.glance(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            log.exception("health.database_away")
            return JSONResponse({"status": "database away"}, status_code=503)
        if failing := get_services().supervisor.failing:
            return JSONResponse({"status": "degraded", "background": failing})
        return JSONResponse({"status": "ok"})

    return routes


def _storage_problem(database: Database) -> str:
    if database.file and (problem := database.file.problem()):
        return problem.value
    return "the disk is full: nothing can be saved" if database.is_full else ""
