"""Mailed links: made, looked at, used once.

Looking never uses a link up: mail scanners open every link they see. What
uses it is the button on the page behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update
from sqlmodel import col, select, update

from assembly_ui.accounts.errors import LinkExpired, LinkReplaced, LinkUnknown, LinkUsed
from assembly_ui.accounts.models import EmailLink, LinkPurpose, User
from assembly_ui.accounts.people import lock_user
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.db.database import Session

_PATHS = {LinkPurpose.CONFIRM: "/confirm", LinkPurpose.RESET: "/reset-password"}


@dataclass(frozen=True)
class NewLink:
    """A link about to be mailed. `href` is the only place its token stands."""

    purpose: LinkPurpose
    href: str
    token_hash: str
    expires_at: datetime


def new_link(purpose: LinkPurpose, *, address: str, now: datetime, life: timedelta) -> NewLink:
    """Make up a link below the public `address` that lasts for `life`."""
    token = new_token()
    href = f"{address}{_PATHS[purpose]}?token={token}"
    return NewLink(purpose, href, hash_token(token), now + life)


def keep(
    session: Session, link: NewLink, *, user_id: int, sign_up_id: int | None = None, now: datetime
) -> None:
    """Store the link in the caller's transaction."""
    session.add(
        EmailLink(
            user_id=user_id,
            purpose=link.purpose,
            token_hash=link.token_hash,
            created_at=now,
            expires_at=link.expires_at,
            sign_up_id=sign_up_id,
        )
    )


async def find(
    session: Session, token: object, purpose: LinkPurpose, *, now: datetime
) -> EmailLink:
    """The link, if it still opens something.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    link = (
        await session.exec(
            select(EmailLink).where(
                EmailLink.token_hash == hash_token(token), EmailLink.purpose == purpose
            )
        )
    ).first()
    if link is None:
        raise LinkUnknown
    if link.used_at:
        raise LinkUsed(link.used_at)
    if link.superseded_at:
        await _explain(session, link)
    if link.expires_at <= now:
        raise LinkExpired(link.expires_at)
    return link


async def use(session: Session, token: object, purpose: LinkPurpose, *, now: datetime) -> EmailLink:
    """Use the link up in the caller's transaction, for one caller only.

    The account is kept from others until then, so that two of its links are used one after
    the other, and no log-in with the password before outlives the change.

    Raises:
        LinkUnknown, LinkUsed, LinkReplaced, LinkExpired
    """
    link = await find(session, token, purpose, now=now)
    await lock_user(session, link.user_id)
    # Whoever held the account before may have used this link, or closed it.
    await session.refresh(link)
    link = await find(session, token, purpose, now=now)
    used = await session.exec(
        update(EmailLink)
        .where(col(EmailLink.id) == link.id, col(EmailLink.used_at).is_(None))
        .values(used_at=now)
    )
    if used.rowcount == 0:
        raise LinkUsed(now)
    return link


async def sent_since(session: Session, user_id: int, purpose: LinkPurpose, since: datetime) -> bool:
    """Whether the person was mailed a link they asked for, and has not used it."""
    query = select(EmailLink.id).where(
        EmailLink.user_id == user_id,
        EmailLink.purpose == purpose,
        col(EmailLink.sign_up_id).is_(None),
        col(EmailLink.created_at) > since,
        col(EmailLink.used_at).is_(None),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def close_links_of_person(
    session: Session, user_id: int, purpose: LinkPurpose, *, now: datetime
) -> None:
    """A person's unused links of one purpose open nothing any more."""
    owned = col(EmailLink.user_id) == user_id, col(EmailLink.purpose) == purpose
    await session.exec(_closing(now).where(*owned))


async def close_links_of_sign_up(session: Session, sign_up_id: int, *, now: datetime) -> None:
    """The unused links of one sign-up open nothing any more."""
    await session.exec(_closing(now).where(col(EmailLink.sign_up_id) == sign_up_id))


def _closing(now: datetime) -> Update:
    return (
        update(EmailLink)
        .where(col(EmailLink.used_at).is_(None), col(EmailLink.superseded_at).is_(None))
        .values(superseded_at=now)
    )


async def _explain(session: Session, link: EmailLink) -> None:
    # A confirmation link closed because its address got confirmed by another
    # link has nothing left to do; "already done" is what its reader needs.
    user = await session.get_one(User, link.user_id)
    if link.purpose is LinkPurpose.CONFIRM and user.confirmed_at:
        raise LinkUsed(user.confirmed_at)
    raise LinkReplaced
