"""The append-only table of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from assembly_ui.database import Row


class AuditEntry(Row, table=True):
    """One action. `fields` names what changed, never a secret value."""

    __tablename__ = "audit_entries"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    action: str = Field(max_length=60, index=True)
    user_id: int | None = Field(default=None, foreign_key="users.id")
    school_id: int | None = Field(default=None, foreign_key="schools.id", index=True)
    fields: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
