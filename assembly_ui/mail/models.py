"""Tables of mail: the outbox of what we send, the mailbox of what demo people receive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field

from assembly_ui.db.database import Row


class OutboxMessage(Row, table=True):
    """A message waiting to leave, written in the transaction of its cause.

    `values` hold links that open something. They are emptied as soon as the
    message has left or was given up; then nothing is due any more either.
    `topic` is announced when what became of the message changes. `recipient_refused`:
    it was given up because the mail server refuses its recipient.
    """

    __tablename__ = "outbox_messages"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=60)
    to: str = Field(max_length=254)
    values: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = None
    attempts: int = 0
    last_error: str = Field(default="", max_length=300)
    sent_at: datetime | None = None
    gave_up_at: datetime | None = None
    recipient_refused: bool = False
    topic: str = Field(default="", max_length=100)


class MailboxMessage(Row, table=True):
    """A message as its recipient finds it in the demo mailbox.

    `message_id` makes a delivery repeated after a crash arrive once.
    """

    __tablename__ = "mailbox_messages"

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True, max_length=200)
    sender: str = Field(max_length=254)
    to: str = Field(index=True, max_length=254)
    subject: str = Field(max_length=300)
    html: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    received_at: datetime
