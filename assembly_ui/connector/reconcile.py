"""Asks Xporter on Demand which schools authorised us, and finds what no callback told.

A callback may be lost. The list of authorised schools (facts file, section 4)
then gives a token for the school, which opens its data until the secret comes.
The list names a number only, so a token goes to the school that holds the number,
and if it never authorised us before, only when it was not listed before its invitation.
A school we believe authorised that is missing from the list is asked about soon.
One call tells of every school; one worker makes it.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import col, select, update

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.security_log import report_after_commit
from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.claims import (
    Unmatched,
    forget_unmatched,
    note_unmatched,
    proves_school,
)
from assembly_ui.connector.facts import (
    connection_of,
    forget_withdrawal,
    note_trouble,
)
from assembly_ui.connector.models import Connection, Reconciliation, UnmatchedAuthorisation
from assembly_ui.connector.roll import Known, every_claim
from assembly_ui.connector.scopes import listed
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import Token, TokenDetails, XporterClient
from assembly_ui.xporter.errors import XporterError

log = structlog.get_logger()

MOST_RECHECKED = 50
"""Missing schools that are rechecked at once; a list cut short must cause no stampede."""


async def reconcile(
    database: Database, xporter: XporterClient, cipher: Cipher, clock: Clock
) -> None:
    """Compare the service's list with what we know, and act on the differences.

    Raises:
        XporterError: there is no list now.
    """
    tokens = {school.estab: school.token for school in await xporter.authorised_schools()}
    unmatched = await _read_unmatched(database)
    missing: list[Known] = []
    held: set[str] = set()
    async for known in every_claim(database):
        held.add(known.estab)
        token = tokens.get(known.estab)
        if token is None:
            if known.counts_as_authorised:
                missing.append(known)
        elif not _was_listed_before(known, unmatched.get(known.estab)) and known.lacks_key(
            cipher, token
        ):
            await _take_up(database, xporter, cipher, known, token, clock)
    if tokens:
        await _keep_unmatched(database, set(tokens) - held, set(unmatched) - held, clock())
    # A list may be cut short: whose key still opens something has not withdrawn.
    await _recheck(database, [known for known in missing if known.has_key], clock())
    # A list without anybody tells of a fault sooner than of every school leaving.
    for known in missing if tokens else []:
        if not known.has_key:
            await _note_gone(database, known, clock())


def _was_listed_before(known: Known, unmatched: UnmatchedAuthorisation | None) -> bool:
    """Whether the number was listed before the school was invited: that is no answer to it."""
    if known.authorised_at or unmatched is None or known.claimed_at is None:
        return False
    return unmatched.first_seen_at <= known.claimed_at


async def _read_unmatched(database: Database) -> dict[str, UnmatchedAuthorisation]:
    async with database.read() as session:
        rows = await session.exec(select(UnmatchedAuthorisation))
        return {row.estab: row for row in rows}


async def _keep_unmatched(
    database: Database, listed: set[str], known: set[str], now: datetime
) -> None:
    """What is listed under a number that no school holds is kept, as long as it is listed."""
    if listed == known:
        return
    async with database.transaction() as session:
        for estab in sorted(listed - known):
            await note_unmatched(session, estab, Unmatched.NOT_INVITED, now)
        for estab in sorted(known - listed):
            await forget_unmatched(session, estab)


async def _take_up(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    known: Known,
    token: Token,
    clock: Clock,
) -> None:
    """Use the token if it is truly the school's."""
    try:
        details = await xporter.token_details(known.estab, token)
    except XporterError as error:
        log.warning("reconcile.token_unusable", estab=known.estab, why=error.kind)
        return
    if details.estab != known.estab:
        log.warning("reconcile.token_of_another", estab=known.estab)
        return
    async with database.transaction() as session:
        connection = await connection_of(session, known.school_id)
        if connection.xporter_estab != known.estab or connection.claimed_at != known.claimed_at:
            # The number went to another school while we asked.
            return
        school = await session.get_one(School, known.school_id)
        if await proves_school(session, school, connection, details.name):
            await _note_found(session, connection, cipher, known, token, details, clock())
        else:
            await _note_another(session, connection, details, clock())


async def _note_another(
    session: Session, connection: Connection, details: TokenDetails, now: datetime
) -> None:
    reason = Unmatched.ANOTHER_SCHOOL
    if await note_unmatched(session, details.estab, reason, now, name=details.name):
        kind = timeline.Kind.ANSWER_NOT_USED
        timeline.add(session, kind, school_id=connection.school_id, at=now)
        announce(session, school_topic(connection.school_id))


async def _note_found(
    session: Session,
    connection: Connection,
    cipher: Cipher,
    known: Known,
    token: Token,
    details: TokenDetails,
    now: datetime,
) -> None:
    if connection.secret_encrypted and not connection.withdrawn_at and not known.is_unreadable:
        # Its callback came while we asked.
        return
    if connection.withdrawn_at:
        forget_withdrawal(connection)
        # The secret that was refused is not the one it authorised us with now.
        connection.secret_encrypted, connection.authorised_at = "", None
    if connection.authorised_at is None:
        connection.authorised_at = now
        kind = timeline.Kind.AUTHORISATION_FOUND
        timeline.add(session, kind, school_id=known.school_id, at=now)
        log.info("reconcile.found", estab=known.estab)
    connection.token_encrypted = cipher.lock(token.value)
    report_after_commit(session, SecurityEvent.SCHOOL_SECRET, school_id=known.school_id)
    connection.token_expires_at = details.expires or token.expires
    connection.scopes = listed(details.scopes)
    connection.due_at = max(now, connection.held_until or now)
    await forget_unmatched(session, known.estab)
    note_trouble(connection, now)
    announce(session, school_topic(known.school_id))


async def _recheck(database: Database, missing: list[Known], now: datetime) -> None:
    """Have the watcher ask soon about schools that are not in the list any more."""
    if not missing:
        return
    log.info("reconcile.missing", schools=len(missing))
    soon = [known.school_id for known in missing[:MOST_RECHECKED]]
    async with database.transaction() as session:
        await session.exec(
            update(Connection)
            .where(col(Connection.school_id).in_(soon), col(Connection.due_at) > now)
            .values(due_at=now)
        )


async def _note_gone(database: Database, known: Known, now: datetime) -> None:
    """A school whose token is over is not in the list either: it withdrew."""
    school_id = known.school_id
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        if connection.has_key or connection.withdrawn_at:
            return
        if connection.xporter_estab != known.estab:
            # The number went to another school meanwhile.
            return
        connection.withdrawn_at, connection.paused_at = now, None
        connection.due_at = None
        timeline.add(session, timeline.Kind.WITHDRAWN, school_id=school_id, at=now)
        note_trouble(connection, now)
        announce(session, school_topic(school_id))


async def note_key_spent(session: Session, connection: Connection, now: datetime) -> None:
    """A token is over: ask for the list, which has another if the school still shares."""
    connection.token_encrypted, connection.token_expires_at = "", None
    await session.exec(
        update(Reconciliation).where(col(Reconciliation.due_at) > now).values(due_at=now)
    )
