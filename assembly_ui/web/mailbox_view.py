"""From messages to what the mailbox page shows. Pure: no State, no database."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode

from assembly_ui.mail.mailbox import Envelope, Mail, MailPage

ROUTE = "/mailbox"
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
"""The frame of a message: no scripts, no forms, no way to move our page.

`allow-same-origin` lets our page, and without scripts nothing else, measure
how tall the message is.
"""


class Line(TypedDict):
    """A message in the list."""

    id: int
    subject: str
    to: str
    received: str
    href: str


class Opened(TypedDict):
    """The message that is open."""

    id: int
    subject: str
    sender: str
    to: str
    received: str
    text: str
    src: str


class Button(TypedDict):
    """A link of the open message."""

    text: str
    href: str


NOTHING = Opened(id=0, subject="", sender="", to="", received="", text="", src="")


def href(**asked: Any) -> str:
    """The mailbox's address with these questions; empty ones are left out."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{ROUTE}?{query}" if query else ROUTE


def count_of(count: int) -> str:
    """How many messages, in words."""
    return "1 message" if count == 1 else f"{count} messages"


def line(envelope: Envelope, to: str, page: int) -> Line:
    """A message in the list of `to`, on this page of it."""
    return Line(
        id=envelope.id,
        subject=envelope.subject or "No subject",
        to=envelope.to,
        received=envelope.received_at.isoformat(),
        href=href(to=to, page=page if page > 1 else 0, message=envelope.id),
    )


def neighbours(listed: MailPage, to: str) -> tuple[str, str]:
    """Addresses of the newer and the older page, empty where there is none."""
    newer = href(to=to, page=listed.page - 1) if listed.page > 1 else ""
    older = href(to=to, page=listed.page + 1) if listed.page < listed.pages else ""
    return newer, older


def opened(mail: Mail) -> Opened:
    """A message with everything shown of it but its links."""
    return Opened(
        id=mail.id,
        subject=mail.subject or "No subject",
        sender=mail.sender,
        to=mail.to,
        received=mail.received_at.isoformat(),
        text=mail.text,
        src=f"{ROUTE}/messages/{mail.id}.html",
    )
