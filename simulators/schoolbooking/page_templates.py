"""How SchoolBooking looks: its templates, read once at start, and the headers of its pages."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from simulators.xporter.page_templates import uk_time

FOLDER = Path(__file__).parent / "templates"
NOBODY: dict[str, object] = {"me": None, "link": None, "schools": [], "problems": {}}
NOT_KEPT = {"Cache-Control": "no-store"}
HEADERS = NOT_KEPT | {
    # A code may stand in the address of a page.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageTemplates:
    """Renders pages by name. `path` is where they are mounted, `assembly` where Assembly is."""

    def __init__(self, *, path: str, assembly: str) -> None:
        self._everywhere = {"path": path, "assembly": assembly}
        self._path = path
        # Logging in leads on to Assembly, and browsers count that as part of the form.
        self._headers = HEADERS | {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
            f"form-action 'self' {assembly}; base-uri 'none'; frame-ancestors 'none'"
        }
        self._templates = _read_templates()
        self.css = (FOLDER / "schoolbooking.css").read_text()
        self.icon = (FOLDER / "schoolbooking.svg").read_text()

    def page(
        self, name: str, /, *, status: int = 200, refresh: int = 0, **values: object
    ) -> HTMLResponse:
        """A page. `refresh` is after how many seconds it loads anew by itself."""
        html = self._templates[f"{name}.html"].render(
            self._everywhere | NOBODY | {"here": name} | values
        )
        headers = self._headers | ({"Refresh": str(refresh)} if refresh else {})
        return HTMLResponse(html, status, headers)

    def redirect(self, tail: str) -> RedirectResponse:
        """On to another page of SchoolBooking; a post becomes a get."""
        return RedirectResponse(self._path + tail, 303, NOT_KEPT)


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
    environment.filters |= {
        "uk_time": uk_time,
        "iso": datetime.isoformat,
        "day": day,
    }
    names = environment.list_templates(extensions=["html"])
    return {name: environment.get_template(name) for name in names}


def day(found: date | str) -> str:
    """A date in words: "Monday 23 November"."""
    when = date.fromisoformat(found) if isinstance(found, str) else found
    return f"{when:%A} {when.day} {when:%B}"
