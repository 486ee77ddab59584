"""Emails of this room: receipts to everybody who answers for the school, and to the app.

Put into the outbox in the transaction of what they tell of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import App, Authorisation, Happening
from assembly_ui.db.database import Session
from assembly_ui.mail import messages
from assembly_ui.mail.outbox import post
from assembly_ui.schools.models import Membership, Role, School
from assembly_ui.scopes.catalogue import scope_named
from assembly_ui.scopes.collected import collects

MAILTO = "mailto:"


async def send_receipts(
    session: Session,
    what: Happening,
    *,
    school: School,
    app: App,
    links: Links,
    now: datetime,
    by_user_id: int | None = None,
    held: Iterable[str] = (),
    added: Iterable[str] = (),
    removed: Iterable[str] = (),
) -> None:
    """Tell the owner and every admin of the school what happened, and who did it."""
    assert school.id is not None
    by = await session.get(User, by_user_id) if by_user_id else None
    words = {"held": titles(held), "added": titles(added), "removed": titles(removed)}
    for admin in await _admins(session, school.id):
        message = messages.access_receipt(
            to=admin.email,
            name=admin.name,
            school_name=school.name,
            app_name=app.name,
            what=what.value,
            by=(by.name or by.email) if by else "",
            at=now,
            href=links.authorisations,
            help_email=links.help_email,
            **words,
        )
        post(session, message, now=now)


async def ask_app_to_delete(
    session: Session,
    *,
    school: School,
    app: App,
    allowed: Authorisation,
    by_user_id: int,
    links: Links,
    now: datetime,
) -> None:
    """Ask the people behind the app to delete what they hold of the school.

    An app that gave no address is written to by us: then the request goes to our help desk.
    """
    by = await session.get_one(User, by_user_id)
    address = support_address(app)
    message = messages.deletion_requested(
        to=address or links.help_email,
        app_name=app.name,
        school_name=school.name,
        urn=school.urn or "",
        person_name=by.name or by.email,
        person_email=by.email,
        since=allowed.granted_at,
        until=allowed.revoked_at or now,
        held=titles(allowed.scopes),
        support_page="" if address else app.support_uri,
        help_email=links.help_email,
    )
    post(session, message, now=now)


def support_address(app: App) -> str:
    """Where mail reaches the people behind an app; empty when they gave a page only."""
    return app.support_uri.removeprefix(MAILTO) if app.support_uri.startswith(MAILTO) else ""


def titles(scopes: Iterable[str]) -> list[str]:
    """What people call these scopes, and for which of them nothing is collected."""
    return sorted(
        f"{scope.title} (not collected)" if not collects(scope) else scope.title
        for scope in map(scope_named, scopes)
    )


async def _admins(session: Session, school_id: int) -> list[User]:
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
