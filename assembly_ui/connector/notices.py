"""Emails to a school's admins: of trouble that lasts, and of its end. Each once.

The row that says an email is due, the outbox and the fact that it was told
change in one transaction, so neither a kill nor a second worker tells twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.connector import timeline
from assembly_ui.connector.facts import connection_of, facts_of
from assembly_ui.connector.models import Connection
from assembly_ui.connector.service import SERVICE_KINDS, ServiceFacts
from assembly_ui.connector.trouble import Trouble, next_notice, trouble_of
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.messages import Message
from assembly_ui.mail.outbox import post
from assembly_ui.pubsub.topics import school_topic
from assembly_ui.schools.models import Membership, Role, School

AT_ONCE = 50
LOOK_AGAIN = timedelta(minutes=2)
"""After an outage a school is told of only once it was asked again."""

MESSAGES: dict[Trouble, Callable[..., Message]] = {
    Trouble.PROBLEM: messages.connection_problem,
    Trouble.WITHDRAWN: messages.access_withdrawn,
    Trouble.PAUSED: messages.access_paused,
    Trouble.WRONG_SCHOOL: messages.wrong_school,
}


@dataclass(frozen=True)
class Links:
    """What the emails point to: the connector page, and whom to ask."""

    href: str
    help_email: str


async def tell_due(
    database: Database, links: Links, *, service: ServiceFacts, now: datetime
) -> int:
    """Put the emails that are due into the outbox; how many schools were told."""
    if service.is_down:
        return 0
    query = (
        select(Connection.school_id)
        .where(col(Connection.notice_due_at) <= now)
        .order_by(col(Connection.notice_due_at))
        .limit(AT_ONCE)
    )
    async with database.read() as session:
        schools = (await session.exec(query)).all()
    told = 0
    for school_id in schools:
        async with database.transaction() as session:
            told += await _tell(session, links, school_id, service, now)
    return told


async def next_notice_at(database: Database) -> datetime | None:
    """When the next email is due."""
    query = (
        select(Connection.notice_due_at)
        .where(col(Connection.notice_due_at).is_not(None))
        .order_by(col(Connection.notice_due_at))
        .limit(1)
    )
    async with database.read() as session:
        return (await session.exec(query)).first()


async def _tell(
    session: Session, links: Links, school_id: int, service: ServiceFacts, now: datetime
) -> bool:
    connection = await connection_of(session, school_id)
    facts = facts_of(connection)
    due_at = next_notice(facts, connection.trouble_told, now)
    if due_at is not None and due_at <= now and _is_old_news(connection, service):
        due_at = now + LOOK_AGAIN
    connection.notice_due_at = due_at
    if due_at is None or due_at > now:
        return False
    connection.notice_due_at = None
    school = await session.get_one(School, school_id)
    admins = await admins_of(session, school_id)
    if found := trouble_of(facts):
        trouble, since = found
        _post_trouble(session, connection, school, admins, links, trouble, since, now)
    else:
        _post_recovery(session, connection, school, admins, links, now)
    announce(session, school_topic(school_id))
    return True


def _is_old_news(connection: Connection, service: ServiceFacts) -> bool:
    closed, checked = service.closed_at, connection.checked_at
    if closed is None or checked is None or connection.problem_at is None:
        return False
    return checked < closed and connection.problem_kind in SERVICE_KINDS


def _post_trouble(
    session: Session,
    connection: Connection,
    school: School,
    admins: list[User],
    links: Links,
    trouble: Trouble,
    since: datetime,
    now: datetime,
) -> None:
    more = {"found": connection.mis_school_name} if trouble is Trouble.WRONG_SCHOOL else {}
    for admin in admins:
        message = MESSAGES[trouble](
            to=admin.email,
            name=admin.name,
            school_name=school.name,
            since=since,
            href=links.href,
            help_email=links.help_email,
            **more,
        )
        post(session, message, now=now)
    connection.trouble_told, connection.trouble_told_at = trouble, now
    connection.recovery_told_at = None
    _note(session, timeline.Kind.TROUBLE_TOLD, connection, admins, now)


def _post_recovery(
    session: Session,
    connection: Connection,
    school: School,
    admins: list[User],
    links: Links,
    now: datetime,
) -> None:
    for admin in admins:
        message = messages.connection_recovered(
            to=admin.email, name=admin.name, school_name=school.name, href=links.href
        )
        post(session, message, now=now)
    connection.trouble_told, connection.recovery_told_at = "", now
    _note(session, timeline.Kind.RECOVERY_TOLD, connection, admins, now)


def _note(
    session: Session,
    kind: timeline.Kind,
    connection: Connection,
    admins: list[User],
    now: datetime,
) -> None:
    timeline.add(session, kind, school_id=connection.school_id, at=now, to=names_of(admins))


def names_of(admins: list[User]) -> str:
    """Who was told, as the timeline says it."""
    return ", ".join(admin.name or admin.email for admin in admins)[:500]


async def admins_of(session: Session, school_id: int) -> list[User]:
    """Whom a school's emails go to: its owner and its admins."""
    query = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(
            col(Membership.school_id) == school_id,
            col(Membership.role).in_([Role.OWNER, Role.ADMIN]),
        )
        .order_by(col(User.id))
    )
    return list((await session.exec(query)).all())
