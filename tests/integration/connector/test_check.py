"""One check: every answer becomes facts, and the good ones outlive the bad."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.connector import check as check_module
from assembly_ui.connector.callback import receive_callback
from assembly_ui.connector.check import check
from assembly_ui.connector.overview import Overview, read_badge, read_overview
from assembly_ui.connector.schedule import Pace
from assembly_ui.connector.status import PROBLEM_GRACE, Status
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub
from assembly_ui.schools.models import School
from assembly_ui.xporter.callback import AuthorisationCallback
from assembly_ui.xporter.client import XporterClient
from tests.factories.connector import CIPHER, HOUR, SECRET, the_connection
from tests.factories.schools import DFE_NUMBER, a_school
from tests.factories.xporter import (
    NOT_FOUND,
    PAUSED,
    Answer,
    Service,
    a_client,
    no_token,
    school_info,
)
from tests.integration.connector.conftest import Check, Kinds

SECOND = timedelta(seconds=1)
NEW_SECRET = "0b8f1f4e-5f5f-4d6c-9c0b-7f7f2c1d9e10"


async def test_the_first_good_answer_connects_the_school(
    database: Database, clock: ManualClock, check_now: Check, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    assert (await check_now(school)).status is Status.CONNECTED
    connection = await the_connection(database, school)
    learnt = (connection.installed_at, connection.data_at, connection.school_checked_at)
    assert learnt == (clock(),) * 3
    assert (connection.first_connected_at, connection.connected_at) == (clock(),) * 2
    assert (connection.mis_school_name, connection.mis_estab) == ("King's School", DFE_NUMBER)
    assert (connection.mis_code, connection.school_matches) == ("isams", True)
    assert (connection.checked_at, connection.checking_since) == (clock(), None)
    assert await told(school) == ["installed", "school_matched", "connected"]
    assert await read_badge(database, school_id=1, now=clock()) is Status.CONNECTED


async def test_a_further_good_answer_only_refreshes(
    database: Database, clock: ManualClock, check_now: Check, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    await check_now(school)
    first, lines = await the_connection(database, school), await told(school)
    clock.advance(HOUR)
    await check_now(school)
    connection = await the_connection(database, school)
    assert (connection.data_at, connection.checked_at) == (clock(), clock())
    assert connection.connected_at == first.connected_at
    assert connection.installed_at == first.installed_at
    assert await told(school) == lines


async def test_who_looks_on_hears_that_a_check_begins_and_what_it_found(
    database: Database, clock: ManualClock, check_now: Check, service: Service, pubsub: PubSub
) -> None:
    school = await a_school(database, now=clock(), authorised=True, watched_at=clock())
    seen: list[Any] = []

    async def look(_request: httpx.Request) -> Answer:
        seen.append((heard.qsize(), (await the_connection(database, school)).checking_since))
        return school_info()

    service.says("SchoolInfo", look)
    async with pubsub.listen() as heard:
        await check_now(school)
        assert seen == [(1, clock())]
        assert heard.qsize() == 2


@pytest.mark.parametrize("trait", [{}, {"invited": True}])
async def test_a_school_that_never_authorised_is_not_asked_about(
    database: Database, clock: ManualClock, check_now: Check, service: Service, trait: dict
) -> None:
    school = await a_school(database, now=clock(), **trait, due_at=clock(), leased_until=clock())
    await check_now(school)
    connection = await the_connection(database, school)
    assert (connection.due_at, connection.leased_until) == (None, None)
    assert service.asked == []


NO_DATA: list[Answer] = [
    {"SchoolInfo": []},
    {"ExceptionMessage": "No data has been collected"},
    httpx.Response(404, json={"ExceptionMessage": "Xporter is not installed"}),
]


@pytest.mark.parametrize("answer", NO_DATA)
async def test_no_data_yet_is_no_problem_before_the_first_data(
    database: Database,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    told: Kinds,
    answer: Answer,
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", answer)
    assert (await check_now(school)).status is Status.AWAITING_CONNECTION
    connection = await the_connection(database, school)
    assert (connection.problem_at, connection.failures, connection.data_at) == (None, 0, None)
    assert await told(school) == []


async def test_how_far_the_installation_is_is_told_in_the_words_of_the_service(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", {"ExceptionMessage": "Not yet installed: booked for Monday"})
    stage = (await check_now(school)).connection.install_stage
    assert stage == "Not yet installed: booked for Monday"
    service.says("SchoolInfo", {"SchoolInfo": []})
    assert (await check_now(school)).connection.install_stage == ""


@pytest.mark.parametrize("answer", NO_DATA)
async def test_no_data_any_more_is_a_problem_of_a_connected_school(
    database: Database, clock: ManualClock, check_now: Check, service: Service, answer: Answer
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", answer)
    await check_now(school)
    clock.advance(PROBLEM_GRACE)
    assert (await check_now(school)).status is Status.CONNECTION_PROBLEM
    connection = await the_connection(database, school)
    assert (connection.problem_kind, connection.failures) == ("no_data_yet", 2)


PROBLEMS: dict[str, tuple[str, Answer]] = {
    "service_down": ("SchoolInfo", httpx.Response(500)),
    "too_slow": ("SchoolInfo", httpx.ReadTimeout("slow")),
    "connection_refused": ("SchoolInfo", httpx.ConnectError("refused")),
    "connection_lost": ("GetToken", httpx.ReadError("reset")),
    "rate_limited": ("GetToken", httpx.Response(429)),
    "not_json": ("SchoolInfo", httpx.Response(200, text="<html>")),
    "empty_answer": ("GetToken", httpx.Response(200)),
    "truncated_answer": ("SchoolInfo", httpx.Response(200, text='{"School')),
    "wrong_shape": ("SchoolInfo", {"Students": []}),
    "redirected": ("SchoolInfo", httpx.Response(302, headers={"Location": "/"})),
    "scope_not_granted": ("SchoolInfo", httpx.Response(403)),
    "token_expired": ("SchoolInfo", httpx.Response(401)),
    "not_found": ("SchoolInfo", httpx.Response(404)),
    "refused": ("SchoolInfo", httpx.Response(400)),
}
CASES = [(kind, *case) for kind, case in PROBLEMS.items()]


@pytest.mark.parametrize(("kind", "endpoint", "answer"), CASES, ids=PROBLEMS)
async def test_a_failing_call_is_a_problem_and_takes_no_good_fact_away(
    database: Database,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    kind: str,
    endpoint: str,
    answer: Answer,
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    good = await the_connection(database, school)
    service.says(endpoint, answer)
    assert (await check_now(school)).status is Status.CONNECTED
    connection = await the_connection(database, school)
    assert (connection.problem_at, connection.failures) == (clock(), 1)
    assert connection.problem_kind == kind
    assert connection.problem_detail.startswith(kind)
    for kept in ("data_at", "installed_at", "authorised_at", "school_matches", "mis_estab"):
        assert getattr(connection, kept) == getattr(good, kept)
    began = clock()
    clock.advance(PROBLEM_GRACE)
    overview = await read_overview(database, school_id=1, now=clock())
    assert overview.status is Status.CONNECTION_PROBLEM
    await check_now(school)
    assert (await the_connection(database, school)).problem_at == began


@pytest.mark.parametrize(("kind", "endpoint", "answer"), CASES, ids=PROBLEMS)
async def test_a_failing_call_before_the_first_data_goes_on_waiting(
    database: Database,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    kind: str,
    endpoint: str,
    answer: Answer,
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says(endpoint, answer)
    await check_now(school)
    clock.advance(HOUR)
    assert (await check_now(school)).status is Status.AWAITING_CONNECTION
    assert (await the_connection(database, school)).problem_kind == kind


async def test_a_problem_is_told_once_it_repeats_and_so_is_its_end(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", httpx.Response(400))
    await check_now(school)
    assert await told(school) == []
    for _ in range(3):
        clock.advance(PROBLEM_GRACE)
        await check_now(school)
    assert await told(school) == ["problem"]
    service.recover()
    assert (await check_now(school)).status is Status.CONNECTED
    connection = await the_connection(database, school)
    assert (connection.problem_at, connection.failures) == (None, 0)
    assert (connection.problem_kind, connection.problem_detail) == ("", "")
    assert connection.connected_at == clock()
    assert await told(school) == ["problem", "recovered"]


async def test_one_lost_call_leaves_no_trace(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    since = (await the_connection(database, school)).connected_at
    service.says("SchoolInfo", httpx.Response(400), service.protected(school_info()))
    await check_now(school)
    clock.advance(5 * SECOND)
    await check_now(school)
    assert await told(school) == []
    assert (await the_connection(database, school)).connected_at == since


async def test_the_mis_of_another_school_blocks_connected_and_both_are_named(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", school_info("3281110", "Queen's School"))
    overview = await check_now(school)
    assert overview.status is Status.AWAITING_CONNECTION
    assert (overview.school.name, overview.school.dfe_number) == ("King's School", DFE_NUMBER)
    found = (overview.connection.mis_school_name, overview.connection.mis_estab)
    assert found == ("Queen's School", "3281110")
    assert overview.connection.mismatched_at == clock()
    await check_now(school)
    assert await told(school) == ["installed", "school_mismatched"]
    service.recover()
    clock.advance(HOUR)
    assert (await check_now(school)).status is Status.CONNECTED
    assert (await the_connection(database, school)).mismatched_at is None
    lines = ["installed", "school_mismatched", "school_matched", "connected"]
    assert await told(school) == lines


async def test_a_connected_school_whose_mis_turns_into_another_is_a_problem(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", school_info("3281110", "Queen's School"))
    overview = await check_now(school)
    assert overview.status is Status.CONNECTION_PROBLEM
    assert overview.facts.mismatched_at == clock()


async def test_names_decide_only_where_the_mis_gives_no_number(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    service.says("SchoolInfo", school_info("", "The KINGS School"))
    assert (await check_now(school)).facts.school_matches is True
    service.says("SchoolInfo", school_info("", "Queen's School"))
    assert (await check_now(school)).facts.school_matches is False


async def test_a_school_that_describes_itself_at_length_is_cut_to_size(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    row = {"EstabId": "3281110" * 9, "Name": "Qué\ud83d\0 " * 500}
    body = {"SchoolInfo": [row], "meta": [{"MIS": "x" * 900}]}
    service.says("SchoolInfo", httpx.Response(200, content=json.dumps(body).encode()))
    connection = (await check_now(school)).connection
    assert (len(connection.mis_school_name), len(connection.mis_estab)) == (200, 16)
    assert len(connection.mis_code) == 40


async def test_a_pause_is_noticed_and_so_is_its_end(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.pause()
    assert (await check_now(school)).status is Status.ACCESS_PAUSED
    began = clock()
    clock.advance(HOUR)
    assert (await check_now(school)).facts.paused_at == began
    service.recover()
    assert (await check_now(school)).status is Status.CONNECTED
    assert (await the_connection(database, school)).connected_at == clock()
    assert await told(school) == ["paused", "resumed"]


@pytest.mark.parametrize("shut", ["pause", "withdraw"])
async def test_a_token_given_again_ends_it_though_the_data_cannot_be_read(
    database: Database, clock: ManualClock, check_now: Check, service: Service, shut: str
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    getattr(service, shut)()
    await check_now(school)
    service.recover()
    service.says("SchoolInfo", httpx.Response(500))
    await check_now(school)
    clock.advance(PROBLEM_GRACE)
    assert (await check_now(school)).status is Status.CONNECTION_PROBLEM


async def test_a_withdrawal_is_noticed_once_and_forgets_nothing(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.withdraw()
    assert (await check_now(school)).status is Status.ACCESS_WITHDRAWN
    began = clock()
    clock.advance(HOUR)
    overview = await check_now(school)
    assert overview.facts.withdrawn_at == began
    assert overview.facts.data_at
    assert await told(school) == ["withdrawn"]


async def test_a_withdrawal_that_was_a_mistake_of_the_service_ends_by_itself(
    database: Database, clock: ManualClock, check_now: Check, service: Service, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    service.withdraw()
    await check_now(school)
    due_at = (await the_connection(database, school)).due_at
    assert due_at == clock() + timedelta(hours=3)
    service.recover()
    clock.advance(timedelta(hours=3))
    assert (await check_now(school)).status is Status.CONNECTED
    assert await told(school) == ["withdrawn", "resumed", "connected"]


async def test_an_old_no_does_not_undo_a_new_invitation(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(
        database, now=clock(), withdrawn=True, invited_at=clock(), invited_email="a@kings.sch.uk"
    )
    service.withdraw()
    clock.advance(HOUR)
    assert (await check_now(school)).status is Status.AWAITING_CONNECTION


@pytest.mark.parametrize(("before", "after"), [("withdraw", "pause"), ("pause", "withdraw")])
async def test_a_pause_and_a_withdrawal_exclude_each_other(
    database: Database,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    before: str,
    after: str,
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    for change in (before, after):
        getattr(service, change)()
        overview = await check_now(school)
    expected = {"pause": Status.ACCESS_PAUSED, "withdraw": Status.ACCESS_WITHDRAWN}
    assert overview.status is expected[after]
    assert (overview.facts.paused_at is None) == (after == "withdraw")


async def test_a_pause_ends_a_problem(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), failing=True)
    service.pause()
    overview = await check_now(school)
    assert (overview.status, overview.facts.problem_at) == (Status.ACCESS_PAUSED, None)


async def test_what_the_old_secret_met_says_nothing_of_a_new_one(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    told: Kinds,
) -> None:
    """The school authorises anew, and another process hears of it, during a check."""
    school = await a_school(database, now=clock(), connected=True)
    callback = AuthorisationCallback(estab=DFE_NUMBER, secret=NEW_SECRET)
    elsewhere = a_client(http, clock)

    async def meanwhile(_request: httpx.Request) -> Answer:
        service.secrets[DFE_NUMBER] = NEW_SECRET
        service.says("GetToken", service.token)
        assert await receive_callback(database, elsewhere, CIPHER, callback=callback, clock=clock)
        return no_token(NOT_FOUND)

    service.says("GetToken", meanwhile)
    await check_now(school)
    connection = await the_connection(database, school)
    assert CIPHER.unlock(connection.secret_encrypted) == NEW_SECRET
    assert (connection.withdrawn_at, connection.checking_since) == (None, None)
    assert connection.due_at == clock()
    assert (await check_now(school)).status is Status.CONNECTED
    assert await told(school) == ["authorised"]


async def test_an_answer_that_another_check_overtook_is_asked_for_anew(
    database: Database,
    http: httpx.AsyncClient,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    pace: Pace,
) -> None:
    """A process slept through its lease with the answer in its hands."""
    school = await a_school(database, now=clock(), connected=True)
    elsewhere = a_client(http, clock)

    async def meanwhile(_request: httpx.Request) -> Answer:
        clock.advance(SECOND)
        await check(database, elsewhere, CIPHER, school_id=1, clock=clock, pace=pace)
        return {"ExceptionMessage": PAUSED}

    service.says("SchoolInfo", meanwhile, school_info())
    assert (await check_now(school)).status is Status.CONNECTED
    connection = await the_connection(database, school)
    assert (connection.paused_at, connection.due_at) == (None, clock())


async def test_a_secret_we_cannot_read_is_our_problem_and_asks_nobody(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True, secret_encrypted="rubbish")
    await check_now(school)
    connection = await the_connection(database, school)
    assert (connection.problem_kind, connection.problem_detail) == ("secret_unreadable",) * 2
    assert (connection.checking_since, connection.due_at) == (None, clock() + HOUR)
    assert service.asked == []
    clock.advance(PROBLEM_GRACE)
    assert (await check_now(school)).status is Status.CONNECTION_PROBLEM


@pytest.mark.parametrize("settled", [True, False])
async def test_a_secret_that_can_be_read_again_is_no_cause_for_a_warning(
    database: Database, clock: ManualClock, check_now: Check, service: Service, settled: bool
) -> None:
    school = await a_school(
        database,
        now=clock(),
        connected=True,
        failing=not settled,
        secret_unreadable_at=clock() - HOUR,
        mis_school_name="King's School",
    )
    await check_now(school)
    assert (await the_connection(database, school)).secret_unreadable_at is None


async def test_a_service_that_names_a_time_is_left_alone_until_then(
    database: Database, clock: ManualClock, check_now: Check, service: Service
) -> None:
    school = await a_school(database, now=clock(), connected=True, watched_at=clock())
    service.says("SchoolInfo", httpx.Response(429, headers={"Retry-After": "600"}))
    await check_now(school)
    back_at = clock() + timedelta(minutes=10)
    connection = await the_connection(database, school)
    assert (connection.held_until, connection.due_at) == (back_at, back_at)
    service.recover()
    await check_now(school)
    assert (await the_connection(database, school)).held_until is None


async def test_a_check_that_takes_forever_ends_as_too_slow(
    database: Database,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_request: httpx.Request) -> None:
        await asyncio.Event().wait()

    school = await a_school(database, now=clock(), connected=True)
    service.says("SchoolInfo", never)
    monkeypatch.setattr(check_module, "LONGEST_CHECK", timedelta(milliseconds=10))
    await check_now(school)
    connection = await the_connection(database, school)
    assert (connection.problem_kind, connection.checking_since) == ("too_slow", None)


async def test_two_checks_at_once_tell_everything_once(
    database: Database, clock: ManualClock, check_now: Check, told: Kinds
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    both = await asyncio.gather(check_now(school), check_now(school))
    assert [overview.status for overview in both] == [Status.CONNECTED] * 2
    assert await told(school) == ["installed", "school_matched", "connected"]


async def test_nothing_sensitive_is_asked_for_before_an_app_is_authorised(
    database: Database,
    xporter: XporterClient,
    clock: ManualClock,
    check_now: Check,
    service: Service,
    pace: Pace,
) -> None:
    """From nothing to Connected and beyond, only the school itself is read."""
    school = await a_school(database, now=clock(), invited=True)
    callback = AuthorisationCallback(estab=DFE_NUMBER, secret=SECRET)
    await receive_callback(database, xporter, CIPHER, callback=callback, clock=clock)
    for _ in range(3):
        await check(database, xporter, CIPHER, school_id=1, clock=clock, pace=pace)
        clock.advance(timedelta(hours=3))
    overview: Overview = await check_now(school)
    assert overview.status is Status.CONNECTED
    assert set(service.asked) == {"GetToken", "TokenDetails", "SchoolInfo"}
    for request in service.requests:
        assert set(request.url.params) <= {"httpStatusCodes"}


async def _doubt(database: Database, school: School, clock: ManualClock) -> None:
    async with database.transaction() as session:
        (await session.get_one(School, school.id)).owner_unverified_since = clock()


async def _verified_by(database: Database, school: School) -> str:
    async with database.read() as session:
        row = await session.get_one(School, school.id)
    assert (row.owner_unverified_since is None) == bool(row.owner_verified_by)
    return row.owner_verified_by


async def test_data_of_the_right_school_verifies_its_owner(
    database: Database, clock: ManualClock, check_now: Check
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    await _doubt(database, school, clock)
    await check_now(school)
    assert await _verified_by(database, school) == "connection"


async def test_a_connection_from_before_verifies_at_its_next_check(
    database: Database, clock: ManualClock, check_now: Check
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    await _doubt(database, school, clock)
    await check_now(school)
    assert await _verified_by(database, school) == "connection"


@pytest.mark.parametrize(
    "answer",
    [
        school_info("3281110", "Queen's School"),
        {"SchoolInfo": []},
        {"ExceptionMessage": PAUSED},
        httpx.Response(500),
    ],
)
async def test_no_other_answer_verifies_anyone(
    database: Database, clock: ManualClock, check_now: Check, service: Service, answer: Answer
) -> None:
    school = await a_school(database, now=clock(), authorised=True)
    await _doubt(database, school, clock)
    service.says("SchoolInfo", answer)
    await check_now(school)
    assert await _verified_by(database, school) == ""


async def test_an_authorisation_nobody_here_asked_for_verifies_nobody(
    database: Database, clock: ManualClock, check_now: Check
) -> None:
    """A school that shared its data before it was claimed says nothing of who claims it."""
    school = await a_school(database, now=clock(), authorised=True, invited_at=None)
    await _doubt(database, school, clock)
    await check_now(school)
    assert await _verified_by(database, school) == ""
