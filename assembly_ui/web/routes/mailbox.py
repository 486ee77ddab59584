"""The demo's mailbox for programs, and each message's HTML for the frame it is shown in."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.mail.errors import MailUnknown
from assembly_ui.mail.mailbox import Mail, latest_mail, open_mail
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import get_services
from assembly_ui.settings import Settings
from assembly_ui.web.access import clean
from assembly_ui.web.mailbox_view import SANDBOX

_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

# Nothing in a message may run or load anything, nor learn where it is shown.
_SAFE = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            f"sandbox {SANDBOX}",
        ]
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def router(settings: Settings) -> APIRouter:
    """The mailbox's routes. Mounted in demo mode only: the mailbox is everyone's."""
    routes = APIRouter()

    @routes.get("/mailbox/messages.json", include_in_schema=False)
    async def latest(request: Request, to: str = "") -> Response:
        """The newest messages, newest first, those of one address with `?to=`."""
        if refusal := await _too_often(request):
            return refusal
        mails = await latest_mail(get_services().database, to=clean(str, to))
        return JSONResponse([_as_json(mail) for mail in mails], headers=_SAFE)

    @routes.get("/mailbox/messages/{mail_id}.html", include_in_schema=False)
    async def message(request: Request, mail_id: str) -> Response:
        """One message as its recipient sees it."""
        if refusal := await _too_often(request):
            return refusal
        try:
            mail = await open_mail(get_services().database, mail_id=clean(int, mail_id))
        except MailUnknown:
            return HTMLResponse("This message is no longer here.", 404, headers=_SAFE)
        return HTMLResponse(_framed(mail.html), headers=_SAFE)

    return routes


def _framed(html: str) -> str:
    # A link would else open inside the frame, where no page of ours agrees to stand.
    return _HEAD.sub(r'\g<0><base target="_blank">', html, count=1)


async def _too_often(request: Request) -> Response | None:
    try:
        await get_services().throttles.hit(Deed.API, caller=client_ip(request))
    except Throttled as refusal:
        wait = max(1, round((refusal.retry_at - get_services().clock()).total_seconds()))
        return JSONResponse({"error": "too often"}, 429, headers={"Retry-After": str(wait)})
    return None


def _as_json(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "to": mail.to,
        "sender": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "received_at": mail.received_at.isoformat(),
        "links": [{"text": link.text, "href": link.href} for link in mail.links],
    }
