"""Whom to tell of a weakness: `/.well-known/security.txt` (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, timedelta

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from assembly_ui.services import get_services
from assembly_ui.settings import Settings

PATH = "/.well-known/security.txt"
LIFE = timedelta(days=180)
"""The RFC recommends less than a year."""


def router(settings: Settings) -> APIRouter:
    """The one route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def security_txt() -> PlainTextResponse:
        """The file, good for half a year from now on."""
        expires = (get_services().clock() + LIFE).astimezone(UTC).replace(microsecond=0)
        lines = (
            f"Contact: mailto:{settings.help_email}",
            f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
            "Preferred-Languages: en",
            f"Canonical: {settings.address}{PATH}",
        )
        return PlainTextResponse("\n".join(lines) + "\n")

    return routes
