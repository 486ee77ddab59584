"""The stand-in for Xporter on Demand: its parts, connected, and what it does by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import next_due
from assembly_ui.pubsub.topics import PubSub
from simulators.xporter import callbacks, install_queue, mail
from simulators.xporter.background_work import BackgroundWork, keep_up
from simulators.xporter.mail import Deliver
from simulators.xporter.models import Callback, Invitation
from simulators.xporter.page_templates import Pages
from simulators.xporter.tokens import LIFE, Tokens
from simulators.xporter.usage_log import Usage


@dataclass(frozen=True)
class EdubaseQuery:
    """What edubase.search was asked; "" and None for what was not said."""

    words: str = ""
    postcode: str = ""
    telephone: str = ""
    la_code: str = ""
    estab_code: str = ""
    include_closed: bool = False
    limit: int = 25


MOST_POSTCODES = 1000

FindSchools = Callable[[EdubaseQuery], Sequence[dict[str, Any]]]
"""Rows of the national register for a query."""


class XporterSimulator:
    """One application's Xporter on Demand. Everything it knows is in the database.

    `address` is the public address of its pages, `callback_url` where it posts
    authorisations ("" keeps them unposted). `relying_party` and `management_secret`
    are the application's. Without a `control_key` there is no control API. `pupils`
    is the size of every school, else each has its own; `find_schools` is asked by
    edubase.search, else only invited schools are known.
    """

    def __init__(
        self,
        database: Database,
        *,
        address: str,
        product_address: str,
        deliver: Deliver,
        callback_url: str,
        relying_party: str,
        management_secret: str,
        queue_seconds: float,
        install_seconds: float,
        clock: Clock,
        token_life: timedelta = LIFE,
        sender: str = mail.SENDER,
        control_key: str = "",
        pupils: int | None = None,
        seed: int = 0,
        find_schools: FindSchools | None = None,
        make_http: Callable[[], httpx.AsyncClient] = callbacks.make_http,
    ) -> None:
        self.database = database
        self.clock = clock
        self.relying_party = relying_party
        self.management_secret = management_secret
        self.control_key = control_key
        self.pupils = pupils
        self.seed = seed
        self.usage = Usage(database, relying_party)
        self.find_schools = find_schools
        self.queue_time = timedelta(seconds=queue_seconds)
        self.install_time = timedelta(seconds=install_seconds)
        self.tokens = Tokens(f"{relying_party} {management_secret}", token_life)
        self.path = urlsplit(address).path.rstrip("/")
        self.is_https = address.startswith("https:")
        self.pages = Pages(path=self.path, product_address=product_address.rstrip("/"))
        self.address = address.rstrip("/")
        self._deliver = deliver
        self._sender = sender
        self._callback_url = callback_url
        self._make_http = make_http
        self._postcodes: dict[tuple[str, str], str] = {}

    def postcode_of(self, estab: str, name: str) -> str | None:
        """The school's postcode in the register, "" if it is not there; None without one."""
        if self.find_schools is None:
            return None
        if (estab, name) not in self._postcodes:
            if len(self._postcodes) >= MOST_POSTCODES:
                self._postcodes.clear()
            asked = EdubaseQuery(la_code=estab[:3], estab_code=estab[3:])
            rows = [row for row in self.find_schools(asked) if row["Estab"] == estab]
            rows.sort(key=lambda row: row["EstablishmentName"] != name)
            self._postcodes[estab, name] = rows[0]["PostCode"] if rows else ""
        return self._postcodes[estab, name]

    async def run(self, pubsub: PubSub) -> None:
        """Send mail, move schools through the queue, post callbacks, until cancelled."""
        async with self._make_http() as http, asyncio.TaskGroup() as tasks:
            # Apart from each other: a partner that does not answer holds up no mail.
            for work in self._work(http):
                tasks.create_task(keep_up(work, pubsub, self.clock))

    async def do_due(self) -> int:
        """Do once what is due now; returns how much that was."""
        async with self._make_http() as http:
            return sum([await work.do_due() for work in self._work(http)])

    def _work(self, http: httpx.AsyncClient) -> list[BackgroundWork]:
        return [
            BackgroundWork("mail", self._send_mail, lambda: next_due(self.database, Invitation)),
            BackgroundWork(
                "queue",
                self._finish_installations,
                lambda: install_queue.next_finish(self.database),
            ),
            BackgroundWork(
                "callbacks",
                lambda: self._post_callbacks(http),
                lambda: next_due(self.database, Callback),
            ),
        ]

    async def _send_mail(self) -> int:
        return await mail.send_due(
            self.database,
            self._deliver,
            self.pages,
            address=self.address,
            sender=self._sender,
            now=self.clock(),
        )

    async def _finish_installations(self) -> int:
        return await install_queue.finish_due(self.database, now=self.clock())

    async def _post_callbacks(self, http: httpx.AsyncClient) -> int:
        return await callbacks.post_due(
            self.database, http, url=self._callback_url, now=self.clock()
        )
