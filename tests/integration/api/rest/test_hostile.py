"""Whatever comes, the answer is data or a refusal, never a failure."""

from __future__ import annotations

import random
from urllib.parse import quote_from_bytes

import pytest

from assembly_ui.api.rest.resource import Resource
from assembly_ui.api.rest.table import RESOURCES
from tests.factories.api import ALL
from tests.integration.api.rest.conftest import NewApp

VALUES = (
    b"", b"0", b"-1", b"1", b"99999999999999999999", b"1e9", b"true", b"null", b"\x00", b"a\x00b",
    b"\xff\xfe", b"\xed\xa0\x80", "é½٣".encode(), b"2026-11-23", b"2026-02-30", b"0001-01-01",
    b"9999-12-31", b"' OR 1=1 --", b"%", b"_", b"{}", b"[1,2]", b"$.x", b'"', b"\\", b"../etc",
    b"x" * 3000, b"1 2 3", b"1,,2", b"+" * 50,
)  # fmt: skip
CHANCE = random.Random(2026)
READ = [one for one in RESOURCES if one.method == "GET"]


def _names(resource: Resource) -> list[str]:
    """Every parameter a resource knows, and each in a list's clothes."""
    return sorted({*resource.parameters, *resource.known, "date", "students[0]", "x"})


async def test_any_parameter_is_answered_or_refused(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for resource in READ:
        for name in _names(resource):
            for value in CHANCE.sample(VALUES, 5):
                path = resource.path.replace("{id}", CHANCE.choice(("1", "2147483647")))
                answer = await app.ask(f"{path}?{name}={quote_from_bytes(value)}")
                assert answer.status_code in (200, 400, 401, 404), (path, name, value)


async def test_any_path_is_answered_or_refused(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for value in VALUES:
        for path in ("/{}", "/students/{}", "/groups/{}/students", "/school/{}"):
            answer = await app.ask(path.format(quote_from_bytes(value)))
            assert answer.status_code in (200, 404)


async def test_any_header_is_answered_or_refused(app_with: NewApp) -> None:
    app = await app_with(*ALL)
    for name in ("If-Modified-Since", "If-None-Match", "Accept", "Content-Type"):
        for value in VALUES:
            answer = await app.ask("/rooms", headers={name: value.replace(b"\x00", b"")})
            assert answer.status_code in (200, 304, 400, 406), (name, value)


@pytest.mark.parametrize("body", [b"\xff" * 500, b"&" * 3000, b"page=1&" * 3000, b"%" * 500])
async def test_any_form_is_answered_or_refused(app_with: NewApp, body: bytes) -> None:
    app = await app_with(*ALL)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await app.ask("/rooms", content=body, headers=form)
    assert answer.status_code in (200, 400)
