"""SchoolBooking: its parts, connected, and what it does by itself."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import next_due
from assembly_ui.pubsub.topics import PubSub
from simulators.schoolbooking.connect_school import BOOKING_TOPIC
from simulators.schoolbooking.models import Link
from simulators.schoolbooking.oauth import Client
from simulators.schoolbooking.page_templates import PageTemplates
from simulators.schoolbooking.poller import Poller
from simulators.schoolbooking.token_store import TokenCipher
from simulators.xporter.background_work import BackgroundWork, keep_up

TIMEOUT_SECONDS = 30.0
CALLBACK = "/callback"
INSTALL = "/install"
PRIVACY = "/privacy"


def make_http() -> httpx.AsyncClient:
    """The client calls leave by. Assembly is on this machine, so no proxy."""
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


class SchoolBooking:
    """The whole stand-in. Everything it knows is in the database.

    `address` is the public address of its pages. People are sent to `assembly_address`;
    calls go to `assembly_calls`, where the same Assembly answers this machine.
    """

    def __init__(
        self,
        database: Database,
        *,
        address: str,
        assembly_address: str,
        assembly_calls: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
        make_http: Callable[[], httpx.AsyncClient] = make_http,
    ) -> None:
        self.database = database
        self.clock = clock
        self.make_http = make_http
        self.path = urlsplit(address).path.rstrip("/")
        self.is_https = address.startswith("https:")
        self.looks = PageTemplates(path=self.path, assembly=assembly_address.rstrip("/"))
        self.locker = TokenCipher(client_secret)
        self.client = Client(
            client_id,
            client_secret,
            redirect_uri=address.rstrip("/") + CALLBACK,
            authorise_at=f"{assembly_address.rstrip('/')}/oauth/authorize",
            token_at=f"{assembly_calls.rstrip('/')}/oauth/token",
        )
        self._reader = Poller(
            database,
            self.client,
            self.locker,
            clock,
            api_address=f"{assembly_calls.rstrip('/')}/api",
        )

    async def run(self, pubsub: PubSub) -> None:
        """Read the schools that are due, until cancelled."""
        async with self.make_http() as http:
            work = BackgroundWork(
                "schoolbooking",
                lambda: self._reader.do_due(http),
                lambda: next_due(self.database, Link),
                BOOKING_TOPIC,
            )
            await keep_up(work, pubsub, self.clock)

    async def do_due(self) -> int:
        """Read once what is due now; returns how many schools that was."""
        async with self.make_http() as http:
            return await self._reader.do_due(http)
