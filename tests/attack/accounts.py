"""The product with accounts alone, and their forms over HTTP, from any network address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie

import httpx
import pytest

from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.http import create_http
from tests.factories.accounts import ADDRESS, PASSWORD

Browser = httpx.AsyncClient
NewBrowser = Callable[[str], Browser]


@asynccontextmanager
async def browsers(parts: Services) -> AsyncIterator[NewBrowser]:
    """Opens browsers without cookies, each at the network address it is told."""
    app = SetOrigin(create_http(parts.settings))
    opened: list[Browser] = []

    def browser(ip: str) -> Browser:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(ip, 40000)),
            base_url=ADDRESS,
            headers={"origin": ADDRESS},
        )
        opened.append(client)
        return client

    yield browser
    for client in opened:
        await client.aclose()


@pytest.fixture
async def browser(parts: Services) -> AsyncIterator[NewBrowser]:
    """Opens browsers; see `browsers`."""
    async with browsers(parts) as browser:
        yield browser


async def log_in(browser: Browser, email: str, password: str = PASSWORD) -> str:
    """Where the form of the log-in page leads to."""
    answer = await browser.post("/auth/log-in", data={"email": email, "password": password})
    return answer.headers["location"]


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    """Every cookie an answer sets, with its attributes."""
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies


def is_logged_in(browser: Browser) -> bool:
    """Whether it holds the cookie of a log-in."""
    return COOKIE in browser.cookies
