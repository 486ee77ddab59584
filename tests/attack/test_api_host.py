"""The host that is the API's alone opens nothing else, whoever is logged in."""

from __future__ import annotations

from pathlib import Path

import httpx

from assembly_ui.api.api_host import ApiHost
from assembly_ui.api.slashes import SingleSlashes
from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.web.access import COOKIE
from assembly_ui.web.security import Security
from tests.attack.in_process import Site, site
from tests.factories.accounts import cheap_bcrypt

__all__ = ["cheap_bcrypt", "site"]

HOST = "api.localhost"
OPEN = (
    "/api",
    "/oauth/token",
    "/oauth/revoke",
    "/.well-known/oauth-authorization-server",
    "/health",
)


async def test_every_route_that_is_not_for_programs_is_closed(site: Site, tmp_path: Path) -> None:
    inner = Security(SingleSlashes(site.http), site.parts.settings, tmp_path)
    transport = httpx.ASGITransport(SetOrigin(ApiHost(inner, HOST)))
    async with httpx.AsyncClient(
        transport=transport,
        base_url=f"http://{HOST}",
        headers={"Origin": site.address},
        cookies={COOKIE: site.owner_token},
    ) as browser:
        tried = 0
        for route in site.routes:
            if route.path.startswith(OPEN):
                continue
            for path in (route.path, f"/{route.path}", f"/api/..{route.path}"):
                answer = await browser.request(route.method, path.replace("{", "").replace("}", ""))
                assert answer.status_code in (401, 404, 405, 406), (route, answer.status_code)
                assert "set-cookie" not in answer.headers, route
                tried += 1
    assert tried > 50
    assert await site.is_signed_in()
