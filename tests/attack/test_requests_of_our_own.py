"""Addresses that strangers give are never fetched by us (SSRF)."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.attack import surface
from tests.attack.people import People, browser
from tests.attack.surface import PRODUCT, ROOT, SIMULATORS, Handler, Route
from tests.attack.tabs import open_tab
from tests.journeys.server import Server

MAY_CALL = {
    "assembly_ui/xporter": "Xporter on Demand, at the one address of the settings",
    "assembly_ui/services.py": "makes the clients of both",
    "assembly_ui/demo": "calls the simulator in its own process, in the demo only",
    "assembly_ui/cli": "`doctor` asks this machine's own server",
    "assembly_ui/server": "runs the build",
    "simulators/xporter": "in the demo only: this product, at its own address",
    "simulators/schoolbooking": "in the demo only: this product, at its own address",
}
"""The parts of the product that may have an HTTP client, and whom they call."""
CLIENTS = {"httpx", "aiohttp", "requests", "urllib3", "urllib.request", "http.client"}
FIELDS = ("url", "redirect_uri", "next", "email", "callback", "webhook", "website", "install_uri")


def test_only_what_calls_xporter_on_demand_can_call_anybody() -> None:
    calling = {
        "/".join(file.relative_to(ROOT).parts[:2])
        for file in (*PRODUCT.rglob("*.py"), *SIMULATORS.rglob("*.py"))
        if _imported(file) & CLIENTS
    }
    assert calling <= MAY_CALL.keys(), (
        "This calls other servers. If an address that somebody typed can get there, it must be "
        "resolved and refused when it is private; then name the part in MAY_CALL."
    )


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not _is_for_types(node):
            found.add(node.module)
    return found


def _is_for_types(node: ast.ImportFrom) -> bool:
    return {name.name for name in node.names} <= {"HTTPException"}


class Listener:
    """A server on this machine which must never be called."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0

    @property
    def address(self) -> str:
        """Where it would be found."""
        return f"http://127.0.0.1:{self.port}/"

    async def called(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count a call and hang up."""
        self.calls += 1
        writer.close()


@asynccontextmanager
async def _listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.called, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


async def test_no_address_in_any_argument_of_any_handler_is_fetched(
    server: Server, people: People, handlers: dict[str, Handler]
) -> None:
    owner = await people.owner(server.seed("awaiting-invitation"))
    async with _listening() as listener:
        for cookie in ("", owner.cookie):
            async with open_tab(server, cookie=cookie) as tab:
                form = dict.fromkeys(FIELDS, listener.address)
                for handler in handlers.values():
                    if handler.arguments and handler.access:
                        named = {
                            name: form if name == "form" else listener.address
                            for name in handler.arguments
                        }
                        page = f"/x?{urlencode(form)}"
                        await tab.call(handler.name, named, path=page)
                await tab.settled()
        assert listener.calls == 0


async def test_no_address_in_any_request_is_fetched(
    server: Server, victim: dict[str, Any], people: People, routes: list[Route]
) -> None:
    viewer = await people.stranger()
    async with _listening() as listener, browser(server, cookie=viewer.cookie) as window:
        listed = dict.fromkeys((*FIELDS, *sorted(surface.query_parameters())), listener.address)
        headers = {"Referer": listener.address, "X-Original-URL": listener.address}
        for route in routes:
            for sent in ({"data": listed}, {"json": listed}):
                body = {} if route.method == "GET" else sent
                await window.request(
                    route.method, route.filled(), params=listed, headers=headers, **body
                )
        # Whoever is told to fetch something later does so while this is asked for.
        assert (await window.get("/health")).status_code == httpx.codes.OK
        assert listener.calls == 0
