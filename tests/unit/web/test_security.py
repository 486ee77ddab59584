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
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

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
        return HTMLResponse(str(len(await request.body())))

    async def framed(_: Request) -> Response:
        return PlainTextResponse("", headers={"Content-Security-Policy": "sandbox"})

    async def broken(_: Request) -> Response:
        raise ValueError("a stranger's words")

    async def missing(_: Request) -> Response:
        return PlainTextResponse("", 404, {"Cache-Control": "public, max-age=31536000"})

    inner = Starlette(
        routes=[
            Route("/framed", framed),
            Route("/broken", broken),
            Route("/assets/missing.js", missing),
            Mount("/inner", routes=[Route("/folder/", framed)]),
            Route("/{path:path}", echo, methods=["GET", "POST"]),
        ]
    )
    config = Settings(data_dir=pages, **settings)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(Security(inner, config, pages))
    return httpx.AsyncClient(transport=transport, base_url=config.address)


async def test_a_page_allows_its_own_inline_scripts_and_no_others(pages: Path) -> None:
    async with _client(pages) as client:
        page = (await client.get("/connector")).headers["Content-Security-Policy"]
        other = (await client.get("/elsewhere")).headers["Content-Security-Policy"]
    assert f"script-src 'self' {HASH};" in page
    assert "script-src 'self';" in other
    assert "unsafe" not in page
    assert "frame-ancestors 'none'" in page
    assert "ws://localhost:3000" in page


async def test_a_page_loads_sends_and_stands_nowhere_but_here(pages: Path) -> None:
    async with _client(pages) as client:
        policy = (await client.get("/connector")).headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives.pop("script-src") == f"'self' {HASH}"
    assert directives.pop("connect-src").startswith("'self' ws://localhost:3000")
    assert directives == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "frame-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "report-to": "csp",
        "report-uri": "/csp-reports",
    }


@pytest.mark.parametrize(
    ("hosts", "is_let_in"),
    [
        (["localhost:3000"], True),
        (["evil.example"], False),
        (["localhost.evil.example"], False),
        (["localhost:3000", "evil.example"], False),
        ([], False),
    ],
)
async def test_a_socket_is_opened_under_our_own_name_alone(
    pages: Path, hosts: list[str], is_let_in: bool
) -> None:
    opened: list[Scope] = []
    sent: list[Message] = []

    async def inner(scope: Scope, _receive: Receive, _send: Send) -> None:
        opened.append(scope)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"type": "websocket", "path": "/_event", "headers": headers}
    await Security(inner, Settings(data_dir=pages), pages)(scope, receive, send)
    assert bool(opened) is is_let_in
    closed = [message["type"] for message in sent]
    assert closed == ([] if is_let_in else ["websocket.close"])


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


async def test_a_quarter_of_a_megabyte_is_what_a_request_may_bring(pages: Path) -> None:
    async with _client(pages) as client:
        refused = await client.post("/form", content=b"x" * (256 * 1024 + 1))
    assert refused.status_code == 413


async def test_of_a_body_that_is_too_large_the_application_hears_no_more(pages: Path) -> None:
    heard = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "http.request":
            heard.append(len(message["body"]))

    async def receive() -> Message:
        assert len(heard) < 5
        return {"type": "http.request", "body": b"x" * (LARGEST_BODY // 3), "more_body": True}

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "path": "/form", "headers": [(b"host", b"localhost")]}
    await Security(app, Settings(data_dir=pages), pages)(scope, receive, send)
    assert heard == [LARGEST_BODY // 3] * 3


async def test_an_error_nobody_foresaw_is_answered_with_the_headers_of_every_answer(
    pages: Path,
) -> None:
    async with _client(pages) as client:
        failed = await client.get("/broken")
    assert failed.status_code == 500
    assert "stranger" not in failed.text
    assert failed.headers["X-Content-Type-Options"] == "nosniff"
    assert failed.headers["Cache-Control"] == "no-store"


async def test_an_error_is_kept_by_no_cache_whatever_its_address(pages: Path) -> None:
    async with _client(pages) as client:
        assert (await client.get("/assets/missing.js")).headers["Cache-Control"] == "no-store"


async def test_a_router_that_repeats_the_host_leads_nowhere_else(pages: Path) -> None:
    async with _client(pages) as client:
        onward = await client.get("/inner/folder?x=1")
        assert (onward.status_code, onward.headers["Location"]) == (307, "/inner/folder/?x=1")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost:a"])
async def test_an_answer_under_another_name_is_refused(pages: Path, host: str) -> None:
    async with _client(pages) as client:
        refused = await client.get("/connector", headers={"Host": host})
    assert refused.status_code == 421
    assert "http://localhost:3000" in refused.text


async def test_over_https_cookies_carry_the_host_prefix_both_ways(pages: Path) -> None:
    async def cookies(request: Request) -> Response:
        answer = PlainTextResponse(request.headers.get("cookie", ""))
        answer.set_cookie("narrow", "1", path="/somewhere", domain="a.example")
        answer.delete_cookie("gone")
        return answer

    settings = Settings(data_dir=pages, public_url="https://a.example")
    app = Security(Starlette(routes=[Route("/", cookies)]), settings, pages)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as client:
        headers = {"Cookie": "narrow=planted; __Host-narrow=own; other=x"}
        answer = await client.get("/", headers=headers)
    assert answer.text == "narrow=own"
    narrow, gone = answer.headers.get_list("set-cookie")
    assert narrow == "__Host-narrow=1; SameSite=lax; Path=/; Secure"
    assert gone.startswith('__Host-gone=""')
    assert gone.endswith("Path=/; Secure")


async def test_a_body_that_says_it_is_too_large_is_refused_unread(pages: Path) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the application was asked")

    async def receive() -> Message:
        raise AssertionError("the body was read")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    for length in (str(LARGEST_BODY + 1), "-1", "1e3"):
        sent.clear()
        settings = Settings(data_dir=pages)
        headers = [(b"host", b"localhost:3000"), (b"content-length", length.encode())]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
        scope |= {"query_string": b"", "scheme": "http", "http_version": "1.1"}
        await Security(app, settings, pages)(scope, receive, send)
        assert sent[0]["status"] == 413
