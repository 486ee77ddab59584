"""The outbox: a message is written in the transaction of its cause, and leaves later."""

from __future__ import annotations

from datetime import datetime

from assembly_ui.db.database import Session, announce
from assembly_ui.mail.messages import Message
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.pubsub.topics import Topic

OUTBOX_TOPIC: Topic = "outbox"
"""A message was put into the outbox."""


def post(session: Session, message: Message, *, now: datetime) -> None:
    """Have `message` sent if, and as soon as, the caller's transaction commits."""
    _put(session, message, now, topic="")


async def post_tracked(session: Session, message: Message, *, now: datetime, topic: Topic) -> int:
    """`post` for a message somebody waits for.

    Returns the id to ask `delivery` by. `topic` is announced when the message is delayed,
    refused or given up, and when it leaves after all.
    """
    row = _put(session, message, now, topic)
    await session.flush()
    assert row.id is not None
    return row.id


def _put(session: Session, message: Message, now: datetime, topic: Topic) -> OutboxMessage:
    row = OutboxMessage(
        kind=message.kind,
        to=message.to,
        values=message.values,
        topic=topic,
        created_at=now,
        due_at=now,
    )
    session.add(row)
    announce(session, OUTBOX_TOPIC)
    return row
