"""Which schools are synced, when, and by whom; and what happens when that is not possible."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select, update

from assembly_ui.clock import ManualClock
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, announce
from assembly_ui.jobs.supervision import background
from assembly_ui.pubsub.topics import PubSub, school_topic, sync_topic
from assembly_ui.sync import records
from assembly_ui.sync.changesets import ChangesetView, list_changesets
from assembly_ui.sync.errors import NotConnected, NothingWanted
from assembly_ui.sync.mapping import Made
from assembly_ui.sync.models import Outcome, Reason, SchoolSync
from assembly_ui.sync.our_recipe import our_recipe
from assembly_ui.sync.pace import FIRST_RETRY, Pace
from assembly_ui.sync.progress import MAKING, READING, read_doing
from assembly_ui.sync.requests import FOR_APPS, ask
from assembly_ui.sync.status import read_status
from assembly_ui.sync.worker import LEASE, SyncWorker
from simulators.xporter.faults import Fault, clear_faults, set_fault
from tests.factories.connector import CIPHER
from tests.factories.sync import SyncedSchool, a_school_to_sync, client_of, synced_school
from tests.factories.xporter_simulator import Killed, web_of

SCOPES = ("school", "staff_members.basic")
PATIENCE = 20


async def _syncs(made: SyncedSchool) -> list[ChangesetView]:
    return (await list_changesets(made.database, school_id=made.school_id)).rows


async def _row(made: SyncedSchool) -> SchoolSync:
    async with made.database.read() as session:
        return (await session.exec(select(SchoolSync))).one()


async def _connection(made: SyncedSchool, **facts: object) -> None:
    async with made.database.transaction() as session:
        await session.exec(update(Connection).values(**facts))
        announce(session, school_topic(made.school_id))


async def test_nobody_asks_for_a_sync_of_which_nothing_would_come(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    asked = {"school_id": made.school_id, "reason": Reason.PERSON, "now": clock()}
    with pytest.raises(NothingWanted):
        await ask(database, **asked)
    await made.want(*SCOPES)
    await _connection(made, paused_at=clock())
    with pytest.raises(NotConnected):
        await ask(database, **asked)


@pytest.mark.parametrize("fact", ["paused_at", "withdrawn_at"])
async def test_a_school_that_is_not_connected_is_read_as_soon_as_it_is(
    database: Database, clock: ManualClock, pubsub: PubSub, fact: str
) -> None:
    made = await a_school_to_sync(database, clock)
    await _connection(made, **{fact: clock()})
    await made.want(*SCOPES)
    async with pubsub.listen() as heard, background(made.worker.run(pubsub), name="sync"):
        async with asyncio.timeout(PATIENCE):
            while (await _row(made)).problem_kind != "not_connected":
                await heard.get()
            assert await _syncs(made) == []
            await _connection(made, **{fact: None})
            while not (await _row(made)).last_sync_at:
                await heard.get()
    (only,) = await _syncs(made)
    assert (only.reason, only.outcome) == (Reason.GRANT, Outcome.SUCCESS)


async def test_of_two_workers_one_syncs_a_school(database: Database, clock: ManualClock) -> None:
    made = await a_school_to_sync(database, clock)
    await made.want(*SCOPES)
    other = SyncWorker(database, made.xporter, CIPHER, clock, Pace())
    done = await asyncio.gather(made.worker.do_due(), other.do_due())
    assert sorted(done) == [0, 1]
    assert len(await _syncs(made)) == 1


async def test_a_sync_whose_process_ended_is_carried_on_under_the_same_number(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    calls = 0

    async def end(_request: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Killed

    made.web.event_hooks["request"].append(end)
    await made.want(*SCOPES, "groups")
    with pytest.raises(Killed):
        await made.do_due()
    status = await read_status(database, school_id=made.school_id)
    assert status.running
    await made.do_due()
    assert (await _syncs(made))[0].outcome is Outcome.RUNNING
    clock.advance(LEASE)
    await made.do_due()
    (only,) = await _syncs(made)
    assert (only.id, only.outcome) == (status.running.changeset_id, Outcome.SUCCESS)


async def test_a_worker_that_is_stopped_hands_its_sync_over_at_once(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    """Xporter on Demand answers only once a worker has been stopped. No lease lapses meanwhile."""
    made = await a_school_to_sync(database, clock)
    webs = [made.web, web_of(made.stand_in)]
    workers = [SyncWorker(database, client_of(web, clock), CIPHER, clock, Pace()) for web in webs]
    asked: asyncio.Queue[int] = asyncio.Queue()
    stopped = asyncio.Event()
    for number, web in enumerate(webs):

        async def note(_request: object, number: int = number) -> None:
            asked.put_nowait(number)
            await stopped.wait()

        web.event_hooks["request"].append(note)
    async with asyncio.timeout(PATIENCE), pubsub.listen() as heard, AsyncExitStack() as stack:
        tasks = [
            await stack.enter_async_context(background(worker.run(pubsub), name="sync"))
            for worker in workers
        ]
        await made.want(*SCOPES)
        first = tasks[await asked.get()]
        running = (await read_status(database, school_id=made.school_id)).running
        first.cancel()
        await asyncio.wait([first])
        stopped.set()
        while not (await _row(made)).last_sync_at:
            await heard.get()
    (only,) = await _syncs(made)
    assert running
    assert (only.id, only.outcome) == (running.changeset_id, Outcome.SUCCESS)


async def test_a_service_that_fails_leaves_all_as_it_was_and_is_tried_again(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=SCOPES)
    before = await records.counts(database, school_id=made.school_id)
    await set_fault(database, fault=Fault.DOWN, endpoint="Staff")
    await made.sync()
    failed = (await _syncs(made))[0]
    assert (failed.outcome, failed.problem_kind) == (Outcome.FAILURE, "service_down")
    row = await _row(made)
    assert (row.last_status, row.problem_kind, row.failures) == ("failure", "service_down", 1)
    assert row.due_at is not None
    assert abs(row.due_at - clock() - FIRST_RETRY) <= FIRST_RETRY / 8
    assert await records.counts(database, school_id=made.school_id) == before
    await clear_faults(database)
    clock.advance(FIRST_RETRY * 2)
    await made.do_due()
    row = await _row(made)
    assert (row.last_status, row.problem_kind, row.failures) == ("no_changes", "", 0)


async def test_what_the_school_does_not_share_keeps_nothing_else_from_coming(
    database: Database, clock: ManualClock
) -> None:
    scopes = (*SCOPES, "students.basic", "groups")
    made = await synced_school(database, clock, shared=("School", "Staff"), scopes=scopes)
    (only,) = await _syncs(made)
    assert (only.outcome, only.problem_kind) == (Outcome.SUCCESS, "scope_not_granted")
    assert only.problem_detail == "Students"
    counts = await records.counts(database, school_id=made.school_id)
    assert counts["staff_member"] > 0
    assert counts["group"] > 0
    assert "student" not in counts


async def test_a_query_that_fails_alone_is_tried_again_and_the_others_are_kept(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    await set_fault(database, fault=Fault.WRONG_SHAPE, endpoint="Groups")
    await made.want(*SCOPES, "groups")
    await made.do_due()
    (first,) = await _syncs(made)
    assert (first.outcome, first.problem_kind) == (Outcome.FAILURE, "wrong_shape")
    counts = await records.counts(database, school_id=made.school_id)
    assert counts["staff_member"] > 0
    assert "group" not in counts
    await clear_faults(database)
    clock.advance(FIRST_RETRY * 2)
    await made.do_due()
    assert "group" in await records.counts(database, school_id=made.school_id)


async def test_a_mistake_of_our_own_is_owned_up_to_and_tried_again(
    database: Database, clock: ManualClock
) -> None:
    def mistaken(*_: object) -> Iterator[Made]:
        raise ZeroDivisionError

    ours = our_recipe()
    kinds = tuple(
        replace(kind, make=mistaken) if kind.name == "staff_member" else kind for kind in ours.kinds
    )
    made = await synced_school(database, clock, scopes=SCOPES, recipe=replace(ours, kinds=kinds))
    (only,) = await _syncs(made)
    assert (only.outcome, only.problem_kind) == (Outcome.FAILURE, "internal")
    row = await _row(made)
    assert (row.failures, row.leased_until) == (1, None)
    assert (await records.counts(database, school_id=made.school_id))["school"] == 1


async def test_while_the_service_is_down_nobody_is_asked(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    await made.want(*SCOPES)
    await set_fault(database, fault=Fault.DOWN)
    await made.do_due()
    assert (await made.worker.tools.health.look()).is_down
    asked: list[object] = []

    async def note(request: object) -> None:
        asked.append(request)

    made.web.event_hooks["request"].append(note)
    clock.advance(timedelta(hours=2))
    await made.do_due()
    assert asked == []


async def test_it_is_synced_by_itself_once_a_day(database: Database, clock: ManualClock) -> None:
    made = await synced_school(database, clock, scopes=SCOPES)
    clock.advance(timedelta(hours=20))
    await made.do_due()
    assert len(await _syncs(made)) == 1
    clock.advance(timedelta(hours=7))
    await made.do_due()
    newest, _ = await _syncs(made)
    assert (newest.reason, newest.outcome) == (Reason.SCHEDULE, Outcome.NO_CHANGES)


async def test_an_app_that_asks_again_and_again_has_it_read_once(
    database: Database, clock: ManualClock
) -> None:
    made = await synced_school(database, clock, scopes=SCOPES)
    for _ in range(3):
        await ask(database, school_id=made.school_id, reason=Reason.APP, now=clock())
        await made.do_due()
    assert len(await _syncs(made)) == 1
    clock.advance(FOR_APPS)
    await made.do_due()
    assert [one.reason for one in await _syncs(made)] == [Reason.APP, Reason.GRANT]


async def test_what_is_wanted_otherwise_meanwhile_ends_what_was_wanted_before(
    database: Database, clock: ManualClock
) -> None:
    made = await a_school_to_sync(database, clock)
    asked: list[str] = []

    async def change(request: object) -> None:
        asked.append(request.url.path.rpartition("/")[2])  # type: ignore[attr-defined]
        if asked[-1] == "SchoolInfo" and asked.count("SchoolInfo") == 1:
            await made.want("school", reason=Reason.REVOCATION)

    made.web.event_hooks["request"].append(change)
    await made.want("school", "staff_members.basic")
    await made.do_due()
    assert "Staff" not in asked
    (only,) = await _syncs(made)
    assert only.outcome is Outcome.SUCCESS
    assert "staff_member" not in await records.counts(database, school_id=made.school_id)


async def test_how_far_it_is_can_be_followed(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    made = await a_school_to_sync(database, clock)
    await made.want(*SCOPES, "groups")
    seen: list[tuple[str, str]] = []
    async with pubsub.listen() as heard, background(made.worker.run(pubsub), name="sync"):
        async with asyncio.timeout(PATIENCE):
            while not (await _row(made)).last_sync_at:
                assert await heard.get() in (
                    sync_topic(made.school_id),
                    school_topic(made.school_id),
                )
                running = (await read_status(database, school_id=made.school_id)).running
                if running:
                    assert running.steps_done <= running.steps
                    seen.append(read_doing(running.doing))
    assert {what for what, _ in seen} >= {READING, MAKING}
    assert (MAKING, "staff_member") in seen


async def test_syncs_of_long_ago_are_forgotten(database: Database, clock: ManualClock) -> None:
    made = await synced_school(database, clock, scopes=SCOPES)
    clock.advance(timedelta(days=91))
    await made.sync()
    assert [one.reason for one in await _syncs(made)] == [Reason.PERSON]
