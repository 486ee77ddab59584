"""What an app asks is never a statement: no parameter, page or condition shows another school."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx

from assembly_ui.api.rest.resource import Resource
from assembly_ui.api.rest.table import RESOURCES
from tests.attack.in_process import Site, site
from tests.attack.payloads import TEXTS
from tests.factories.accounts import a_person, cheap_bcrypt
from tests.factories.api import ALL, Client, a_record, a_token
from tests.factories.apps import a_connected_school

__all__ = ["cheap_bcrypt", "site"]

READ = [resource for resource in RESOURCES if resource.method == "GET"]
OTHER = "of-another-school"
STATEMENTS = [
    "1 OR 1=1",
    "' OR '1'='1",
    "1) OR (1=1",
    "1; DROP TABLE records",
    "1' UNION SELECT data, 1 FROM records --",
    '" OR ""="',
    "$.name",
    "1/**/OR/**/1",
    "CAST(1 AS int)",
    "sleep(9)",
    "(SELECT pg_sleep(9))",
    "%",
    "_",
    "\\",
]
PAGES = [
    "0", "-1", "1.0", "1e3", "0x10", "٣", "½", "+1", "1_0", "1000001", "2147483648", str(2**63),
    str(10**40), "null", "[1]", "eyJpZCI6MX0=", "1,2", "first", "last", *STATEMENTS,
]  # fmt: skip
CONDITIONS = [
    'W/""', '"', "*", '""', 'W/"1.2.3"', '"' + "a" * 3_000 + '"', "Mon, 99 Foo 2026 99:99:99 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0", "-1", *STATEMENTS,
]  # fmt: skip
REFUSED = {400, 401, 404, 406}


def _names(resource: Resource) -> set[str]:
    """Every parameter that the table says a resource knows, and those of sorting elsewhere."""
    filters = (name.strip() for found in resource.filters for name in found.name.split(","))
    parts = (part.name for part in resource.parts)
    return {*filters, *parts, "sort", "order", "fields", "cursor"} - {""}


async def _two_schools(site: Site) -> Client:
    """An app of one school; two schools with records of every kind under the same numbers."""
    database, now = site.parts.database, site.parts.clock()
    stranger = await a_person(database, now=now, email="somebody.else@example.sch.uk")
    other = await a_connected_school(
        database, now=now, owner=stranger, urn="654321", dfe_number="2024002"
    )
    async with database.transaction() as session:
        kinds = sorted({resource.kind for resource in READ if resource.kind})
        for kind, number in itertools.product(kinds, (1, 2)):
            for school_id, word in ((site.school.id, "ours"), (other.id, OTHER)):
                data = {
                    "id": number, "name": word, "code": word, "type": "UserGroup",
                    "first_name": word, "year_code": word, "student_id": number, "student_ids": [1],
                    "assessment_id": 1, "rank": 1, "start_date": "2020-01-01",
                }  # fmt: skip
                at = now - timedelta(days=1)
                session.add(a_record(school_id, kind, number, data, at=at))
    return Client(_http(site), await a_token(database, site.school, *ALL, now=now))


def _http(site: Site) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url=site.address)


def _listed(answer: httpx.Response) -> list[Any] | None:
    """The rows of an answer, if it is a list."""
    said = answer.json()
    rows = said.get("data") if isinstance(said, dict) else said
    return rows if answer.status_code == httpx.codes.OK and isinstance(rows, list) else None


def _is_ours(answer: httpx.Response, asked: str) -> None:
    assert OTHER not in answer.text, asked
    assert answer.status_code in {200, 304, *REFUSED}, asked
    if answer.status_code in REFUSED:
        # In words: which parameter, and nothing of the database.
        assert answer.json()["error"], asked
        assert "sql" not in answer.text.casefold(), asked


async def test_no_parameter_of_any_resource_is_taken_for_a_statement(site: Site) -> None:
    app = await _two_schools(site)
    texts = itertools.cycle([*STATEMENTS, *(text[:1_000] for text in TEXTS if text)])
    shown = 0
    for resource in READ:
        path = resource.path.replace("{id}", "1")
        plain = await app.ask(path)
        _is_ours(plain, path)
        shown += "ours" in plain.text
        for name in _names(resource):
            for text in itertools.islice(texts, 2):
                written = quote(text, safe="", errors="surrogatepass")
                asked = f"{path}?{name}={written}"
                answer = await app.ask(asked)
                _is_ours(answer, asked)
                rows, all_rows = _listed(answer), _listed(plain)
                assert rows is None or all_rows is None or len(rows) <= len(all_rows), asked
    assert shown > len(READ) // 3, "too few resources show anything: this attacks nothing"


async def test_no_page_is_forged(site: Site) -> None:
    app = await _two_schools(site)
    pages, paged = itertools.cycle(PAGES), 0
    for resource in READ:
        path = resource.path.replace("{id}", "1")
        is_paged = "ours" in (await app.ask(f"{path}?page=1")).text and not (
            await app.ask(f"{path}?page=2&per_page=2")
        ).text.count("ours")
        paged += is_paged
        for name, page in itertools.product(("page", "per_page"), itertools.islice(pages, 3)):
            asked = f"{path}?{name}={quote(page)}"
            answer = await app.ask(asked)
            _is_ours(answer, asked)
            assert not is_paged or answer.status_code == httpx.codes.BAD_REQUEST, asked
    assert paged > len(READ) // 3, "too few resources have pages: this attacks nothing"


async def test_no_number_in_a_path_and_no_condition_is_taken_for_a_statement(site: Site) -> None:
    app = await _two_schools(site)
    values = itertools.cycle([*CONDITIONS, *PAGES])
    for resource in READ:
        for value in itertools.islice(values, 3):
            written = quote(value, safe="")
            _is_ours(await app.ask(resource.path.replace("{id}", written)), value)
            headers = {"If-None-Match": value, "If-Modified-Since": value}
            sent = {name: said.encode() for name, said in headers.items()}
            path = resource.path.replace("{id}", "1")
            _is_ours(await app.ask(path, headers=sent), value)
