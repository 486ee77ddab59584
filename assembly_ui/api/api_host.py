"""The API at the root of a host of its own (`ASSEMBLY_API_HOST`).

Published clients can be given a host and nothing more: they join it with absolute paths such as
`/students` and `/oauth/token`, and a path behind the host is lost (facts of the platform, 8). There
the API answers alone: no page, no form and no socket, whatever the path.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assembly_ui.api.oauth.metadata import PATH as METADATA

AT_API_HOST = "assembly.at_api_host"
"""Key of the scope of a request that was sent to that host. Only `ApiHost` sets it."""

_SEVERAL = re.compile(r"/{2,}")
_PORT = re.compile(r":[0-9]+$")
_AS_THEY_ARE = re.compile(rf"/health|{re.escape(METADATA)}|/api(/.*)?", re.DOTALL)


class ApiHost:
    """Wraps everything else: a request to that host is one for the API, below `/api`.

    Without a `host` nothing changes. Sockets are left alone, so that they are refused as at any
    host that is not ours.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._host and scope["type"] == "http" and self._is_meant(scope):
            path = api_path(scope["path"])
            raw = path.encode("utf-8", "replace")
            scope = {**scope, "path": path, "raw_path": raw, AT_API_HOST: True}
        await self._app(scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        return len(hosts) == 1 and _PORT.sub("", hosts[0].lower()).strip("[]") == self._host


def api_path(path: str) -> str:
    """Where a path of that host is found: below `/api`, token and revocation endpoint too."""
    plain = _SEVERAL.sub("/", f"/{path}")
    return plain if _AS_THEY_ARE.fullmatch(plain) else f"/api{plain}"
