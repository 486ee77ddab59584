"""Who is behind an HTTP request: for counting, and for refusing forged forms."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.services import get_services


async def same_origin(request: Request) -> None:
    """A dependency: the form was sent by one of our own pages.

    It runs on the event loop, where a refusal can be recorded.

    Browsers name the origin with every POST; some send only the Referer. A
    request with neither is refused, since it may come from anywhere (CSRF).

    Raises:
        HTTPException: 403.
    """
    sent = request.headers.get("origin") or _origin(request.headers.get("referer", ""))
    if sent not in get_services().settings.origins:
        report(SecurityEvent.CROSS_SITE_REQUEST, Outcome.REFUSED)
        raise HTTPException(403, "This form was not sent from our own page. Nothing was changed.")


def _origin(address: str) -> str:
    try:
        parts_of = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts_of.scheme}://{parts_of.netloc}"
