"""Tables of people, invite codes, sign-ups, mailed links and log-in sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from assembly_ui.db.database import Row, word_column


class LinkPurpose(StrEnum):
    """What a mailed link is for."""

    CONFIRM = "confirm"
    RESET = "reset"


class InviteCode(Row, table=True):
    """A code that lets schools sign up; many people may use one code."""

    __tablename__ = "invite_codes"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    partner_name: str = Field(default="", max_length=120)
    created_at: datetime
    expires_at: datetime | None = None
    disabled_at: datetime | None = None
    max_uses: int | None = None
    uses: int = 0


class User(Row, table=True):
    """A person with an account. `email` is kept in lower case."""

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(default="", max_length=120)
    password_hash: str = Field(max_length=100)
    invite_code_id: int | None = Field(default=None, foreign_key="invite_codes.id")
    created_at: datetime
    confirmed_at: datetime | None = None
    terms_accepted_at: datetime | None = None
    last_seen_at: datetime | None = None


class SignUp(Row, table=True):
    """One submitted sign-up form, waiting for its address to be confirmed.

    Several people may type the same address. Each form keeps its own name and
    password, so that whoever follows a link activates their own choice and
    not that of another. `ticket_hash` recognises the browser that is waiting;
    `request_token_hash` is the Data Access Request it came with. `mail_id` is the
    latest message to it in the outbox.
    """

    __tablename__ = "sign_ups"

    id: int | None = Field(default=None, primary_key=True)
    ticket_hash: str = Field(unique=True, max_length=64)
    email: str = Field(index=True, max_length=254)
    name: str = Field(default="", max_length=120)
    password_hash: str = Field(max_length=100)
    invite_code_id: int | None = Field(default=None, foreign_key="invite_codes.id")
    request_token_hash: str = Field(default="", max_length=64)
    created_at: datetime
    sent_at: datetime
    confirmed_at: datetime | None = None
    mail_id: int | None = None


class EmailLink(Row, table=True):
    """A single-use link sent by email. Only a hash of its token is kept.

    A confirmation link belongs to the sign-up it was mailed for, or to none when the
    owner of the mailbox asked for it: then they choose a password behind it.
    """

    __tablename__ = "email_links"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    purpose: LinkPurpose = Field(sa_type=word_column(LinkPurpose))
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    superseded_at: datetime | None = None
    sign_up_id: int | None = Field(default=None, foreign_key="sign_ups.id", index=True)


class LogInSession(Row, table=True):
    """One logged-in browser. `school_id` is the school it is looking at.

    `authenticated_at` is when its person last gave the password.
    """

    __tablename__ = "log_in_sessions"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    school_id: int | None = Field(default=None, foreign_key="schools.id")
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    authenticated_at: datetime | None = None


class KnownDevice(Row, table=True):
    """A browser that has logged in to this account before. Its cookie opens nothing."""

    __tablename__ = "known_devices"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime
    last_used_at: datetime
