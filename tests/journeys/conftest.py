"""A running demo and people with browsers. Every journey fails on a console error or ERROR line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.journeys.person import Person
from tests.journeys.server import Server
from tools import chromium

SessionOf = Callable[..., Awaitable[Person]]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys share one event loop, and with it one browser."""
    # What takes longest begins first, so that no worker waits for it at the end.
    items.sort(key=lambda item: item.path.name != "test_restarts.py")
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if item.path.name == "test_scaled.py":
            # Its server is many processes: one worker of xdist starts them, once.
            item.add_marker(pytest.mark.xdist_group("scaled"))


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("demo"),
        grant_cooldown_seconds="1",
        simulator_queue_seconds="2",
        simulator_install_seconds="1",
        simulator_pupils="120",
        watch_onboarding_seconds="1",
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(running_server: Server) -> Iterator[Server]:
    """The shared demo; what it logs during this test must be no error."""
    running_server.trouble()
    yield running_server
    trouble = running_server.trouble()
    assert not trouble, "The server's log speaks of errors:\n" + running_server.story


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium.find()
    assert path, "No Chromium: run `python tools/chromium.py` first, or use `make test`."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def someone(
    server: Server, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[SessionOf]:
    """Makes people, each with a browser of their own; checks their consoles at the end."""
    people: list[Person] = []

    async def arrives(**browser_settings: object) -> Person:
        context = await browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **browser_settings
        )
        person = Person(server, context, await context.new_page())
        people.append(person)
        return person

    yield arrives
    for number, person in enumerate(people):
        await person.page.screenshot(path=tmp_path / f"last-seen-{number}.png")
        await person.context.close()
    complaints = [complaint for person in people for complaint in person.unexpected()]
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)
