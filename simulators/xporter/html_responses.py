"""HTML answers: a rendered page with the headers every page carries, or a redirect."""

from __future__ import annotations

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from simulators.xporter.simulator import XporterSimulator

COOKIE = "xporter_portal"
"""Lets a browser that has opened a link come back to `/portal` without it."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Links hold the token, so they are told to nobody else.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def page(
    stand_in: XporterSimulator,
    name: str,
    /,
    *,
    status: int = 200,
    refresh: int = 0,
    **values: object,
) -> HTMLResponse:
    """The page of this name. `refresh` is after how many seconds it loads anew by itself."""
    html = stand_in.pages.render(f"portal/{name}.html", **{"problems": {}} | values)
    headers = HEADERS | ({"Refresh": str(refresh)} if refresh else {})
    return HTMLResponse(html, status, headers)


def redirect(stand_in: XporterSimulator, tail: str) -> RedirectResponse:
    """On to another page of the stand-in; a post becomes a get."""
    return RedirectResponse(stand_in.path + tail, 303, {"Cache-Control": "no-store"})


def remember(response: Response, stand_in: XporterSimulator, token: str) -> Response:
    """Have the browser remember the link until it is closed."""
    response.set_cookie(
        COOKIE,
        token,
        path=f"{stand_in.path}/portal",
        secure=stand_in.is_https,
        httponly=True,
        samesite="lax",
    )
    return response
