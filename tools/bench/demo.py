"""The demo the rows are measured on: the product in production mode, a browser, a school."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.journeys.person import Person
from tests.journeys.server import Server
from tools import chromium

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


class Demo(Server):
    """A server whose built pages are its own too, so that nothing else is disturbed."""

    @property
    def environment(self) -> dict[str, str]:
        """As for the tests, with another folder for the pages."""
        return super().environment | {"REFLEX_WEB_WORKDIR": str(self.folder / "web")}


@dataclass(frozen=True)
class Bench:
    """What every row is given."""

    server: Demo
    browser: Browser
    seeded: dict[str, Any]
    cookies: dict[str, str]

    @property
    def cookie(self) -> str:
        """The owner's log-in as a request header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @asynccontextmanager
    async def someone(self, *, signed_in: bool = False) -> AsyncIterator[Person]:
        """A person with a browser that has never been here."""
        context = await self.browser.new_context(viewport={"width": 1280, "height": 900})
        if signed_in:
            await sign_in(context, self)
        try:
            yield Person(self.server, context, await context.new_page())
        finally:
            await context.close()


@asynccontextmanager
async def running() -> AsyncIterator[Bench]:
    """Start everything; leave nothing behind."""
    path = chromium.find()
    assert path, "No Chromium; run python tools/chromium.py"
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder:
        server = Demo(Path(folder))
        await asyncio.to_thread(server.start)
        try:
            seeded = await asyncio.to_thread(server.seed, "connected")
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
                yield Bench(server, browser, seeded, await log_in(server, seeded))
                await browser.close()
        finally:
            await asyncio.to_thread(server.stop)


async def log_in(server: Server, seeded: dict[str, Any]) -> dict[str, str]:
    """The cookies of a log-in that has come to its school."""
    async with httpx.AsyncClient(base_url=server.address) as client:
        answer = await client.post(
            "/auth/log-in",
            data={"email": seeded["email"], "password": seeded["password"]},
            headers={"Origin": server.address},
        )
        assert answer.status_code == 303, answer.text
        await client.get(answer.headers["location"])
        return dict(client.cookies)


async def sign_in(context: BrowserContext, bench: Bench) -> None:
    """Give a browser the owner's log-in."""
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": bench.server.address}
            for name, value in bench.cookies.items()
        ]
    )
