"""Most checks learn nothing new: one narrow update records that, and disturbs nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult
from sqlmodel import col, update

from assembly_ui.connector.facts import status_of
from assembly_ui.connector.keys import SchoolKey
from assembly_ui.connector.learning import Answer, described, is_of
from assembly_ui.connector.models import Connection
from assembly_ui.connector.schedule import Pace, next_check
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import School
from assembly_ui.xporter.client import SchoolInfo


@dataclass(frozen=True)
class Target:
    """What a check needs to know of the school, as it was when the check began."""

    school: School
    connection: Connection
    key: SchoolKey
    is_looked_at: bool

    @property
    def estab(self) -> str:
        """The school of Xporter on Demand that the key was given for."""
        return self.connection.xporter_estab or ""


async def record_unchanged(
    database: Database, target: Target, answer: Answer, now: datetime, pace: Pace
) -> bool:
    """Record that all is as it was; False when it is not, and nothing was recorded."""
    seen = target.connection
    if not isinstance(answer, SchoolInfo) or not _is_settled(target):
        return False
    known = (seen.mis_school_name, seen.mis_estab, seen.mis_code, seen.mis_says)
    if described(answer) != known:
        return False
    if not is_of(target.school, answer, seen, number_is_shared=False):
        # Its own record was corrected since.
        return False
    async with database.transaction() as session:
        was_so = await set_facts(
            session,
            seen.school_id,
            *_still_settled(seen),
            checked_at=now,
            school_checked_at=now,
            data_at=now,
            collected_at=answer.collected_at,
            checking_since=None,
            leased_until=None,
            due_at=next_check(seen, status_of(seen, now), now, pace),
        )
        if was_so and target.is_looked_at:
            announce(session, school_topic(seen.school_id))
    return was_so


def _is_settled(target: Target) -> bool:
    seen = target.connection
    readable_again = seen.secret_unreadable_at and not target.key.is_token
    if target.school.owner_unverified_since:
        # The answer may verify the owner.
        return False
    bad = (seen.paused_at, seen.withdrawn_at, seen.problem_at, seen.held_until, seen.trouble_told)
    good = (seen.authorised_at, seen.installed_at, seen.data_at, seen.school_matches)
    return not any((*bad, readable_again)) and all(good)


def _still_settled(seen: Connection) -> list[Any]:
    """Nothing was learnt of the connection since it was read."""
    return [
        col(Connection.secret_encrypted) == seen.secret_encrypted,
        col(Connection.token_encrypted) == seen.token_encrypted,
        col(Connection.authorised_at).is_not(None),
        col(Connection.school_matches).is_(True),
        col(Connection.paused_at).is_(None),
        col(Connection.withdrawn_at).is_(None),
        col(Connection.problem_at).is_(None),
    ]


async def set_facts(session: Session, school_id: int, *only_if: Any, **values: Any) -> bool:
    """Change a row without reading it; whether there was one that fitted `only_if`."""
    done = await session.exec(
        update(Connection)
        .where(col(Connection.school_id) == school_id, *only_if)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], done).rowcount == 1
