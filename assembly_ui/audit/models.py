"""The append-only table of who did what, and the counted table of security events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field

from assembly_ui.db.database import Row


class AuditEntry(Row, table=True):
    """One action. `fields` names what changed, never a secret value."""

    __tablename__ = "audit_entries"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    action: str = Field(max_length=60, index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id")
    school_id: int | None = Field(default=None, foreign_key="schools.id", index=True)
    ip: str | None = Field(default=None, max_length=64)
    fields: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class SecurityEventRow(Row, table=True):
    """One security event and how often it occurred within one window of time.

    Ids are kept without foreign keys: a record outlives what it names. `subject`
    is a keyed hash. `is_many` marks the row that counts what was over the limit of
    distinct rows.
    """

    __tablename__ = "security_events"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    event: str = Field(max_length=40, index=True)
    outcome: str = Field(max_length=12)
    user_id: int | None = None
    school_id: int | None = Field(default=None, index=True)
    client_id: str = Field(max_length=64)
    subject: str = Field(max_length=32)
    ip: str = Field(max_length=64)
    is_many: bool
    first_at: datetime
    last_at: datetime = Field(index=True)
    count: int = Field(sa_type=BigInteger)
