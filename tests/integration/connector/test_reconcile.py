"""The list of authorised schools finds what no callback told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.reconciling import SETTLED, WAITING
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.status import Status
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import CIPHER, HOUR, SECRET, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import TOKEN_LIFE, Service, a_client
from tests.integration.connector.conftest import Kinds

OFTEN = WAITING * 1.2
SELDOM = SETTLED * 1.2


async def _reconcile(watcher: Watcher, clock: ManualClock, after: timedelta = OFTEN) -> None:
    """What happens when the list is next asked for, and right after it."""
    await watcher.duties.do_due()
    clock.advance(after)
    await watcher.duties.do_due()
    await watcher.check_due()


async def _status(database: Database, clock: ManualClock) -> Status:
    return (await read_overview(database, school_id=1, now=clock())).status


async def test_a_callback_that_never_came_is_found_and_the_school_is_connected(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    assert await _status(database, clock) is Status.CONNECTED
    connection = await the_connection(database, school)
    assert (connection.authorised_at, connection.secret_encrypted) == (clock(), "")
    assert "listed-" not in connection.token_encrypted
    assert connection.scopes == "School,Student"
    assert await told(school) == [
        "authorisation_found",
        "installed",
        "school_matched",
        "connected",
    ]


async def test_a_token_is_replaced_before_it_ends(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    lines = await told(school)
    began = clock()
    while clock() - began < 3 * TOKEN_LIFE:
        clock.advance(HOUR)
        service.lists(DFE_NUMBER)
        await watcher.duties.do_due()
        await watcher.check_due()
        connection = await the_connection(database, school)
        assert connection.token_expires_at is not None
        assert connection.token_expires_at > clock()
        assert await _status(database, clock) is Status.CONNECTED
    assert await told(school) == lines


async def test_a_token_that_ends_early_is_asked_for_anew_and_is_no_withdrawal(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    service._tokens.clear()
    service.lists(DFE_NUMBER)
    clock.advance(4 * HOUR)
    await watcher.check_due()
    assert await _status(database, clock) is Status.CONNECTED
    await watcher.duties.do_due()
    await watcher.check_due()
    assert await _status(database, clock) is Status.CONNECTED


async def test_a_school_without_any_key_is_looked_for_every_few_minutes(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    # The token is over, and for a while the list still has that one.
    service._tokens.clear()
    clock.advance(4 * HOUR)
    await watcher.check_due()
    await watcher.duties.do_due()
    assert not (await the_connection(database, school)).has_key
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    assert (await the_connection(database, school)).has_key


async def test_the_callback_that_comes_after_all_brings_the_secret(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    callback = AuthorisationCallback(estab=DFE_NUMBER, secret=SECRET)
    receipt = await receive_callback(database, xporter, CIPHER, callback=callback, clock=clock)
    assert receipt is Receipt.BELIEVED
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == SECRET
    assert connection.token_encrypted == ""
    await watcher.check_due()
    assert await _status(database, clock) is Status.CONNECTED


async def test_a_school_that_authorised_again_after_a_withdrawal_is_found(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), withdrawn=True, invited_at=clock())
    service.secrets.pop(DFE_NUMBER)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    assert await _status(database, clock) is Status.CONNECTED


async def test_a_secret_we_cannot_read_is_helped_out_by_a_token(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True, secret_encrypted="rubbish")
    service.lists(DFE_NUMBER)
    await watcher.check_due()
    await _reconcile(watcher, clock)
    assert await _status(database, clock) is Status.CONNECTED


async def test_a_token_of_another_school_is_not_used(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    service.says("TokenDetails", {"Estab": "3281110", "Scopes": ["School"]})
    await _reconcile(watcher, clock)
    assert not (await the_connection(database, school)).has_key


async def test_schools_that_nobody_signed_up_are_left_alone(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.lists("3281110", "9999999")
    await _reconcile(watcher, clock)
    assert await _status(database, clock) is Status.AWAITING_CONNECTION
    assert "TokenDetails" not in service.asked


async def test_a_school_that_vanished_from_the_list_is_asked_about_soon(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), connected=True, due_at=clock() + 100 * HOUR)
    service.withdraw()
    await _reconcile(watcher, clock, SELDOM)
    assert await _status(database, clock) is Status.ACCESS_WITHDRAWN


async def test_a_school_known_by_the_list_alone_has_withdrawn_when_it_is_gone_from_it(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    service._tokens.clear()
    service.lists("3281110")
    await _reconcile(watcher, clock, SELDOM)
    await _reconcile(watcher, clock)
    assert await _status(database, clock) is Status.ACCESS_WITHDRAWN
    assert (await told(school))[-1] == "withdrawn"


async def test_a_list_cut_short_withdraws_nobody_whose_token_still_works(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    service.lists("3281110")
    for _ in range(3):
        await _reconcile(watcher, clock, SELDOM)
        assert await _status(database, clock) is Status.CONNECTED


async def test_an_empty_list_withdraws_nobody(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.lists(DFE_NUMBER)
    await _reconcile(watcher, clock)
    service.lists()
    await _reconcile(watcher, clock, SELDOM)
    assert await _status(database, clock) is Status.CONNECTED


@pytest.mark.parametrize(("waiting", "most"), [(True, 13), (False, 3)])
async def test_it_is_asked_often_only_while_an_invited_school_waits(
    database: Database,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
    waiting: bool,
    most: int,
) -> None:
    await a_school(database, now=clock(), **({"invited": True} if waiting else {}))
    for _ in range(60):
        await watcher.duties.do_due()
        clock.advance(timedelta(minutes=1))
    asked = service.asked.count("GetXodSchoolTokens")
    assert most - 3 < asked <= most


async def test_one_call_tells_of_every_school_and_one_worker_makes_it(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    watcher: Watcher,
    service: Service,
    pace: Pace,
) -> None:
    await a_school(database, now=clock(), invited=True)
    other = Watcher(database, a_client(http, clock), CIPHER, clock, pace)
    await watcher.duties.do_due()
    clock.advance(OFTEN)
    await asyncio.gather(watcher.duties.do_due(), other.duties.do_due())
    assert service.asked.count("GetXodSchoolTokens") == 1


async def test_a_list_that_cannot_be_had_is_asked_for_again_later_and_later(
    database: Database, clock: ManualClock, watcher: Watcher, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    service.says("GetXodSchoolTokens", httpx.Response(404))
    for _ in range(24 * 12):
        await watcher.duties.do_due()
        clock.advance(timedelta(minutes=5))
    assert 20 < service.asked.count("GetXodSchoolTokens") < 40
    assert await _status(database, clock) is Status.AWAITING_CONNECTION
