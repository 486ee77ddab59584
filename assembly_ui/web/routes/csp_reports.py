"""Where browsers report what the Content Security Policy of a page has stopped.

Anybody may post here, so nothing of a report is kept: its directive and its page are
looked up in closed lists, counted, and logged as those lists spell them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request, Response

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.audit import security_log
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.server.build import web_folder
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import get_services
from assembly_ui.settings import Settings
from assembly_ui.web.security import CSP_REPORTS

log = structlog.get_logger()

LARGEST_REPORT = 16 * 1024
MOST_REPORTS = 20
"""Browsers send several at once."""

DIRECTIVES = frozenset(
    {
        "base-uri", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors",
        "frame-src", "img-src", "manifest-src", "media-src", "object-src", "script-src",
        "script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem",
        "worker-src",
    }
)  # fmt: skip
OTHER = "other"


def router(settings: Settings) -> APIRouter:
    """The one route."""
    routes = APIRouter(include_in_schema=False)
    pages = _pages_of(web_folder(settings) / "build" / "client")
    seen: Counter[tuple[str, str]] = Counter()

    @routes.post(CSP_REPORTS)
    async def report(request: Request) -> Response:
        """204 whatever came: a browser has no use for a reason."""
        try:
            await get_services().throttles.hit(Deed.REPORT, caller=client_ip(request))
        except Throttled:
            return Response(status_code=429)
        for violation in _violations(await _body(request)):
            known = _known(violation, settings, pages)
            seen[known] += 1
            security_log.report(SecurityEvent.POLICY_VIOLATION, Outcome.REFUSED)
            # Powers of two: the first is seen at once, and a flood fills no log.
            if seen[known].bit_count() == 1:
                log.warning("csp.violated", directive=known[0], page=known[1], times=seen[known])
        return Response(status_code=204)

    return routes


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_REPORT:
            return b""
    return body


def _violations(body: bytes) -> Iterator[dict[str, Any]]:
    """What was reported: one object of `report-uri`, or a list of the Reporting API."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for item in (sent if isinstance(sent, list) else [sent])[:MOST_REPORTS]:
        if isinstance(item, dict):
            inner = item.get("csp-report", item.get("body"))
            if isinstance(inner, dict):
                yield inner


def _known(violation: dict[str, Any], settings: Settings, pages: frozenset[str]) -> tuple[str, str]:
    directive = violation.get("effective-directive", violation.get("effectiveDirective"))
    page = violation.get("document-uri", violation.get("documentURL"))
    path = _own_path(page, settings) if isinstance(page, str) else OTHER
    return (
        directive if isinstance(directive, str) and directive in DIRECTIVES else OTHER,
        path if path in pages else OTHER,
    )


def _own_path(page: str, settings: Settings) -> str:
    try:
        parts = urlsplit(page)
    except ValueError:
        return OTHER
    is_ours = f"{parts.scheme}://{parts.netloc}" in settings.origins
    return (parts.path.rstrip("/") or "/") if is_ours else OTHER


def _pages_of(built: Path) -> frozenset[str]:
    found = (index.parent.relative_to(built).as_posix() for index in built.rglob("index.html"))
    return frozenset("/" if path == "." else f"/{path}" for path in found)
