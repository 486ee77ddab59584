"""Schools for the bench to watch, and facts about them committed on demand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import event
from sqlmodel import col, select

from assembly_ui.accounts.sessions import look_at_school, resolve
from assembly_ui.connector.models import Connection
from assembly_ui.db.database import announce
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.services import Services
from tests.factories.accounts import SESSION_LIFE, a_person, a_token
from tests.factories.schools import a_school

DOOR = "BENCH_DOOR"
"""The variable that says where `live_app` listens for schools to commit facts of."""


@dataclass(frozen=True)
class Watched:
    """A connected school and the log-in of its owner, as the text of a cookie."""

    school_id: int
    cookie: str


async def watched_schools(services: Services, count: int) -> list[Watched]:
    """That many connected schools which nothing but `commit` changes."""
    return [await _watched(services, number) for number in range(count)]


async def _watched(services: Services, number: int) -> Watched:
    database, now = services.database, services.clock()
    owner = await a_person(database, now=now, email=f"owner.{number}@bench.sch.uk")
    school = await a_school(
        database,
        now=now,
        owner=owner,
        name=f"School {number:03}",
        urn=None,
        dfe_number=f"999{number:04}",
        connected=True,
        due_at=None,
    )
    token = await a_token(database, owner, now=now)
    signed_in = await resolve(database, token=token, life=SESSION_LIFE, now=now)
    assert signed_in is not None
    assert school.id is not None
    await look_at_school(database, session_id=signed_in.session_id, school_id=school.id)
    return Watched(school.id, f"assembly_session={token}")


async def commit(services: Services, school_ids: Sequence[int]) -> float:
    """Pause these schools, or let them go on, in one transaction, announced as ever.

    Returns when it was committed (the monotonic clock).
    """
    committed = []
    async with services.database.transaction() as session:
        event.listen(
            session.sync_session, "after_commit", lambda _: committed.append(time.monotonic())
        )
        rows = await session.exec(
            select(Connection).where(col(Connection.school_id).in_(school_ids))
        )
        for connection in rows:
            connection.paused_at = None if connection.paused_at else services.clock()
            announce(session, school_topic(connection.school_id))
    return committed[0]
