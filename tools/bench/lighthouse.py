"""Lighthouse, mobile: five pages, in a browser that is signed in where it must be."""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from playwright.async_api import async_playwright

from tools import chromium
from tools.bench import node
from tools.bench.demo import FLAGS, Bench, sign_in
from tools.bench.rows import Row, at_least

AREA = "Lighthouse, mobile"
ROUNDS = 3
ATTEMPTS = 3
PUBLIC = ("/sign-up", "/log-in")
SIGNED_IN = ("/school-setup", "/connector", "/apps")
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}


async def measure(bench: Bench) -> list[Row]:
    """Performance, accessibility, best practices and, for public pages, SEO."""
    await asyncio.to_thread(node.install)
    return [await _row(bench, path) for path in PUBLIC + SIGNED_IN]


async def _row(bench: Bench, path: str) -> Row:
    names = [name for name in LEAST if path in PUBLIC or name != "seo"]
    # Only the performance varies between runs.
    report = await _report(bench, path, names)
    again = [await _report(bench, path, ["performance"]) for _ in range(ROUNDS - 1)]
    scores = {name: _score(report, name) for name in names}
    scores["performance"] = statistics.median(
        _score(one, "performance") for one in (report, *again)
    )
    bar = "≥ 95 / 100 / 100" + (" / 100" if "seo" in names else "")
    return at_least(
        AREA,
        f"{path} (median of {ROUNDS})",
        bar,
        [(scores[name], LEAST[name]) for name in names],
        _failed(report, [name for name in names if scores[name] < LEAST[name]]),
    )


def _score(report: dict[str, Any], category: str) -> float:
    return 100 * (report["categories"][category]["score"] or 0)


async def _report(bench: Bench, path: str, names: list[str]) -> dict[str, Any]:
    for _ in range(ATTEMPTS - 1):
        # On a busy machine Lighthouse now and then loses track of the browser.
        with suppress(node.NodeFailed):
            return await _one_report(bench, path, names)
    return await _one_report(bench, path, names)


async def _one_report(bench: Bench, path: str, names: list[str]) -> dict[str, Any]:
    url = bench.server.address + path
    async with _new_browser(bench, signed_in=path in SIGNED_IN) as port:
        report = json.loads(await asyncio.to_thread(node.lighthouse, url, names, port=port))
    # A page that leads elsewhere would be another page's score.
    assert report["finalDisplayedUrl"] == url, report["finalDisplayedUrl"]
    return report


def _failed(report: dict[str, Any], categories: list[str]) -> str:
    """The audits that cost points, with what they say."""
    found = []
    for category in categories:
        for reference in report["categories"][category]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                found.append(f"{audit['title']} {audit.get('displayValue', '')}".strip())
    return "; ".join(found)


@asynccontextmanager
async def _new_browser(bench: Bench, *, signed_in: bool) -> AsyncIterator[int]:
    """A browser with nothing in its cache, whose port for tools is open to Lighthouse."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=chromium.find(),
                args=[*FLAGS, f"--remote-debugging-port={port}"],
            )
            if signed_in:
                await sign_in(context, bench)
            yield port
            await context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
