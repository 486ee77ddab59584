"""Serves every page at its plain address.

Built pages are folders with an index, for which a file server answers
`/sign-up` with a redirect to `/sign-up/`: a round trip more for everyone, and
behind a proxy one to the wrong scheme.
"""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send


class PlainAddresses:
    """Wraps the app: asks the file server for the folder when a page is meant."""

    def __init__(self, app: ASGIApp, pages: Path) -> None:
        self._app = app
        self._pages = frozenset(
            f"/{index.parent.relative_to(pages)}" for index in pages.glob("*/**/index.html")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] in self._pages:
            path = f"{scope['path']}/"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
