"""Mail leaves when its cause is committed, is retried, and is never sent twice."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from assembly_ui.clock import ManualClock, system_clock
from assembly_ui.db.database import Database, Row
from assembly_ui.mail import worker
from assembly_ui.mail.errors import Refused, TryLater
from assembly_ui.mail.messages import Message
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.mail.outbox import OUTBOX_TOPIC, post
from assembly_ui.mail.render import Rendered, render
from assembly_ui.mail.transports import MailboxTransport, SmtpTransport, Transport
from assembly_ui.mail.worker import (
    FIRST_RETRY,
    LONGEST_RETRY,
    MARGIN,
    MOST_ATTEMPTS,
    Outbox,
)
from assembly_ui.pubsub.topics import MAILBOX_TOPIC, PubSub
from tests.factories.database import listen_to
from tests.factories.mail import (
    HREF,
    TO,
    a_message,
    a_posted_message,
    kinds,
    mailbox_rows,
    outbox_rows,
)
from tests.integration.mail.conftest import SENDER
from tests.integration.mail.smtp_server import SmtpServer

SOON = 10.0
"""Seconds after which waiting for something that comes at once is given up."""


class _Weather:
    """A transport that fails as told, then delivers."""

    longest = timedelta(seconds=10)

    def __init__(self, database: Database, clock: ManualClock, *failures: Exception) -> None:
        self._mailbox = MailboxTransport(database, clock)
        self._failures = list(failures)
        self.tries = 0

    async def send(self, **message: str) -> None:
        self.tries += 1
        if self._failures:
            raise self._failures.pop(0)
        await self._mailbox.send(**message)


def _outbox(database: Database, clock: ManualClock, *failures: Exception) -> Outbox:
    return Outbox(
        database, _Weather(database, clock, *failures), clock, SENDER, jitter=random.Random(1)
    )


@asynccontextmanager
async def _running(outbox: Outbox, pubsub: PubSub) -> AsyncIterator[None]:
    task = asyncio.create_task(outbox.run(pubsub))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until(topics: asyncio.Queue[str], topic: str) -> None:
    async with asyncio.timeout(SOON):
        while await topics.get() != topic:
            pass


async def test_a_message_arrives_and_its_links_are_forgotten(
    database: Database, clock: ManualClock, outbox: Outbox
) -> None:
    await a_posted_message(database, now=clock())
    assert await outbox.send_due() == 1
    (arrived,) = await mailbox_rows(database)
    assert (arrived.to, arrived.sender) == (TO, SENDER)
    assert arrived.subject == "Confirm your email address for Assembly"
    assert HREF in arrived.html
    assert HREF in arrived.text
    (row,) = await outbox_rows(database)
    assert (row.sent_at, row.attempts, row.values) == (clock(), 1, {})
    assert row.due_at is row.leased_until is row.gave_up_at is None
    assert await outbox.send_due() == 0


@pytest.mark.parametrize("kind", kinds())
async def test_every_kind_of_message_leaves(
    database: Database, clock: ManualClock, outbox: Outbox, kind: str
) -> None:
    await a_posted_message(database, now=clock(), kind=kind)
    await outbox.send_due()
    assert len(await mailbox_rows(database)) == 1


async def test_no_commit_no_mail(database: Database, clock: ManualClock, pubsub: PubSub) -> None:
    async with pubsub.listen() as topics:
        with suppress(ZeroDivisionError):
            async with database.transaction() as session:
                post(session, a_message(), now=clock())
                raise ZeroDivisionError
        assert topics.empty()
    assert await outbox_rows(database) == []


async def test_the_outbox_hears_of_a_message_once_it_is_committed(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    async with pubsub.listen() as topics:
        async with database.transaction() as session:
            post(session, a_message(), now=clock())
            post(session, a_message(), now=clock())
            assert topics.empty()
        assert [topics.get_nowait()] == [OUTBOX_TOPIC]
        assert topics.empty()


async def test_a_failure_is_retried_later_and_later_until_it_works(
    database: Database, clock: ManualClock
) -> None:
    failures = [TryLater("no connection to the SMTP server")] * 3
    outbox = _outbox(database, clock, *failures)
    await a_posted_message(database, now=clock())
    waits = []
    for attempt in (1, 2, 3):
        assert await outbox.send_due() == 1
        (row,) = await outbox_rows(database)
        assert (row.attempts, row.last_error) == (attempt, "no connection to the SMTP server")
        assert row.leased_until is None
        assert row.due_at
        waits.append(row.due_at - clock())
        assert await outbox.send_due() == 0
        clock.advance(waits[-1])
    for number, wait in enumerate(waits):
        assert 0.8 <= wait / (FIRST_RETRY * 2**number) <= 1.2
    assert await outbox.send_due() == 1
    (row,) = await outbox_rows(database)
    assert (row.sent_at, row.last_error, row.values) == (clock(), "", {})
    assert len(await mailbox_rows(database)) == 1


async def test_retries_are_spread_and_never_further_apart_than_an_hour(
    database: Database, clock: ManualClock
) -> None:
    outbox = _outbox(database, clock, *[TryLater("away")] * 400)
    for _ in range(10):
        await a_posted_message(database, now=clock(), kind="join_approved")
    waits: set[timedelta] = set()
    for _ in range(15):
        while await outbox.send_due():
            pass
        waits = {row.due_at - clock() for row in await outbox_rows(database) if row.due_at}
        clock.advance(max(waits))
    assert len(waits) == 10
    assert max(waits) <= LONGEST_RETRY * 1.2


async def test_after_many_attempts_it_gives_up_where_operators_can_see(
    database: Database, clock: ManualClock
) -> None:
    outbox = _outbox(database, clock, *[TryLater("away")] * 100)
    await a_posted_message(database, now=clock(), kind="join_approved")
    with capture_logs() as logs:
        for _ in range(MOST_ATTEMPTS + 3):
            await outbox.send_due()
            clock.advance(2 * LONGEST_RETRY)
    (row,) = await outbox_rows(database)
    assert (row.attempts, row.last_error, row.values) == (MOST_ATTEMPTS, "away", {})
    assert row.gave_up_at
    assert row.due_at is row.sent_at is None
    (told,) = [line for line in logs if line["log_level"] == "error"]
    assert (told["event"], told["kind"], told["reason"]) == (
        "outbox.gave_up",
        "join_approved",
        "away",
    )


async def test_a_refusal_for_good_is_not_tried_again(
    database: Database, clock: ManualClock
) -> None:
    outbox = _outbox(database, clock, Refused("recipient refused with 550"))
    await a_posted_message(database, now=clock())
    await outbox.send_due()
    clock.advance(timedelta(days=1))
    assert await outbox.send_due() == 0
    (row,) = await outbox_rows(database)
    assert (row.attempts, row.last_error) == (1, "recipient refused with 550")
    assert row.gave_up_at


async def test_a_link_that_has_expired_meanwhile_is_not_sent(
    database: Database, clock: ManualClock, outbox: Outbox
) -> None:
    await a_posted_message(database, now=clock(), expires_at=clock() + timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    await outbox.send_due()
    assert await mailbox_rows(database) == []
    (row,) = await outbox_rows(database)
    assert row.gave_up_at


async def test_what_is_kept_and_logged_of_an_error_names_no_address_and_no_link(
    database: Database, clock: ManualClock
) -> None:
    outbox = _outbox(database, clock, ValueError(f"550 <{TO}> cannot open {HREF}"))
    await a_posted_message(database, now=clock())
    with capture_logs() as logs:
        await outbox.send_due()
    (row,) = await outbox_rows(database)
    assert row.last_error == "ValueError"
    assert TO not in str(logs)
    assert HREF not in str(logs)


async def test_a_message_that_cannot_be_rendered_harms_no_other(
    database: Database, clock: ManualClock, outbox: Outbox
) -> None:
    await a_posted_message(database, now=clock())
    async with database.transaction() as session:
        (row,) = await outbox_rows(database)
        row.id, row.kind = None, "of_another_version"
        session.add(type(row)(**row.model_dump()))
    await outbox.send_due()
    sent, broken = await outbox_rows(database)
    assert sent.sent_at
    assert (broken.sent_at, broken.last_error) == (
        None,
        "this version has no template for this kind of message",
    )
    assert broken.due_at, "a worker of the newer version sends it"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "the message could not be rendered: UndefinedError"),
        ({"href": HREF, "expires_at": ""}, "the message could not be rendered: ValueError"),
    ],
    ids=["a value is missing", "a value is malformed"],
)
async def test_a_template_error_is_final_and_its_reason_is_kept(
    database: Database,
    clock: ManualClock,
    values: dict[str, str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_came_too_late", lambda row, now: False)
    outbox = _outbox(database, clock)
    await a_posted_message(database, now=clock())
    async with database.transaction() as session:
        row = (await session.exec(select(OutboxMessage))).one()
        row.values = values
    with capture_logs() as logs:
        await outbox.send_due()
        clock.advance(timedelta(days=1))
        assert await outbox.send_due() == 0
    (row,) = await outbox_rows(database)
    assert (row.attempts, row.last_error) == (1, reason)
    assert row.gave_up_at
    assert [line["reason"] for line in logs if line["event"] == "outbox.gave_up"] == [reason]


class _Suspended:
    """A transport whose process sleeps in the middle of sending, until `wake` is set."""

    longest = timedelta(seconds=10)

    def __init__(self, inner: Transport, failure: Exception | None, *, delivers: bool) -> None:
        self._inner = inner
        self._failure = failure
        self._delivers = delivers
        self.asleep = asyncio.Event()
        self.wake = asyncio.Event()

    async def send(self, **message: str) -> None:
        if self._delivers:
            await self._inner.send(**message)
        self.asleep.set()
        await self.wake.wait()
        if self._failure:
            raise self._failure


class _Unheard:
    """A transport that delivers and never learns of it."""

    longest = timedelta(seconds=10)

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, **message: str) -> None:
        await self._inner.send(**message)
        raise TryLater("the SMTP server did not answer in time")


LATE = [
    (None, True),
    (TryLater("the SMTP server did not answer in time"), True),
    (TryLater("the SMTP server did not answer in time"), False),
    (Refused("recipient refused with 550"), False),
    (RuntimeError("anything else"), False),
]
LATE_IDS = ["delivered", "delivered, answer lost", "try later", "refused", "unexpected"]


@pytest.mark.parametrize(("failure", "delivers"), LATE, ids=LATE_IDS)
async def test_a_worker_that_outslept_its_lease_leaves_a_sent_message_alone(
    database: Database, clock: ManualClock, failure: Exception | None, delivers: bool
) -> None:
    await a_posted_message(database, now=clock())
    mailbox = MailboxTransport(database, clock)
    late = _Suspended(mailbox, failure, delivers=delivers)
    async with asyncio.timeout(SOON), asyncio.TaskGroup() as tasks:
        tasks.create_task(Outbox(database, late, clock, SENDER).send_due())
        await late.asleep.wait()
        clock.advance(late.longest + MARGIN)
        assert await Outbox(database, mailbox, clock, SENDER).send_due() == 1
        (sent,) = await outbox_rows(database)
        clock.advance(timedelta(minutes=1))
        late.wake.set()
    assert await outbox_rows(database) == [sent]
    assert (sent.attempts, sent.last_error) == (1, "")
    assert sent.gave_up_at is sent.due_at is None
    assert len(await mailbox_rows(database)) == 1, "both sent it under one message id"


@pytest.mark.parametrize("failure", [TryLater("away"), Refused("recipient refused with 550")])
async def test_a_late_failure_does_not_settle_what_another_worker_holds(
    database: Database, clock: ManualClock, failure: Exception
) -> None:
    await a_posted_message(database, now=clock())
    mailbox = MailboxTransport(database, clock)
    first = _Suspended(mailbox, failure, delivers=False)
    second = _Suspended(mailbox, None, delivers=True)
    async with asyncio.timeout(SOON), asyncio.TaskGroup() as tasks:
        late = tasks.create_task(Outbox(database, first, clock, SENDER).send_due())
        await first.asleep.wait()
        clock.advance(first.longest + MARGIN)
        tasks.create_task(Outbox(database, second, clock, SENDER).send_due())
        await second.asleep.wait()
        (held,) = await outbox_rows(database)
        first.wake.set()
        await late
        assert await outbox_rows(database) == [held]
        second.wake.set()
    (row,) = await outbox_rows(database)
    assert (row.sent_at, row.attempts, row.gave_up_at) == (clock(), 1, None)


@pytest.mark.parametrize("failure", [TryLater("away"), Refused("recipient refused with 550")])
async def test_a_late_delivery_is_recorded_though_the_next_attempt_failed(
    database: Database, clock: ManualClock, failure: Exception
) -> None:
    await a_posted_message(database, now=clock())
    mailbox = MailboxTransport(database, clock)
    late = _Suspended(mailbox, None, delivers=True)
    async with asyncio.timeout(SOON), asyncio.TaskGroup() as tasks:
        tasks.create_task(Outbox(database, late, clock, SENDER).send_due())
        await late.asleep.wait()
        clock.advance(late.longest + MARGIN)
        assert await _outbox(database, clock, failure).send_due() == 1
        late.wake.set()
    (row,) = await outbox_rows(database)
    assert (row.sent_at, row.gave_up_at, row.due_at) == (clock(), None, None)
    clock.advance(timedelta(days=1))
    assert await _outbox(database, clock).send_due() == 0


async def test_a_message_whose_lease_ended_before_it_left_is_not_sent(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = _Weather(database, clock)

    def slept_while_rendering(message: Message) -> Rendered:
        clock.advance(transport.longest + MARGIN)
        return render(message)

    monkeypatch.setattr(worker, "render", slept_while_rendering)
    await a_posted_message(database, now=clock())
    await Outbox(database, transport, clock, SENDER).send_due()
    (row,) = await outbox_rows(database)
    assert (transport.tries, row.sent_at, row.gave_up_at) == (0, None, None)
    assert row.due_at, "it is due again"


async def test_every_attempt_at_a_message_carries_the_same_message_id(
    database: Database, clock: ManualClock
) -> None:
    await a_posted_message(database, now=clock())
    async with SmtpServer().serving() as server:
        smtp = SmtpTransport("127.0.0.1", server.port, "", "", False, clock)
        for _ in range(3):
            # The server takes the message and its answer is lost.
            unheard = _Unheard(smtp)
            await Outbox(database, unheard, clock, SENDER).send_due()
            clock.advance(2 * LONGEST_RETRY)
    assert len(server.messages) == 3
    assert len({message["Message-ID"] for message in server.messages}) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_process_killed_while_sending_neither_loses_nor_doubles(
    database: Database, clock: ManualClock, outbox: Outbox, moment: str
) -> None:
    await a_posted_message(database, now=clock())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.mail.killed_while_sending",
        str(database.engine.url),
        clock().isoformat(),
        moment,
    )
    assert await process.wait() == -signal.SIGKILL
    assert len(await mailbox_rows(database)) == (moment == "after")
    assert await outbox.send_due() == 0
    clock.advance(MailboxTransport.longest + MARGIN)
    assert await outbox.send_due() == 1
    (arrived,) = await mailbox_rows(database)
    assert HREF in arrived.html
    (row,) = await outbox_rows(database)
    assert row.sent_at == clock()


async def test_a_running_outbox_is_woken_by_a_message(
    database: Database, clock: ManualClock, outbox: Outbox, pubsub: PubSub
) -> None:
    async with _running(outbox, pubsub), pubsub.listen() as topics:
        for count in (1, 2):
            await a_posted_message(database, now=clock())
            await _until(topics, MAILBOX_TOPIC)
            assert len(await mailbox_rows(database)) == count


async def test_a_running_outbox_wakes_when_a_message_becomes_due(
    database: Database, pubsub: PubSub
) -> None:
    outbox = Outbox(database, MailboxTransport(database, system_clock), system_clock, SENDER)
    due = system_clock() + timedelta(milliseconds=200)
    async with _running(outbox, pubsub), pubsub.listen() as topics:
        await a_posted_message(database, now=due, kind="join_approved")
        await _until(topics, MAILBOX_TOPIC)
    assert system_clock() >= due


async def test_a_running_outbox_works_off_more_than_it_takes_at_once(
    database: Database, clock: ManualClock, outbox: Outbox, pubsub: PubSub
) -> None:
    for _ in range(20):
        await a_posted_message(database, now=clock())
    async with pubsub.listen() as topics, _running(outbox, pubsub):
        while len(await mailbox_rows(database)) < 20:
            await _until(topics, MAILBOX_TOPIC)


async def test_a_running_outbox_survives_a_database_that_is_away(
    database: Database, clock: ManualClock, outbox: Outbox, pubsub: PubSub
) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(Row.metadata.drop_all)
    seen = _Statements(database)
    with capture_logs() as logs:
        async with _running(outbox, pubsub), pubsub.listen() as topics:
            await seen.first()
            async with database.engine.begin() as connection:
                await connection.run_sync(Row.metadata.create_all)
            await a_posted_message(database, now=clock())
            await _until(topics, MAILBOX_TOPIC)
    assert "outbox.failed" in [line["event"] for line in logs]


async def test_an_idle_outbox_writes_nothing(database: Database, outbox: Outbox) -> None:
    seen = _Statements(database)
    assert await outbox.send_due() == 0
    assert seen.all
    assert "BEGIN IMMEDIATE" not in seen.all


async def test_a_running_outbox_does_not_wake_for_the_news_of_others(
    database: Database, clock: ManualClock, outbox: Outbox, pubsub: PubSub
) -> None:
    seen = _Statements(database)
    async with _running(outbox, pubsub), pubsub.listen() as topics:
        await seen.first()
        for number in range(50):
            await pubsub.announce([f"school:{number}"])
        await a_posted_message(database, now=clock())
        await _until(topics, MAILBOX_TOPIC)
    looks = [words for words in seen.all if words.startswith("SELECT outbox_messages.due_at")]
    assert len(looks) < 6


class _Statements:
    """What the database is asked from now on."""

    def __init__(self, database: Database) -> None:
        self.all: list[str] = []
        self._first = asyncio.Event()
        listen_to(database, self._note)

    async def first(self) -> None:
        async with asyncio.timeout(SOON):
            await self._first.wait()

    def _note(self, statement: str) -> None:
        self.all.append(statement)
        self._first.set()
