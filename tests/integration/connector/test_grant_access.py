"""Grant Access: pressed once, twice, by whom, and what the service makes of it."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from assembly_ui.audit.models import AuditEntry
from assembly_ui.clock import ManualClock
from assembly_ui.connector import grant_access as grant_access_module
from assembly_ui.connector.errors import (
    InvitationUnconfirmed,
    InvitedJustNow,
    InviteFailed,
    InviteUnderWay,
    NoDfeNumber,
    NotPermitted,
    NotViaXporter,
)
from assembly_ui.connector.grant_access import (
    NO_LAST_NAME,
    NO_PHONE,
    PERHAPS_SENT,
    UNCONFIRMED_WAIT,
    grant_access,
)
from assembly_ui.connector.interrupted_invitations import INTERRUPTED, RESERVATION
from assembly_ui.connector.models import ServiceHealth
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.status import Status
from assembly_ui.connector.timeline import newest
from assembly_ui.connector.watcher import Watcher
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic
from assembly_ui.schools.models import Role, School
from assembly_ui.xporter.client import XporterClient
from tests.factories.accounts import a_person
from tests.factories.connector import the_connection
from tests.factories.schools import a_member, a_school
from tests.factories.xporter import Answer, Service
from tests.integration.connector.conftest import Kinds

COOLDOWN = timedelta(seconds=20)


async def _press(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    school: School,
    by_user_id: int = 1,
) -> str:
    assert school.id is not None
    return await grant_access(
        database,
        xporter,
        school_id=school.id,
        by_user_id=by_user_id,
        clock=clock,
        cooldown=COOLDOWN,
    )


async def _status(database: Database, school: School, clock: ManualClock) -> Status:
    assert school.id is not None
    return (await read_overview(database, school_id=school.id, now=clock())).status


async def test_the_owner_is_invited_and_the_school_waits(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock())
    assert await _press(database, xporter, clock, school) == "james.walters@kings.sch.uk"
    assert service.asked == ["GetToken", "SchoolRegister"]
    asked = service.bodies("SchoolRegister")[0]["Schools"][0]
    assert (asked["LeaCode"], asked["DfesCode"]) == ("328", "1102")
    assert (asked["SchoolContactFirstName"], asked["SchoolContactLastName"]) == ("James", "Walters")
    connection = await the_connection(database, school)
    assert (connection.invited_at, connection.inviting_until) == (clock(), None)
    assert connection.invited_email == "james.walters@kings.sch.uk"
    assert await _status(database, school, clock) is Status.AWAITING_CONNECTION
    assert await told(school) == ["invitation_sent"]


async def test_a_school_without_a_telephone_is_invited_all_the_same(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    """Xporter on Demand wants every text of an invitation filled in."""
    school = await a_school(database, now=clock(), telephone="")
    await _press(database, xporter, clock, school)
    asked = service.bodies("SchoolRegister")[0]["Schools"][0]
    assert asked["SchoolContactPhone"] == NO_PHONE
    assert all(asked[name] for name in asked if isinstance(asked[name], str))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("James", "James", NO_LAST_NAME),
        ("James ", "James", NO_LAST_NAME),
        ("", "james.walters", NO_LAST_NAME),
        ("Ana de la Cruz", "Ana", "de la Cruz"),
    ],
)
async def test_whatever_the_owner_is_called_the_invitation_goes_to_them(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    name: str,
    first: str,
    last: str,
) -> None:
    owner = await a_person(database, now=clock(), name=name)
    school = await a_school(database, now=clock(), owner=owner)
    await _press(database, xporter, clock, school)
    asked = service.bodies("SchoolRegister")[0]["Schools"][0]
    assert (asked["SchoolContactFirstName"], asked["SchoolContactLastName"]) == (first, last)


async def test_who_pressed_is_on_record_and_every_tab_hears_of_it(
    database: Database, xporter: XporterClient, clock: ManualClock, pubsub: PubSub
) -> None:
    school = await a_school(database, now=clock())
    admin = await a_person(database, now=clock(), email="admin@kings.sch.uk", name="Ada Admin")
    await a_member(database, school, admin, Role.ADMIN, now=clock())
    async with pubsub.listen() as heard:
        await _press(database, xporter, clock, school, admin.id)
        assert heard.get_nowait() == school_topic(1)
    entry = (await newest(database, school_id=1))[0]
    assert (entry.by, entry.detail) == ("Ada Admin", {"to": "james.walters@kings.sch.uk"})
    async with database.read() as session:
        audited = (await session.exec(select(AuditEntry))).one()
    assert (audited.action, audited.user_id) == ("access_granted", admin.id)


async def test_a_viewer_a_stranger_and_nobody_are_refused(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock())
    viewer = await a_person(database, now=clock(), email="viewer@kings.sch.uk")
    await a_member(database, school, viewer, Role.VIEWER, now=clock())
    stranger = await a_person(database, now=clock(), email="owner@queens.sch.uk")
    await a_school(database, now=clock(), owner=stranger, urn="2", dfe_number="3281110")
    for user_id in (viewer.id, stranger.id, 999):
        with pytest.raises(NotPermitted):
            await _press(database, xporter, clock, school, user_id)
    with pytest.raises(NotPermitted):
        await grant_access(
            database, xporter, school_id=999, by_user_id=1, clock=clock, cooldown=COOLDOWN
        )
    assert service.asked == []
    assert await told(school) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"dfe_number": ""}, NoDfeNumber),
        ({"dfe_number": "328"}, NoDfeNumber),
        ({"mis": "bromcom"}, NotViaXporter),
        ({"mis": "no longer known"}, NotViaXporter),
    ],
)
async def test_a_school_xporter_cannot_know_is_not_asked_about(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    change: dict[str, Any],
    error: type[Exception],
) -> None:
    school = await a_school(database, now=clock(), **change)
    with pytest.raises(error):
        await _press(database, xporter, clock, school)
    assert service.asked == []


@pytest.mark.parametrize(
    ("la_code", "number"),
    [("", "1010012"), ("S12000050", "1000047")],
    ids=["Northern Ireland", "Scotland"],
)
async def test_a_school_with_a_reference_of_its_own_country_is_told_it_has_no_dfe_number(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    la_code: str,
    number: str,
) -> None:
    school = await a_school(database, now=clock())
    async with database.transaction() as session:
        kept = await session.get_one(School, school.id)
        kept.la_code, kept.establishment_number = la_code, number
    with pytest.raises(NoDfeNumber):
        await _press(database, xporter, clock, school)
    assert service.asked == []


async def test_two_presses_at_once_send_one_invitation(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock())
    presses = [_press(database, xporter, clock, school) for _ in range(5)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    refused = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert set(refused) <= {InviteUnderWay, InvitedJustNow}
    assert len(refused) == 4
    assert service.asked.count("SchoolRegister") == 1
    assert await told(school) == ["invitation_sent"]


async def test_another_invitation_may_follow_after_the_cool_down(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock())
    await _press(database, xporter, clock, school)
    sent_at = clock()
    clock.advance(COOLDOWN - timedelta(seconds=1))
    with pytest.raises(InvitedJustNow) as caught:
        await _press(database, xporter, clock, school)
    assert caught.value.retry_at == sent_at + COOLDOWN
    clock.advance(timedelta(seconds=1))
    await _press(database, xporter, clock, school)
    assert service.asked.count("SchoolRegister") == 2
    assert (await the_connection(database, school)).invited_at == clock()
    assert await told(school) == ["invitation_sent"] * 2


NOT_TAKEN = [
    (
        {"Schools": [{"Status": "Error", "Message": "School not found in EduBase"}]},
        "invite_refused",
    ),
    ({"Message": "Unauthorized: ApplicationId header missing"}, "our_credentials_refused"),
    (httpx.Response(500), "service_down"),
    (httpx.ReadTimeout("slow"), "too_slow"),
    (httpx.ConnectError("refused"), "connection_refused"),
    (httpx.ReadError("reset"), "connection_lost"),
    (httpx.Response(200, text="<html>"), "not_json"),
    (httpx.Response(429), "rate_limited"),
]


@pytest.mark.parametrize(("answer", "kind"), NOT_TAKEN, ids=[kind for _, kind in NOT_TAKEN])
async def test_an_invitation_that_was_not_taken_is_kept_on_record_and_may_be_repeated(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    told: Kinds,
    answer: Answer,
    kind: str,
) -> None:
    school = await a_school(database, now=clock())
    service.says("SchoolRegister", answer, service.registered)
    with pytest.raises(InviteFailed) as caught:
        await _press(database, xporter, clock, school)
    assert caught.value.kind == kind
    connection = await the_connection(database, school)
    assert (connection.invite_failed_at, connection.invite_failure) == (clock(), kind)
    assert (connection.invited_at, connection.inviting_until) == (None, None)
    assert await _status(database, school, clock) is Status.AWAITING_INVITATION
    if kind in PERHAPS_SENT:
        with pytest.raises(InvitationUnconfirmed) as waiting:
            await _press(database, xporter, clock, school)
        assert waiting.value.retry_at == clock() + UNCONFIRMED_WAIT
        clock.advance(UNCONFIRMED_WAIT)
    await _press(database, xporter, clock, school)
    connection = await the_connection(database, school)
    assert (connection.invite_failed_at, connection.invite_failure) == (None, "")
    assert await told(school) == ["invitation_refused", "invitation_sent"]


async def test_what_the_service_said_of_a_refused_invitation_is_in_the_timeline(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    school = await a_school(database, now=clock())
    service.says(
        "SchoolRegister",
        {"Schools": [{"Status": "Error", "Message": "School not found in EduBase"}]},
    )
    with pytest.raises(InviteFailed) as caught:
        await _press(database, xporter, clock, school)
    assert (caught.value.fault, caught.value.detail) == ("school", "School not found in EduBase")
    entry = (await newest(database, school_id=1))[0]
    assert entry.detail == {"why": "invite_refused", "said": "School not found in EduBase"}


async def test_a_refused_repeat_leaves_the_first_invitation_as_it_was(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    school = await a_school(database, now=clock(), invited=True)
    before = await the_connection(database, school)
    service.says("SchoolRegister", httpx.Response(503))
    with pytest.raises(InviteFailed):
        await _press(database, xporter, clock, school)
    after = await the_connection(database, school)
    assert (after.invited_at, after.invited_email) == (before.invited_at, before.invited_email)
    assert await _status(database, school, clock) is Status.AWAITING_CONNECTION


async def _die_while_inviting(database: Database, school: School, clock: ManualClock) -> None:
    """Press in a process of its own, which is killed while Xporter on Demand is asked."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.connector.killed_while_inviting",
        database.engine.url.render_as_string(hide_password=False),
        clock().isoformat(),
        str(school.id),
    )
    assert await process.wait() == -signal.SIGKILL


async def test_a_killed_press_ends_as_unconfirmed_by_itself_and_invites_nobody_twice(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    watcher: Watcher,
    pubsub: PubSub,
    told: Kinds,
) -> None:
    """Xporter on Demand may have sent its email before the process was killed."""
    school = await a_school(database, now=clock())
    await _die_while_inviting(database, school, clock)
    reserved_until = clock() + RESERVATION
    with pytest.raises(InviteUnderWay) as under_way:
        await _press(database, xporter, clock, school)
    assert under_way.value.retry_at == reserved_until
    clock.advance(RESERVATION - timedelta(seconds=1))
    await watcher.duties.do_due()
    assert await told(school) == []
    clock.advance(timedelta(seconds=1))
    async with pubsub.listen() as heard:
        await watcher.duties.do_due()
        assert heard.get_nowait() == school_topic(1)
    await watcher.duties.do_due()
    assert await told(school) == ["invitation_refused"]
    connection = await the_connection(database, school)
    assert (connection.inviting_until, connection.invite_failed_at) == (None, reserved_until)
    assert connection.invite_failure == INTERRUPTED
    assert await _status(database, school, clock) is Status.AWAITING_INVITATION
    with pytest.raises(InvitationUnconfirmed) as unconfirmed:
        await _press(database, xporter, clock, school)
    assert unconfirmed.value.retry_at == reserved_until + UNCONFIRMED_WAIT
    assert "SchoolRegister" not in service.asked
    clock.advance(UNCONFIRMED_WAIT)
    await _press(database, xporter, clock, school)
    assert await _status(database, school, clock) is Status.AWAITING_CONNECTION
    assert service.asked.count("SchoolRegister") == 1


async def test_a_killed_press_is_not_repeated_where_nothing_settles_it(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    """The background work may be down, or not have come round yet."""
    school = await a_school(database, now=clock())
    await _die_while_inviting(database, school, clock)
    clock.advance(RESERVATION)
    with pytest.raises(InvitationUnconfirmed):
        await _press(database, xporter, clock, school)
    clock.advance(UNCONFIRMED_WAIT)
    await _press(database, xporter, clock, school)
    assert service.asked.count("SchoolRegister") == 1


async def test_a_killed_press_is_settled_while_xporter_on_demand_is_down(
    database: Database, clock: ManualClock, watcher: Watcher, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), inviting_until=clock())
    async with database.transaction() as session:
        session.add(ServiceHealth(opened_at=clock(), failing_since=clock()))
    await watcher.duties.do_due()
    assert await told(school) == ["invitation_refused"]


async def test_a_killed_press_whose_invitation_was_answered_needs_no_words(
    database: Database, clock: ManualClock, watcher: Watcher, told: Kinds
) -> None:
    school = await a_school(
        database, now=clock(), authorised=True, authorised_at=clock(), inviting_until=clock()
    )
    await watcher.duties.do_due()
    connection = await the_connection(database, school)
    assert (connection.inviting_until, connection.invite_failed_at) == (None, None)
    assert await told(school) == []


async def test_a_tab_that_closes_while_inviting_changes_nothing(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock())
    reached, answered = asyncio.Event(), asyncio.Event()

    async def slowly(request: httpx.Request) -> Answer:
        reached.set()
        await answered.wait()
        return service.registered(request)

    service.says("SchoolRegister", slowly)
    press = asyncio.create_task(_press(database, xporter, clock, school))
    await reached.wait()
    press.cancel()
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await press
    assert await _status(database, school, clock) is Status.AWAITING_CONNECTION
    assert await told(school) == ["invitation_sent"]


async def test_a_call_that_outlasts_its_reservation_is_given_up(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_request: httpx.Request) -> None:
        await asyncio.Event().wait()

    school = await a_school(database, now=clock())
    service.says("SchoolRegister", never)
    monkeypatch.setattr(grant_access_module, "LONGEST_CALL", timedelta(milliseconds=10))
    with pytest.raises(InviteFailed) as caught:
        await _press(database, xporter, clock, school)
    assert caught.value.kind == "too_slow"
    assert (await the_connection(database, school)).inviting_until is None


async def test_granting_access_again_does_not_disturb_a_connected_school(
    database: Database, xporter: XporterClient, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    await _press(database, xporter, clock, school)
    assert await _status(database, school, clock) is Status.CONNECTED


async def test_granting_access_again_after_a_withdrawal_waits_for_the_school(
    database: Database, xporter: XporterClient, clock: ManualClock
) -> None:
    school = await a_school(database, now=clock(), withdrawn=True)
    assert await _status(database, school, clock) is Status.ACCESS_WITHDRAWN
    await _press(database, xporter, clock, school)
    assert await _status(database, school, clock) is Status.AWAITING_CONNECTION
    connection = await the_connection(database, school)
    assert connection.withdrawn_at
    assert connection.secret_encrypted


async def test_no_secret_and_no_token_is_kept_where_people_look(
    database: Database, xporter: XporterClient, clock: ManualClock, service: Service
) -> None:
    school = await a_school(database, now=clock())
    sent = service.bodies
    service.says("SchoolRegister", lambda r: {"Message": f"Bad token {r.headers['Authorization']}"})
    with pytest.raises(InviteFailed) as caught:
        await _press(database, xporter, clock, school)
    entry = (await newest(database, school_id=1))[0]
    shown = f"{caught.value!r} {entry} {await the_connection(database, school)}"
    assert sent("GetToken")[0]["password"] not in shown
    assert "ours-1xxx" not in shown
