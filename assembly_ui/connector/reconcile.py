"""Asks Xporter on Demand which schools authorised us, and finds what no callback told.

A callback may be lost. The list of authorised schools (facts file, section 4)
then gives a token for the school, which opens its data until the secret comes.
A school we believe authorised that is missing from the list is asked about soon.
One call tells of every school; one worker makes it.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import col, update

from assembly_ui.clock import Clock
from assembly_ui.connector import timeline
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.facts import (
    connection_of,
    forget_withdrawal,
    note_trouble,
    school_of_estab,
)
from assembly_ui.connector.models import Connection, Reconciliation
from assembly_ui.connector.roll import Known, every_school
from assembly_ui.connector.scopes import listed
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic
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
    missing: list[Known] = []
    async for known in every_school(database):
        token = tokens.get(known.estab)
        if token is None:
            if known.counts_as_authorised:
                missing.append(known)
        elif known.lacks_key(cipher, token):
            await _take_up(database, xporter, cipher, known, token, clock)
    # A list may be cut short: whose key still opens something has not withdrawn.
    await _recheck(database, [known for known in missing if known.has_key], clock())
    # A list without anybody tells of a fault sooner than of every school leaving.
    for known in missing if tokens else []:
        if not known.has_key:
            await _note_gone(database, known.school_id, clock())


async def _take_up(
    database: Database,
    xporter: XporterClient,
    cipher: Cipher,
    known: Known,
    token: Token,
    clock: Clock,
) -> None:
    """Use the token if it is truly the school's."""
    if await school_of_estab(database, known.estab) != known.school_id:
        return
    try:
        details = await xporter.token_details(known.estab, token)
    except XporterError as error:
        log.warning("reconcile.token_unusable", estab=known.estab, why=error.kind)
        return
    if details.estab != known.estab:
        log.warning("reconcile.token_of_another", estab=known.estab)
        return
    async with database.transaction() as session:
        await _note_found(session, cipher, known, token, details, clock())


async def _note_found(
    session: Session,
    cipher: Cipher,
    known: Known,
    token: Token,
    details: TokenDetails,
    now: datetime,
) -> None:
    connection = await connection_of(session, known.school_id)
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
    connection.token_expires_at = details.expires or token.expires
    connection.scopes = listed(details.scopes)
    connection.due_at = max(now, connection.held_until or now)
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


async def _note_gone(database: Database, school_id: int, now: datetime) -> None:
    """A school whose token is over is not in the list either: it withdrew."""
    async with database.transaction() as session:
        connection = await connection_of(session, school_id)
        if connection.has_key or connection.withdrawn_at:
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
