"""Nonsense in every argument, field and parameter: no error, nothing kept that should not be, and
what comes out again is a text and nothing else.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest
from sqlmodel import select, update

from assembly_ui.accounts.account_form import FIELDS as ACCOUNT
from assembly_ui.accounts.invite_codes import DEFAULT_CODE
from assembly_ui.accounts.sign_up_form import FIELDS as SIGN_UP
from assembly_ui.api.rest.table import RESOURCES
from assembly_ui.apps.models import App
from assembly_ui.db.metadata import METADATA
from assembly_ui.mail.messages import DECLARATIONS, Author
from assembly_ui.mail.render import render
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.unlisted import FIELDS as UNLISTED
from tests.attack import surface
from tests.attack.in_process import Site, site
from tests.attack.payloads import HOSTILE, MARK, TEXTS
from tests.attack.surface import PRODUCT, ROOT, SIMULATORS, Handler, Route
from tests.attack.test_log_hygiene import Log
from tests.factories.accounts import PASSWORD, cheap_bcrypt
from tests.factories.api import ACCEPT, ALL, a_record, a_token
from tests.factories.apps import an_app, authorised
from tests.factories.mail import a_message, an_arrived_message, kinds
from tests.factories.people import a_colleague

__all__ = ["cheap_bcrypt", "site"]

PAGE = "/x?" + "&".join(f"{name}=1" for name in sorted(surface.query_parameters()))
"""A page that asks for something in every way that pages are asked."""
VALID = {
    **dict.fromkeys((*SIGN_UP, *ACCOUNT, *UNLISTED), "Ann Smith"),
    "invite_code": DEFAULT_CODE,
    "email": "new.person@example.sch.uk",
    "password": PASSWORD,
    "password_confirmation": PASSWORD,
    "postcode": "GL1 2LR",
    "dfe_number": "2024001",
    "role": "viewer",
    "delete": "on",
}
"""A form in which every field that any form has is filled in rightly."""
MARKUP = next(text for text in TEXTS if "img" in text)
FORMULA = next(text for text in TEXTS if text.startswith("="))
ENGINES = re.compile(r"rx\.html\(|rx\.markdown\(|dangerously|\|\s*safe\b|Markup\(|autoescape=False")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture
def log() -> Iterator[Log]:
    """What is written meanwhile: no error, and nothing of what was sent."""
    log = Log()
    log.configure(json=False)
    yield log
    Log().configure(json=False)
    assert MARK not in log.text.casefold()
    assert "Traceback" not in log.text
    assert "[error" not in log.text


def _open_to(handlers: dict[str, Handler], *, signed_in: bool) -> list[Handler]:
    """Those that look at what they are told; the others refuse whoever it is before."""
    found = handlers.values()
    return [one for one in found if one.access and (signed_in or one.access == "public")]


@pytest.mark.parametrize("signed_in", [False, True], ids=["anonymous", "owner"])
async def test_no_argument_of_any_handler_meets_an_error(
    site: Site, handlers: dict[str, Handler], log: Log, signed_in: bool
) -> None:
    texts, others = itertools.cycle(TEXTS), itertools.cycle(HOSTILE)
    for handler in _open_to(handlers, signed_in=signed_in):
        # Each in a tab that has not opened the page the handler belongs to.
        for value in (next(texts), next(texts), next(others)) if handler.arguments else ("",):
            arguments = dict.fromkeys(handler.arguments, value)
            await site.call(handler, arguments, path=PAGE, signed_in=signed_in)
    await _all_is_clean(site)


@pytest.mark.parametrize("signed_in", [False, True], ids=["anonymous", "owner"])
async def test_no_field_of_any_form_meets_an_error_or_keeps_what_cannot_be_read(
    site: Site, handlers: dict[str, Handler], log: Log, signed_in: bool
) -> None:
    open_to = _open_to(handlers, signed_in=signed_in)
    forms = [handler for handler in open_to if "form" in handler.arguments]
    assert len(forms) > (15 if signed_in else 8)
    texts = itertools.cycle(TEXTS)
    for handler, field in itertools.product(forms, VALID):
        form = VALID | {field: next(texts)}
        arguments = dict.fromkeys(handler.arguments, field) | {"form": form}
        await site.call(handler, arguments, path=PAGE, signed_in=signed_in)
    await _all_is_clean(site)


async def test_no_request_meets_an_error_or_shows_what_it_was_sent(site: Site, log: Log) -> None:
    names = surface.query_parameters() | surface.declared_parameters(site.http)
    texts = itertools.cycle([text[:1_000] for text in TEXTS])
    for route in site.routes:
        async with site.browser(signed_in=True) as window:
            for text in itertools.islice(texts, 6):
                answer = await _send(window, route, names, text)
                assert answer.status_code < 500 or answer.status_code in (501, 503), (route, text)
                _harmless(answer)
    await _all_is_clean(site)


async def _send(
    window: httpx.AsyncClient, route: Route, names: set[str], text: str
) -> httpx.Response:
    written = quote(text, safe="", errors="surrogatepass")
    path = route.filled(**dict.fromkeys(route.parameters, written or "%00"))
    query = "&".join(f"{name}={written}" for name in sorted(names))
    body = "&".join(f"{name}={written}" for name in list(VALID)[:9])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await window.request(
        route.method, f"{path}?{query}", content=body if route.method != "GET" else b"",
        headers=headers if route.method != "GET" else {},
    )  # fmt: skip


@pytest.mark.parametrize("written", [MARKUP, FORMULA], ids=["markup", "formula"])
async def test_what_was_kept_all_the_same_comes_out_as_text(
    site: Site, log: Log, written: str
) -> None:
    token = await _keep_everywhere(site, written)
    shown = ""
    async with site.browser(signed_in=True) as window:
        for path in _readable(site):
            for asked in (path, f"{path}?per_page=1500&all=true"):
                answer = await window.get(
                    asked, headers={"Authorization": f"Bearer {token}", "Accept": "*/*"}
                )
                assert answer.status_code < 500, path
                _harmless(answer)
                shown += answer.headers.get("content-type", "") if MARK in answer.text else ""
        for resource in (one.path for one in RESOURCES if one.method == "GET"):
            answer = await window.get(
                f"/api{resource.replace('{id}', '1')}",
                headers={"Authorization": f"Bearer {token}", "Accept": ACCEPT},
            )
            assert answer.status_code in (200, 400, 401, 404), resource
            _harmless(answer)
            shown += answer.headers["content-type"] if MARK in answer.text else ""
    for kind in ("text/html", "text/csv", "application/json"):
        assert kind in shown, f"nothing that was kept came out as {kind}: this attacks nothing"


def _readable(site: Site) -> list[str]:
    paths = {route.filled() for route in site.routes if route.method == "GET"}
    paths |= {f"/mailbox/messages/{number}.html" for number in range(1, len(kinds()) + 1)}
    return sorted(paths)


async def _keep_everywhere(site: Site, written: str) -> str:
    """Past every check: names, records and mails of that text. The token of an app."""
    database, now = site.parts.database, site.parts.clock()
    await a_colleague(database, site.school.row, Role.VIEWER, now=now, name=written)
    app = await an_app(database, now=now, name="Rooms")
    await authorised(database, app, site.school, now=now)
    async with database.transaction() as session:
        school = await session.get_one(School, site.school.id)
        for field in ("name", "town", "local_authority"):
            setattr(school, field, written)
        await session.exec(update(App).values(name=written))
        for kind in ("student", "staff_member", "room", "subject", "group"):
            data = {
                "id": 1, "first_name": written, "last_name": written, "name": written,
                "code": written, "type": "UserGroup", "title": written,
            }  # fmt: skip
            session.add(a_record(site.school.id, kind, 1, data, at=now))
    for kind in kinds():
        strangers = DECLARATIONS[kind].authors
        bent = {name: written for name in strangers if strangers[name] is Author.SOMEBODY_ELSE}
        html = render(a_message(kind, **bent)).html
        await an_arrived_message(database, now=now, subject=f"{kind} {written}", html=html)
    return await a_token(database, site.school, *ALL, now=now)


class _Tags(HTMLParser):
    """Everything in a page that could run."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        for name, value in attrs:
            # What stands in a field is text: nothing follows or runs it.
            said = (value or "").strip().casefold() if name != "value" else ""
            if name.startswith("on") or said.startswith(("javascript:", "vbscript:")):
                self.running.append(f"{tag} {name}={value}")
        if tag in ("svg", "img") and MARK in str(attrs):
            self.running.append(f"{tag} {attrs}")

    def handle_data(self, data: str) -> None:
        if self._script and MARK in data:
            self.running.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def _harmless(answer: httpx.Response) -> None:
    """What came back is data, or a page in which nothing that was sent can run."""
    kind = answer.headers.get("content-type", "")
    said = f"{answer.request.method} {answer.request.url} answers {kind}"
    for inside in ("Traceback (most", "sqlalchemy", 'File "/', "psycopg", "sqlite3"):
        assert inside not in answer.text, said
    assert not {"\r", "\n"} & set("".join(answer.headers.values())), said
    if kind.startswith("text/html"):
        tags = _Tags()
        tags.feed(answer.text)
        assert not tags.running, said
    elif kind.startswith("application/json"):
        json.loads(answer.text)
    elif kind.startswith("text/csv"):
        for cell in itertools.chain(*csv.reader(io.StringIO(answer.text))):
            assert not cell.lstrip("\ufeff \n").startswith(("=", "+", "-", "@", "\t", "\r")), said
    elif answer.content:
        # Browsers take these for what they say they are.
        assert kind.startswith(("text/plain", "text/css", "image/")), said
        assert not kind.startswith("image/svg") or MARK not in answer.text, said


async def _all_is_clean(site: Site) -> None:
    """Every table is there, no text in any of them holds what cannot be read, all can go on."""
    assert await site.is_signed_in()
    for table in METADATA.sorted_tables:
        columns = [c for c in table.columns if c.type.python_type is str]
        async with site.parts.database.read() as session:
            for row in await session.exec(select(*columns)) if columns else ():  # type: ignore[call-overload]
                values = row if len(columns) > 1 else (row,)
                for column, value in zip(columns, values, strict=True):
                    assert not CONTROLS.search(value or ""), f"{column} holds {value!r}"


def test_no_page_and_no_template_takes_a_text_for_markup() -> None:
    taking = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in (*PRODUCT.rglob("*"), *SIMULATORS.rglob("*"))
        if file.suffix in (".py", ".html", ".mjml", ".jinja", ".txt")
        and "__pycache__" not in file.parts
        for line in file.read_text().splitlines()
        if ENGINES.search(line)
    ]
    assert not taking, "What a person or an MIS wrote is escaped wherever it is shown."
