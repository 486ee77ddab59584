"""What every HTTP answer carries for safety's sake, and how much a request may bring.

The pages are built files with a few inline scripts. Their hashes are read from
the built files at start, so that the policy allows exactly those and nothing
that anyone could smuggle in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assembly_ui.settings import Settings

LARGEST_BODY = 256 * 1024
YEAR = 365 * 24 * 3600
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_TOO_LARGE = PlainTextResponse("That is too large.", 413)
_FALLBACKS = ("404", "__spa-fallback")


class Security:
    """Wraps the whole app: adds headers, refuses oversized requests."""

    def __init__(self, app: ASGIApp, settings: Settings, pages: Path) -> None:
        self._app = app
        self._policies = policies(pages, settings)
        self._common = _common_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; sockets pass untouched (Reflex checks their origin)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limited = _LimitedBody(receive)
        if limited.is_too_large(scope):
            await _TOO_LARGE(scope, receive, send)
            return
        answer = _Answer(self._answering(scope["path"], send), limited)
        try:
            await self._app(scope, limited.receive, answer.send)
        except ClientDisconnect:
            if not limited.is_cut_off:
                raise
        if limited.is_cut_off and not answer.has_begun:
            await _TOO_LARGE(scope, receive, send)

    def _answering(self, path: str, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), path)
            await send(message)

        return answer

    def _dress(self, headers: MutableHeaders, path: str) -> None:
        for name, value in self._common.items():
            headers.setdefault(name, value)
        page = path.strip("/") or "index"
        headers.setdefault("Content-Security-Policy", self._policies.get(page, self._policies[""]))
        headers.setdefault("Cache-Control", _keep(path))


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
        ]
    )


def _common_headers(settings: Settings) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.address.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def _keep(path: str) -> str:
    if path.startswith("/assets/"):
        # Names of built files change with their contents.
        return f"public, max-age={YEAR}, immutable"
    return "public, max-age=86400" if path.startswith("/fonts/") else "no-cache"
