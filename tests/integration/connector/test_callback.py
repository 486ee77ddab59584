"""The authorisation callback: believed only when the secret proves the school."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from assembly_ui.accounts.people import find_person
from assembly_ui.clock import ManualClock
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.inbox import FIRST_RETRY
from assembly_ui.connector.models import Connection, ReceivedCallback
from assembly_ui.connector.move_connection import move_connection
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.status import Status
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, SECRET, a_connection, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import Answer, Service, school_info
from tests.integration.connector.conftest import Check, Kinds

NEW_SECRET = "0b8f1f4e-5f5f-4d6c-9c0b-7f7f2c1d9e10"


@pytest.fixture
def post(database: Database, xporter: XporterClient, clock: ManualClock) -> Any:
    """Post a callback; whether it was believed."""

    async def posted(estab: str = DFE_NUMBER, secret: str = SECRET, **said: Any) -> bool:
        callback = AuthorisationCallback(estab=estab, secret=secret, **said)
        receipt = await receive_callback(database, xporter, CIPHER, callback=callback, clock=clock)
        return receipt is Receipt.BELIEVED

    return posted


async def _status(database: Database, clock: ManualClock) -> Status:
    return (await read_overview(database, school_id=1, now=clock())).status


def _facts(connection: Connection) -> dict[str, Any]:
    left_out = {"due_at", "watched_at"}
    return {k: v for k, v in connection.model_dump().items() if k not in left_out}


async def test_a_true_callback_authorises_and_is_checked_at_once(
    database: Database, clock: ManualClock, post: Any, told: Kinds, pubsub: PubSub
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    async with pubsub.listen() as heard:
        assert await post(installed=False)
        assert heard.get_nowait() == school_topic(1)
    connection = await the_connection(database, school)
    assert (connection.authorised_at, connection.due_at) == (clock(), clock())
    assert connection.installed_at is None
    assert connection.scopes == "School,Student"
    assert await _status(database, clock) is Status.AWAITING_CONNECTION
    assert await told(school) == ["authorised"]


async def test_the_secret_is_kept_encrypted(
    database: Database, clock: ManualClock, post: Any
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post()
    kept = (await the_connection(database, school)).secret_encrypted
    assert SECRET not in kept
    assert CIPHER.unlock(kept) == SECRET


@pytest.mark.parametrize("said", [{"installed": True}, {"install_completed": True}])
async def test_a_school_that_has_xporter_already_is_installed_at_once(
    database: Database, clock: ManualClock, post: Any, told: Kinds, said: dict[str, bool]
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post(**said)
    assert (await the_connection(database, school)).installed_at == clock()
    assert await told(school) == ["authorised", "installed"]


async def test_the_second_callback_says_installed_and_nothing_else_changes(
    database: Database, clock: ManualClock, post: Any, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post(installed=False)
    authorised_at = clock()
    clock.advance(timedelta(hours=1))
    await post(installed=True, install_completed=True)
    connection = await the_connection(database, school)
    assert (connection.authorised_at, connection.installed_at) == (authorised_at, clock())
    assert await told(school) == ["authorised", "installed"]


async def test_callbacks_may_overtake_each_other(
    database: Database, clock: ManualClock, post: Any, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post(install_completed=True)
    installed_at = clock()
    clock.advance(timedelta(minutes=1))
    await post(installed=False, install_completed=False)
    assert (await the_connection(database, school)).installed_at == installed_at
    assert await told(school) == ["authorised", "installed"]


async def test_two_callbacks_at_once_are_told_once(
    database: Database, clock: ManualClock, post: Any, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    assert any(await asyncio.gather(*[post(installed=True) for _ in range(4)]))
    assert await told(school) == ["authorised", "installed"]


async def test_a_replay_changes_no_fact(
    database: Database, clock: ManualClock, post: Any, told: Kinds, check_now: Check
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    await post(installed=True)
    await check_now(school)
    before, lines = await the_connection(database, school), await told(school)
    clock.advance(timedelta(days=1))
    assert await post(installed=True)
    assert _facts(await the_connection(database, school)) == _facts(before)
    assert await told(school) == lines


@pytest.mark.parametrize("trait", ["invited", "connected", "paused", "withdrawn"])
async def test_a_forged_callback_changes_nothing(
    database: Database, clock: ManualClock, post: Any, told: Kinds, trait: str
) -> None:
    school = await a_school(database, now=clock(), **{trait: True})
    before = await the_connection(database, school)
    assert not await post(secret="a guess", installed=True)
    assert await the_connection(database, school) == before
    assert await told(school) == []


async def test_a_secret_of_another_school_proves_nothing(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.says("TokenDetails", {"Estab": "3281110", "Scopes": ["School"]})
    assert not await post()
    assert (await the_connection(database, school)).authorised_at is None


async def test_a_number_nobody_has_is_not_even_asked_about(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock())
    assert not await post(estab="3289999")
    assert service.asked == []


async def test_of_several_schools_with_one_number_the_one_that_was_invited_is_meant(
    database: Database, clock: ManualClock, post: Any
) -> None:
    other = await a_person(database, now=clock(), email="other@kings.sch.uk")
    for urn in ("1", "2", "3"):
        school = await a_school(database, now=clock(), urn=urn, owner=other)
        if urn == "2":
            await a_connection(database, school, now=clock(), invited=True)
    assert await post()
    async with database.read() as session:
        rows = [await session.get(Connection, number) for number in (1, 2, 3)]
    assert [bool(row and row.authorised_at) for row in rows] == [False, True, False]


async def test_an_authorisation_without_our_invitation_is_not_used(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock())
    assert not await post()
    assert await _status(database, clock) is Status.AWAITING_INVITATION
    assert service.asked == []


async def test_a_callback_from_before_the_invitation_does_not_answer_it(
    database: Database,
    clock: ManualClock,
    post: Any,
    service: Service,
    watcher: Watcher,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.says("GetToken", httpx.Response(500))
    await post()
    async with database.transaction() as session:
        row = await session.get_one(Connection, school.id)
        row.claimed_at = clock() + timedelta(minutes=1)
    service.recover()
    clock.advance(timedelta(minutes=2))
    await watcher.duties.do_due()
    assert not (await the_connection(database, school)).has_key


async def test_a_number_that_goes_elsewhere_while_its_callback_is_verified_brings_nobody_its_secret(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    owner = await find_person(database, "james.walters@kings.sch.uk")
    other = await a_school(database, now=clock(), owner=owner, name="Queen's", urn="123457")

    async def moved_meanwhile(request: httpx.Request) -> Answer:
        await move_connection(
            database, from_school_id=school.id or 0, to_school_id=other.id or 0, now=clock()
        )
        return service.token_details(request)

    clock.advance(timedelta(minutes=1))
    service.says("TokenDetails", moved_meanwhile)
    assert not await post()
    for one in (school, other):
        assert not (await the_connection(database, one)).has_key


CANNOT_TELL: list[tuple[str, Answer]] = [
    ("GetToken", httpx.Response(500)),
    ("GetToken", httpx.ReadTimeout("slow")),
    ("GetToken", httpx.Response(200, text="<html>")),
    ("GetToken", httpx.Response(429)),
    ("TokenDetails", httpx.Response(503)),
    ("TokenDetails", httpx.ConnectError("refused")),
    ("TokenDetails", {"Estab": None}),
    ("TokenDetails", httpx.Response(401)),
    ("TokenDetails", []),
]


@pytest.mark.parametrize(("endpoint", "answer"), CANNOT_TELL)
async def test_what_cannot_be_verified_now_is_verified_later_without_being_sent_again(
    database: Database,
    clock: ManualClock,
    post: Any,
    service: Service,
    watcher: Watcher,
    endpoint: str,
    answer: Answer,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.says(endpoint, answer)
    assert not await post(installed=True)
    assert (await the_connection(database, school)).authorised_at is None
    service.recover()
    await watcher.duties.do_due()
    assert (await the_connection(database, school)).authorised_at is None
    clock.advance(FIRST_RETRY)
    await watcher.duties.do_due()
    assert (await the_connection(database, school)).authorised_at == clock()
    async with database.read() as session:
        assert (await session.exec(select(ReceivedCallback))).all() == []


async def test_an_authorisation_that_is_paused_counts_and_is_paused(
    database: Database,
    clock: ManualClock,
    post: Any,
    service: Service,
    told: Kinds,
    check_now: Check,
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    service.pause()
    assert await post(scopes_granted=("School", "Staff"))
    connection = await the_connection(database, school)
    assert (connection.authorised_at, connection.paused_at) == (clock(), clock())
    assert connection.scopes == "School,Staff"
    assert await _status(database, clock) is Status.ACCESS_PAUSED
    assert await told(school) == ["authorised", "paused"]
    service.recover()
    assert await post(installed=True)
    assert (await the_connection(database, school)).paused_at is None
    assert (await check_now(school)).status is Status.CONNECTED
    lines = ["authorised", "paused", "resumed", "installed", "school_matched", "connected"]
    assert await told(school) == lines


async def test_a_pause_that_ends_by_callback_is_connected_from_then_on(
    database: Database, clock: ManualClock, post: Any, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), paused=True, connected=True)
    assert await post()
    connection = await the_connection(database, school)
    assert (connection.paused_at, connection.connected_at) == (None, clock())
    assert await _status(database, clock) is Status.CONNECTED
    assert await told(school) == ["resumed"]


async def test_authorising_anew_while_connected_swaps_the_secret_and_nothing_else(
    database: Database, clock: ManualClock, post: Any, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.secrets[DFE_NUMBER] = NEW_SECRET
    assert await post(secret=NEW_SECRET)
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == NEW_SECRET
    assert connection.authorised_at == clock()
    assert await _status(database, clock) is Status.CONNECTED
    assert await told(school) == ["authorised"]


async def test_the_old_secret_posted_again_is_a_forgery_by_now(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.secrets[DFE_NUMBER] = NEW_SECRET
    await post(secret=NEW_SECRET)
    assert not await post(secret=SECRET)
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == NEW_SECRET


@pytest.mark.parametrize("secret", [NEW_SECRET, SECRET])
async def test_authorising_again_after_a_withdrawal_starts_the_comparison_anew(
    database: Database,
    clock: ManualClock,
    post: Any,
    service: Service,
    check_now: Check,
    told: Kinds,
    secret: str,
) -> None:
    school = await a_school(database, now=clock(), withdrawn=True)
    service.secrets[DFE_NUMBER] = secret
    assert await post(secret=secret)
    connection = await the_connection(database, school)
    assert (connection.withdrawn_at, connection.authorised_at) == (None, clock())
    assert await _status(database, clock) is Status.AWAITING_CONNECTION
    service.says("SchoolInfo", service.protected(school_info("3281110", "Queen's School")))
    assert (await check_now(school)).status is Status.CONNECTION_PROBLEM
    service.says("SchoolInfo", service.protected(school_info()))
    assert (await check_now(school)).status is Status.CONNECTED
    lines = ["authorised", "installed", "school_mismatched", "school_matched"]
    assert await told(school) == lines


async def test_a_secret_we_can_no_longer_read_is_replaced_by_the_next_callback(
    database: Database, clock: ManualClock, post: Any
) -> None:
    school = await a_school(database, now=clock(), connected=True, secret_encrypted="rubbish")
    assert await post()
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == SECRET


async def test_more_scopes_than_fit_are_cut_between_two(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    scopes = [f"{'Scope' * 20}{n}" for n in range(200)]
    service.says("TokenDetails", {"Estab": DFE_NUMBER, "Scopes": scopes})
    assert await post()
    kept = (await the_connection(database, school)).scopes
    assert 1800 < len(kept) <= 2000
    assert set(kept.split(",")) < set(scopes)


async def test_a_callback_does_not_hurry_a_service_that_asked_us_to_wait(
    database: Database, clock: ManualClock, post: Any
) -> None:
    later = clock() + timedelta(minutes=5)
    school = await a_school(database, now=clock(), authorised=True, held_until=later)
    assert await post(installed=True)
    assert (await the_connection(database, school)).due_at == later


async def test_nothing_but_whose_token_it_is_gets_asked(
    database: Database, clock: ManualClock, post: Any, service: Service
) -> None:
    await a_school(database, now=clock(), invited=True)
    await post(installed=True)
    assert service.asked == ["GetToken", "TokenDetails"]


async def test_a_school_typed_in_by_hand_is_found_by_its_number(
    database: Database, clock: ManualClock, post: Any
) -> None:
    school = await a_school(database, now=clock(), urn=None, invited=True)
    assert await post()
    assert (await the_connection(database, school)).authorised_at == clock()
