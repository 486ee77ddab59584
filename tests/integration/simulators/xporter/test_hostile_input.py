"""Whatever is sent to the portal: no traceback, no markup sent back, nothing decided."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database, Row
from tests.factories.browser import read
from tests.factories.xporter_simulator import Mailbox, Partner, a_stand_in, register, web_of

MARK = "<b id=reflected>"
NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            MARK,
            f'"{MARK}',
            f"'>{MARK}",
            "<script>alert(1)</script>",
            "' OR 1=1 --",
            "\x00",
            "../../etc/passwd",
            "{{ 7 * 7 }}",
            "{% include 'portal/base.html' %}",
            "\u202egnp.exe",
            "😀" * 500,
            "a" * 100_000,
            "everyone",
            "isams",
            "queue",
        ]
    ),
)
FIELDS = ("name", "email", "mis", "scopes", "people", "seen", "install", "groups")
PAGES = st.sampled_from(
    [
        f"/{family}/{{}}/{page}"
        for family, pages in {
            "authorise": (
                "authority forward forwarded decline mis sharing people summary install done "
                "declined withdrawn again nonsense"
            ),
            "portal": "portal selection pause resume withdraw nonsense",
        }.items()
        for page in pages.split()
    ]
)
FORM = st.lists(st.tuples(st.sampled_from(FIELDS) | NASTY, NASTY), max_size=8)


class World:
    """A stand-in with one invited school, in a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._folder = folder
        self.web, self.link = self.do(self._begin())

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _begin(self) -> tuple[httpx.AsyncClient, str]:
        self.database = Database(f"sqlite+aiosqlite:///{self._folder / 'test.db'}")
        async with self.database.engine.begin() as connection:
            await connection.run_sync(Row.metadata.create_all)
        clock, mailbox = ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)), Mailbox()
        stand_in = a_stand_in(self.database, clock, mailbox, Partner())
        web = web_of(stand_in)
        await register(web)
        await stand_in.do_due()
        return web, mailbox.newest_token

    def close(self) -> None:
        self.do(self.web.aclose())
        self.do(self.database.close())
        self.loop.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


examples = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _check(answer: httpx.Response, statuses: tuple[int, ...]) -> None:
    assert answer.status_code in statuses, answer.text[:500]
    assert "Traceback" not in answer.text
    assert MARK not in answer.text
    assert "<script" not in answer.text
    if answer.headers["Content-Type"].startswith("text/html"):
        assert len(read(answer.text).h1) == 1


@examples
@given(page=PAGES, form=FORM)
def test_forms(world: World, page: str, form: list[tuple[str, str]]) -> None:
    content = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in form)
    address = page.format(world.link)
    answer = world.do(
        world.web.post(
            address,
            content=content,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    )
    if answer.status_code != 303:
        _check(answer, (404, 422))
    _check(world.do(world.web.get(address, follow_redirects=True)), (200, 404))


@examples
@given(body=st.binary(max_size=300), kind=st.sampled_from(["", "text/html", "multipart/form-data"]))
def test_bodies_that_are_no_forms(world: World, body: bytes, kind: str) -> None:
    answer = world.do(
        world.web.post(
            f"/authorise/{world.link}/forward", content=body, headers={"Content-Type": kind}
        )
    )
    assert answer.status_code in (303, 422)


@examples
@given(token=NASTY.filter(lambda text: text.strip("./") != ""), page=PAGES)
def test_links(world: World, token: str, page: str) -> None:
    address = page.format(_quoted(token[:2000]))
    for answer in (
        world.do(world.web.get(address, follow_redirects=True)),
        world.do(world.web.post(address)),
    ):
        _check(answer, (404,))


@examples
@given(path=NASTY)
def test_paths(world: World, path: str) -> None:
    answer = world.do(world.web.get("/" + _quoted(path[:2000]), follow_redirects=True))
    _check(answer, (200, 404))


@examples
@given(cookie=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_cookies(world: World, cookie: str) -> None:
    headers = {"Cookie": f"xporter_portal={cookie}"}
    _check(world.do(world.web.get("/portal", headers=headers, follow_redirects=True)), (200,))


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
