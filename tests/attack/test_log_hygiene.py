"""What strangers send does not come into the log, wherever they send it, nor do secrets."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import socketio
import structlog
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import select, text

from assembly_ui.accounts.models import User
from assembly_ui.accounts.people import find_user
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.server import logs
from assembly_ui.services import CALLBACK_PATH
from assembly_ui.settings import Settings
from assembly_ui.web.notice import after_browser_failure
from assembly_ui.web.security import CSP_REPORTS
from tests.attack import surface
from tests.attack.people import People
from tests.attack.surface import Handler, Route
from tests.attack.tabs import open_tab
from tests.factories.accounts import a_person
from tests.journeys.server import Server

MARK = "canary"
"""In everything that is sent, so that nothing of it can hide."""

CANARIES = {
    "email": "canary.person@victim-school.example",
    "password": "Canary-Pa55word!",
    "token": "canary0Token9With1Many2Random3Letters4",
    "line": "canary\n2026-11-29T09:00:00Z [error    ] canary.forged",
    "escape": "\x1b[2Jcanary\r\u202e",
    "sql": "canary'; DROP TABLE users; --",
    "format": "canary %s %(x)s {x} ${x}",
}
ALL = " ".join(CANARIES.values())
QUERY = {
    name: f"{MARK}-{name}"
    for name in (
        "q", "next", "email", "token", "code", "state", "client_id", "redirect_uri", "scope",
        "school", "app", "what", "to", "page", "per_page", "request", "error", "start_date",
    )
} | CANARIES  # fmt: skip


def _header(value: str) -> bytes:
    """As far as it can be said in a header at all."""
    return "".join(c for c in value if c.isprintable()).encode("latin-1", "ignore")


HEADERS = {
    "User-Agent": _header(ALL),
    "Referer": b"http://canary.example/?canary=1",
    "Cookie": b"assembly_session=canary; assembly_request=canary; schoolbooking=canary; canary=1",
    "Authorization": b"Bearer canary0Token9With1Many2Random3Letters4",
    "Accept-Language": b"canary",
    "If-None-Match": b'"canary"',
    "X-Forwarded-For": b"canary.example, 198.51.100.9",
    "X-Canary": _header(ALL),
}


def _said_since(server: Server, start: int) -> str:
    return server.log.read_text(errors="replace")[start:]


def _forms(route: Route) -> Iterator[dict[str, Any]]:
    yield {"params": QUERY}
    if route.method in ("POST", "PUT", "PATCH"):
        yield {"data": QUERY}
        yield {"json": QUERY | {"csp-report": QUERY, "nested": [QUERY]}}
        yield {"content": ALL.encode("utf-8", "replace")}
        yield {"content": b'{"canary', "headers": {"Content-Type": "application/json"}}


@pytest.mark.parametrize("origin", ["ours", "http://canary.example"])
def test_nothing_of_a_request_comes_into_the_log(server: Server, app: Any, origin: str) -> None:
    from assembly_ui.assembly_ui import _http

    start = len(server.log.read_text(errors="replace"))
    headers = HEADERS | {"Origin": server.address if origin == "ours" else origin}
    odd = [Route("GET", path) for path in ("/canary", "//canary/", "/assets/canary.js", "/_event/")]
    odd += [Route("CANARY", "/"), Route("POST", CSP_REPORTS), Route("POST", _callback(server))]
    with httpx.Client(base_url=server.address, headers=headers, timeout=30) as web:
        for route in [*surface.http_routes(_http()), *odd]:
            filled = {segment: quote(ALL[:80], safe="") for segment in _parameters(route)}
            for sent in _forms(route):
                web.request(route.method, route.filled(**filled), **sent)
        for page in surface.pages(app):
            web.get(page, params=QUERY)
    assert MARK not in _said_since(server, start).casefold()


def _parameters(route: Route) -> list[str]:
    return [
        segment.strip("{}").partition(":")[0]
        for segment in route.path.split("/")
        if segment.startswith("{")
    ]


def _callback(server: Server) -> str:
    """The address of the callback, as Xporter on Demand knows it."""
    return f"{CALLBACK_PATH}/{Settings(data_dir=server.folder / 'data').callback_keys[0]}"


async def test_nothing_of_an_event_comes_into_the_log(
    server: Server, people: People, victim: dict[str, Any], handlers: dict[str, Handler]
) -> None:
    start = len(server.log.read_text(errors="replace"))
    owner = await people.stranger()
    for cookie in ("", owner.cookie, "assembly_session=canary"):
        async with open_tab(server, cookie=cookie, User_Agent="canary") as tab:
            for handler in handlers.values():
                payload = {name: QUERY if "form" in name else ALL for name in handler.arguments}
                await tab.call(handler.name, payload, path=f"/canary?{MARK}={MARK}")
                await tab.call(handler.name, {MARK: ALL})
            for event in ("event", "client_error", "ping", "canary"):
                for data in (ALL, {"name": ALL, "payload": ALL}, [[ALL]], {"message": ALL}):
                    await tab.emit(event, data)
            await tab.settled()
    assert MARK not in _said_since(server, start).casefold()


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://canary.example"}, {"Origin": "canary"}, {"Host": "canary"}]
)
async def test_nothing_of_a_refused_socket_comes_into_the_log(
    server: Server, headers: dict[str, str]
) -> None:
    start = len(server.log.read_text(errors="replace"))
    client = socketio.AsyncClient(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(
            f"{server.address}?token=canary&canary={quote(ALL)}",
            headers=headers,
            socketio_path="_event",
            namespaces=["/_event"],
            transports=["websocket"],
        )
    if client.eio.http is not None:
        await client.eio.http.close()
    assert MARK not in _said_since(server, start).casefold()


class Log:
    """What is written while a test runs."""

    def __init__(self) -> None:
        self._file = io.StringIO()

    @property
    def text(self) -> str:
        return self._file.getvalue()

    def configure(self, *, json: bool) -> None:
        self.seconds = 0.0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stderr", self._file)
            logs.configure(json=json, now=lambda: self.seconds)


@pytest.fixture(params=["lines", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    """The product's log, in each of its forms."""
    log = Log()
    log.configure(json=request.param == "json")
    yield log
    logs.configure(json=False)


def _events(log: Log) -> list[str]:
    return log.text.splitlines()


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_an_exception_is_logged_without_its_message(log: Log, canary: str) -> None:
    def fail() -> None:
        try:
            int(canary)
        except ValueError as error:
            raise KeyError(canary) from error

    try:
        fail()
    except KeyError:
        structlog.get_logger().exception("something.failed")
    assert MARK not in log.text.casefold().replace("int(canary)", "").replace("(canary)", "")
    assert "KeyError" in log.text
    assert "ValueError" in log.text
    assert "test_log_hygiene.py" in log.text


async def test_a_refusal_of_the_database_is_logged_without_what_was_to_be_kept(
    log: Log, database: Database, clock: ManualClock
) -> None:
    await a_person(database, now=clock(), email=CANARIES["email"], name="Canary")
    async with database.read() as session:
        person = await find_user(session, CANARIES["email"])
        assert person is not None
        copy = User.model_validate(person.model_dump(exclude={"id"}))
    with pytest.raises(IntegrityError) as refused:
        async with database.transaction() as session:
            session.add(copy)
    structlog.get_logger().error("database.refused", exc_info=refused.value)
    assert MARK not in log.text.casefold()
    assert "IntegrityError" in log.text
    assert "SQLITE_CONSTRAINT_UNIQUE" in log.text or "sqlstate=23505" in log.text


async def test_no_error_of_a_statement_names_its_parameters(database: Database) -> None:
    said = []
    statement = text("SELECT missing FROM nowhere WHERE email = :email")
    for ask in (database.glance, database.survey):
        with pytest.raises(SQLAlchemyError) as refused:
            await ask(statement, {"email": CANARIES["email"]})
        said.append(str(refused.value))
    async with database.read() as session:
        with pytest.raises(SQLAlchemyError) as refused:
            await session.exec(select(User).where(text("nowhere = :x").bindparams(x=MARK)))
        said.append(str(refused.value))
    assert not any(MARK in words for words in said)


@pytest.mark.parametrize(
    "library",
    ["reflex", "engineio.server", "socketio", "sqlalchemy.engine", "uvicorn.error", "asyncio",
     "httpx", "granian", "tantivy", "some.library"],
)  # fmt: skip
@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_what_a_library_logs_is_kept_without_what_was_filled_in(
    log: Log, library: str, canary: str
) -> None:
    logger = logging.getLogger(library)
    logger.addHandler(logging.StreamHandler(log._file))
    logs.take_over_libraries()
    logger.error("%s is not an accepted origin", canary)
    logger.error(canary)
    logger.error("a: %(a)s", {"a": canary})
    try:
        raise ValueError(canary)
    except ValueError:
        logger.exception(canary)
    assert MARK not in log.text.casefold().replace("valueerror(canary)", "")
    assert log.text.count("is not an accepted origin") == 1
    assert library in log.text


def test_an_access_log_says_nothing_of_a_path_but_its_area(log: Log) -> None:
    record = {
        "addr": "192.0.2.1",
        "path": "/callbacks/xporter/canary",
        "query_string": "canary=1",
        "method": "GET",
        "status": 404,
        "dt_ms": 1.5,
    }
    logging.getLogger("granian.access").setLevel(logging.INFO)
    logging.getLogger("granian.access").info("%(path)s?%(query_string)s", record)
    logging.getLogger("granian.access").info("%(path)s", record | {"path": "/canary?canary"})
    logging.getLogger("granian.access").info("%(path)s", record | {"method": "CANARY"})
    assert MARK not in log.text.casefold()
    assert "192.0.2.1" not in log.text
    assert "callbacks" in log.text


async def test_a_task_nobody_waited_for_is_logged_without_its_message(log: Log) -> None:
    async def fails() -> None:
        raise ValueError(CANARIES["line"])

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "asyncio" in log.text
    assert "ValueError" in log.text
    assert MARK not in log.text.casefold().replace('canaries["line"]', "")


def test_what_nothing_caught_is_logged_and_not_printed(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    logs.take_over_interpreter()
    word = MARK

    def fails() -> None:
        raise ValueError(word)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert "error.uncaught" in log.text
    assert MARK not in log.text


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ("asked by james.walters@kings.sch.uk", "james.walters"),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("redis://:sekret@valkey:6379/0 is away", "sekret"),
        ("postgresql+psycopg://assembly:sekret@db/assembly", "sekret"),
        ("GET https://a.example/oauth?code=sekret&state=s", "sekret"),
        ("redis://:a,sekret;b@valkey:6379/0 is away", "sekret"),
        ("redis://:a,sekret@b@valkey:6379/0 is away", "sekret"),
        ("GET /reset-password?token=sekret", "sekret"),
        ("GET /search?q=sekret", "sekret"),
        ("a " * 140 + "4fJ2kQ9xLm3nP7rT1vW5yZ8b4fJ2kQ9xLm3nP7", "4fJ2kQ9xLm"),
        ("password=sekret", "sekret"),
        ('{"client_secret": "sekret"}', "sekret"),
        ("assembly_session=sekret; other=1", "sekret"),
        ("token 4fJ2kQ9xLm3nP7rT1vW5yZ8b used", "4fJ2kQ9xLm3nP7rT1vW5yZ8b"),
        ("two\nlines", "two\n"),
        ("\x1b[31mred", "\x1b"),
        ("right\u202eleft", "\u202e"),
    ],
)
def test_a_value_is_written_without_what_is_nobody_elses(log: Log, given: str, gone: str) -> None:
    structlog.get_logger().warning("something.happened", said=given, listed=[given], at=3)
    assert gone not in log.text.replace("\n", "", log.text.count("\n") if gone != "two\n" else 0)
    assert len(_events(log)) == 1


@pytest.mark.parametrize("name", ["password", "client_secret", "token", "cookie", "to_email"])
def test_a_value_of_a_secret_name_is_never_written(log: Log, name: str) -> None:
    structlog.get_logger().warning("something.happened", **{name: "sekret"})
    structlog.get_logger().warning("something.happened", **{name: ["sekret"]})
    assert "sekret" not in log.text


def test_of_an_error_among_the_values_only_its_type_is_written(log: Log) -> None:
    structlog.get_logger().warning("something.happened", reason=ValueError(MARK))
    assert "ValueError" in log.text
    assert MARK not in log.text


def _browser_reports(_number: int) -> None:
    after_browser_failure(RuntimeError(MARK))


def _tab_leaves_in_the_middle_of_an_update(number: int) -> None:
    logging.getLogger("reflex.app").warning(f"to disconnected client {number}")


def _socket_knocks_at_the_wrong_address(number: int) -> None:
    logging.getLogger("engineio.server").error("%s is not an accepted origin", number)


def _handler_fails(number: int) -> None:
    try:
        int(f"{MARK} {number}")
    except ValueError as error:
        structlog.get_logger().error("handler.failed", exc_info=error)


def _request_fails(number: int) -> None:
    try:
        int(f"{MARK} {number}")
    except ValueError:
        structlog.get_logger().exception("http.failed", number=number)


CAUSED = [
    _browser_reports,
    _tab_leaves_in_the_middle_of_an_update,
    _socket_knocks_at_the_wrong_address,
    _handler_fails,
    _request_fails,
]


@pytest.mark.parametrize("cause", CAUSED)
def test_what_strangers_cause_does_not_fill_the_log(
    log: Log, cause: Callable[[int], object]
) -> None:
    def lines() -> int:
        return len(re.findall(r"\b(warning|error|info)\b\s*[\]\"]", log.text))

    for number in range(10 * logs.LINES_OF_A_KIND):
        cause(number)
    assert lines() == logs.LINES_OF_A_KIND
    structlog.get_logger().error("something.else")
    assert lines() == logs.LINES_OF_A_KIND + 1
    log.seconds += logs.KIND_SECONDS
    cause(0)
    assert lines() == logs.LINES_OF_A_KIND + 2
    left_out = 9 * logs.LINES_OF_A_KIND
    assert re.search(rf"left_out\W+{left_out}\b", log.text)


def test_one_failure_does_not_hide_another_of_the_same_event(log: Log) -> None:
    for number in range(10 * logs.LINES_OF_A_KIND):
        _request_fails(number)
    try:
        [][0]
    except IndexError:
        structlog.get_logger().exception("http.failed")
    assert "IndexError" in log.text


def test_a_value_has_an_end(log: Log) -> None:
    structlog.get_logger().warning("something.happened", said="word " * 10_000)
    assert len(log.text) < 1000


def test_what_is_of_use_stays(log: Log) -> None:
    structlog.get_logger().warning(
        "outbox.put_off", id=7, kind="confirm_email", reason="the SMTP server answered 451"
    )
    for word in ("outbox.put_off", "7", "confirm_email", "the SMTP server answered 451"):
        assert word in log.text


def test_the_log_for_machines_is_one_object_a_line() -> None:
    log = Log()
    log.configure(json=True)
    structlog.get_logger().error("a.b", said=CANARIES["line"], exc_info=ValueError(MARK))
    logs.configure(json=False)
    (line,) = log.text.splitlines()
    assert json.loads(line)["event"] == "a.b"


def test_an_error_of_the_database_is_told_without_statement_values_or_message() -> None:
    said = UniqueViolation("Key (email)=(ann@kings.sch.uk) already exists.")
    values = {"email": "ann@kings.sch.uk", "secret_hash": "c0ffee"}
    error = IntegrityError("INSERT INTO users (email) VALUES (%(email)s)", values, said)
    told = logs.describe(error)
    assert "IntegrityError of psycopg.errors.UniqueViolation" in told
    for word in ("ann", "kings", "c0ffee", "INSERT", "already exists"):
        assert word not in told
