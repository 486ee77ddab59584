"""Which school holds which school of Xporter on Demand.

Xporter on Demand knows schools by their DfE number alone, and a number may be that
of several schools. So one Assembly school at most holds a number: the one that was
invited under it. The claim is taken in the transaction that reserves Grant Access,
and a unique column stands behind it. A callback, a listed token, a secret is used
only for the school that holds the number, and only if it answers its invitation.

A claim that opened something once is kept until an operator moves it. One that
never did may be taken over after `HELD_UNANSWERED_FOR`, counted from when it was
first taken, by a school that Xporter on Demand can tell from its holder by name; and at
once by one whose owner has proved it, from one whose owner has not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.connector import timeline
from assembly_ui.connector.errors import NumberHeld
from assembly_ui.connector.matching import DIFFERS, SchoolIdentity, compare
from assembly_ui.connector.models import Connection, UnmatchedAuthorisation
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.schools.shared_numbers import shares_number

log = structlog.get_logger()

HELD_UNANSWERED_FOR = timedelta(days=14)
LONGEST_NAME = 200


class Unmatched(StrEnum):
    """Why no school here may use an authorisation that Xporter on Demand lists."""

    NOT_INVITED = "not_invited"
    ANOTHER_SCHOOL = "another_school"


async def holder_of(database: Database, estab: str) -> int | None:
    """The one school that holds this school of Xporter on Demand."""
    row = await database.glance(
        select(Connection.school_id).where(col(Connection.xporter_estab) == estab)
    )
    return row[0] if row else None


async def holds_number(session: Session, school_id: int) -> bool:
    """Whether the school was invited, or is connected; asked in the caller's transaction."""
    query = select(col(Connection.xporter_estab)).where(col(Connection.school_id) == school_id)
    return (await session.exec(query)).first() is not None


async def claim_number(
    session: Session, school: School, connection: Connection, now: datetime
) -> None:
    """Make the school the holder of its number, in the transaction that reserves its invitation.

    Raises:
        NumberHeld: another school holds it.
    """
    estab = school.dfe_number
    if connection.xporter_estab == estab:
        return
    if (holder := await _holder(session, estab)) is not None:
        await _take_over(session, school, holder, now)
    try:
        async with session.begin_nested():
            clear_connection(connection)
            connection.xporter_estab, connection.claimed_at = estab, now
    except IntegrityError:
        # Another school took it at this very moment.
        holder = await _holder(session, estab)
        other = await session.get(School, holder.school_id) if holder else None
        named = (other.name, other.urn or "") if other else ("", "")
        raise NumberHeld(estab, *named) from None


async def _holder(session: Session, estab: str) -> Connection | None:
    query = select(Connection).where(col(Connection.xporter_estab) == estab).with_for_update()
    return (await session.exec(query)).first()


async def _take_over(session: Session, school: School, holder: Connection, now: datetime) -> None:
    """End the claim of a holder that nothing was ever verified for.

    Raises:
        NumberHeld: it may not be ended.
    """
    other = await session.get_one(School, holder.school_id)
    until = may_be_taken_over_at(school, other, holder)
    if until is None or now < until:
        may_prove = until is not None and school.owner_unverified_since is not None
        raise NumberHeld(school.dfe_number, other.name, other.urn or "", until, may_prove)
    clear_connection(holder)
    await session.flush()
    timeline.add(
        session, timeline.Kind.CLAIM_LAPSED, school_id=holder.school_id, at=now, to=school.name
    )
    announce(session, school_topic(holder.school_id))
    log.info("claims.taken_over", estab=school.dfe_number, school_id=school.id)


def may_be_taken_over_at(school: School, other: School, holder: Connection) -> datetime | None:
    """From when `school` may take the number over from `other`; None: only by an operator."""
    if holder.authorised_at or holder.has_key or holder.claimed_at is None:
        return None
    # Both were invited by then. Which invitation an answer is to, only the name can tell.
    if compare(identity_of(school), identity_of(other)).name is not DIFFERS:
        return None
    if other.owner_unverified_since and not school.owner_unverified_since:
        # Anybody may have claimed it. An invitation that is being sent is waited for.
        return holder.inviting_until or holder.claimed_at
    return holder.claimed_at + HELD_UNANSWERED_FOR


def release_number(connection: Connection) -> None:
    """The invitation was refused, and nothing was ever sent or verified under the claim."""
    if connection.invited_at is None and connection.authorised_at is None:
        connection.xporter_estab = connection.claimed_at = None


def clear_connection(connection: Connection) -> None:
    """Forget everything that was learnt by the claim, the claim and its keys included."""
    blank = Connection(school_id=connection.school_id)
    kept = {"school_id", "inviting_until", "watched_at", "leased_until"}
    for column in Connection.model_fields.keys() - kept:
        setattr(connection, column, getattr(blank, column))


def is_answered(connection: Connection) -> bool:
    """Whether the authorisation came after the school took the number: not by a move."""
    claimed_at, authorised_at = connection.claimed_at, connection.authorised_at
    return claimed_at is not None and authorised_at is not None and authorised_at >= claimed_at


async def proves_school(
    session: Session, school: School, connection: Connection, xporter_name: str
) -> bool:
    """Whether an authorisation is of the school, by what Xporter on Demand calls its own.

    Only a number that is shared needs the proof, and only until the MIS was found to be the
    school's: a school that comes to share the number must not end what works. The MIS is
    compared again in any case.
    """
    if connection.school_matches or not await shares_number(session, school):
        return True
    name = xporter_name.strip()
    comparison = compare(identity_of(school), SchoolIdentity(school.dfe_number, name))
    return comparison.is_same(number_is_shared=True)


def identity_of(school: School) -> SchoolIdentity:
    """What tells the school from others."""
    return SchoolIdentity(school.dfe_number, school.name, school.postcode)


async def note_unmatched(
    session: Session, estab: str, reason: Unmatched, now: datetime, *, name: str = ""
) -> bool:
    """Keep an authorisation that no school may use for an operator; whether it is new."""
    row = await session.get(UnmatchedAuthorisation, estab)
    if row is not None and row.reason == reason:
        return False
    if row is None:
        row = UnmatchedAuthorisation(estab=estab, first_seen_at=now, reason=reason)
        session.add(row)
    row.reason, row.school_name = reason, name[:LONGEST_NAME]
    log.warning("claims.unmatched", estab=estab, reason=reason.value)
    report(SecurityEvent.SCHOOL_CONFLICT, Outcome.REFUSED)
    return True


async def forget_unmatched(session: Session, estab: str) -> None:
    """It found its school, or is listed no longer."""
    await session.exec(
        delete(UnmatchedAuthorisation).where(col(UnmatchedAuthorisation.estab) == estab)
    )
