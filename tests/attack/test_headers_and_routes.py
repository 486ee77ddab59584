"""Every route, page, built file and error of a running server, under its own name and forged ones.

Addresses are discovered, so a new one is attacked the day it appears.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest
from reflex_base.constants import Endpoint

from assembly_ui.server.build import web_folder
from assembly_ui.services import get_services, running
from assembly_ui.settings import Settings
from assembly_ui.web.security import CSP_REPORTS, LARGEST_BODY, Security
from tests.attack import surface
from tests.attack.surface import Route
from tests.factories.accounts import PASSWORD, a_person
from tests.journeys.server import Server

EVIL = "evil.example"
EMAIL = "james.walters@kings.sch.uk"
HTTPS = "https://platform.example.org"
FORGED_PROXY = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Server": EVIL,
    "X-Original-Host": EVIL,
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "Forwarded": f"host={EVIL};proto=https",
}
EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY|SAMEORIGIN",
    "referrer-policy": "same-origin|no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ".*camera=\\(\\).*",
    "content-security-policy": ".*default-src 'none'.*",
    "reporting-endpoints": 'csp="http.*/csp-reports"',
    "cache-control": ".+",
}
FILES_TRIED = 60
"""Built files of one kind are served by one piece of code."""


@dataclass(frozen=True)
class Attempt:
    """One request of a kind that anybody can make."""

    method: str
    path: str
    body: bytes = b""


@pytest.fixture(scope="session")
def attempts(running_server: Server, app: Any) -> list[Attempt]:
    """Every address there is, in every way that somebody could try it."""
    from assembly_ui.assembly_ui import _http

    routes = [*surface.http_routes(_http()), *_pages(app), *_files(running_server)]
    addresses = {route.filled() for route in routes}
    return [
        *(Attempt(route.method, route.filled()) for route in routes),
        *(Attempt("HEAD", route.filled()) for route in routes if route.method == "GET"),
        *(Attempt("GET", f"{path.rstrip('/')}/") for path in addresses),
        *(Attempt("GET", f"{path.rstrip('/')}/nothing-here") for path in addresses),
        *(Attempt("DELETE", path) for path in addresses),
        *(Attempt(method, path) for path in _areas(addresses) for method in ("TRACE", "BREW")),
        *(Attempt("POST", path, b"x" * (LARGEST_BODY + 1)) for path in _areas(addresses)),
    ]


def _pages(app: Any) -> list[Route]:
    return [
        Route("GET", re.sub(r"\[\[?\.*(\w+)\]?\]", r"{\1}", path)) for path in surface.pages(app)
    ]


def _files(server: Server) -> list[Route]:
    built = web_folder(Settings(port=server.port)) / "build" / "client"
    files = sorted(
        file.relative_to(built).as_posix() for file in built.rglob("*") if file.is_file()
    )
    assert files
    step = max(1, len(files) // FILES_TRIED)
    return [Route("GET", f"/{file}") for file in files[::step] if "[" not in file]


def _areas(addresses: set[str]) -> list[str]:
    """One address of each part of the site."""
    first = {address.split("/")[1]: address for address in sorted(addresses)}
    return list(first.values())


def _answers(
    address: str, attempts: list[Attempt], headers: dict[str, str]
) -> Iterator[tuple[Attempt, httpx.Response]]:
    with httpx.Client(base_url=address, timeout=30) as web:
        for attempt in attempts:
            yield (
                attempt,
                web.request(attempt.method, attempt.path, content=attempt.body, headers=headers),
            )


def _missing(answer: httpx.Response) -> list[str]:
    missing = [
        f"{name}: {answer.headers.get(name)}"
        for name, wanted in EVERY_ANSWER.items()
        if not re.fullmatch(wanted, answer.headers.get(name, ""))
    ]
    policy = answer.headers.get("content-security-policy", "")
    scripts = re.findall(r"(?:script|default)-src[^;]*", policy)
    if "frame-ancestors" not in policy or any("unsafe" in sources for sources in scripts):
        missing.append(f"policy: {policy}")
    if answer.status_code >= 400 and answer.headers["cache-control"] != "no-store":
        missing.append(f"an error that is kept: {answer.headers['cache-control']}")
    if answer.status_code in (429, 503) and not answer.headers.get("retry-after"):
        missing.append("when to try again")
    if answer.status_code == 405 and not answer.headers.get("allow"):
        missing.append("allow")
    return missing


def test_every_answer_carries_the_headers_and_none_leads_elsewhere(
    server: Server, attempts: list[Attempt]
) -> None:
    wrong, statuses = [], set()
    for attempt, answer in _answers(server.address, attempts, FORGED_PROXY):
        statuses.add(answer.status_code)
        said = _missing(answer)
        location = answer.headers.get("location", "/")
        if EVIL in str(answer.headers) + answer.text:
            said.append("what a stranger said of the host is believed")
        if location.startswith("//") or not location.startswith(("/", server.address)):
            said.append(f"leads to {location}")
        if said:
            wrong.append((attempt.method, attempt.path, answer.status_code, said))
    assert not wrong
    assert {200, 303, 400, 404, 405, 413} <= statuses


@pytest.mark.parametrize(
    "host", [EVIL, f"{EVIL}:80", f"localhost.{EVIL}", f"localhost@{EVIL}", "", f"localhost {EVIL}"]
)
def test_a_forged_host_gets_no_answer_but_a_refusal(
    server: Server, attempts: list[Attempt], host: str
) -> None:
    some = [a for a in attempts if not a.body][:: 1 if host == EVIL else 25]
    answers = list(_answers(server.address, some, {"Host": host}))
    let_in = {
        attempt.path
        for attempt, answer in answers
        # What the HTTP server itself finds unreadable never comes to us.
        if answer.status_code not in (400, 421)
    }
    assert let_in <= {"/health"}
    assert not any(EVIL in str(answer.headers) + answer.text for _, answer in answers)
    ours = [answer for _, answer in answers if answer.status_code == 421]
    assert not [_missing(answer) for answer in ours if _missing(answer)]


@pytest.mark.parametrize("end", ["", "/", "/nothing-here", "?x"])
@pytest.mark.parametrize("endpoint", Endpoint)
def test_reflex_answers_at_its_socket_alone(server: Server, endpoint: Endpoint, end: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        answer = httpx.request(method, f"{server.address}{endpoint}{end}")
        if endpoint is Endpoint.EVENT:
            # Polling is not offered.
            assert answer.status_code >= 400
        else:
            assert answer.status_code == 404, (method, answer.text)
            assert "pong" not in answer.text
            assert "status" not in answer.text
            assert _missing(answer) == []


@pytest.fixture
async def behind_tls(
    tmp_path: Path, database_url: str, app: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the HTTP part, which a proxy that terminates TLS stands in front of."""
    from assembly_ui import assembly_ui as product

    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        public_url=HTTPS,
        demo_public=True,
        work_in_web=False,
    )
    monkeypatch.setattr(product, "SETTINGS", settings)
    async with running(settings):
        secured = Security(product._http(), settings, tmp_path)
        transport = httpx.ASGITransport(secured)
        headers = {"Origin": HTTPS}
        async with httpx.AsyncClient(
            transport=transport, base_url=HTTPS, headers=headers
        ) as browser:
            yield browser


async def _logged_in(browser: httpx.AsyncClient) -> httpx.Response:
    services = get_services()
    await a_person(services.database, now=services.clock())
    return await browser.post("/auth/log-in", data={"email": EMAIL, "password": PASSWORD})


async def test_over_https_every_answer_tells_browsers_to_insist(
    behind_tls: httpx.AsyncClient,
) -> None:
    from assembly_ui.assembly_ui import _http

    without = []
    for route in surface.http_routes(_http()):
        answer = await behind_tls.request(route.method, route.filled())
        if "max-age=31536000" not in answer.headers.get("strict-transport-security", ""):
            without.append(route)
    assert not without


async def test_over_https_every_cookie_is_bound_to_this_host(
    behind_tls: httpx.AsyncClient,
) -> None:
    booking = "/simulator/schoolbooking"
    asked = {
        "client_id": "app_schoolbooking",
        "response_type": "code",
        "redirect_uri": f"{HTTPS}{booking}/callback",
        "state": "x",
    }
    answers = [
        await _logged_in(behind_tls),
        await behind_tls.get("/oauth/authorize", params=asked),
        await behind_tls.get("/continue"),
        await behind_tls.post("/auth/log-out"),
        await behind_tls.post(f"{booking}/log-in", data={"email": "a.b@example.sch.uk"}),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert {"__Host-assembly_session", "__Host-assembly_request", "__Host-schoolbooking"} <= names
    for cookie in cookies:
        name, *attributes = cookie.lower().split("; ")
        assert name.startswith("__host-"), cookie
        assert {"secure", "path=/"} <= set(attributes), cookie
        assert not any(attribute.startswith("domain") for attribute in attributes), cookie


async def test_a_cookie_that_a_neighbour_planted_is_not_a_log_in(
    behind_tls: httpx.AsyncClient,
) -> None:
    cookie = (await _logged_in(behind_tls)).headers["set-cookie"].partition(";")[0]
    name, _, token = cookie.partition("=")
    plain = name.removeprefix("__Host-")
    assert plain != name
    behind_tls.cookies.clear()
    planted = await behind_tls.get("/continue", headers={"Cookie": f"{plain}={token}"})
    assert planted.headers["location"] == "/log-in"
    headers = {"Cookie": f"{plain}=planted; {name}={token}"}
    assert (await behind_tls.get("/continue", headers=headers)).headers["location"] != "/log-in"


def test_security_txt_says_whom_to_tell_until_when(server: Server) -> None:
    answer = httpx.get(f"{server.address}/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = Message()
    for line in answer.text.splitlines():
        name, _, value = line.partition(": ")
        fields[name] = value
    assert fields["Contact"] == "mailto:help@assembly.education"
    assert fields["Canonical"] == f"{server.address}/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


CANARY = "Canary7Q\n2026-11-29 [error    ] forged"
REPORTS: list[Any] = [
    {"csp-report": {"effective-directive": "script-src", "document-uri": "{own}/log-in"}},
    {"csp-report": {"effective-directive": CANARY, "document-uri": CANARY, "blocked-uri": CANARY}},
    {"csp-report": {"effective-directive": "img-src", "document-uri": f"{{own}}/{CANARY}"}},
    {"csp-report": {"effective-directive": ["img-src"], "document-uri": {"x": CANARY}}},
    [{"type": CANARY, "body": {"effectiveDirective": "img-src", "documentURL": f"//{CANARY}"}}],
    [{"body": {"effectiveDirective": "font-src", "documentURL": "http://[::1"}}] * 500,
    {"csp-report": CANARY},
    CANARY,
    [[[]]],
    None,
]


@pytest.mark.parametrize("report", REPORTS)
def test_nothing_of_a_policy_report_is_kept_but_what_is_in_our_own_lists(
    server: Server, report: Any
) -> None:
    sent = httpx.post(
        f"{server.address}{CSP_REPORTS}",
        json=_filled(report, server.address),
        headers={"X-Forwarded-For": "192.0.2.44"},
    )
    assert sent.status_code == 204
    assert "Canary7Q" not in server.log.read_text()


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 15_000, b"\xff\xfe", b"1" * 17_000])
def test_a_policy_report_that_is_none_does_no_harm(server: Server, body: bytes) -> None:
    sent = httpx.post(f"{server.address}{CSP_REPORTS}", content=body)
    assert sent.status_code == 204


def test_a_real_policy_report_is_logged_by_directive_and_page(server: Server) -> None:
    report = {"effective-directive": "worker-src", "document-uri": f"{server.address}/sign-up?a=b"}
    httpx.post(f"{server.address}{CSP_REPORTS}", json={"csp-report": report})
    (line,) = [line for line in server.log.read_text().splitlines() if "worker-src" in line]
    assert "csp.violated" in line
    assert "/sign-up" in line
    assert "a=b" not in line


def _filled(report: Any, own: str) -> Any:
    if isinstance(report, str):
        return report.replace("{own}", own)
    if isinstance(report, dict):
        return {name: _filled(value, own) for name, value in report.items()}
    return [_filled(item, own) for item in report] if isinstance(report, list) else report
