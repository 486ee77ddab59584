"""Work that costs more than a read is bounded, and one kind of it does not hold up another."""

from __future__ import annotations

import asyncio
import threading
from asyncio import Task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from reflex_base.registry import RegistrationContext
from starlette.types import Message

from assembly_ui.accounts import emails, mail_domains
from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.mail_domains import MailDomains
from assembly_ui.accounts.throttles import Deed, Throttles
from assembly_ui.audit.origin import network_of
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.jobs import worker_pools
from assembly_ui.jobs.worker_pools import PoolBusy, WorkerPool
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.server.client_ip import SetOrigin
from assembly_ui.services import Services
from assembly_ui.web.access import COOKIE
from assembly_ui.web.http import create_http
from assembly_ui.web.notice import NoticeState, after_failure
from assembly_ui.web.pages.sign_up import SignUpState
from tests.attack.accounts import NewBrowser, browser, log_in
from tests.attack.pools import held, waits
from tests.attack.surface import Handler, handlers
from tests.factories.accounts import ADDRESS, PASSWORD, a_person, a_token, cheap_bcrypt, posted
from tests.factories.parts import parts
from tests.factories.schools import a_school
from tests.factories.states import Tab

__all__ = ["browser", "cheap_bcrypt", "parts"]

pytestmark = pytest.mark.usefixtures("cheap_bcrypt")

EMAIL = "james.walters@kings.sch.uk"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


OTHERS = [
    pool
    for pool in vars(worker_pools).values()
    if isinstance(pool, WorkerPool) and pool is not worker_pools.PASSWORD_HASHES
]


@pytest.mark.parametrize("pool", OTHERS, ids=lambda pool: pool.name)
async def test_nobodys_log_in_waits_for_other_work(
    database: Database, clock: ManualClock, browser: NewBrowser, pool: WorkerPool
) -> None:
    await a_person(database, now=clock())
    async with held(pool):
        assert await log_in(browser(HOME), EMAIL) == "/continue"


async def test_many_log_ins_of_one_person_take_few_places_and_say_when_to_return(
    database: Database, clock: ManualClock, browser: NewBrowser
) -> None:
    await a_person(database, now=clock())
    pool = worker_pools.PASSWORD_HASHES
    flood = browser(ELSEWHERE)
    async with held(pool):
        tries = [asyncio.ensure_future(log_in(flood, EMAIL, "wrong")) for _ in range(5)]
        refused, waiting = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        while len(refused) < 2:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused |= done
        await waits(pool, 3)
        for task in refused:
            assert task.result().startswith("/log-in?retry=")
            assert task.result().endswith("#throttled")
        someone = asyncio.ensure_future(log_in(browser(HOME), EMAIL))
        await waits(pool, 4)
    assert await someone == "/continue"


BOUNDED = [
    pool
    for pool in vars(worker_pools).values()
    if isinstance(pool, WorkerPool) and pool._waiting is not None
]


@asynccontextmanager
async def _flooded(pool: WorkerPool, addresses: list[str], each: int) -> AsyncIterator[list[Task]]:
    """Every thread is kept, and each address has sent so many jobs; those that wait are given."""
    async with held(pool):
        await _begun(pool)
        jobs = [
            asyncio.ensure_future(pool.run(len, "", client=network_of(address)))
            for _ in range(each)
            for address in addresses
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        yield jobs
    await asyncio.gather(*jobs, return_exceptions=True)


async def _begun(pool: WorkerPool) -> None:
    async with asyncio.timeout(60):
        while True:
            if not pool._queued and sum(pool._subjects.values()) == pool.threads:
                return
            await asyncio.sleep(0)


@pytest.mark.parametrize("pool", BOUNDED, ids=lambda pool: pool.name)
@pytest.mark.parametrize("strangers", [1, 8, 40])
async def test_few_addresses_of_strangers_keep_nobody_out_of_a_pool(
    pool: WorkerPool, strangers: int
) -> None:
    addresses = [f"203.0.113.{n}" for n in range(strangers)]
    async with _flooded(pool, addresses, 64):
        someone = asyncio.ensure_future(pool.run(len, "home", client=HOME))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not someone.done()
    assert await someone == 4


@pytest.mark.parametrize("pool", BOUNDED, ids=lambda pool: pool.name)
async def test_a_whole_ipv6_network_counts_as_one_crowd_in_a_pool(pool: WorkerPool) -> None:
    addresses = [f"2001:db8:7:{n:x}::1" for n in range(400)]
    async with _flooded(pool, addresses, 1):
        assert pool._queued == (pool._waiting or 0) // 4
        someone = pool.run(len, "home", client=network_of("2001:db8:8::1"))
        waits = asyncio.ensure_future(someone)
        await asyncio.sleep(0)
        # The crowd has one turn before the newcomer has theirs.
        assert list(pool._queues) == ["2001:db8:7::/48", "2001:db8:8::/48"]
    assert await waits == 4


async def test_a_whole_school_behind_one_address_gets_in_while_strangers_flood() -> None:
    pool = WorkerPool("hashes", threads=1, waiting=32, per_client=8)
    strangers = [f"203.0.113.{n}" for n in range(8)]
    inside = []

    async def a_colleague(number: int) -> None:
        while True:
            with suppress(PoolBusy):
                await pool.run(len, "", client=HOME)
                inside.append(number)
                return
            await asyncio.sleep(0)

    async def a_stranger(address: str) -> None:
        while len(inside) < 200:
            with suppress(PoolBusy):
                await pool.run(len, "", client=address)
            await asyncio.sleep(0)

    flood = [a_stranger(address) for address in strangers for _ in range(8)]
    async with asyncio.timeout(120):
        await asyncio.gather(*flood, *(a_colleague(number) for number in range(200)))
    assert sorted(inside) == list(range(200))


async def test_a_browser_that_goes_away_gives_its_place_in_the_queue_back(
    database: Database, clock: ManualClock, parts: Services
) -> None:
    await a_person(database, now=clock())
    pool, gone = worker_pools.PASSWORD_HASHES, asyncio.Event()
    form = urlencode({"email": EMAIL, "password": PASSWORD}).encode()
    arriving = [{"type": "http.request", "body": form, "more_body": False}]

    async def receive() -> Message:
        if arriving:
            return arriving.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    headers = {
        "origin": ADDRESS,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(form)),
    }
    request = httpx.Request("POST", f"{ADDRESS}/auth/log-in", headers=headers)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/auth/log-in",
        "raw_path": b"/auth/log-in",
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "server": (request.url.host, 80),
        "client": (ELSEWHERE, 40000),
    }
    async with held(pool):
        asked = asyncio.ensure_future(SetOrigin(create_http(parts.settings))(scope, receive, send))
        await waits(pool, 1)
        gone.set()
        await asked
        assert pool._queued == 0


async def test_a_domain_that_never_answers_holds_up_its_own_check_only(
    monkeypatch: pytest.MonkeyPatch, parts: Services, database: Database
) -> None:
    gate = threading.Event()
    pool = WorkerPool("dns", threads=1, waiting=4, per_client=2)
    domains = MailDomains(lambda _: gate.wait(60), pool)
    monkeypatch.setattr(emails, "MAIL_DOMAINS", domains)
    monkeypatch.setattr(mail_domains, "PATIENCE", 0.01)
    monkeypatch.setattr(type(parts.settings), "asks_dns", property(lambda _: True))
    try:
        for n in range(6):
            tab = Tab(path="/sign-up")
            await tab.send(SignUpState.load)
            form = {
                "invite_code": "letsassemble2020",
                "name": "",
                "email": f"head@slow{n}.example",
                "password": PASSWORD,
                "password_confirmation": PASSWORD,
            }
            await tab.send(SignUpState.submit, form=form)
    finally:
        gate.set()
    # No answer counts as yes: the message that goes there will tell.
    assert len(await posted(database)) == 6


async def test_a_strength_that_cannot_be_weighed_now_leaves_the_meter_and_the_form_alone(
    parts: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = WorkerPool("zxcvbn", threads=1, waiting=0, per_client=0)
    tab = Tab(path="/sign-up")
    await tab.send(SignUpState.measure, form={"password": PASSWORD})
    state = await tab.state(SignUpState)
    assert state.strength == 4
    monkeypatch.setattr(worker_pools, "PASSWORD_STRENGTH", pool)
    await tab.send(SignUpState.measure, form={"password": "password"})
    await tab.send(SignUpState.check, name="password", form={"password": "password"})
    assert (state.strength, state.errors["password"]) == (4, "")
    form = {
        "invite_code": "letsassemble2020",
        "email": EMAIL,
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
    }
    await tab.send(SignUpState.submit, form=form)
    assert state.refusal.startswith("There is too much to do at once. Nothing you typed is lost")


async def test_measuring_is_counted(parts: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Deed] = []

    async def refuse(self: Throttles, deed: Deed, **_: str) -> None:
        asked.append(deed)
        raise Throttled(parts.clock())

    monkeypatch.setattr(Throttles, "hit", refuse)
    tab = Tab(path="/sign-up")
    await tab.send(SignUpState.measure, form={"password": PASSWORD})
    assert asked == [Deed.MEASURE]
    assert (await tab.state(SignUpState)).strength == 0


async def test_a_full_pool_is_told_to_programs_with_a_time(parts: Services) -> None:
    http: FastAPI = create_http(parts.settings)

    @http.get("/full")
    async def full() -> None:
        raise PoolBusy("test", 7)

    transport = httpx.ASGITransport(http, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        answer = await client.get("/full")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


# What every handler costs. A new one that is not named here has to count itself.
READS = {
    "load",
    "leave",
    "close",
    "back",
    "dismiss",
    "move_on",
    "look",
    "look_at",
    "search",
    "again",
    "narrow",
    "sort",
    "turn_to",
    "of_app",
    "of_aspect",
    "of_change",
    "of_kind",
    "of_type",
    "of_year",
    "choose",
    "open",
    "enter",
    "keep",
}
CHEAP = {
    "notice_state.apologise",
    "notice_state.say_not_saved",
    "notice_state.slow_down",
    "sign_up_state.take_suggestion",
    "confirm_state.choose_another",
    # The demo's mailbox: there is none in live mode.
    "mailbox_state.choose_address",
    "mailbox_state.ask_to_clear",
    "mailbox_state.clear",
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "sign_up_state.check": {"name": "email", "form": {"email": EMAIL}},
    "sign_up_state.submit": {"form": {"email": EMAIL}},
    "forgotten_password_state.submit": {"form": {"email": EMAIL}},
    "resend_confirmation_state.submit": {"form": {"email": EMAIL}},
    "confirm_email_state.correct": {"form": {"email": EMAIL}},
}


def _short(handler: Handler) -> str:
    state, _, name = handler.name.rpartition(".")
    return f"{state.rpartition('____')[2]}.{name}"


def _may_do_more_than_read(handler: Handler) -> bool:
    if handler.access in {"public", "member"}:
        name = handler.name.rpartition(".")[2]
        return name not in READS and _short(handler) not in CHEAP
    return handler.access != ""


async def test_whatever_does_more_than_read_is_counted_before_it_does_it(
    app: object,
    parts: Services,
    database: Database,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    token = await a_token(database, james, now=clock())
    asked: list[Deed] = []

    async def refuse(self: Throttles, deed: Deed, **_: str) -> None:
        asked.append(deed)
        raise Throttled(clock())

    me = await find_caller(database, token=token, now=clock())
    assert me is not None
    await switch_school(
        database, session_id=me.session_id, user_id=me.user_id, school_id=school.id or 0
    )
    monkeypatch.setattr(Throttles, "hit", refuse)
    registered = RegistrationContext.get().event_handlers
    uncounted = []
    for name, handler in handlers().items():
        if not handler.is_ours or not _may_do_more_than_read(handler):
            continue
        asked.clear()
        event = registered[name].handler
        tab = Tab(f"{COOKIE}={token}")
        with suppress(Throttled):
            await tab.send(event, **ARGUMENTS.get(_short(handler), {}))
        if not asked:
            uncounted.append(_short(handler))
    assert uncounted == []


def test_a_refusal_no_page_foresaw_is_said_in_words(clock: ManualClock) -> None:
    for error in (PoolBusy("test", 5), Throttled(clock())):
        event = after_failure(error)
        assert event is not None
        assert event.handler.fn.__qualname__ == NoticeState.slow_down.fn.__qualname__
