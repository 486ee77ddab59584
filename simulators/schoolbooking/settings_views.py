"""What a customer can do with a connected school."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from assembly_ui.db.database import Database, announce
from simulators.schoolbooking import accounts
from simulators.schoolbooking.accounts import Me
from simulators.schoolbooking.connect_school import BOOKING_TOPIC
from simulators.schoolbooking.models import Link

# A look at a page costs a write only once in a while.
NOTED_EVERY = timedelta(seconds=20)


async def note_watched(database: Database, link: Link, *, now: datetime) -> None:
    """Somebody looks at the pages of this school: news are looked for more often."""
    if link.refused_at or (link.watched_at and now - link.watched_at < NOTED_EVERY):
        return
    async with database.transaction() as session:
        held = await session.get(Link, link.id, with_for_update=True)
        if held and not held.refused_at:
            held.watched_at = held.due_at = now
            announce(session, BOOKING_TOPIC)


async def read_now(database: Database, me: Me, *, school_id: int, now: datetime) -> None:
    """Read everything again, as soon as can be."""
    async with database.transaction() as session:
        held = (await session.exec(_of(me, school_id))).first()
        if held and not held.refused_at:
            held.asked_at = held.watched_at = held.due_at = now
            announce(session, BOOKING_TOPIC)


async def end(database: Database, me: Me, *, school_id: int, now: datetime) -> None:
    """Give up the connection and delete what was read; done by whoever holds the tokens."""
    async with database.transaction() as session:
        held = (await session.exec(_of(me, school_id))).first()
        if held:
            held.ending_at = held.due_at = now
            announce(session, BOOKING_TOPIC)


async def look_at(database: Database, me: Me, *, school_id: int, now: datetime) -> None:
    """Show another of the account's schools from `now` on."""
    async with database.transaction() as session:
        if (await session.exec(_of(me, school_id))).first():
            await accounts.look_at(session, me, school_id)


def _of(me: Me, school_id: int) -> SelectOfScalar[Link]:
    query = select(Link).where(Link.account_id == me.account_id, Link.school_id == school_id)
    return query.with_for_update()
