"""What every HTTP answer carries, and what a request may bring."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from assembly_ui.settings import Settings
from assembly_ui.web.security import LARGEST_BODY, Security, inline_hashes

SCRIPT = b"window.theme = 1"
HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT).digest()).decode()}'"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "connector.html").write_bytes(b"<script>" + SCRIPT + b"</script>")
    (tmp_path / "404.html").write_bytes(b'<script src="/x.js"></script>')
    return tmp_path


def _client(pages: Path, **settings: str) -> httpx.AsyncClient:
    async def echo(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def framed(_: Request) -> Response:
        return PlainTextResponse("", headers={"Content-Security-Policy": "sandbox"})

    inner = Starlette(
        routes=[
            Route("/framed", framed),
            Route("/{path:path}", echo, methods=["GET", "POST"]),
        ]
    )
    app = Security(inner, Settings(data_dir=pages, **settings), pages)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:3000")


async def test_a_page_allows_its_own_inline_scripts_and_no_others(pages: Path) -> None:
    async with _client(pages) as client:
        page = (await client.get("/connector")).headers["Content-Security-Policy"]
        other = (await client.get("/elsewhere")).headers["Content-Security-Policy"]
    assert f"script-src 'self' {HASH};" in page
    assert "script-src 'self';" in other
    assert "unsafe" not in page
    assert "frame-ancestors 'none'" in page
    assert "ws://localhost:3000" in page


def test_only_inline_scripts_are_hashed() -> None:
    html = b'<script src="/a.js"></script><script type="module">' + SCRIPT + b"</script>"
    assert inline_hashes(html) == [HASH]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
async def test_every_answer_carries(pages: Path, header: str, value: str) -> None:
    async with _client(pages) as client:
        assert (await client.get("/anything")).headers[header] == value


async def test_a_route_with_a_policy_of_its_own_keeps_it(pages: Path) -> None:
    async with _client(pages) as client:
        assert (await client.get("/framed")).headers["Content-Security-Policy"] == "sandbox"


async def test_browsers_are_told_to_insist_on_https_where_it_is_served(pages: Path) -> None:
    async with _client(pages) as plain, _client(pages, public_url="https://a.example") as safe:
        assert "Strict-Transport-Security" not in (await plain.get("/")).headers
        assert "max-age=31536000" in (await safe.get("/")).headers["Strict-Transport-Security"]


async def test_built_files_are_kept_and_pages_asked_for_again(pages: Path) -> None:
    async with _client(pages) as client:
        assert "immutable" in (await client.get("/assets/x-1a2b.js")).headers["Cache-Control"]
        assert (await client.get("/connector")).headers["Cache-Control"] == "no-cache"


async def test_a_request_that_brings_too_much_is_refused(pages: Path) -> None:
    async with _client(pages) as client:
        fits = await client.post("/form", content=b"x" * LARGEST_BODY)
        too_much = await client.post("/form", content=b"x" * (LARGEST_BODY + 1))
    assert (fits.status_code, fits.text) == (200, str(LARGEST_BODY))
    assert too_much.status_code == 413


async def test_a_body_that_hides_its_length_is_refused_just_as_plainly(pages: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * LARGEST_BODY

    async with _client(pages) as client:
        refused = await client.post("/form", content=endless())
    assert (refused.status_code, refused.text) == (413, "That is too large.")
