"""The page shown in place of a redirect that could lead to a stranger (RFC 6749, 4.1.2.1)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assembly_ui.settings import Settings

FOLDER = Path(__file__).parent / "templates"


class Refusal(StrEnum):
    """Why nobody is sent anywhere."""

    CLIENT_UNKNOWN = "client_unknown"
    CLIENT_DISABLED = "client_disabled"
    REDIRECT_MISMATCH = "redirect_mismatch"
    TOO_MUCH = "too_much"
    TOO_OFTEN = "too_often"
    AWAY = "away"


def page(
    settings: Settings, why: Refusal, *, app: str = "", status: int = 400, seconds: int = 0
) -> HTMLResponse:
    """The page that says why, and in how many seconds it is worth trying again."""
    minutes = -(-seconds // 60)
    html = _template().render(
        why=why,
        app=app,
        wait="a minute" if minutes <= 1 else f"{minutes} minutes",
        help_email=settings.help_email,
        is_demo=settings.is_demo,
    )
    later = {"Retry-After": str(seconds)} if seconds else {}
    return HTMLResponse(html, status, {"Cache-Control": "no-store", **later})


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("refused.html")
