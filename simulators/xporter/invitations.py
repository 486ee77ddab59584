"""Invitations: written with the mail they owe, found by their link."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import Topic
from simulators.xporter.errors import InvitationUnknown
from simulators.xporter.models import Invitation, Sharing

SIMULATOR_TOPIC: Topic = "simulator"
"""The stand-in owes something new."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Held:
    """What a person with a link holds, inside a transaction."""

    session: Session
    sharing: Sharing
    invitation: Invitation


def invite(
    session: Session,
    sharing_id: int,
    *,
    to_name: str,
    to_email: str,
    forwarded_by: str = "",
    now: datetime,
) -> None:
    """Write an invitation, whose mail leaves once the caller's transaction commits."""
    session.add(
        Invitation(
            sharing_id=sharing_id,
            token=secrets.token_urlsafe(24),
            to_name=to_name,
            to_email=to_email,
            forwarded_by=forwarded_by,
            created_at=now,
            due_at=now,
        )
    )
    announce(session, SIMULATOR_TOPIC)


async def find(session: Session, token: object) -> Invitation:
    """The invitation with this link.

    Raises:
        InvitationUnknown
    """
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise InvitationUnknown
    found = (await session.exec(select(Invitation).where(Invitation.token == token))).first()
    if found is None:
        raise InvitationUnknown
    return found


async def newest(session: Session, sharing_id: int) -> Invitation:
    """The last invitation that was written for a school."""
    query = select(Invitation).where(Invitation.sharing_id == sharing_id)
    return (await session.exec(query.order_by(col(Invitation.id).desc()).limit(1))).one()


@asynccontextmanager
async def holding(database: Database, token: object) -> AsyncIterator[Held]:
    """A transaction of whoever holds this link; the school is theirs until it ends.

    Raises:
        InvitationUnknown
    """
    async with database.transaction() as session:
        invitation = await find(session, token)
        sharing = await session.get_one(Sharing, invitation.sharing_id, with_for_update=True)
        yield Held(session, sharing, invitation)


async def note_opened(database: Database, *, token: object, now: datetime) -> None:
    """Remember when a link was first opened. Opening decides nothing.

    Raises:
        InvitationUnknown
    """
    async with database.read() as session:
        if (await find(session, token)).opened_at:
            return
    async with holding(database, token) as held:
        held.invitation.opened_at = held.invitation.opened_at or now
