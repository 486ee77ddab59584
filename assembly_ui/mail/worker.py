"""Sends what waits in the outbox.

A message is claimed by lease, rendered in a thread, sent outside any
transaction, then settled. A process that dies between sending and settling,
or sleeps longer than its lease, makes another one send again, with the same
message id: by it the mailbox, like most mail systems, drops the duplicate.

The lease fences: a worker settles a failure only while it still holds the
message. A delivery is recorded whoever holds it by then, because it happened.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from jinja2 import TemplateNotFound

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.jobs import worker_pools
from assembly_ui.jobs.leases import claim, handed_back_if_cancelled, next_due
from assembly_ui.mail.errors import (
    MessageProblem,
    NotDelivered,
    RecipientRefused,
    Refused,
    TryLater,
)
from assembly_ui.mail.messages import Message
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.mail.outbox import OUTBOX_TOPIC
from assembly_ui.mail.render import RENDERING_ERRORS, Rendered, render
from assembly_ui.mail.transports import Transport
from assembly_ui.pubsub.topics import EVERYTHING, PubSub, Topic

log = structlog.get_logger()

AT_ONCE = 8
MARGIN = timedelta(seconds=5)
"""A lease lasts this much longer than sending may, so that nobody else sends meanwhile."""

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
MOST_ATTEMPTS = 30
"""With the delays above: about a day."""

LONGEST_SLEEP_SECONDS = 30.0
SHORTEST_SLEEP_SECONDS = 0.05
AFTER_FAILURE_SECONDS = 5.0


class Outbox:
    """Claims due messages and sends them until cancelled."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        clock: Clock,
        sender: str,
        jitter: random.Random | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._clock = clock
        self._sender = sender
        self._jitter = jitter or random.Random()  # noqa: S311 (spreads retries, guards nothing)

    @property
    def longest(self) -> timedelta:
        """How long handing over one message may take."""
        return self._transport.longest

    async def run(self, pubsub: PubSub) -> None:
        """Work until cancelled; a message posted anywhere wakes it."""
        async with pubsub.listen() as topics:
            while True:
                try:
                    sleep = 0.0 if await self.send_due() else await self._until_next()
                except Exception:
                    # A database that is away must not end the sending.
                    log.exception("outbox.failed")
                    sleep = AFTER_FAILURE_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(sleep):
                        await _posted(topics)

    async def send_due(self) -> int:
        """Send what is due now; returns how many messages were tried."""
        lease = self._transport.longest + MARGIN
        due = await claim(
            self._database, OutboxMessage, now=self._clock(), limit=AT_ONCE, lease=lease
        )
        await asyncio.gather(*(self._attempt(row) for row in due))
        return len(due)

    async def _attempt(self, row: OutboxMessage) -> None:
        problem = await self._send(row)
        if problem is None:
            await self._mark_sent(row)
        elif isinstance(problem, Refused) or row.attempts + 1 >= MOST_ATTEMPTS:
            await self._give_up(row, problem)
        else:
            await self._put_off(row, problem.reason)

    async def _send(self, row: OutboxMessage) -> NotDelivered | None:
        # Of an exception we did not raise ourselves only the name is kept:
        # what it says may quote an address or a link.
        try:
            await self._deliver(row)
        except NotDelivered as problem:
            return problem
        except MessageProblem as problem:
            return Refused(type(problem).__name__)
        except Exception as problem:
            return TryLater(type(problem).__name__)
        return None

    async def _deliver(self, row: OutboxMessage) -> None:
        if _came_too_late(row, self._clock()):
            raise Refused("its link expired before it could be sent")
        async with handed_back_if_cancelled(self._database, [row], topic=OUTBOX_TOPIC):
            rendered = await _rendered(row)
        # From here on it may have been delivered: whoever is cancelled keeps the lease.
        if row.leased_until is None or self._clock() >= row.leased_until:
            # Another worker may be sending it by now.
            raise TryLater("the lease ended before it could be sent")
        async with asyncio.timeout(self._transport.longest.total_seconds()):
            await self._transport.send(
                message_id=_message_id(row),
                sender=self._sender,
                to=row.to,
                subject=rendered.subject,
                html=rendered.html,
                text=rendered.text,
            )

    async def _mark_sent(self, row: OutboxMessage) -> None:
        async with self._database.transaction() as session:
            kept = await _kept(session, row)
            if kept.sent_at is not None:
                return
            if kept.attempts:
                _tell(session, kept)
            kept.attempts += 1
            kept.sent_at = self._clock()
            kept.gave_up_at = None
            kept.recipient_refused = False
            kept.last_error = ""
            _finish(kept)

    async def _put_off(self, row: OutboxMessage, reason: str) -> None:
        async with self._database.transaction() as session:
            kept = await _kept(session, row)
            if not _is_held(kept, row):
                return
            if not kept.attempts:
                _tell(session, kept)
            kept.attempts += 1
            kept.last_error = reason
            kept.due_at = self._clock() + self._delay(kept.attempts)
            kept.leased_until = None
        log.warning("outbox.put_off", id=row.id, kind=row.kind, reason=reason)

    async def _give_up(self, row: OutboxMessage, problem: NotDelivered) -> None:
        async with self._database.transaction() as session:
            kept = await _kept(session, row)
            if not _is_held(kept, row):
                return
            kept.attempts += 1
            kept.last_error = problem.reason
            kept.gave_up_at = self._clock()
            kept.recipient_refused = isinstance(problem, RecipientRefused)
            _finish(kept)
            _tell(session, kept)
        log.error("outbox.gave_up", id=row.id, kind=row.kind, reason=problem.reason)

    def _delay(self, attempts: int) -> timedelta:
        # The exponent is capped for the sake of timedelta's range alone.
        doubled = FIRST_RETRY * 2 ** min(attempts - 1, 16)
        return min(doubled, LONGEST_RETRY) * (0.8 + 0.4 * self._jitter.random())

    async def _until_next(self) -> float:
        soonest = await next_due(self._database, OutboxMessage)
        if soonest is None:
            return LONGEST_SLEEP_SECONDS
        seconds = (soonest - self._clock()).total_seconds()
        return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)


async def _rendered(row: OutboxMessage) -> Rendered:
    try:
        return await worker_pools.MAIL.run(render, Message(row.kind, row.to, row.values))
    except TemplateNotFound:
        # While versions are exchanged, a worker of the other one has the template.
        raise TryLater("this version has no template for this kind of message") from None
    except RENDERING_ERRORS as error:
        # The same values and the same template give the same error another time.
        problem = type(error).__name__
        raise Refused(f"the message could not be rendered: {problem}") from None


async def _kept(session: Session, row: OutboxMessage) -> OutboxMessage:
    """The row as it is now, locked until the transaction ends."""
    return await session.get_one(OutboxMessage, row.id, with_for_update=True)


def _is_held(kept: OutboxMessage, claimed: OutboxMessage) -> bool:
    # Every claim moves `leased_until` forward and every settlement clears it, so the
    # moment is the claim's own; a message that was sent or given up is held by nobody.
    return kept.due_at is not None and kept.leased_until == claimed.leased_until


def _tell(session: Session, row: OutboxMessage) -> None:
    if row.topic:
        announce(session, row.topic)


def _finish(row: OutboxMessage) -> None:
    # Links that open something stay no longer than they are needed.
    row.values = {}
    row.due_at = row.leased_until = None


def _came_too_late(row: OutboxMessage, now: datetime) -> bool:
    expires_at = row.values.get("expires_at")
    return expires_at is not None and datetime.fromisoformat(expires_at) <= now


def _message_id(row: OutboxMessage) -> str:
    # The moment tells apart equal ids of a database that was started afresh.
    return f"outbox-{row.id}-{row.created_at:%Y%m%d%H%M%S%f}"


async def _posted(topics: asyncio.Queue[Topic]) -> None:
    while await topics.get() not in (OUTBOX_TOPIC, EVERYTHING):
        pass
    # Everything posted so far is about to be seen; one look is enough for all.
    while not topics.empty():
        topics.get_nowait()
