"""The HTTP routes beside the pages, and what every response carries."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from assembly_ui.bootstrap import parts
from assembly_ui.settings import Settings


def create_http(settings: Settings) -> FastAPI:
    """The routes that are not pages: health, forms, callbacks."""
    http = FastAPI(title="Assembly", docs_url=None, redoc_url=None, openapi_url=None)

    @http.get("/health")
    async def health() -> JSONResponse:
        """Whether this process can serve: 200, or 503 with the reason."""
        async with parts().database.read() as session:
            await session.connection()
        return JSONResponse({"status": "ok"})

    return http
