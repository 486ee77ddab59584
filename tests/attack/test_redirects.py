"""Whatever an address asks for, nobody is led from here to somebody else's site.

What leads on is found by asking: every route and every handler is tried with every name that
any of them reads, and with those that other products use.
"""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
import pytest

from assembly_ui.api.oauth.incoming import ASKED
from assembly_ui.services import BOOKING_CLIENT
from assembly_ui.web.lead_on import own_path
from tests.attack import surface
from tests.attack.in_process import Site, site
from tests.attack.surface import Handler, Route
from tests.factories.accounts import PASSWORD, cheap_bcrypt
from tests.factories.states import went_to

__all__ = ["cheap_bcrypt", "site"]

EVIL = "evil.example"
ELSEWHERE = [
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}/",
    f"/\t/{EVIL}/",
    f"/\n/{EVIL}/",
    f"\t//{EVIL}/",
    f" //{EVIL}/",
    f"/%09/{EVIL}/",
    f"/%5c{EVIL}/",
    f"%2f%2f{EVIL}/",
    f"/%2f{EVIL}/",
    f"/%252f{EVIL}/",
    f"https:{EVIL}",
    f"https:/{EVIL}/",
    f"http:///{EVIL}/",
    f"HtTpS://{EVIL}/",
    f"http://localhost@{EVIL}/",
    f"http://localhost:3000@{EVIL}/",
    f"http://{EVIL}%23.localhost/",
    f"http://{EVIL}%00.localhost/",
    f"http://{EVIL}\\@localhost/",
    f"http://localhost.{EVIL}/",
    f"/..//{EVIL}/",
    f"/.//{EVIL}/",
    f"/./\\{EVIL}/",
    f"/;@{EVIL}/",
    f"//[{EVIL}",
    f"http://[::{EVIL}/",
    f"//{EVIL}:99999/",
    f"javascript:location='//{EVIL}'",
    f"\x01javascript:location='//{EVIL}'",
    f"data:text/html,<script>location='//{EVIL}'</script>",
    f"/x\r\nLocation: https://{EVIL}/",
    f"/x\r\nSet-Cookie: a=b\r\n\r\n<script>//{EVIL}</script>",
    f"/users%0d%0aLocation:%20https://{EVIL}/",
    f"/users\u2028//{EVIL}",
    f"/\u3002{EVIL}",
    f"/／{EVIL}",
    f"//{EVIL}/" + "x" * 1_000,
    "/" + "x" * 1_000,
    f"/\ud800//{EVIL}".encode("utf-8", "surrogatepass").decode("latin-1"),
]
OTHER_NAMES = {
    "return", "return_to", "returnUrl", "redirect", "redirect_to", "redirect_url", "url", "to",
    "continue", "goto", "destination", "back", "from", "target", "callback", "ref",
}  # fmt: skip
"""What other products call the place to go on to."""
OWN = "/a-page-of-ours"
HOPS = 5


def _leads_away(own: str, location: str) -> bool:
    """Whether a browser on one of our pages would end up on another site's.

    Browsers take backslashes for slashes, and leave tabs, line breaks and what is around out.
    """
    read = location.replace("\\", "/").strip("".join(map(chr, range(33))))
    for left_out in "\t\r\n":
        read = read.replace(left_out, "")
    try:
        found = urlsplit(urljoin(f"{own}/page", read))
        place = (found.scheme, found.hostname, found.port)
    except ValueError:
        return True
    here = urlsplit(own)
    return place != (here.scheme, here.hostname, here.port)


@pytest.fixture
def names(site: Site) -> list[str]:
    """Every name that a route, a page or a handler reads behind the question mark."""
    return sorted(
        surface.query_parameters() | surface.declared_parameters(site.http) | ASKED | OTHER_NAMES
    )


async def _ask(
    window: httpx.AsyncClient, route: Route, names: list[str], value: str
) -> httpx.Response:
    written = quote(value, safe="")
    query = "&".join(f"{name}={written}" for name in names)
    form: dict[str, str] | None = None
    if route.method != "GET":
        # Few, since forms with very many are refused for that alone.
        form = {"next": value, "return_to": value, "redirect_uri": value, "token": value}
    if route.path == "/auth/log-in":
        form = {"email": "james.walters@kings.sch.uk", "password": PASSWORD}
    headers = {"Referer": value.encode("ascii", "ignore").replace(b"\r", b"").replace(b"\n", b"")}
    path = route.filled(**dict.fromkeys(route.parameters, written if route.parameters else ""))
    return await window.request(route.method, f"{path}?{query}", data=form, headers=headers)


def _stays(site: Site, answer: httpx.Response, what: str) -> None:
    location = answer.headers.get("location", "")
    assert answer.status_code < 500, what
    assert not _leads_away(site.address, location), f"{what} leads to {location!r}"
    # Where the page it leads to would lead on to.
    for value in httpx.URL(location).params.values():
        if value.startswith("/"):
            assert own_path(value) == value or not own_path(unquote(value)), what
    assert not {"\r", "\n"} & set("".join(answer.headers.values())), what
    assert not any(cookie.startswith("a=b") for cookie in answer.headers.get_list("set-cookie"))
    assert EVIL not in answer.headers.get("refresh", ""), what


@pytest.mark.parametrize("signed_in", [False, True], ids=["anonymous", "owner"])
async def test_no_parameter_of_any_route_leads_elsewhere(
    site: Site, names: list[str], signed_in: bool
) -> None:
    leading = []
    for route in site.routes:
        async with site.browser(signed_in=signed_in) as window:
            answer = await _ask(window, route, names, OWN)
            _stays(site, answer, str(route))
            if OWN in unquote(answer.headers.get("location", "")):
                leading.append(route)
    known = {"/auth/log-in", "/continue"} if signed_in else {"/auth/log-in"}
    assert {route.path for route in leading} >= known
    for route in leading:
        for value in ELSEWHERE:
            async with site.browser(signed_in=signed_in) as window:
                answer = await _ask(window, route, names, value)
                for _ in range(HOPS):
                    _stays(site, answer, f"{route} with {value!r}")
                    if not answer.has_redirect_location:
                        break
                    answer = await window.get(answer.headers["location"])
    async with site.browser(signed_in=signed_in) as window:
        for route, value in zip(site.routes, itertools.cycle(ELSEWHERE)):
            _stays(site, await _ask(window, route, names, value), f"{route} with {value!r}")


async def test_logging_in_leads_on_to_our_own_pages(site: Site) -> None:
    form = {"email": site.school.owner.email, "password": PASSWORD}
    for onward in ("/users?page=2", "/app?name=rooms"):
        async with site.browser(signed_in=False) as window:
            answer = await window.post("/auth/log-in", params={"next": onward}, data=form)
            answer = await window.get(answer.headers["location"])
            assert answer.headers["location"] == onward


async def test_an_app_is_answered_only_where_it_is_registered(site: Site) -> None:
    registered = f"{site.address}/simulator/schoolbooking/callback"
    near = [
        registered.replace("://", f"://{EVIL}/"),
        registered.replace("://", f"://{EVIL}@"),
        registered.replace("localhost", f"localhost.{EVIL}"),
        registered.replace("localhost", f"localhost@{EVIL}"),
        registered.replace("http:", "https:"),
        *(
            registered + tail
            for tail in ("/", "/..", "?a=b", "#a", f"@{EVIL}", "%0d%0a", "\\", " ")
        ),
        *(f"{registered}/../../{value}" for value in ELSEWHERE),
        *ELSEWHERE,
    ]
    async with site.browser(signed_in=True) as window:
        for uri, kind in itertools.product(near, ("code", "token", EVIL)):
            asked = {"client_id": BOOKING_CLIENT, "redirect_uri": uri, "response_type": kind}
            answer = await window.get("/oauth/authorize", params=asked)
            _stays(site, answer, uri)
            location = answer.headers.get("location", "")
            assert not location.startswith((registered, "/simulator")), uri


@pytest.mark.parametrize("signed_in", [False, True], ids=["anonymous", "owner"])
async def test_no_handler_leads_elsewhere(
    site: Site, names: list[str], handlers: dict[str, Handler], signed_in: bool
) -> None:
    ours = [handler for handler in handlers.values() if handler.access]
    # What anybody may not call is refused before it is told anything, all in one place.
    tried = [one for one in ours if signed_in or one.access == "public"]
    places = [(value, path) for value in ELSEWHERE for path in (value, _asking(names, value))]
    attempts = list(zip(tried, itertools.cycle(places), strict=False))
    one_of_each = {handler.access: handler for handler in ours}.values()
    attempts += itertools.product(one_of_each, places[1::2])
    led = set()
    for handler, (value, path) in attempts:
        led |= await _led(site, handler, value, path, signed_in=signed_in)
    assert led, "nothing was led anywhere: the test asks nothing"
    assert await site.is_signed_in()
    for location in led:
        assert not _leads_away(site.address, location), location
        for _, onward in httpx.URL(location).params.multi_items():
            assert not _leads_away(site.address, own_path(onward)), location


def _asking(names: list[str], value: str) -> str:
    written = quote(value, safe="", errors="replace")
    return "/app?" + "&".join(f"{name}={written}" for name in names)


async def _led(site: Site, handler: Handler, value: str, path: str, *, signed_in: bool) -> set[str]:
    form: dict[str, Any] = dict.fromkeys(("next", "url", "redirect_uri", "return_to"), value)
    arguments = {name: form if name == "form" else value for name in handler.arguments}
    _, events = await site.call(handler, arguments, path=path, signed_in=signed_in)
    return set(went_to(events))
