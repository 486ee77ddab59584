"""What every HTTP answer carries for safety's sake, and which requests are let in.

It wraps everything else, so that an answer carries the same headers whether a page, a
route, a router or an error made it.

The pages are built files with a few inline scripts. Their hashes are read from
the built files at start, so that the policy allows exactly those and nothing
that anyone could smuggle in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from reflex_base.constants import Endpoint
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assembly_ui.api.api_host import AT_API_HOST
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.settings import Settings
from assembly_ui.web import cookies

log = structlog.get_logger()

LARGEST_BODY = 256 * 1024
YEAR = 365 * 24 * 3600
CSP_REPORTS = "/csp-reports"
ANYWHERE = frozenset({"/health"})
"""What answers under any name: whoever watches a process asks it by its address."""

CLOSED = frozenset(endpoint.value for endpoint in Endpoint if endpoint is not Endpoint.EVENT)
"""What Reflex answers beside its socket (`/ping`, `/_health` …): nobody of ours asks it, and the
latter would tell of its parts."""

RETRY_SECONDS = "60"
PAGE_METHODS = "GET, HEAD"
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HOST_AND_PORT = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)
_NOT_THERE = PlainTextResponse("There is nothing at this address.", HTTPStatus.NOT_FOUND)
_TOO_LARGE = PlainTextResponse(
    "That is too large.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    # The rest is never read, so no further request can follow on the connection.
    {"Connection": "close"},
)
_FAILED = PlainTextResponse(
    "Something went wrong on our side, and we have noted it. What you sent last may not have "
    "been kept. Try it again in a moment.",
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
_FALLBACKS = ("404", "__spa-fallback")
_NO_DOCUMENT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For answers that are no page: opened as one, they run and load nothing."""


class Security:
    """Wraps the whole app: adds headers, refuses forged hosts and oversized requests."""

    def __init__(self, app: ASGIApp, settings: Settings, pages: Path) -> None:
        self._app = app
        self._policies = policies(pages, settings)
        self._common = _common_headers(settings)
        self._hosts = _own_hosts(settings)
        self._is_https = settings.address.startswith("https://")
        self._elsewhere = PlainTextResponse(
            f"Assembly does not answer at this address. Use {settings.address}.",
            HTTPStatus.MISDIRECTED_REQUEST,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; of sockets Reflex checks the origin."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._is_https:
            scope = {**scope, "headers": cookies.received(list(scope["headers"]))}
        if scope["type"] == "http":
            await self._serve(scope, receive, self._answering(scope, send))
        elif self._is_for_us(scope):
            await self._app(scope, receive, send)
        else:
            report(SecurityEvent.REQUEST, Outcome.REFUSED)
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_for_us(scope):
            report(SecurityEvent.REQUEST, Outcome.REFUSED)
            await self._elsewhere(scope, receive, send)
            return
        limited = _LimitedBody(receive)
        if limited.is_too_large(scope):
            await _refuse_too_large(scope, receive, send)
            return
        if scope["path"].strip("/").partition("/")[0] in CLOSED:
            await _NOT_THERE(scope, receive, send)
            return
        answer = _Answer(send, limited)
        try:
            await self._app(scope, limited.receive, answer.send)
        except ClientDisconnect:
            if not limited.is_cut_off:
                raise
        except Exception:
            log.exception("http.failed")
            if not answer.has_begun:
                await _FAILED(scope, receive, send)
            return
        if limited.is_cut_off and not answer.has_begun:
            await _refuse_too_large(scope, receive, send)

    def _is_for_us(self, scope: Scope) -> bool:
        if scope["path"] in ANYWHERE or scope.get(AT_API_HOST):
            return True
        hosts = Headers(scope=scope).getlist("host")
        named = _HOST_AND_PORT.fullmatch(hosts[0]) if len(hosts) == 1 else None
        return named is not None and named[1].lower() in self._hosts

    def _answering(self, scope: Scope, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A copy: answers that are made once must not collect what each request adds.
                message = {**message, "headers": list(message.get("headers", []))}
                self._complete(MutableHeaders(scope=message), message["status"], scope)
                if self._is_https:
                    message["headers"] = cookies.sent(message["headers"])
            await send(message)

        return answer

    def _complete(self, headers: MutableHeaders, status: int, scope: Scope) -> None:
        for name, value in self._common.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", self._policy_of(headers, status, scope))
        if status >= HTTPStatus.BAD_REQUEST:
            # An error must not outlive its cause in somebody's cache.
            headers["Cache-Control"] = "no-store"
        headers.setdefault("Cache-Control", _keep(scope["path"]))
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            headers.setdefault("Retry-After", RETRY_SECONDS)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.setdefault("Allow", PAGE_METHODS)
        if status in (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT):
            # Routers build these from the Host header, and behind a proxy with the wrong scheme.
            headers["Location"] = _path_of(headers.get("location", "/"))

    def _policy_of(self, headers: MutableHeaders, status: int, scope: Scope) -> str:
        kind = headers.get("content-type", "")
        # "Not modified" comes without a type, and its headers replace those of the page.
        if kind.startswith("text/html") or (not kind and status == HTTPStatus.NOT_MODIFIED):
            page = scope["path"].strip("/") or "index"
            return self._policies.get(page, self._policies[""])
        return _NO_DOCUMENT


async def _refuse_too_large(scope: Scope, receive: Receive, send: Send) -> None:
    report(SecurityEvent.REQUEST, Outcome.REFUSED)
    await _TOO_LARGE(scope, receive, send)


class _LimitedBody:
    """Counts what a request brings; a body that says nothing of its length is cut off."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._seen = 0

    def is_too_large(self, scope: Scope) -> bool:
        """Whether the request itself says so."""
        length = dict(scope["headers"]).get(b"content-length", b"0")
        return not length.isdigit() or int(length) > LARGEST_BODY

    @property
    def is_cut_off(self) -> bool:
        """Whether more came than a request may bring."""
        return self._seen > LARGEST_BODY

    async def receive(self) -> Message:
        """The next piece; a disconnect in place of one that is too much."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_cut_off else message


class _Answer:
    """What goes back; nothing more of what the app says of a body that was cut off."""

    def __init__(self, send: Send, limited: _LimitedBody) -> None:
        self._send = send
        self._limited = limited
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Pass a piece on."""
        if self._limited.is_cut_off and not self.has_begun:
            return
        self.has_begun = True
        await self._send(message)


def policies(pages: Path, settings: Settings) -> Mapping[str, str]:
    """The policy of each built page, by its path; "" is for everything else."""
    hashes = {
        str(file.relative_to(pages).with_suffix("")): inline_hashes(file.read_bytes())
        for file in pages.rglob("*.html")
    }
    rest = sorted({found for name in _FALLBACKS for found in hashes.get(name, [])})
    return {
        "": _policy(rest, settings),
        **{name: _policy(found, settings) for name, found in hashes.items()},
    }


def inline_hashes(html: bytes) -> list[str]:
    """CSP sources (CSP level 3, 'sha256-…') of the inline scripts of a page."""
    scripts = dict.fromkeys(_INLINE_SCRIPT.findall(html))
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in scripts
    ]


def _policy(hashes: list[str], settings: Settings) -> str:
    # Not every browser counts a socket to the same address as 'self'.
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in settings.origins)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}".strip(),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {sockets}",
            "frame-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "report-to csp",
            # For browsers that know no Reporting-Endpoints.
            f"report-uri {CSP_REPORTS}",
        ]
    )


def _common_headers(settings: Settings) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Reporting-Endpoints": f'csp="{settings.address}{CSP_REPORTS}"',
    }
    if settings.address.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def _own_hosts(settings: Settings) -> frozenset[str]:
    hosts = (urlsplit(origin).hostname or "" for origin in settings.origins)
    return frozenset(f"[{host}]" if ":" in host else host for host in hosts)


def _path_of(location: str) -> str:
    parts = urlsplit(location)
    # More than one slash at the beginning would name a host again.
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def _keep(path: str) -> str:
    if path.startswith("/assets/"):
        # Names of built files change with their contents.
        return f"public, max-age={YEAR}, immutable"
    return "public, max-age=86400" if path.startswith("/fonts/") else "no-cache"
