"""Messages, waiting and arrived, for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import col, select

from assembly_ui.db.database import Database
from assembly_ui.mail import messages
from assembly_ui.mail.messages import Message
from assembly_ui.mail.models import MailboxMessage, OutboxMessage
from assembly_ui.mail.outbox import post

TO = "james.walters@kings.sch.uk"
NAME = "James Walters"
SCHOOL = "King’s School, Bruton"
HREF = "http://localhost:3000/confirm?token=h7Kq-2_w"
HELP = "help@assembly.education"
EXPIRES_AT = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


def a_message(kind: str = "confirm_email", **different: object) -> Message:
    """One message of a kind, addressed to James; `different` replaces its values."""
    given = {"to": TO, **_VALUES[kind], **different}
    return getattr(messages, kind)(**given)


def kinds() -> list[str]:
    """Every kind of message there is."""
    return list(messages.DECLARATIONS)


async def a_posted_message(
    database: Database, *, now: datetime, kind: str = "confirm_email", **different: object
) -> None:
    """A message in the outbox, due now."""
    async with database.transaction() as session:
        post(session, a_message(kind, **different), now=now)


async def an_arrived_message(
    database: Database,
    *,
    now: datetime,
    to: str = TO,
    subject: str = "Hello",
    html: str = "<p>Hello</p>",
) -> int:
    """A message in the mailbox; returns its id."""
    async with database.transaction() as session:
        row = MailboxMessage(
            message_id=f"{subject} {to} {now}",
            sender="Assembly <no-reply@assembly.education>",
            to=to,
            subject=subject,
            html=html,
            text="Hello",
            received_at=now,
        )
        session.add(row)
    assert row.id
    return row.id


async def outbox_rows(database: Database) -> list[OutboxMessage]:
    """Everything that was ever posted, oldest first."""
    async with database.read() as session:
        return list(await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))))


async def mailbox_rows(database: Database) -> list[MailboxMessage]:
    """Everything that arrived, oldest first."""
    async with database.read() as session:
        return list(await session.exec(select(MailboxMessage).order_by(col(MailboxMessage.id))))


_TROUBLE: dict[str, object] = {
    "name": NAME,
    "school_name": SCHOOL,
    "since": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    "href": HREF,
    "help_email": HELP,
}

_VALUES: dict[str, dict[str, object]] = {
    "confirm_email": {"href": HREF, "expires_at": EXPIRES_AT},
    "address_taken": {"log_in_href": HREF, "reset_href": HREF + "&reset=1"},
    "reset_password": {"href": HREF, "expires_at": EXPIRES_AT},
    "choose_password": {"href": HREF, "expires_at": EXPIRES_AT},
    "password_changed": {"name": NAME, "help_email": HELP},
    "colleague_invited": {
        "school_name": SCHOOL,
        "invited_by": NAME,
        "role": "admin",
        "href": HREF,
        "expires_at": EXPIRES_AT,
    },
    "join_requested": {
        "name": NAME,
        "school_name": SCHOOL,
        "person_name": "Amina Khan",
        "person_email": "amina.khan@kings.sch.uk",
        "href": HREF,
    },
    "join_requested_unverified": {"name": NAME, "school_name": SCHOOL, "href": HREF},
    "prove_ownership": {
        "school_name": SCHOOL,
        "owner_email": "james@mail.example",
        "href": HREF,
        "expires_at": EXPIRES_AT,
    },
    "ownership_confirmed": {
        "name": NAME,
        "school_name": SCHOOL,
        "href": HREF,
        "alone": "yes",
    },
    "membership_ended": {"name": NAME, "school_name": SCHOOL, "help_email": HELP},
    "ownership_ended": {"name": NAME, "school_name": SCHOOL, "help_email": HELP},
    "ownership_disputed": {
        "school_name": SCHOOL,
        "urn": "123456",
        "owner_name": NAME,
        "owner_email": TO,
        "verified_by": "link",
        "person_name": "Ann Smith",
        "person_email": "ann@kings.sch.uk",
    },
    "join_approved": {"name": NAME, "school_name": SCHOOL, "href": HREF},
    "join_declined": {"name": NAME, "school_name": SCHOOL, "help_email": HELP},
    "connection_problem": _TROUBLE,
    "access_withdrawn": _TROUBLE,
    "access_paused": _TROUBLE,
    "wrong_school": {**_TROUBLE, "found": "Queen’s School"},
    "changes_held": {**_TROUBLE, "new_year": "yes"},
    "connection_recovered": {"name": NAME, "school_name": SCHOOL, "href": HREF},
    "access_receipt": {
        "name": NAME,
        "school_name": SCHOOL,
        "app_name": "SchoolBooking",
        "what": "authorised",
        "by": "Amina Khan",
        "at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        "held": ["Public School Data", "Staff Member Emails"],
        "added": ["Public School Data", "Staff Member Emails"],
        "removed": [],
        "href": HREF,
        "help_email": HELP,
    },
    "deletion_requested": {
        "app_name": "SchoolBooking",
        "school_name": SCHOOL,
        "urn": "123456",
        "person_name": NAME,
        "person_email": TO,
        "since": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        "until": datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "held": ["Public School Data", "Staff Member Emails"],
        "support_page": "",
        "help_email": HELP,
    },
    "ownership_transferred": {"name": NAME, "school_name": SCHOOL, "new_owner": "Amina Khan"},
}
