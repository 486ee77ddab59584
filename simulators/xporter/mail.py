"""The invitation mail: owed by its row, sent outside any transaction, once.

A process that dies between sending and writing so sends again under the same
message id, by which whoever delivers knows the repeat.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from assembly_ui.db.database import Database
from assembly_ui.jobs.leases import claim
from simulators.xporter.models import Invitation, Sharing
from simulators.xporter.page_templates import Pages

log = structlog.get_logger()

SENDER = "Groupcall Xporter on Demand <no-reply@xporter.example>"
LEASE = timedelta(seconds=15)
AT_ONCE = 8
LONGEST_BACKOFF = timedelta(minutes=5)
MOST_ATTEMPTS = 20
"""Over an hour of trying. Whoever misses the mail asks for another invitation."""


class Deliver(Protocol):
    """Hands one message over to whatever transport is in use."""

    async def __call__(
        self, *, message_id: str, sender: str, to: str, subject: str, html: str, text: str
    ) -> None:
        """Deliver a message; one with a known `message_id` only once."""


@dataclass(frozen=True)
class Letter:
    """The invitation as it leaves."""

    to: str
    subject: str
    html: str
    text: str


def letter(pages: Pages, invitation: Invitation, sharing: Sharing, *, address: str) -> Letter:
    """The words of the invitation; what came with the request is escaped in the HTML."""
    values = {
        "name": invitation.to_name,
        "partner": sharing.partner_name,
        "href": f"{address}/authorise/{invitation.token}",
    }
    return Letter(
        to=invitation.to_email,
        subject=f"Invitation from {sharing.partner_name} to sync your MIS data and complete "
        "your setup",
        html=pages.render("mail/invitation.html", **values),
        text=pages.render("mail/invitation.txt", **values),
    )


def message_id(invitation: Invitation) -> str:
    """The same for every attempt at one invitation, and no clue to its link."""
    return "xporter-invitation-" + hashlib.sha256(invitation.token.encode()).hexdigest()[:24]


async def send_due(
    database: Database, deliver: Deliver, pages: Pages, *, address: str, sender: str, now: datetime
) -> int:
    """Send every invitation that is due; returns how many were tried."""
    due = await claim(database, Invitation, now=now, limit=AT_ONCE, lease=LEASE)
    async with database.read() as session:
        sharings = [await session.get_one(Sharing, row.sharing_id) for row in due]
    letters = [
        letter(pages, row, sharing, address=address)
        for row, sharing in zip(due, sharings, strict=True)
    ]
    await asyncio.gather(
        *(
            _send(database, deliver, row, words, sender, now)
            for row, words in zip(due, letters, strict=True)
        )
    )
    return len(due)


async def _send(
    database: Database,
    deliver: Deliver,
    invitation: Invitation,
    words: Letter,
    sender: str,
    now: datetime,
) -> None:
    sent = await _deliver(deliver, invitation, words, sender)
    async with database.transaction() as session:
        row = await session.get_one(Invitation, invitation.id, with_for_update=True)
        row.attempts += 1
        row.leased_until = None
        row.sent_at = now if sent else None
        row.due_at = None if sent else _next_attempt(row.attempts, now)


async def _deliver(deliver: Deliver, invitation: Invitation, words: Letter, sender: str) -> bool:
    try:
        await deliver(
            message_id=message_id(invitation),
            sender=sender,
            to=words.to,
            subject=words.subject,
            html=words.html,
            text=words.text,
        )
    except Exception as error:
        # Transports have their own errors; whatever it was, the mail is still owed.
        log.warning("xporter_stand_in.invitation_not_sent", error=type(error).__name__)
        return False
    return True


def _next_attempt(attempts: int, now: datetime) -> datetime | None:
    if attempts >= MOST_ATTEMPTS:
        log.warning("xporter_stand_in.invitation_given_up", tries=attempts)
        return None
    return now + min(timedelta(seconds=2) * 2 ** (attempts - 1), LONGEST_BACKOFF)
