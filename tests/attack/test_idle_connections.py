"""Connections that never say anything keep nobody else from being answered."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from assembly_ui.server import serve
from assembly_ui.settings import Settings

SILENT = 1100
"""More than the web server's own default lets in: 1,024."""
HTTP_2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
APP = """
async def answer(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"here"})


def app():
    return answer
"""


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A small app behind the web server, started the way the product starts its own."""
    monkeypatch.setattr(serve, "HEADER_SECONDS", 2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "small_app.py").write_text(APP)
    settings = Settings(port=port, data_dir=tmp_path)
    command = serve._command(Path(sys.executable).parent / "granian", settings, "small_app:app")
    process = subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}
    )
    try:
        _wait(port, process)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.TransportError):
            assert httpx.get(f"http://127.0.0.1:{port}/").text == "here"
            return
    raise AssertionError("The web server does not answer.")


@pytest.fixture
def many_files() -> Iterator[None]:
    """A process that may open as many sockets as the attack takes."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], SILENT + 500), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", HTTP_2_PREFACE], ids=["nothing", "half a line", "HTTP/2"]
)
def test_others_are_answered_while_one_client_holds_silent_connections(
    address: tuple[str, int], said: bytes
) -> None:
    with ExitStack() as opened:
        for _ in range(SILENT):
            silent = opened.enter_context(socket.create_connection(address, timeout=120))
            with suppress(OSError):
                silent.sendall(said)
        answer = httpx.get(f"http://127.0.0.1:{address[1]}/", timeout=120)
        assert answer.text == "here"


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", HTTP_2_PREFACE], ids=["nothing", "half a line", "HTTP/2"]
)
def test_a_connection_that_asks_for_nothing_is_closed(
    address: tuple[str, int], said: bytes
) -> None:
    with socket.create_connection(address, timeout=120) as silent:
        silent.sendall(said)
        with suppress(ConnectionResetError):
            while silent.recv(4096):
                pass
