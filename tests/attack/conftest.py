"""What attacks are carried out on: the app in this process, and a demo that really runs.

One demo is shared by all tests of a worker, and most rate limits are lifted in it (those that
are attacked get a server with `throttle_scale="1"` from `start_server`, or the HTTP part in this
process). It believes one proxy, so that a test may be at any network address it likes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from tests.attack import surface
from tests.attack.people import People, people_of
from tests.attack.surface import Handler, Route
from tests.integration.web.conftest import app
from tests.journeys.server import Server

__all__ = ["app"]

QUICK = {
    "grant_cooldown_seconds": "1",
    "simulator_queue_seconds": "2",
    "simulator_install_seconds": "1",
    "simulator_pupils": "60",
    "watch_onboarding_seconds": "1",
    # A school that is connected is left alone, so that what changes was changed by an attack.
    "watch_settled_minutes": "600",
    "sync_hours": "600",
    "trusted_proxy_hops": "1",
}


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts demos with settings of their own (`throttle_scale="1"`); all end with the tests."""
    started: list[Server] = []

    def start(**settings: str) -> Server:
        server = Server(tmp_path_factory.mktemp("demo"), **QUICK | settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def running_server(start_server: Callable[..., Server]) -> Server:
    """The shared demo. Tests use `server`, which also reads its log."""
    return start_server()


@pytest.fixture
def server(running_server: Server) -> Iterator[Server]:
    """The shared demo; what it logs during this test must be no error."""
    running_server.trouble()
    yield running_server
    trouble = running_server.trouble()
    assert not trouble, "The server's log speaks of errors:\n" + running_server.story


@pytest.fixture(scope="session")
def victim(running_server: Server) -> dict[str, Any]:
    """A connected school that is attacked and must stay as it is; see `Server.seed`."""
    return running_server.seed("connected")


@pytest.fixture
async def people(server: Server) -> AsyncIterator[People]:
    """Makes people of the shared demo."""
    async with people_of(server) as people:
        yield people


@pytest.fixture
def handlers(app: Any) -> dict[str, Handler]:
    """Every event handler of the product and of Reflex, by its full name."""
    return surface.handlers()


@pytest.fixture
def routes(app: Any) -> list[Route]:
    """Every HTTP route of the product with each of its methods."""
    from assembly_ui.assembly_ui import _http

    return surface.http_routes(_http())
