"""The outbox: a message is written in the transaction of its cause, and leaves later."""

from __future__ import annotations

from datetime import datetime

from assembly_ui.database import Session, announce
from assembly_ui.mail.messages import Message
from assembly_ui.mail.models import OutboxMessage
from assembly_ui.pubsub import Topic

OUTBOX_TOPIC: Topic = "outbox"
"""A message was put into the outbox."""


def post(session: Session, message: Message, *, now: datetime) -> None:
    """Have `message` sent if, and as soon as, the caller's transaction commits."""
    session.add(
        OutboxMessage(
            kind=message.kind, to=message.to, values=message.values, created_at=now, due_at=now
        )
    )
    announce(session, OUTBOX_TOPIC)
