"""The one shape of every transport."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class Transport(Protocol):
    """Hands one message over, or says why not. `longest` is how long that may take."""

    longest: timedelta

    async def send(
        self, *, message_id: str, sender: str, to: str, subject: str, html: str, text: str
    ) -> None:
        """Deliver the message. `message_id` is one word; the same word is the same message.

        Raises:
            AddressMalformed: `to` is not one address.
            TryLater: it may work another time.
            Refused: it never will.
        """
