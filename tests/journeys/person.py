"""Somebody with a browser: what they do, and what they must not meet on the way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.journeys.server import Server

PASSWORD = "Autumn-Kettle-42"
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
_VIOLATIONS = "options => axe.run(document, options).then(found => found.violations)"


class Person:
    """One browser of one person. `complaints` collects what pages must never do."""

    def __init__(self, server: Server, context: BrowserContext, page: Page) -> None:
        self.server = server
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        self.expected: list[re.Pattern[str]] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))

    def expects(self, pattern: str) -> None:
        """A complaint like this is part of the story (a server that is killed)."""
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        """What went wrong in the browser that was not part of the story."""
        return [c for c in self.complaints if not any(e.search(c) for e in self.expected)]

    async def goes_to(self, path: str) -> None:
        """Type an address and wait until the page is alive."""
        await self.page.goto(path if path.startswith("http") else self.server.address + path)
        await self.page_is_alive()

    async def page_is_alive(self) -> None:
        """Wait until Reflex has connected and loaded the page's State."""
        await expect(self.page.locator(".shell[aria-busy='false']")).to_be_attached()

    async def fills(self, **fields: str) -> None:
        """Type into fields, by label with underscores for spaces."""
        for label, value in fields.items():
            await self.field(label.replace("_", " ")).fill(value)

    def field(self, label: str) -> Locator:
        """The field with this label (the word "required" beside it aside)."""
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}(\s*required)?$"))

    async def clicks(self, name: str) -> None:
        """Press the button of this name."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def follows(self, name: str) -> None:
        """Follow the link of this name."""
        await self.page.get_by_role("link", name=name, exact=True).first.click()

    async def sees(self, *words: str) -> None:
        """Each text is on the page, word for word."""
        for text in words:
            await expect(self.page.get_by_text(text).first).to_be_visible()

    async def sees_heading(self, words: str) -> None:
        """The page's one main heading."""
        await expect(
            self.page.get_by_role("heading", level=1, name=words, exact=True)
        ).to_be_visible()

    async def sees_badge(self, words: str, *, within_ms: float | None = None) -> None:
        """The connection's badge on the connector page."""
        badge = self.page.get_by_role("region", name="Status of the connection").locator(".badge")
        await expect(badge).to_have_text(words, timeout=within_ms)

    async def mail(self, subject: str, *, to: str) -> dict[str, Any]:
        """The newest message with this subject, waiting until it arrives."""

        async def newest() -> dict[str, Any] | None:
            messages = await asyncio.to_thread(self.server.mail, to)
            return next((m for m in messages if m["subject"] == subject), None)

        return await until(newest, f"a message “{subject}” to {to}")

    async def mail_to(self, address: str) -> dict[str, Any]:
        """The newest message to an address, waiting until there is one."""

        async def newest() -> dict[str, Any] | None:
            return next(iter(await asyncio.to_thread(self.server.mail, address)), None)

        return await until(newest, f"a message to {address}")

    async def has_no_barriers(self) -> None:
        """axe finds no violation of WCAG 2.2 AA, in light and in dark."""
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)
            await expect(self.page.locator(f"html.{scheme}")).to_be_attached()
            await self.has_no_barriers_now(scheme)

    async def has_no_barriers_now(self, scheme: str) -> None:
        """The same of what is shown, on pages that are not Assembly's own too."""
        problems = await self._violations()
        assert not problems, _barriers(self.page.url, scheme, problems)

    async def _violations(self) -> list[dict[str, Any]]:
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(Axe().axe_script)
        return await self.page.evaluate(_VIOLATIONS, _AXE)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")


async def until(look: Callable[[], Awaitable[Any]], what: str, seconds: float = 20) -> Any:
    """What `look` finds, as soon as it finds something."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        if found := await look():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def _barriers(url: str, scheme: str, problems: list[dict[str, Any]]) -> str:
    lines = [
        f"{problem['id']}: {problem['help']}\n    "
        + "\n    ".join(n["html"] for n in problem["nodes"])
        for problem in problems
    ]
    return f"{url} ({scheme}):\n" + "\n".join(lines)
