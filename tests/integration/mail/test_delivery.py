"""What became of a message, for those who wait for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.delivery import Delivery, read_delivery
from assembly_ui.mail.outbox import post_tracked
from assembly_ui.pubsub.topics import PubSub
from tests.factories.mail import a_message
from tests.factories.refused_mail import GREYLISTED, NO_SUCH_USER, send_mail

TOPIC = "school:17"


async def _posted(database: Database, clock: ManualClock, **different: object) -> int:
    async with database.transaction() as session:
        message = a_message(**different)
        return await post_tracked(session, message, now=clock(), topic=TOPIC)


def _heard(topics: asyncio.Queue[str]) -> list[str]:
    found = [topics.get_nowait() for _ in range(topics.qsize())]
    return [topic for topic in found if topic == TOPIC]


async def _delivery(database: Database, mail_id: int | None) -> Delivery:
    async with database.read() as session:
        return await read_delivery(session, mail_id)


@pytest.mark.parametrize(
    ("refusals", "delivery", "told"),
    [
        (None, Delivery.SENT, 0),
        (NO_SUCH_USER, Delivery.REFUSED, 1),
        (GREYLISTED, Delivery.DELAYED, 1),
        ({"DATA": "554 spam"}, Delivery.DELAYED, 1),
    ],
    ids=["taken", "recipient refused", "greylisted", "content refused"],
)
async def test_what_became_of_a_message_is_known_and_announced(
    database: Database,
    clock: ManualClock,
    pubsub: PubSub,
    refusals: dict[str, str] | None,
    delivery: Delivery,
    told: int,
) -> None:
    mail_id = await _posted(database, clock)
    assert await _delivery(database, mail_id) is Delivery.WAITING
    async with pubsub.listen() as topics:
        await send_mail(database, clock, refusals=refusals)
        assert await _delivery(database, mail_id) is delivery
        assert len(_heard(topics)) == told


async def test_a_delay_is_announced_once_and_its_end_again(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    mail_id = await _posted(database, clock)
    async with pubsub.listen() as topics:
        for _ in range(3):
            await send_mail(database, clock, refusals=GREYLISTED)
            clock.advance(timedelta(hours=2))
        assert len(_heard(topics)) == 1
        await send_mail(database, clock)
        assert len(_heard(topics)) == 1
    assert await _delivery(database, mail_id) is Delivery.SENT


async def test_a_message_that_is_never_sent_is_given_up_not_refused(
    database: Database, clock: ManualClock
) -> None:
    mail_id = await _posted(database, clock, expires_at=clock() + timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    await send_mail(database, clock)
    assert await _delivery(database, mail_id) is Delivery.GIVEN_UP


@pytest.mark.parametrize("mail_id", [None, 4711])
async def test_of_a_message_nobody_knows_nothing_is_said(
    database: Database, mail_id: int | None
) -> None:
    assert await _delivery(database, mail_id) is Delivery.WAITING
