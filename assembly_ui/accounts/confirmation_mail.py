"""What the address of a sign-up is sent: its link, or word that it has an account."""

from __future__ import annotations

from datetime import datetime, timedelta

from assembly_ui.accounts.links import close_links_of_sign_up, keep, new_link
from assembly_ui.accounts.models import LinkPurpose, SignUp, User
from assembly_ui.accounts.people import add_user, find_user
from assembly_ui.db.database import Session, announce
from assembly_ui.mail import messages
from assembly_ui.mail.messages import Message
from assembly_ui.mail.outbox import post_tracked
from assembly_ui.pubsub.topics import Topic

COOL_DOWN = timedelta(seconds=60)
"""Between two messages to one sign-up."""


def sign_up_topic(ticket_hash: str) -> Topic:
    """The sign-up with this ticket was confirmed, corrected or mailed, or its mail is stuck."""
    return f"sign-up:{ticket_hash}"


def may_send_at(sign_up: SignUp) -> datetime:
    """When the next message may go to this sign-up."""
    return sign_up.sent_at + COOL_DOWN


async def send_confirmation(
    session: Session,
    sign_up: SignUp,
    *,
    address: str,
    life: timedelta,
    now: datetime,
    is_own: bool = True,
) -> int | None:
    """Mail the sign-up's address in the caller's transaction; links sent before are closed.

    An address that has an account already is told so instead, and whoever
    typed it cannot tell the difference. Returns the id of an account that
    waits for the link, if there is one.

    `is_own`: the browser that signed up asks. For anyone else the links sent before stay
    open.
    """
    sign_up.sent_at = now
    announce(session, sign_up_topic(sign_up.ticket_hash))
    assert sign_up.id is not None
    if is_own:
        await close_links_of_sign_up(session, sign_up.id, now=now)
    account = await find_user(session, sign_up.email)
    if account and account.confirmed_at:
        await _post(session, sign_up, _account_exists(account, address), now)
        return None
    account = account or await _waiting_account(session, sign_up, now)
    assert account.id is not None
    link = new_link(LinkPurpose.CONFIRM, address=address, now=now, life=life)
    keep(session, link, user_id=account.id, sign_up_id=sign_up.id, now=now)
    message = messages.confirm_email(to=sign_up.email, href=link.href, expires_at=link.expires_at)
    await _post(session, sign_up, message, now)
    return account.id


async def _post(session: Session, sign_up: SignUp, message: Message, now: datetime) -> None:
    # Either message is tracked alike: what becomes of it must not tell which one it was.
    topic = sign_up_topic(sign_up.ticket_hash)
    sign_up.mail_id = await post_tracked(session, message, now=now, topic=topic)


async def _waiting_account(session: Session, sign_up: SignUp, now: datetime) -> User:
    return await add_user(
        session,
        email=sign_up.email,
        name=sign_up.name,
        password_hash=sign_up.password_hash,
        invite_code_id=sign_up.invite_code_id,
        now=now,
    )


def _account_exists(owner: User, address: str) -> Message:
    return messages.address_taken(
        to=owner.email,
        log_in_href=f"{address}/log-in",
        reset_href=f"{address}/forgotten-password",
    )
