"""Emails to a school's admins that large changes wait for them: once, when that begins."""

from __future__ import annotations

from datetime import datetime

from assembly_ui.connector import timeline
from assembly_ui.connector.notices import Links, admins_of, names_of
from assembly_ui.db.database import Session
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.schools.models import School


async def tell_held(
    session: Session, links: Links, *, school_id: int, is_rollover: bool, now: datetime
) -> None:
    """Put the emails into the outbox and a line into the timeline, in the caller's transaction."""
    school = await session.get_one(School, school_id)
    admins = await admins_of(session, school_id)
    for admin in admins:
        message = messages.changes_held(
            to=admin.email,
            name=admin.name,
            school_name=school.name,
            since=now,
            new_year="yes" if is_rollover else "",
            href=links.href,
            help_email=links.help_email,
        )
        post(session, message, now=now)
    kind = timeline.Kind.CHANGES_HELD
    timeline.add(session, kind, school_id=school_id, at=now, to=names_of(admins))
