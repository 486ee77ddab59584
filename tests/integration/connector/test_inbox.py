"""Callbacks that cannot be verified now: none is lost, none is worth anything to a stranger."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.connector import inbox
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.errors import InboxFull
from assembly_ui.connector.inbox import (
    FIRST_RETRY,
    KEPT_FOR,
    LEASE,
    PER_SCHOOL,
    PER_SENDER,
    REFUSED_FOR,
)
from assembly_ui.connector.models import Connection, ReceivedCallback
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.status import Status
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, HOUR, SECRET, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import Service, a_client
from tests.integration.connector.conftest import Kinds

NEW_SECRET = "0b8f1f4e-5f5f-4d6c-9c0b-7f7f2c1d9e10"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(database: Database, xporter: XporterClient, clock: ManualClock) -> Any:
    """Post a callback; what became of it."""

    async def posted(
        secret: str = SECRET, sender: str = "", estab: str = DFE_NUMBER, **said: Any
    ) -> Receipt:
        callback = AuthorisationCallback(estab=estab, secret=secret, **said)
        return await receive_callback(
            database, xporter, CIPHER, callback=callback, clock=clock, sender=sender
        )

    return posted


async def _kept(database: Database) -> list[ReceivedCallback]:
    async with database.read() as session:
        return list(await session.exec(select(ReceivedCallback)))


async def test_a_kept_callback_keeps_its_secret_encrypted(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(503))
    assert await post() is Receipt.KEPT
    (row,) = await _kept(database)
    assert SECRET not in repr(row.model_dump())
    assert CIPHER.unlock(row.secret_encrypted) == SECRET


async def test_while_the_service_is_known_to_be_down_it_is_not_even_asked(
    database: Database, clock: ManualClock, post: Any, service: Service, watcher: Watcher
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.fall(httpx.Response(503))
    await watcher.check_due()
    service.asked.clear()
    assert await post(secret=NEW_SECRET) is Receipt.KEPT
    assert service.asked == []
    service.recover()
    service.secrets[DFE_NUMBER] = NEW_SECRET
    clock.advance(HOUR)
    await watcher.duties.do_due()
    await watcher.duties.do_due()
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == NEW_SECRET


async def test_a_process_that_dies_while_verifying_loses_nothing(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    post: Any,
    service: Service,
    pace: Pace,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    asked = asyncio.Event()

    async def never(_request: httpx.Request) -> None:
        asked.set()
        await asyncio.Event().wait()

    service.says("GetToken", never)
    dying = asyncio.create_task(post())
    await asked.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    service.recover()
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace)
    await other.duties.do_due()
    assert (await the_connection(database, school)).authorised_at is None
    clock.advance(LEASE)
    await other.duties.do_due()
    assert (await the_connection(database, school)).authorised_at == clock()


async def test_the_same_callback_again_and_again_is_kept_once(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(503, headers={"Retry-After": "60"}))
    for _ in range(20):
        assert await post() is Receipt.KEPT
    assert len(await _kept(database)) == 1
    assert service.asked == ["GetToken"]


async def test_a_stranger_is_soon_out_of_guesses(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    for number in range(PER_SENDER):
        assert await post(secret=f"guess {number}") is Receipt.REFUSED
        assert await post(secret=f"guess {number}") is Receipt.REFUSED
    for number in range(PER_SENDER):
        assert await post(secret=f"later guess {number}") is Receipt.KEPT
    with pytest.raises(InboxFull):
        await post(secret="one guess more")
    assert service.asked == ["GetToken"] * PER_SENDER
    assert len(await _kept(database)) == PER_SENDER


@pytest.mark.parametrize("guesses", [1, PER_SENDER, PER_SENDER + 2, 2 * PER_SENDER + 1])
async def test_guesses_from_the_address_of_the_true_callback_do_not_shut_it_out(
    database: Database, clock: ManualClock, post: Any, watcher: Watcher, guesses: int
) -> None:
    """As when everybody comes through one proxy."""
    school = await a_school(database, now=clock(), invited=True)
    for number in range(guesses):
        with suppress(InboxFull):
            await post(secret=f"guess {number}", sender="192.0.2.1")
    clock.advance(FIRST_RETRY)
    await watcher.duties.do_due()
    assert await post(sender="192.0.2.1") in (Receipt.KEPT, Receipt.BELIEVED)
    clock.advance(FIRST_RETRY)
    await watcher.duties.do_due()
    connection = await the_connection(database, school)
    assert connection.has_key
    assert len(await _kept(database)) <= PER_SENDER


async def test_ones_own_refused_callback_makes_room_where_others_fill_the_places(
    database: Database, clock: ManualClock, post: Any, service: Service, watcher: Watcher
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post(secret="a guess", sender="192.0.2.1")
    service.says("TokenDetails", httpx.Response(500))
    service.says("GetToken", httpx.Response(500))
    for number in range(1, PER_SCHOOL):
        await post(secret=f"guess {number}", sender=f"198.51.100.{number}")
    assert len(await _kept(database)) == PER_SCHOOL
    assert await post(sender="192.0.2.1") is Receipt.KEPT
    assert len(await _kept(database)) == PER_SCHOOL
    service.recover()
    clock.advance(HOUR)
    await watcher.duties.do_due()
    await watcher.duties.do_due()
    assert (await the_connection(database, school)).has_key


async def test_after_a_while_refused_callbacks_make_room_again(
    database: Database, clock: ManualClock, post: Any, watcher: Watcher
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    for number in range(PER_SENDER):
        await post(secret=f"guess {number}")
    assert [row.secret_encrypted for row in await _kept(database)] == [""] * PER_SENDER
    clock.advance(REFUSED_FOR)
    await watcher.duties.do_due()
    await watcher.duties.do_due()
    assert await _kept(database) == []
    assert await post() is Receipt.BELIEVED
    assert (await the_connection(database, school)).authorised_at == clock()


async def test_guesses_from_many_addresses_leave_room_for_the_true_callback(
    database: Database, clock: ManualClock, post: Any
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    for number in range(10 * PER_SCHOOL):
        await post(secret=f"guess {number}", sender=f"192.0.2.{number}")
    assert len(await _kept(database)) == PER_SCHOOL
    assert await post(sender="198.51.100.1") is Receipt.BELIEVED
    assert (await the_connection(database, school)).authorised_at == clock()


async def test_while_nothing_can_be_verified_one_sender_does_not_fill_the_places(
    database: Database, clock: ManualClock, post: Any, service: Service, watcher: Watcher
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    # The service as a whole answers; only this school's secrets cannot be verified.
    service.says("TokenDetails", httpx.Response(500))
    service.says("GetToken", httpx.Response(500))
    for sender in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"):
        for number in range(PER_SENDER + 2):
            with suppress(InboxFull):
                await post(secret=f"guess {number} of {sender}", sender=sender)
    assert len(await _kept(database)) == PER_SCHOOL
    assert await post(sender="198.51.100.1") is Receipt.KEPT
    assert len(await _kept(database)) == PER_SCHOOL
    service.recover()
    clock.advance(HOUR)
    await watcher.duties.do_due()
    await watcher.duties.do_due()
    await watcher.duties.do_due()
    assert (await the_connection(database, school)).has_key


async def test_a_sender_takes_no_place_of_others_twice_and_none_that_is_being_verified(
    database: Database, clock: ManualClock
) -> None:
    async def keep(number: int, sender: str) -> object:
        callback = AuthorisationCallback(estab=DFE_NUMBER, secret=f"guess {number} of {sender}")
        return await inbox.keep(database, CIPHER, callback, clock(), sender=sender)

    for number in range(PER_SCHOOL):
        await keep(number, f"192.0.2.{number % 2}")
    with pytest.raises(InboxFull):
        await keep(1, "198.51.100.1")
    clock.advance(LEASE)
    await keep(1, "198.51.100.1")
    with pytest.raises(InboxFull):
        await keep(2, "198.51.100.1")
    assert len(await _kept(database)) == PER_SCHOOL


async def test_all_schools_together_have_only_so_many_places_but_each_has_its_first(
    database: Database, clock: ManualClock, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await a_person(database, now=clock())
    schools = [
        await a_school(
            database, now=clock(), owner=owner, urn=number, dfe_number=number, invited=True
        )
        for number in (DFE_NUMBER, "3281103")
    ]
    monkeypatch.setattr(inbox, "IN_ALL", 1)
    await post(secret="a guess", sender="192.0.2.1", estab="3281103")
    assert await post(secret="a second", sender="192.0.2.1", estab="3281103") is Receipt.KEPT
    with pytest.raises(InboxFull):
        await post(secret="a third", sender="192.0.2.1", estab="3281103")
    assert await post(sender="192.0.2.1") is Receipt.BELIEVED
    assert (await the_connection(database, schools[0])).has_key


async def test_a_number_under_which_nobody_was_invited_takes_no_place(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock())
    service.fall(httpx.Response(503))
    for number in range(20):
        assert await post(secret=f"guess {number}", sender="192.0.2.1") is Receipt.REFUSED
    assert await _kept(database) == []
    assert service.asked == []


async def test_an_old_secret_that_comes_late_does_not_replace_the_new_one(
    database: Database,
    clock: ManualClock,
    post: Any,
    service: Service,
    watcher: Watcher,
    told: Kinds,
) -> None:
    """Even where the service should take the old one still."""
    school = await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(500))
    assert await post() is Receipt.KEPT
    service.recover()
    clock.advance(timedelta(seconds=1))

    def either(request: httpx.Request) -> Any:
        service.secrets[DFE_NUMBER] = (
            NEW_SECRET if NEW_SECRET.encode() in request.content else SECRET
        )
        return service.token(request)

    service.says("GetToken", either)
    assert await post(secret=NEW_SECRET) is Receipt.BELIEVED
    clock.advance(MINUTE)
    await watcher.duties.do_due()
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == NEW_SECRET
    assert await told(school) == ["authorised"]
    assert await _kept(database) == []


async def test_waiting_grows_and_ends_after_some_days(
    database: Database, clock: ManualClock, post: Any, service: Service, watcher: Watcher
) -> None:
    await a_school(database, now=clock(), invited=True)
    # The service as a whole answers; only this school's secret cannot be verified.
    service.says("TokenDetails", httpx.Response(500))
    assert await post() is Receipt.KEPT
    began, tries = clock(), []
    while rows := await _kept(database):
        tries.append(rows[0].attempts)
        assert rows[0].due_at is not None
        clock.advance(max(rows[0].due_at - clock(), timedelta(seconds=1)))
        await watcher.duties.do_due()
    assert clock() - began >= KEPT_FOR
    assert max(tries) < 320


async def test_a_school_waiting_for_its_callback_sees_that_the_service_is_down(
    database: Database, clock: ManualClock, post: Any, service: Service, watcher: Watcher
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.fall(httpx.Response(503))
    await post()
    clock.advance(MINUTE)
    await watcher.duties.do_due()
    overview = await read_overview(database, school_id=1, now=clock())
    assert overview.service.is_down
    assert overview.status is Status.AWAITING_CONNECTION


async def test_two_workers_verify_a_kept_callback_once(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    post: Any,
    service: Service,
    watcher: Watcher,
    pace: Pace,
    told: Kinds,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(500))
    await post(installed=True)
    service.recover()
    clock.advance(MINUTE)
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace)
    await asyncio.gather(watcher.duties.do_due(), other.duties.do_due())
    assert await told(school) == ["authorised", "installed"]
    async with database.read() as session:
        assert (await session.get_one(Connection, school.id)).installed_at == clock()
