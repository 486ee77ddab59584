"""One check of one connection: ask Xporter on Demand, record what was learnt.

Asks for nothing beyond School-level data (name, identifiers): that is the
promise made until an app is authorised. Most checks learn nothing new; those
cost one read, one call and one narrow update, and disturb nobody.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from assembly_ui.clock import Clock
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.facts import connection_of, note_connected, note_trouble, status_of
from assembly_ui.connector.health import Health
from assembly_ui.connector.keys import NoKey, key_of
from assembly_ui.connector.learning import (
    Answer,
    learn,
    note_access,
    note_problem,
)
from assembly_ui.connector.models import Connection
from assembly_ui.connector.reconcile import note_key_spent
from assembly_ui.connector.schedule import Pace, is_looked_at, next_check
from assembly_ui.connector.unchanged import Target, record_unchanged, set_facts
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import SchoolInfo, Token, XporterClient
from assembly_ui.xporter.errors import Denied, NotAuthorised, TokenExpired, TooSlow, XporterError

LONGEST_CHECK = timedelta(seconds=150)
"""After this a check gives up."""

UNREADABLE_AGAIN = timedelta(hours=1)


async def check(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    *,
    school_id: int,
    clock: Clock,
    pace: Pace,
    health: Health | None = None,
) -> None:
    """Check one school now and record what was learnt.

    With `health`, a failure that is the service's own is not held against the school.
    """
    target = await _begin(database, cipher, school_id, clock())
    if target is None:
        return
    answer = await _ask(xporter, target)
    if health and await _is_services(health, target, answer):
        await _postpone(database, target)
    elif not await record_unchanged(database, target, answer, clock(), pace):
        resumed = await _has_resumed(xporter, target, answer)
        async with database.transaction() as session:
            await _record(session, target, answer, clock(), pace, resumed=resumed)


async def _begin(
    database: Database, cipher: Cipher, school_id: int, now: datetime
) -> Target | None:
    async with database.read() as session:
        school = await session.get_one(School, school_id)
        connection = await session.get(Connection, school_id)
    if connection is None or not connection.has_key:
        await _nothing_to_ask(database, school_id)
        return None
    try:
        key = key_of(connection, cipher, now)
    except (SecretUnreadable, NoKey) as error:
        await _no_key(database, school_id, error, now)
        return None
    watched = is_looked_at(connection, now)
    if watched:
        await _show_checking(database, school_id, now)
    return Target(school, connection, key, watched)


async def _nothing_to_ask(database: Database, school_id: int) -> None:
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        if not connection.has_key:
            _end(connection, due_at=None)


async def _no_key(
    database: Database, school_id: int, error: SecretUnreadable | NoKey, now: datetime
) -> None:
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        if isinstance(error, NoKey):
            await note_key_spent(session, connection, now)
            _end(connection, due_at=None)
            return
        connection.secret_unreadable_at = connection.secret_unreadable_at or now
        note_problem(session, connection, error, now)
        note_trouble(connection, now)
        _end(connection, due_at=now + UNREADABLE_AGAIN)
        announce(session, school_topic(school_id))


async def _show_checking(database: Database, school_id: int, now: datetime) -> None:
    """Only onlookers care that a check is going on."""
    async with database.transaction() as session:
        await set_facts(session, school_id, checking_since=now)
        announce(session, school_topic(school_id))


async def _ask(xporter: XporterClient, target: Target) -> Answer:
    try:
        async with asyncio.timeout(LONGEST_CHECK.total_seconds()):
            return await xporter.school_info(target.estab, target.key.opens)
    except XporterError as error:
        return error
    except TimeoutError:
        return TooSlow()


async def _is_services(health: Health, target: Target, answer: Answer) -> bool:
    if isinstance(answer, NotAuthorised) and target.connection.withdrawn_at is None:
        # Were our own credentials refused, every school would seem to have withdrawn.
        return not await health.is_fine()
    if not isinstance(answer, XporterError) or _is_key_spent(target, answer):
        await health.note_answer()
        return False
    return await health.blame(target.connection.school_id, answer)


async def _has_resumed(xporter: XporterClient, target: Target, answer: Answer) -> bool:
    """Whether a token is given again, though the data cannot be read: a pause is over then."""
    seen, opens = target.connection, target.key.opens
    was_shut = seen.paused_at or seen.withdrawn_at
    if not was_shut or isinstance(answer, SchoolInfo | Denied) or isinstance(opens, Token):
        return False
    try:
        # Kept from the call before, if that got so far.
        await xporter.school_token(target.estab, opens)
    except XporterError:
        return False
    return True


def _is_key_spent(target: Target, answer: Answer) -> bool:
    """Whether a token we were given is over; that says nothing of the authorisation."""
    return target.key.is_token and isinstance(answer, TokenExpired | NotAuthorised)


async def _postpone(database: Database, target: Target) -> None:
    """Xporter on Demand is down: the school stays due, and nothing was learnt of it."""
    school_id = target.connection.school_id
    async with database.transaction() as session:
        await set_facts(session, school_id, checking_since=None, leased_until=None)
        if target.is_looked_at:
            announce(session, school_topic(school_id))


async def _record(
    session: Session,
    target: Target,
    answer: Answer,
    now: datetime,
    pace: Pace,
    *,
    resumed: bool,
) -> None:
    seen = target.connection
    connection = await connection_of(session, seen.school_id)
    announce(session, school_topic(seen.school_id))
    if not target.key.is_of(connection):
        # The school authorised anew meanwhile; what the old key met says nothing of the new.
        _end(connection, due_at=connection.due_at)
        return
    if connection.checked_at != seen.checked_at:
        # Another check ended meanwhile, and nobody knows whose answer is the newer one.
        _end(connection, due_at=max(now, connection.held_until or now))
        return
    if _is_key_spent(target, answer):
        await note_key_spent(session, connection, now)
        _end(connection, due_at=None)
        return
    before = status_of(connection, now)
    connection.checked_at = now
    if not target.key.is_token:
        connection.secret_unreadable_at = None
    connection.held_until = answer.retry_at if isinstance(answer, XporterError) else None
    if resumed:
        note_access(session, connection, now)
    await learn(session, connection, answer, now)
    note_connected(session, connection, before, now)
    note_trouble(connection, now)
    _end(connection, due_at=next_check(connection, status_of(connection, now), now, pace))


def _end(connection: Connection, *, due_at: datetime | None) -> None:
    connection.checking_since = connection.leased_until = None
    connection.due_at = due_at
