"""Whom an HTTP request is counted for, behind proxies that are trusted and lies that are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import Request

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.server.client_ip import client_ip
from tests.factories.parts import running_parts

PEER = "10.0.0.1"


@pytest.fixture
def hops() -> int:
    return 1


@pytest.fixture(autouse=True)
def running(database: Database, clock: ManualClock, tmp_path: Path, hops: int) -> Iterator[None]:
    with running_parts(database, clock, tmp_path, trusted_proxy_hops=hops):
        yield


def _request(*forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "headers": headers, "client": (PEER, 1)})


@pytest.mark.parametrize(
    ("hops", "forwarded", "caller"),
    [
        (0, ["198.51.100.9"], PEER),
        (1, [], PEER),
        (1, ["192.0.2.1"], "192.0.2.1"),
        (1, ["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
        (1, ["198.51.100.9", "192.0.2.1"], "192.0.2.1"),
        (2, ["198.51.100.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (2, ["192.0.2.1"], PEER),
        (1, ["192.0.2.1:40000"], "192.0.2.1"),
        (1, ["2001:db8::7"], "2001:db8::7"),
        (1, ["[2001:db8::7]"], "2001:db8::7"),
        (1, ["[2001:db8::7]:40000"], "2001:db8::7"),
        (1, ["junk"], PEER),
        (1, ["192.0.2.1:x"], PEER),
        (1, [""], PEER),
    ],
)
def test_a_caller_is_who_the_trusted_proxies_saw(forwarded: list[str], caller: str) -> None:
    assert client_ip(_request(*forwarded)) == caller
