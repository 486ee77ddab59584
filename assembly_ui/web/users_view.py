"""From members, invitations and requests to what the Users page shows. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from assembly_ui.mail.delivery import Delivery
from assembly_ui.schools.invitations import OpenInvitation
from assembly_ui.schools.join import RequestView
from assembly_ui.schools.member_list import Order
from assembly_ui.schools.members import MemberView
from assembly_ui.schools.models import Role
from assembly_ui.web.school_words import ROLE_NAMES

ORDER_CHOICES = [
    (Order.ROLE.value, "Role"),
    (Order.NAME.value, "Name"),
    (Order.LAST_SEEN.value, "Last seen"),
]


class Member(TypedDict):
    """A line of the list of people."""

    id: int
    name: str
    email: str
    role: str
    role_name: str
    seen: str
    is_me: bool
    is_owner: bool


class Invited(TypedDict):
    """A line of the list of open invitations."""

    id: int
    email: str
    role_name: str
    by: str
    sent: str
    until: str
    expired: bool
    delivery: str
    delivery_words: str
    is_refused: bool


class Asking(TypedDict):
    """A line of the list of people who ask to join."""

    id: int
    name: str
    email: str
    asked: str


NOBODY = Member(
    id=0,
    name="",
    email="",
    role=Role.VIEWER.value,
    role_name="",
    seen="",
    is_me=False,
    is_owner=False,
)


def member(view: MemberView, *, me: int) -> Member:
    """A member, as the person with the id `me` sees them."""
    return Member(
        id=view.user_id,
        name=view.display_name,
        email=view.email,
        role=view.role.value,
        role_name=ROLE_NAMES[view.role],
        seen=view.last_seen_at.isoformat() if view.last_seen_at else "",
        is_me=view.user_id == me,
        is_owner=view.role is Role.OWNER,
    )


def invited(view: OpenInvitation, *, now: datetime) -> Invited:
    """An invitation nobody has accepted."""
    state, words = _delivery(view)
    return Invited(
        id=view.id,
        email=view.email,
        role_name=ROLE_NAMES[view.role],
        by=view.invited_by,
        sent=view.sent_at.isoformat(),
        until=f"{view.expires_at:%-d %B %Y}",
        expired=view.expires_at <= now,
        delivery=state,
        delivery_words=words,
        is_refused=view.delivery is Delivery.REFUSED,
    )


def _delivery(view: OpenInvitation) -> tuple[str, str]:
    match view.delivery:
        case Delivery.REFUSED:
            domain = view.email.rpartition("@")[2]
            return "Not delivered", (
                f"The mail server of {domain} refused our message. The invitation is kept. "
                "Correct the address, or send it again if it is right."
            )
        case Delivery.GIVEN_UP:
            return "Not delivered", (
                "Our message could not be delivered, and we have stopped trying. "
                "The invitation is kept. Send it again."
            )
        case Delivery.DELAYED:
            return "Delayed", (
                "Our message has not been delivered yet. We keep trying for about a day."
            )
    return "", ""


def asking(view: RequestView) -> Asking:
    """A person who asks to join."""
    return Asking(
        id=view.id,
        name=view.name or view.email or "Somebody",
        email=view.email,
        asked=view.asked_at.isoformat(),
    )


def order_of(value: str) -> Order:
    """How to sort; by role unless told otherwise."""
    return Order(value) if value in list(Order) else Order.ROLE
