"""What became of a message, for those who wait for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import case, type_coerce
from sqlmodel import col, select

from assembly_ui.db.database import Session, word_column
from assembly_ui.mail.models import OutboxMessage


class Delivery(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    """It is about to be sent, or nothing is known of it."""
    SENT = "sent"
    """The first mail server took it."""
    DELAYED = "delayed"
    """It could not be sent yet and is tried again."""
    REFUSED = "refused"
    """The mail server refused its recipient for good."""
    GIVEN_UP = "given_up"
    """It was not sent, for another reason, and is not tried again."""


DELIVERY: Any = type_coerce(
    case(
        (col(OutboxMessage.recipient_refused), Delivery.REFUSED.value),
        (col(OutboxMessage.gave_up_at).is_not(None), Delivery.GIVEN_UP.value),
        (col(OutboxMessage.sent_at).is_not(None), Delivery.SENT.value),
        (col(OutboxMessage.attempts) > 0, Delivery.DELAYED.value),
        else_=Delivery.WAITING.value,
    ),
    word_column(Delivery),
)
"""A column for queries that join the outbox."""


async def read_delivery(session: Session, mail_id: int | None) -> Delivery:
    """What became of the message with this id; `WAITING` when there is none."""
    query = select(DELIVERY).where(col(OutboxMessage.id) == mail_id)
    return (await session.exec(query)).first() or Delivery.WAITING
