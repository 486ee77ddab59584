"""An operator moves a connection from one school to another of the same DfE number.

The authorisation goes with its secret. Who was invited does not, being a person of the
first school, nor what was learnt: the other school is Connected only once its own check
has found that the MIS is its own. The first school starts anew, and keeps its timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assembly_ui.audit import service as audit
from assembly_ui.connector import timeline
from assembly_ui.connector.claims import clear_connection, forget_unmatched
from assembly_ui.connector.errors import CannotMove
from assembly_ui.connector.facts import connection_of, note_trouble
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.membership import owner_of
from assembly_ui.schools.models import School

MOVED = (
    "authorised_at",
    "secret_encrypted",
    "secret_at",
    "secret_unreadable_at",
    "token_encrypted",
    "token_expires_at",
    "scopes",
    "scopes_asked",
    "paused_at",
    "withdrawn_at",
)


@dataclass(frozen=True)
class MovedConnection:
    """What was moved: nothing but a claim, or a connection with its `has_key`.

    `to_owner` is the address of whom it moves to, and `is_verified` whether they have shown
    that the school is theirs.
    """

    estab: str
    from_name: str
    to_name: str
    has_key: bool
    to_owner: str
    is_verified: bool


async def check_move(
    database: Database, *, from_school_id: int, to_school_id: int
) -> MovedConnection:
    """What `move_connection` would do.

    Raises:
        CannotMove
    """
    async with database.read() as session:
        source = await session.get_one(School, from_school_id)
        target = await session.get_one(School, to_school_id)
        held, given = [
            await session.get(Connection, school_id) or Connection(school_id=school_id)
            for school_id in (from_school_id, to_school_id)
        ]
        estab = _check(held, given, target)
        return await _moved(session, estab, source, target, has_key=held.has_key)


async def move_connection(
    database: Database, *, from_school_id: int, to_school_id: int, now: datetime
) -> MovedConnection:
    """Give the school of Xporter on Demand that one school holds to the other.

    Raises:
        CannotMove: `why` is "same_school", "nothing_held", "another_number" (the target
            has another DfE number), or "target_holds" (it holds one already).
    """
    async with database.transaction() as session:
        # Always in the same order, so that two moves cannot wait for each other.
        found = {
            school_id: await connection_of(session, school_id)
            for school_id in sorted((from_school_id, to_school_id))
        }
        held, given = found[from_school_id], found[to_school_id]
        source = await session.get_one(School, from_school_id)
        target = await session.get_one(School, to_school_id)
        estab = _check(held, given, target)
        facts = {name: getattr(held, name) for name in MOVED}
        clear_connection(held)
        await session.flush()
        clear_connection(given)
        given.xporter_estab, given.claimed_at = estab, now
        for name, value in facts.items():
            setattr(given, name, value)
        given.due_at = now if given.has_key else None
        note_trouble(given, now)
        await forget_unmatched(session, estab)
        for kind, school_id in (
            (timeline.Kind.MOVED_AWAY, from_school_id),
            (timeline.Kind.MOVED_HERE, to_school_id),
        ):
            timeline.add(session, kind, school_id=school_id, at=now)
            audit.record(
                session,
                audit.Action.CONNECTION_MOVED,
                now=now,
                school_id=school_id,
                estab=estab,
                from_school=source.name,
                to_school=target.name,
            )
            announce(session, school_topic(school_id))
        return await _moved(session, estab, source, target, has_key=given.has_key)


async def _moved(
    session: Session, estab: str, source: School, target: School, *, has_key: bool
) -> MovedConnection:
    owner = await owner_of(session, target.id or 0)
    is_verified = target.owner_unverified_since is None
    return MovedConnection(estab, source.name, target.name, has_key, owner.email, is_verified)


def _check(held: Connection, given: Connection, target: School) -> str:
    if held.school_id == given.school_id:
        raise CannotMove("same_school")
    if held.xporter_estab is None:
        raise CannotMove("nothing_held")
    if target.dfe_number != held.xporter_estab:
        raise CannotMove("another_number")
    if given.xporter_estab is not None:
        raise CannotMove("target_holds")
    return held.xporter_estab
