"""Page weight: what Chromium's network loads for each page, as compressed as it came."""

from __future__ import annotations

from collections import defaultdict

from playwright.async_api import Request

from assembly_ui.web.layout import ADMIN_PAGES
from tools.bench.demo import Bench
from tools.bench.rows import Row, at_most

AREA = "Page weight"
PUBLIC = (
    "/",
    "/sign-up",
    "/confirm-email",
    "/confirm?token=x",
    "/resend-confirmation",
    "/forgotten-password",
    "/reset-password?token=x",
    "/log-in",
    "/terms",
    "/mailbox",
    "/school-setup",
)
CODE = ("script", "stylesheet")
CODE_WHY = "React, React Router, Socket.IO and Reflex's client alone weigh about 150 KB."


async def measure(bench: Bench) -> list[Row]:
    """The heaviest page of each kind: public, and of the admin view."""
    public = {path: await _weigh(bench, path, signed_in=_needs_log_in(path)) for path in PUBLIC}
    admin = {path: await _weigh(bench, path, signed_in=True) for path in ADMIN_PAGES.values()}
    return [
        _heaviest("JS + CSS of public pages", public, CODE, 175, CODE_WHY),
        _heaviest("JS + CSS of admin pages", admin, CODE, 205, CODE_WHY),
        _heaviest("fonts", public | admin, ("font",), 45, "More than the two subset weights."),
    ]


def _needs_log_in(path: str) -> bool:
    return path == "/school-setup"


def _heaviest(
    what: str, pages: dict[str, dict[str, float]], kinds: tuple[str, ...], limit: float, why: str
) -> Row:
    weights = {path: sum(kb[kind] for kind in kinds) for path, kb in pages.items()}
    path, heaviest = max(weights.items(), key=lambda item: item[1])
    shown = f"{heaviest:.0f} KB ({path.partition('?')[0]}; lightest {min(weights.values()):.0f})"
    return at_most(AREA, f"{what}, heaviest page", heaviest, limit, "KB", shown=shown, why=why)


async def _weigh(bench: Bench, path: str, *, signed_in: bool) -> dict[str, float]:
    """Kilobytes (of 1,000 bytes) by kind of file, for a browser that has nothing yet."""
    requests: list[Request] = []
    async with bench.someone(signed_in=signed_in) as person:
        person.page.on("requestfinished", lambda request: requests.append(request))
        await person.goes_to(path)
        await person.page.wait_for_load_state("networkidle")
        assert person.page.url.startswith(bench.server.address + path), person.page.url
        weights: dict[str, float] = defaultdict(float)
        for request in requests:
            sizes = await request.sizes()
            weights[request.resource_type] += sizes["responseBodySize"] / 1000
        return weights
