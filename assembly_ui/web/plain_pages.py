"""Pages made on the server from templates: they need neither JavaScript nor a WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assembly_ui.mail.render import uk_time
from assembly_ui.settings import Settings

FOLDER = Path(__file__).parent / "templates"


def plain_page(
    settings: Settings,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page of that template (`values` include its `title`); no cache keeps it."""
    everywhere = {"help_email": settings.help_email, "is_demo": settings.is_demo}
    html = _templates().get_template(f"{template}.html").render(everywhere | dict(values))
    return HTMLResponse(html, status, {"Cache-Control": "no-store", **(headers or {})})


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"uk_time": uk_time, "elsewhere": elsewhere}
    return environment


def elsewhere(words: str) -> str:
    """Words of the Connector page, for another page: what is "below" is on that page."""
    return words.replace(" below", " on the Connector page")
