"""What arrived in the demo's mailbox: to list, to open, to clear away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, true
from sqlmodel import col, select

from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail.errors import MailUnknown
from assembly_ui.mail.links import MailLink, links_of
from assembly_ui.mail.models import MailboxMessage
from assembly_ui.pubsub.topics import MAILBOX_TOPIC

PAGE_SIZE = 20
MOST_ADDRESSES = 100
MOST_LATEST = 50
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Envelope:
    """A message from outside."""

    id: int
    to: str
    sender: str
    subject: str
    received_at: datetime


@dataclass(frozen=True)
class Mail(Envelope):
    """A message, opened."""

    text: str
    html: str
    links: list[MailLink]


@dataclass(frozen=True)
class MailPage:
    """Part of the list: page `page` of `pages`, which hold `total` messages."""

    envelopes: list[Envelope]
    page: int
    pages: int
    total: int


async def list_mail(database: Database, *, to: object = "", page: object = 1) -> MailPage:
    """Messages newest first, those of one address when `to` names it.

    A page that does not exist is answered with the nearest that does.
    """
    async with database.read() as session:
        total = await _count(session, to)
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(page, 1), pages) if isinstance(page, int) else 1
        rows = await _newest(session, to, PAGE_SIZE, skip=(number - 1) * PAGE_SIZE)
    return MailPage([_envelope(row) for row in rows], number, pages, total)


async def latest_mail(database: Database, *, to: object = "") -> list[Mail]:
    """The newest messages, opened, newest first."""
    async with database.read() as session:
        return [_mail(row) for row in await _newest(session, to, MOST_LATEST)]


async def open_mail(database: Database, *, mail_id: object) -> Mail:
    """One message with its words and links.

    Raises:
        MailUnknown
    """
    if not isinstance(mail_id, int) or not 0 < mail_id <= LARGEST_ID:
        raise MailUnknown
    async with database.read() as session:
        row = await session.get(MailboxMessage, mail_id)
    if row is None:
        raise MailUnknown
    return _mail(row)


async def addresses(database: Database) -> list[str]:
    """Everyone the mailbox holds mail for, in alphabetical order."""
    query = select(MailboxMessage.to).distinct().order_by(MailboxMessage.to).limit(MOST_ADDRESSES)
    async with database.read() as session:
        return list(await session.exec(query))


async def clear_mail(database: Database, *, to: object = "") -> int:
    """Throw away every message, or those of one address. Returns how many went."""
    async with database.transaction() as session:
        gone = await session.exec(delete(MailboxMessage).where(_addressed(to)))
        announce(session, MAILBOX_TOPIC)
    return gone.rowcount


def _addressed(to: object) -> ColumnElement[bool]:
    if not isinstance(to, str) or not to.strip():
        return true()
    return col(MailboxMessage.to) == to.strip().lower()


async def _count(session: Session, to: object) -> int:
    query = select(func.count()).select_from(MailboxMessage).where(_addressed(to))
    return (await session.exec(query)).one()


async def _newest(
    session: Session, to: object, limit: int, skip: int = 0
) -> Sequence[MailboxMessage]:
    newest = col(MailboxMessage.received_at).desc(), col(MailboxMessage.id).desc()
    query = select(MailboxMessage).where(_addressed(to)).order_by(*newest)
    return (await session.exec(query.offset(skip).limit(limit))).all()


def _envelope(row: MailboxMessage) -> Envelope:
    assert row.id is not None
    return Envelope(row.id, row.to, row.sender, row.subject, row.received_at)


def _mail(row: MailboxMessage) -> Mail:
    assert row.id is not None
    return Mail(
        id=row.id,
        to=row.to,
        sender=row.sender,
        subject=row.subject,
        received_at=row.received_at,
        text=row.text,
        html=row.html,
        links=links_of(row.html),
    )
