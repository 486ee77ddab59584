"""Addresses that known clients spell with a slash too many.

Two of them join a base address that ends in a slash with a path that begins with one, so
`//oauth/authorize`, `//oauth/token` and `/api//students` arrive (facts of the platform, 3.3).
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_FOR_APPS = re.compile(r"/+(oauth|api|\.well-known)(/|$)")
_SEVERAL = re.compile(r"/{2,}")


class SingleSlashes:
    """Wraps the app: what is meant for apps is found whatever its number of slashes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and "//" in scope["path"]:
            path = plain(scope["path"])
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)


def plain(path: str) -> str:
    """The path with single slashes, if it is one for apps; any other as it is."""
    return _SEVERAL.sub("/", path) if _FOR_APPS.match(path) else path
