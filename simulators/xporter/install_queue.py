"""The onboarding queue: what happens when, once a school has authorised."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from assembly_ui.db.database import Database, announce
from simulators.xporter import callbacks
from simulators.xporter.errors import AnswerMissing, NotNow
from simulators.xporter.invitations import SIMULATOR_TOPIC, holding
from simulators.xporter.models import Install, Sharing
from simulators.xporter.onboarding_steps import Step, next_step

AT_ONCE = 50


async def choose_install(
    database: Database,
    *,
    token: object,
    choice: object,
    now: datetime,
    queue: timedelta,
    installing: timedelta,
) -> None:
    """Install now, or wait in the queue for `queue` first. The first choice stands.

    Raises:
        InvitationUnknown, NotNow, AnswerMissing
    """
    if not isinstance(choice, str) or choice not in set(Install):
        raise AnswerMissing(install="not_chosen")
    async with holding(database, token) as held:
        if next_step(held.sharing) is not Step.INSTALL:
            raise NotNow
        held.sharing.install = Install(choice)
        begins = now + queue if choice == Install.QUEUE else now
        held.sharing.queue_until = begins if choice == Install.QUEUE else None
        held.sharing.install_until = begins + installing
        announce(held.session, SIMULATOR_TOPIC)


async def finish_due(database: Database, *, now: datetime) -> int:
    """Finish every installation whose time has come; returns how many.

    An installation and the callback it owes are one transaction, so however
    often a process dies here each school is installed once.
    """
    if not await _any_due(database, now):
        return 0
    async with database.transaction() as session:
        query = select(Sharing).where(*_due(now)).limit(AT_ONCE)
        due = (await session.exec(query.with_for_update(skip_locked=True))).all()
        for sharing in due:
            sharing.installed_at = now
            await callbacks.owe(session, sharing, now=now)
    return len(due)


async def next_finish(database: Database) -> datetime | None:
    """When the next installation will be finished."""
    moment = col(Sharing.install_until)
    unfinished = col(Sharing.installed_at).is_(None), moment.is_not(None)
    async with database.read() as session:
        query = select(moment).where(*unfinished).order_by(moment).limit(1)
        return (await session.exec(query)).first()


async def _any_due(database: Database, now: datetime) -> bool:
    async with database.read() as session:
        first = (await session.exec(select(Sharing.id).where(*_due(now)).limit(1))).first()
    return first is not None


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    unfinished = col(Sharing.installed_at).is_(None)
    return unfinished, col(Sharing.install_until) <= now
