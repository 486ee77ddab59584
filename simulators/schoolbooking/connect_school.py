"""Connecting a school: sent to Assembly with a state, back with a code, tokens kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlmodel import col, delete, select

from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import Topic
from simulators.schoolbooking import accounts, log_texts
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.errors import BegunByAnother, NotAwaited, SentBack
from simulators.schoolbooking.models import Attempt, Link, LogLine
from simulators.schoolbooking.oauth import Client, Tokens
from simulators.schoolbooking.token_store import TokenCipher, new_word
from simulators.xporter.text_validation import line

BOOKING_TOPIC: Topic = "schoolbooking"
"""SchoolBooking has something to do at once."""

# A school may first have to be signed up, set up and connected.
ATTEMPT_LASTS = timedelta(days=14)
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Back:
    """With what somebody came back from Assembly; nothing in it is trusted."""

    state: str
    code: str
    error: str
    description: str


async def begin(database: Database, client: Client, me: Me, *, now: datetime) -> str:
    """The address at Assembly to which this person is sent."""
    attempt = Attempt(
        state=new_word(), verifier=new_word(), account_id=me.account_id, created_at=now
    )
    async with database.transaction() as session:
        await session.exec(delete(Attempt).where(col(Attempt.created_at) < now - ATTEMPT_LASTS))
        session.add(attempt)
    return client.authorise_address(state=attempt.state, verifier=attempt.verifier)


async def come_back(
    database: Database,
    client: Client,
    http: httpx.AsyncClient,
    locker: TokenCipher,
    me: Me,
    back: Back,
    *,
    now: datetime,
) -> None:
    """Turn the code into tokens and read the school from now on.

    The state must be one this account was sent away with: a link that somebody else
    slipped us connects nothing (RFC 9700, 4.7).

    Raises:
        NotAwaited, BegunByAnother, SentBack
        CallFailed: the code could not be exchanged.
    """
    attempt = await _use_up(database, me, back.state, now)
    if not back.code:
        raise SentBack(line(back.error, 60), line(back.description, 300))
    tokens = await client.exchange(http, code=back.code, verifier=attempt.verifier, now=now)
    await _keep(database, locker, me, tokens, now)


async def _use_up(database: Database, me: Me, state: str, now: datetime) -> Attempt:
    query = select(Attempt).where(Attempt.state == state).with_for_update()
    async with database.transaction() as session:
        attempt = (await session.exec(query)).first() if _STATE.fullmatch(state) else None
        if attempt is None or attempt.created_at < now - ATTEMPT_LASTS:
            raise NotAwaited
        if attempt.account_id != me.account_id:
            raise BegunByAnother
        await session.delete(attempt)
    return attempt


async def _keep(
    database: Database, locker: TokenCipher, me: Me, tokens: Tokens, now: datetime
) -> None:
    async with database.transaction() as session:
        link = await _link(session, me, tokens.school_id, now)
        link.access_token = locker.lock(tokens.access)
        link.refresh_token = locker.lock(tokens.refresh)
        link.token_expires_at = tokens.expires_at
        link.scopes = tokens.scopes
        link.connected_at = link.awaiting_since = link.due_at = link.watched_at = now
        link.refused_at = link.ending_at = link.whole_at = link.leased_until = None
        link.failures = 0
        await session.flush()
        assert link.id is not None
        session.add(LogLine(link_id=link.id, at=now, tone="good", words=log_texts.CONNECTED))
        await accounts.look_at(session, me, tokens.school_id)
        announce(session, BOOKING_TOPIC)


async def _link(session: Session, me: Me, school_id: int, now: datetime) -> Link:
    query = select(Link).where(Link.account_id == me.account_id, Link.school_id == school_id)
    link = (await session.exec(query.with_for_update())).first()
    if link is None:
        link = Link(account_id=me.account_id, school_id=school_id, connected_at=now)
        session.add(link)
    return link
