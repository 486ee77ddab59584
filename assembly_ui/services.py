"""Where the parts of the running product are made and connected, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

import httpx
import structlog
from redis.asyncio import Redis

from assembly_ui.accounts.invite_codes import disable_default_code, ensure_default_code
from assembly_ui.accounts.throttles import Throttles
from assembly_ui.apps.catalogue import NewApp, ensure_app
from assembly_ui.audit import security_log
from assembly_ui.audit.security_log import Retention, SecurityLog
from assembly_ui.clock import Clock, system_clock
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.notices import Links
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.tester import Tester, close_interrupted
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.db.sqlite_storage import Storage
from assembly_ui.demo.register_lookup import edubase_of
from assembly_ui.jobs import worker_pools
from assembly_ui.jobs.due_times import Bound, DueTimes
from assembly_ui.jobs.supervision import Run, Supervisor
from assembly_ui.mail.transports import MailboxTransport, SmtpTransport, Transport
from assembly_ui.mail.worker import Outbox
from assembly_ui.pubsub.topics import PubSub
from assembly_ui.pubsub.valkey import ValkeyPubSub, open_valkey
from assembly_ui.schools.ownership import require_proofs
from assembly_ui.schools.register import Register
from assembly_ui.schools.shared_numbers import refresh_shared_numbers
from assembly_ui.server.due_time_limits import due_bounds
from assembly_ui.server.wait_for_port import until_listening
from assembly_ui.settings import Settings
from assembly_ui.sync.pace import Pace as SyncPace
from assembly_ui.sync.worker import SyncWorker
from assembly_ui.xporter.client import Registration, XporterClient, make_http
from assembly_ui.xporter.shared_turns import SharedTurns
from assembly_ui.xporter.turns import LocalTurns, Turns
from simulators.schoolbooking import requested_scopes as schoolbooking
from simulators.schoolbooking.application import CALLBACK, INSTALL, PRIVACY, SchoolBooking
from simulators.schoolbooking.application import make_http as booking_http
from simulators.xporter.callbacks import make_http as stand_in_http
from simulators.xporter.simulator import XporterSimulator

log = structlog.get_logger()

NewHttp = Callable[[], httpx.AsyncClient]


class Keep(Protocol):
    """Lets a task run beside a block."""

    def __call__(self, run: Run, *, name: str) -> AbstractAsyncContextManager[asyncio.Task[None]]:
        """The task, which ends with the block."""
        ...


STAND_IN_PATH = "/simulator/xporter"
BOOKING_PATH = "/simulator/schoolbooking"
BOOKING_CLIENT = "app_schoolbooking"
CALLBACK_PATH = "/callbacks/xporter"
LONGEST_START = timedelta(minutes=2)


@dataclass(frozen=True)
class Services:
    """What handlers and routes work with. The stand-ins are there in demo mode only."""

    settings: Settings
    clock: Clock
    pubsub: PubSub
    database: Database
    throttles: Throttles
    security_log: SecurityLog
    register: Register
    cipher: Cipher
    xporter: XporterClient
    pace: Pace
    tester: Tester
    supervisor: Supervisor
    watcher: Watcher
    sync: SyncWorker
    outbox: Outbox
    stand_in: XporterSimulator | None
    booking: SchoolBooking | None


class _Running:
    parts: Services | None = None


def get_services() -> Services:
    """The parts of this process.

    Raises:
        RuntimeError: the product has not started, or has stopped.
    """
    if _Running.parts is None:
        raise RuntimeError("Assembly is not running in this process.")
    return _Running.parts


def stand_in() -> XporterSimulator:
    """The stand-in of this process.

    Raises:
        RuntimeError: it has none, being live or not started.
    """
    if (found := get_services().stand_in) is None:
        raise RuntimeError("There is no stand-in in live mode.")
    return found


def booking() -> SchoolBooking:
    """The stand-in for SchoolBooking of this process.

    Raises:
        RuntimeError: it has none, being live or not started.
    """
    if (found := get_services().booking) is None:
        raise RuntimeError("There is no stand-in in live mode.")
    return found


@asynccontextmanager
async def running(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[Services]:
    """Every part of a process that serves pages, and what it does by itself meanwhile."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(connected(settings, clock))
        await close_interrupted(made.database, now=clock())
        await refresh_shared_numbers(made.database, made.register)
        if settings.is_demo:
            await ensure_default_code(made.database, clock())
            await register_booking(made)
        elif await disable_default_code(made.database, clock()):
            log.warning("invite_codes.default_disabled")
        if settings.proves_ownership:
            unverified = await require_proofs(made.database, made.register, now=clock())
            log.info("ownership.proof_required", schools=unverified)
        if settings.work_in_web:
            await stack.enter_async_context(working(made, keep=made.supervisor.keep))
        yield made


@asynccontextmanager
async def working(made: Services, *, keep: Keep) -> AsyncIterator[list[asyncio.Task[None]]]:
    """The background work, in as many processes as there may be; a task for each kind.

    `keep` says what becomes of one that ends.
    """
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(keep(run, name=name))
            for name, run in _background_work(made).items()
        ]


@asynccontextmanager
async def connected(
    settings: Settings, clock: Clock = system_clock, new_http: NewHttp | None = None
) -> AsyncIterator[Services]:
    """Every part, made and connected, doing nothing by itself.

    `new_http` makes the clients by which calls leave, for those who want to keep
    them inside this process.
    """
    async with AsyncExitStack() as stack:
        made = await _make(stack, settings, clock, new_http)
        _Running.parts = made
        stack.callback(_forget)
        yield made


async def _make(
    stack: AsyncExitStack, settings: Settings, clock: Clock, new_http: NewHttp | None
) -> Services:
    valkey = (
        await stack.enter_async_context(open_valkey(settings.valkey)) if settings.valkey else None
    )
    supervisor = Supervisor()
    pubsub = await _pubsub(stack, valkey, supervisor)
    database = Database(settings.database, pubsub.announce)
    stack.push_async_callback(database.close)
    http = await stack.enter_async_context((new_http or make_http)())
    xporter = _xporter(settings, http, clock, _turns(settings, valkey))
    cipher = Cipher(settings.fernet_keys)
    pace = _pace(settings)
    transport = _transport(settings, database, clock)
    register = await worker_pools.SCHOOL_SEARCH.run(Register.load, settings.data_dir)
    stand_in = _stand_in(settings, database, transport, clock, new_http, register)
    tester = Tester(database, xporter, cipher, clock)
    stack.push_async_callback(tester.close)
    events = SecurityLog(database, clock, settings.security_log_key, _retention(settings))
    stack.push_async_callback(events.close)
    stack.callback(security_log.install, security_log.install(events))
    return Services(
        settings=settings,
        clock=clock,
        pubsub=pubsub,
        database=database,
        throttles=Throttles(valkey, scale=settings.throttle_scale),
        security_log=events,
        register=register,
        cipher=cipher,
        xporter=xporter,
        pace=pace,
        tester=tester,
        supervisor=supervisor,
        watcher=Watcher(database, xporter, cipher, clock, pace, _links(settings)),
        sync=SyncWorker(
            database,
            xporter,
            cipher,
            clock,
            _sync_pace(settings),
            links=Links(f"{settings.address}/changesets", settings.help_email),
        ),
        outbox=Outbox(database, transport, clock, settings.mail_from),
        stand_in=stand_in if settings.is_demo else None,
        booking=_booking(settings, database, clock, new_http) if settings.is_demo else None,
    )


async def _pubsub(stack: AsyncExitStack, valkey: Redis | None, supervisor: Supervisor) -> PubSub:
    if valkey is None:
        return PubSub()
    pubsub = ValkeyPubSub(valkey, supervisor)
    await stack.enter_async_context(pubsub.connected())
    return pubsub


def _background_work(made: Services) -> dict[str, Run]:
    work: dict[str, Run] = {
        "security-log": made.security_log.run,
        "due-times": DueTimes(made.database, made.clock, _bounds(made)).run,
        "outbox": partial(made.outbox.run, made.pubsub),
        "watcher": partial(_once_listening, made, made.watcher.run),
        "sync": partial(_once_listening, made, made.sync.run),
    }
    if made.database.is_sqlite:
        work["storage"] = Storage(made.database, made.clock).run
    if made.stand_in:
        work["stand-in"] = partial(made.stand_in.run, made.pubsub)
    if made.booking:
        work["schoolbooking"] = partial(_book, made, made.booking)
    return work


def _bounds(made: Services) -> list[Bound]:
    return due_bounds(made.pace, _sync_pace(made.settings), made.outbox.longest)


async def _once_listening(made: Services, run: Callable[[PubSub], Awaitable[None]]) -> None:
    if made.stand_in and not made.settings.xporter_url:
        # Asked before it listens, the demo's own Xporter on Demand would count as down.
        await until_listening(made.settings.port, longest=LONGEST_START)
    await run(made.pubsub)


async def _book(made: Services, booking: SchoolBooking) -> None:
    await until_listening(made.settings.port, longest=LONGEST_START)
    await booking.run(made.pubsub)


def _turns(settings: Settings, valkey: Redis | None) -> Turns:
    calls = settings.xporter_calls_per_second
    return LocalTurns(calls) if valkey is None else SharedTurns(valkey, calls)


def _xporter(
    settings: Settings, http: httpx.AsyncClient, clock: Clock, turns: Turns
) -> XporterClient:
    return XporterClient(
        http,
        address=settings.xporter_address,
        token_path=settings.xporter_token_path,
        relying_party=settings.xporter_relying_party,
        management_secret=settings.management_secret,
        registration=Registration(
            settings.xporter_registration_type,
            settings.xporter_partner_name,
            settings.xporter_partner_email,
        ),
        clock=clock,
        turns=turns,
    )


def _transport(settings: Settings, database: Database, clock: Clock) -> Transport:
    if not settings.smtp_host:
        return MailboxTransport(database, clock)
    return smtp_transport(settings)


def smtp_transport(settings: Settings) -> SmtpTransport:
    """The mail server of the settings."""
    return SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        settings.smtp_starttls,
    )


def _stand_in(
    settings: Settings,
    database: Database,
    transport: Transport,
    clock: Clock,
    new_http: NewHttp | None,
    register: Register,
) -> XporterSimulator:
    return XporterSimulator(
        database,
        address=f"{settings.address}{STAND_IN_PATH}",
        product_address=settings.address,
        deliver=transport.send,
        callback_url=f"{settings.own_address}{CALLBACK_PATH}/{settings.callback_keys[0]}",
        relying_party=settings.xporter_relying_party,
        management_secret=settings.management_secret,
        queue_seconds=settings.simulator_queue_seconds,
        install_seconds=settings.simulator_install_seconds,
        clock=clock,
        make_http=new_http or stand_in_http,
        control_key=settings.stand_in_control_key,
        pupils=settings.simulator_pupils or None,
        find_schools=edubase_of(register),
    )


def _booking(
    settings: Settings, database: Database, clock: Clock, new_http: NewHttp | None
) -> SchoolBooking:
    return SchoolBooking(
        database,
        address=f"{settings.address}{BOOKING_PATH}",
        assembly_address=settings.address,
        assembly_calls=settings.own_address,
        client_id=BOOKING_CLIENT,
        client_secret=settings.schoolbooking_secret,
        clock=clock,
        make_http=new_http or booking_http,
    )


async def register_booking(made: Services) -> None:
    """Make SchoolBooking known to Assembly, as an operator does with a real app."""
    address = f"{made.settings.address}{BOOKING_PATH}"
    await ensure_app(
        made.database,
        NewApp(
            name=schoolbooking.NAME,
            summary=schoolbooking.SUMMARY,
            description=schoolbooking.DESCRIPTION,
            purpose=schoolbooking.PURPOSE,
            scopes=schoolbooking.SCOPE,
            redirect_uris=[address + CALLBACK],
            install_uri=address + INSTALL,
            website_uri=address,
            privacy_policy_uri=address + PRIVACY,
            support="support@schoolbooking.example",
        ),
        client_id=BOOKING_CLIENT,
        client_secret=made.settings.schoolbooking_secret,
        now=made.clock(),
    )


def _pace(settings: Settings) -> Pace:
    return Pace(
        onboarding=timedelta(seconds=settings.watch_onboarding_seconds),
        settled=timedelta(minutes=settings.settled_minutes),
    )


def _sync_pace(settings: Settings) -> SyncPace:
    return SyncPace(every=timedelta(hours=settings.hours_between_syncs))


def _retention(settings: Settings) -> Retention:
    return Retention(
        age=timedelta(days=settings.security_events_days),
        rows=settings.security_events_rows,
        ip_age=timedelta(days=settings.client_address_days),
    )


def _links(settings: Settings) -> Links:
    return Links(f"{settings.address}/connector", settings.help_email)


def _forget() -> None:
    _Running.parts = None
