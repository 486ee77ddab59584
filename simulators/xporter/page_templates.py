"""The stand-in's pages and mails, from templates read once at start.

They are small and need nothing from the database, so rendering one takes less
than a millisecond and happens on the loop.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

FOLDER = Path(__file__).parent / "templates"
UK = ZoneInfo("Europe/London")


class Pages:
    """Renders templates by name. `path` is where the router is mounted."""

    def __init__(self, *, path: str, product_address: str) -> None:
        self._everywhere = {"path": path, "connector": f"{product_address}/connector"}
        self._templates = _read_templates()
        self.css = (FOLDER / "portal.css").read_text()
        self.icon = (FOLDER / "portal.svg").read_text()

    def render(self, name: str, /, **values: object) -> str:
        """A page or mail with these values, escaped where it is HTML."""
        return self._templates[name].render(self._everywhere | values)


@cache
def _read_templates() -> dict[str, Template]:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["uk_time"] = uk_time
    names = environment.list_templates(extensions=["html", "txt"])
    return {name: environment.get_template(name) for name in names}


def uk_time(moment: datetime) -> str:
    """A moment as a clock in the United Kingdom shows it."""
    there = moment.astimezone(UK)
    return f"{there.day} {there:%B %Y} at {there:%H:%M}"
