"""The demo's post: a message arrives in a table of this product."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, announce
from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.models import MailboxMessage
from assembly_ui.mail.words import one_line
from assembly_ui.pubsub.topics import MAILBOX_TOPIC

LONGEST_SUBJECT = 300
LONGEST_SENDER = 254


class MailboxTransport:
    """Puts messages into the mailbox, each one once."""

    longest = timedelta(seconds=10)

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(
        self, *, message_id: str, sender: str, to: str, subject: str, html: str, text: str
    ) -> None:
        """Deliver the message; when it arrived before, nothing happens."""
        message = MailboxMessage(
            message_id=message_id,
            sender=one_line(sender, LONGEST_SENDER),
            to=plain_address(to).lower(),
            subject=one_line(subject, LONGEST_SUBJECT),
            html=html,
            text=text,
            received_at=self._clock(),
        )
        # The table refuses a second row with this message id: it is here already.
        with suppress(IntegrityError):
            async with self._database.transaction() as session:
                session.add(message)
                announce(session, MAILBOX_TOPIC)
