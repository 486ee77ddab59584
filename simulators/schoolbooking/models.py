"""Tables of SchoolBooking: its customers, the schools they connected, what it received.

Tokens are kept encrypted, as any careful relying party keeps them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Text, UniqueConstraint
from sqlmodel import Field

from assembly_ui.db.database import Row


class Account(Row, table=True):
    """A customer of SchoolBooking. Any email address opens one."""

    __tablename__ = "booking_accounts"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    created_at: datetime


class LogIn(Row, table=True):
    """A browser that is logged in, and which of the account's schools it looks at."""

    __tablename__ = "booking_log_ins"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    account_id: int = Field(foreign_key="booking_accounts.id", index=True)
    school_id: int | None = None
    created_at: datetime


class Attempt(Row, table=True):
    """Somebody was sent to Assembly and is awaited back, with this state.

    `verifier` is the secret of PKCE (RFC 7636). An attempt ends when it is used.
    """

    __tablename__ = "booking_attempts"

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(unique=True, max_length=64)
    verifier: str = Field(max_length=128)
    account_id: int = Field(foreign_key="booking_accounts.id", index=True)
    created_at: datetime = Field(index=True)


class Link(Row, table=True):
    """A school that an account connected. Due for a look at `due_at`, as a lease.

    `school_id` is Assembly's, from the token's answer. `awaiting_since` is when it was
    last told that there is something to come: the connection was made, or more is shared.
    `synced_at` and `changed_at` are what Assembly last said of its own sync. `refused_at`
    is when Assembly refused us for good; `ending_at` when the customer wants it to end.
    `whole_at` is when everything was last read anew; `watched_at` when a page was last
    looked at.
    """

    __tablename__ = "booking_links"
    __table_args__ = (UniqueConstraint("account_id", "school_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="booking_accounts.id", index=True)
    school_id: int
    school: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    access_token: str = Field(default="", sa_column=Column(Text, nullable=False))
    refresh_token: str = Field(default="", sa_column=Column(Text, nullable=False))
    token_expires_at: datetime | None = None
    connected_at: datetime
    awaiting_since: datetime | None = None
    synced_at: datetime | None = None
    changed_at: datetime | None = None
    read_at: datetime | None = None
    whole_at: datetime | None = None
    asked_at: datetime | None = None
    refused_at: datetime | None = None
    ending_at: datetime | None = None
    watched_at: datetime | None = None
    failures: int = 0
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = Field(default=None, index=True)


class Received(Row, table=True):
    """What Assembly gave: one record of one kind, cut down to what SchoolBooking needs."""

    __tablename__ = "booking_received"

    link_id: int = Field(primary_key=True, foreign_key="booking_links.id", ondelete="CASCADE")
    kind: str = Field(primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class Mark(Row, table=True):
    """How far one kind has been read: the Last-Modified of its last answer."""

    __tablename__ = "booking_marks"

    link_id: int = Field(primary_key=True, foreign_key="booking_links.id", ondelete="CASCADE")
    kind: str = Field(primary_key=True, max_length=40)
    last_modified: str = Field(default="", max_length=60)


class LogLine(Row, table=True):
    """A line of the log of the Assembly MIS integration. `tone` is good, plain or bad."""

    __tablename__ = "booking_log_lines"

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="booking_links.id", index=True, ondelete="CASCADE")
    at: datetime
    tone: str = Field(max_length=10)
    words: str = Field(max_length=500)
