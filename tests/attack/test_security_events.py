"""Whatever is refused leaves a counted row that says who, what, when, from where and how."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext
from sqlmodel import select
from structlog.testing import capture_logs

import assembly_ui
from assembly_ui.accounts.people import Person
from assembly_ui.api import routes as platform_api
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import SecurityEventRow
from assembly_ui.audit.refusal import Refusal
from assembly_ui.audit.security_log import SecurityLog
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.schools.models import Role
from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.http import create_http
from assembly_ui.web.security import CSP_REPORTS, LARGEST_BODY, Security
from tests.attack import surface
from tests.attack.surface import Handler, Route
from tests.factories.accounts import ADDRESS, PASSWORD, a_person, a_token, cheap_bcrypt
from tests.factories.api import ACCEPT
from tests.factories.apps import REDIRECT, ASchool, a_connected_school, an_app
from tests.factories.parts import running_parts
from tests.factories.schools import a_member
from tests.factories.states import Tab

__all__ = ["cheap_bcrypt"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

ELSEWHERE = "https://evil.example"
CLIENT_IP = "198.51.100.7"
SOURCE = Path(assembly_ui.__file__).parent

UNGUARDED = ("/mailbox", "//", CSP_REPORTS)
"""The demo's mailbox, second spellings of the API, and what every browser may send."""
NO_REFUSALS = {
    # A field or form that cannot be used as it stands, or a state of things; nobody is kept out.
    "AccountsError",
    "FieldProblem",
    "FormRefused",
    "InviteCodeTaken",
    "LogInRefused",
    "SignUpProblem",
    "SchoolsError",
    "FieldProblems",
    "SchoolNotInRegister",
    "SchoolListed",
    "SchoolNotSetUp",
    "MisUnknown",
    "RoleUnknown",
    "AlreadyMember",
    "OwnerMustStay",
    "InvitationProblem",
    "InvitedTooSoon",
    "RegisterImportProblem",
    "AppsError",
    "AppUnknown",
    "NotRevoked",
    "NotConnected",
    "RegistrationProblem",
    "ConnectorError",
    "InvitationUnconfirmed",
    "InvitedJustNow",
    "InviteUnderWay",
    "InviteFailed",
    "NoDfeNumber",
    "NotViaXporter",
    "ServiceHasProblems",
    "ApiRefused",
    "UnsupportedVersion",
    "NotFound",
    "MethodNotAllowed",
    "ParameterUnusable",
    "ParametersExclude",
    "SyncRefused",
    "SyncPending",
    "SyncError",
    "MappingError",
    "MailError",
    # Counted where it is raised (`Throttles`), and answered (`oauth.answers`).
    "Throttled",
    "TooManyRequests",
    "GrantRefused",
}
"""Errors that record no security event, with all that descends from them unless it is a Refusal."""


@pytest.fixture
def parts(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Services]:
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
        yield parts


@pytest.fixture
def http(parts: Services) -> FastAPI:
    """Every HTTP route of the product."""
    http = create_http(parts.settings)
    http.include_router(platform_api.router(parts.settings))
    return http


@pytest.fixture
async def browser(
    http: FastAPI, parts: Services, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    app = SetOrigin(Security(http, parts.settings, tmp_path))
    transport = httpx.ASGITransport(app, client=(CLIENT_IP, 40000))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def school(database: Database, clock: ManualClock) -> ASchool:
    return await a_connected_school(database, now=clock())


async def _events(parts: Services) -> dict[tuple[str, str], int]:
    """How often each event occurred with each outcome, as the database has it."""
    counts: dict[tuple[str, str], int] = {}
    for row in await _rows(parts):
        kind = (row.event, row.outcome)
        counts[kind] = counts.get(kind, 0) + row.count
    return counts


async def _rows(parts: Services) -> list[SecurityEventRow]:
    await parts.security_log.flush()
    async with parts.database.read() as session:
        return list((await session.exec(select(SecurityEventRow))).all())


async def _log_in(browser: httpx.AsyncClient, password: str, origin: str = ADDRESS) -> None:
    form = {"email": "james.walters@kings.sch.uk", "password": password}
    await browser.post("/auth/log-in", data=form, headers={"Origin": origin})


async def test_twelve_failed_log_ins_are_counted_with_the_address_typed_and_the_client(
    browser: httpx.AsyncClient, parts: Services, school: ASchool
) -> None:
    for _ in range(12):
        await _log_in(browser, "Wrong-Kettle-42")
    counts = await _events(parts)
    assert sum(count for (event, _), count in counts.items() if event == "log_in") == 12
    assert {outcome for event, outcome in counts if event == "log_in"} <= {"failed", "throttled"}
    typed = parts.security_log.subject_hash(school.owner.email)
    assert {(row.subject, row.ip) for row in await _rows(parts)} == {(typed, CLIENT_IP)}


async def test_a_log_in_is_recorded_with_the_person(
    browser: httpx.AsyncClient, parts: Services, school: ASchool
) -> None:
    await _log_in(browser, PASSWORD)
    (row,) = [row for row in await _rows(parts) if row.event == "log_in"]
    assert (row.outcome, row.user_id, row.ip) == ("succeeded", school.owner.id, CLIENT_IP)


async def test_a_form_sent_from_another_site_is_counted(
    browser: httpx.AsyncClient, parts: Services
) -> None:
    await _log_in(browser, PASSWORD, origin=ELSEWHERE)
    assert await _events(parts) == {("cross_site_request", "refused"): 1}


async def test_a_forged_bearer_is_counted(browser: httpx.AsyncClient, parts: Services) -> None:
    await browser.get("/api/students", headers={"Authorization": "Bearer forged", "Accept": ACCEPT})
    assert await _events(parts) == {("api_token", "refused"): 1}


async def test_a_wrong_client_secret_is_counted_for_its_app(
    browser: httpx.AsyncClient, parts: Services, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock())
    await browser.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(app.client_id, "wrong")
    )
    (row,) = [row for row in await _rows(parts) if row.event == "client_authentication"]
    assert (row.outcome, row.client_id, row.ip) == ("refused", app.client_id, CLIENT_IP)


async def test_an_oversized_request_is_counted(browser: httpx.AsyncClient, parts: Services) -> None:
    await browser.post("/auth/log-in", content=b"x" * (LARGEST_BODY + 1))
    assert await _events(parts) == {("request", "refused"): 1}


async def test_a_code_for_another_address_is_counted(
    browser: httpx.AsyncClient, parts: Services, database: Database, clock: ManualClock
) -> None:
    app = await an_app(database, now=clock())
    asked = {"client_id": app.client_id, "redirect_uri": f"{REDIRECT}/elsewhere"}
    await browser.get("/oauth/authorize", params=asked)
    (row,) = [row for row in await _rows(parts) if row.event == "authorize_request"]
    assert (row.outcome, row.client_id) == ("refused", app.client_id)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_no_route_that_changes_something_refuses_a_stranger_silently(
    browser: httpx.AsyncClient, parts: Services, http: FastAPI, method: str
) -> None:
    silent = []
    for route in surface.http_routes(http):
        if route.method == method and not route.path.startswith(UNGUARDED):
            before = await _refusals(parts)
            answer = await _send(browser, route)
            is_there = answer.status_code not in (404, 405)
            if is_there and await _refusals(parts) == before:
                silent.append(route.path)
    assert not silent, f"These record no security event: {silent}."


async def _send(browser: httpx.AsyncClient, route: Route) -> httpx.Response:
    headers = {"Origin": ELSEWHERE, "Accept": ACCEPT, "Authorization": "Bearer forged"}
    return await browser.request(route.method, route.filled(), headers=headers, content=b"x")


async def _refusals(parts: Services) -> int:
    counts = await _events(parts)
    return sum(count for (_, outcome), count in counts.items() if outcome != Outcome.SUCCEEDED)


@pytest.mark.parametrize("who", ["anonymous", "forged", "stranger", "viewer"])
async def test_each_call_that_a_handler_refuses_is_counted(
    parts: Services,
    database: Database,
    clock: ManualClock,
    school: ASchool,
    handlers: dict[str, Handler],
    who: str,
) -> None:
    cookie, refused = await _caller(who, database, clock, school)
    called = [handler for handler in handlers.values() if handler.access in refused]
    before = await _refusals(parts)
    for handler in called:
        await _call(handler, cookie)
    assert await _refusals(parts) - before == len(called) > 0
    rows = [row for row in await _rows(parts) if row.outcome == Outcome.REFUSED]
    assert {row.ip for row in rows} == {"192.0.2.1"}
    assert len(rows) == 1


async def _caller(
    who: str, database: Database, clock: ManualClock, school: ASchool
) -> tuple[str, set[str]]:
    """The cookie of somebody, and the accesses of the handlers they are refused."""
    inside = {"member", "admin", "owner"}
    if who in ("anonymous", "forged"):
        return (f"{COOKIE}=forged" if who == "forged" else ""), inside | {"signed in"}
    person: Person = await a_person(database, now=clock(), email=f"{who}@kings.sch.uk")
    token = await a_token(database, person, now=clock())
    if who == "viewer":
        await a_member(database, school.row, person, Role.VIEWER, now=clock())
        me = await find_caller(database, token=token, now=clock())
        assert me is not None
        # Else it would be refused for looking at no school.
        await switch_school(
            database, session_id=me.session_id, user_id=person.id, school_id=school.id
        )
        inside = {"admin", "owner"}
    return f"{COOKIE}={token}", inside


async def _call(handler: Handler, cookie: str) -> None:
    """Call a handler as a socket event does, in a context of its own."""
    registered = RegistrationContext.get()
    state = registered.base_states[handler.state]
    called = registered.event_handlers[handler.name].handler
    tab = Tab(cookie)

    async def send() -> None:
        answer = called.fn(await tab.state(state), **dict.fromkeys(handler.arguments, "1"))
        if hasattr(answer, "__aiter__"):
            async for _ in answer:
                pass
        else:
            await answer

    await asyncio.create_task(send(), context=contextvars.Context())


def _errors() -> dict[str, type[Exception]]:
    """Every error of the packages, by name."""
    found: dict[str, type[Exception]] = {}
    for module in pkgutil.walk_packages([str(SOURCE)], "assembly_ui."):
        package, _, name = module.name.rpartition(".")
        if not name.endswith("errors") or ".web" in package:
            continue
        if ".xporter" in package:
            continue  # What another service answers us.
        for thing in vars(importlib.import_module(module.name)).values():
            is_error = isinstance(thing, type) and issubclass(thing, Exception)
            if is_error and thing.__module__ == module.name:
                found[f"{module.name}.{thing.__name__}"] = thing
    return found


def test_each_error_either_records_a_security_event_or_is_known_to_refuse_nobody() -> None:
    unsorted = [
        name
        for name, error in _errors().items()
        if not issubclass(error, Refusal)
        and not {parent.__name__ for parent in error.__mro__[:-3]} & NO_REFUSALS
    ]
    assert not unsorted, (
        f"Let these derive from audit.refusal.Refusal, or list them in NO_REFUSALS: {unsorted}."
    )


def test_each_error_that_refuses_names_its_event() -> None:
    refusals = [error for error in _errors().values() if issubclass(error, Refusal)]
    assert refusals
    for error in refusals:
        assert isinstance(error.security_event, SecurityEvent)
        assert error.outcome is not Outcome.SUCCEEDED


def test_making_such_an_error_counts_its_event(parts: Services) -> None:
    counted: SecurityLog = parts.security_log
    for error in _errors().values():
        if issubclass(error, Refusal):
            before = dict(counted._window.totals)
            error.__new__(error)
            assert counted._window.totals != before


def test_each_tag_of_the_vocabulary_has_a_sentence() -> None:
    assert all(re.fullmatch(r"[A-Z].+\.", event.sentence) for event in SecurityEvent)


def test_each_tag_of_the_vocabulary_is_recorded_somewhere() -> None:
    code = "".join(file.read_text() for file in SOURCE.rglob("*.py"))
    used = set(re.findall(r"SecurityEvent\.([A-Z_]+)", code))
    assert used == set(SecurityEvent.__members__)


def test_no_two_tags_share_a_value_or_a_sentence() -> None:
    assert len({event.value for event in SecurityEvent}) == len(SecurityEvent.__members__)
    assert len({event.sentence for event in SecurityEvent}) == len(SecurityEvent)


def test_what_is_said_of_an_event_names_no_person(
    parts: Services,
) -> None:
    said: dict[str, Any] = {"subject": "head@kings.sch.uk", "user_id": 5}
    with capture_logs() as logs:
        parts.security_log.count(SecurityEvent.LOG_IN, Outcome.FAILED, **said)
    (line,) = logs
    assert (line["event"], line["user"]) == ("security.log_in", 5)
    assert "kings" not in str(line)
