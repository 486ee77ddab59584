"""One school at most holds a number: who may be invited under it, and for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.connector.callback import Receipt, receive_callback
from assembly_ui.connector.claims import HELD_UNANSWERED_FOR
from assembly_ui.connector.errors import InviteFailed, NumberHeld
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.models import Connection, UnmatchedAuthorisation
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.reconcile import reconcile
from assembly_ui.connector.status import Status
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, SECRET, a_connection, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import PAUSED, Service, no_token
from tests.integration.connector.conftest import Check, Kinds

Pair = tuple[School, School]
DAY = timedelta(days=1)


@pytest.fixture
async def pair(database: Database, clock: ManualClock) -> Pair:
    """King's School and Maypole School, which have one number and one owner."""
    owner = await a_person(database, now=clock())
    kings = await a_school(database, now=clock(), owner=owner, urn="1")
    maypole = await a_school(database, now=clock(), owner=owner, urn="2", name="Maypole School")
    return kings, maypole


async def _grant(
    database: Database, xporter: XporterClient, clock: ManualClock, school: School
) -> None:
    await grant_access(
        database,
        xporter,
        school_id=school.id or 0,
        by_user_id=1,
        clock=clock,
        cooldown=timedelta(),
    )


async def _post(database: Database, xporter: XporterClient, clock: ManualClock) -> Receipt:
    callback = AuthorisationCallback(estab=DFE_NUMBER, secret=SECRET)
    return await receive_callback(database, xporter, CIPHER, callback=callback, clock=clock)


async def test_the_second_school_of_a_number_is_refused_by_the_name_of_the_first(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    kings, maypole = pair
    await _grant(database, xporter, clock, kings)
    service.asked.clear()
    with pytest.raises(NumberHeld) as refused:
        await _grant(database, xporter, clock, maypole)
    error = refused.value
    assert (error.estab, error.name, error.urn) == (DFE_NUMBER, "King's School", "1")
    assert error.until == clock() + HELD_UNANSWERED_FOR
    assert service.asked == []


async def test_of_two_presses_at_once_one_school_holds_the_number(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    outcomes = await asyncio.gather(
        *(_grant(database, xporter, clock, school) for school in pair), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NumberHeld"]
    assert service.asked.count("SchoolRegister") == 1


async def test_the_database_itself_refuses_a_second_holder_and_a_key_without_a_claim(
    database: Database, clock: ManualClock, pair: Pair
) -> None:
    await a_connection(database, pair[0], now=clock(), connected=True)
    with pytest.raises(IntegrityError):
        await a_connection(database, pair[1], now=clock(), invited=True)
    with pytest.raises(IntegrityError):
        await a_connection(database, pair[1], now=clock(), secret_encrypted="x", xporter_estab=None)


async def test_an_invitation_that_was_refused_holds_nothing(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    refused = {"Schools": [{"Status": "Error", "Message": "School not found in EduBase"}]}
    service.says("SchoolRegister", refused, service.registered)
    with pytest.raises(InviteFailed):
        await _grant(database, xporter, clock, pair[0])
    await _grant(database, xporter, clock, pair[1])


async def test_an_invitation_that_may_have_been_sent_holds_the_number(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    service.says("SchoolRegister", httpx.ReadTimeout("slow"))
    with pytest.raises(InviteFailed):
        await _grant(database, xporter, clock, pair[0])
    with pytest.raises(NumberHeld):
        await _grant(database, xporter, clock, pair[1])


async def test_a_squatter_who_only_pressed_grant_access_is_in_the_way_for_two_weeks_at_most(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    pair: Pair,
    told: Kinds,
) -> None:
    kings, squatter = pair
    await _grant(database, xporter, clock, squatter)
    clock.advance(HELD_UNANSWERED_FOR - DAY)
    # Pressing it again does not make it longer.
    await _grant(database, xporter, clock, squatter)
    with pytest.raises(NumberHeld):
        await _grant(database, xporter, clock, kings)
    clock.advance(DAY)
    await _grant(database, xporter, clock, kings)
    assert (await the_connection(database, kings)).xporter_estab == DFE_NUMBER
    assert (await the_connection(database, squatter)).xporter_estab is None
    assert (await told(squatter))[-1] == "claim_lapsed"
    with pytest.raises(NumberHeld):
        await _grant(database, xporter, clock, squatter)


@pytest.mark.parametrize("trait", ["authorised", "connected", "paused", "withdrawn", "failing"])
async def test_what_was_verified_once_is_never_taken_over(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    pair: Pair,
    trait: str,
) -> None:
    await a_connection(database, pair[0], now=clock(), **{trait: True})
    before = await the_connection(database, pair[0])
    clock.advance(1000 * DAY)
    with pytest.raises(NumberHeld) as refused:
        await _grant(database, xporter, clock, pair[1])
    assert refused.value.until is None
    assert await the_connection(database, pair[0]) == before


async def test_schools_that_only_a_person_can_tell_apart_never_take_over_from_each_other(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    owner = await a_person(database, now=clock(), email="other@kings.sch.uk")
    reopened = await a_school(
        database, now=clock(), owner=owner, urn="3", name="The King's Academy"
    )
    await _grant(database, xporter, clock, pair[0])
    clock.advance(1000 * DAY)
    with pytest.raises(NumberHeld) as refused:
        await grant_access(
            database,
            xporter,
            school_id=reopened.id or 0,
            by_user_id=owner.id or 0,
            clock=clock,
            cooldown=timedelta(),
        )
    assert refused.value.until is None


async def test_a_listing_older_than_the_invitation_does_not_answer_it(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    service.lists(DFE_NUMBER)
    await reconcile(database, xporter, CIPHER, clock)
    clock.advance(DAY)
    await _grant(database, xporter, clock, pair[0])
    clock.advance(DAY)
    await reconcile(database, xporter, CIPHER, clock)
    assert not (await the_connection(database, pair[0])).has_key
    # The callback that answers it does.
    assert await _post(database, xporter, clock) is Receipt.BELIEVED
    async with database.read() as session:
        assert list(await session.exec(select(UnmatchedAuthorisation))) == []


async def test_what_is_listed_and_nobody_asked_for_is_kept_for_an_operator_while_it_is_listed(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    service.lists(DFE_NUMBER, "3281103")
    await reconcile(database, xporter, CIPHER, clock)
    service.lists("3281103")
    await reconcile(database, xporter, CIPHER, clock)
    async with database.read() as session:
        (row,) = list(await session.exec(select(UnmatchedAuthorisation)))
    assert (row.estab, row.reason) == ("3281103", "not_invited")


async def test_an_answer_under_a_shared_number_counts_for_the_school_it_names(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    pair: Pair,
    told: Kinds,
) -> None:
    # Xporter on Demand calls its school King's School.
    _, maypole = pair
    await _grant(database, xporter, clock, maypole)
    assert await _post(database, xporter, clock) is Receipt.REFUSED
    for _ in range(3):
        clock.advance(DAY)
        service.lists(DFE_NUMBER)
        await reconcile(database, xporter, CIPHER, clock)
    assert not (await the_connection(database, maypole)).has_key
    assert await told(maypole) == ["invitation_sent", "answer_not_used"]
    async with database.read() as session:
        (row,) = list(await session.exec(select(UnmatchedAuthorisation)))
    assert (row.estab, row.reason, row.school_name) == (
        DFE_NUMBER,
        "another_school",
        "King's School",
    )


async def test_while_sharing_is_paused_an_answer_under_a_shared_number_waits_for_the_name(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    await _grant(database, xporter, clock, pair[0])
    service.says("GetToken", no_token(PAUSED, AuthorisationPaused=True))
    assert await _post(database, xporter, clock) is Receipt.KEPT
    assert not (await the_connection(database, pair[0])).has_key


async def test_a_school_of_the_number_that_comes_later_keeps_no_new_secret_from_the_first(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, pair: Pair
) -> None:
    kings, _ = pair
    await a_connection(
        database, kings, now=clock(), connected=True, secret_encrypted=CIPHER.lock("old")
    )
    async with database.transaction() as session:
        school = await session.get_one(School, kings.id)
        school.name = "The King's Foundation"
    clock.advance(DAY)
    assert await _post(database, xporter, clock) is Receipt.BELIEVED
    kept = (await the_connection(database, kings)).secret_encrypted
    assert CIPHER.unlock(kept) == SECRET


async def test_a_number_that_comes_to_be_shared_ends_no_connection(
    database: Database, clock: ManualClock, service: Service, check_now: Check
) -> None:
    owner = await a_person(database, now=clock())
    school = await a_school(
        database, now=clock(), owner=owner, name="King's School Gloucester", connected=True
    )
    async with database.transaction() as session:
        row = await session.get_one(Connection, school.id)
        row.mis_school_name = "King's School"
    await a_school(database, now=clock(), owner=owner, urn="2", name="Maypole School")
    for _ in range(3):
        clock.advance(DAY)
        assert (await check_now(school)).status is Status.CONNECTED


async def test_the_other_school_of_the_number_is_shown_by_its_public_record(
    database: Database, clock: ManualClock, pair: Pair
) -> None:
    kings, maypole = pair
    await a_connection(database, kings, now=clock(), connected=True)
    seen = await read_overview(database, school_id=maypole.id or 0, now=clock())
    assert seen.is_held_by_sharer
    assert seen.sharer is not None
    assert (seen.sharer.name, seen.sharer.urn) == ("King's School", "1")
    own = await read_overview(database, school_id=kings.id or 0, now=clock())
    assert not own.is_held_by_sharer
