"""Pages answer at their plain address, without a redirect."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assembly_ui.web.addresses import PlainAddresses


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "sign-up").mkdir()
    (tmp_path / "sign-up" / "index.html").write_text("the form")
    (tmp_path / "index.html").write_text("the front")
    files = Mount("/", StaticFiles(directory=tmp_path, html=True))
    app = PlainAddresses(Starlette(routes=[files]), tmp_path)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://school.example")


@pytest.mark.parametrize(
    ("address", "status", "text"),
    [
        ("/sign-up", 200, "the form"),
        ("/sign-up?next=/users", 200, "the form"),
        ("/sign-up/", 200, "the form"),
        ("/", 200, "the front"),
        ("/nowhere", 404, "Not Found"),
    ],
)
async def test_a_page_answers_at_once(
    client: httpx.AsyncClient, address: str, status: int, text: str
) -> None:
    async with client:
        answer = await client.get(address)
    assert (answer.status_code, answer.text) == (status, text)
