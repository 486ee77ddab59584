"""Tables of the connection: facts with times, its timeline, its tests.

There is no status column. `status.derive_status` reads these facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from assembly_ui.database import Row


class Connection(Row, table=True):
    """What is known of one school's connection to Xporter on Demand.

    Every `_at` is when a fact was learnt; a fact is cleared only by the
    transaction that learns its opposite. `held_until` is when Xporter on Demand
    asked us to come back, `problem_detail` what support needs to know of a problem.
    """

    __tablename__ = "connections"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")

    invited_at: datetime | None = None
    invited_by: int | None = Field(default=None, foreign_key="users.id")
    invited_email: str = Field(default="", max_length=254)
    inviting_until: datetime | None = None
    invite_failed_at: datetime | None = None
    invite_failure: str = Field(default="", max_length=300)

    authorised_at: datetime | None = None
    secret_encrypted: str = Field(default="", max_length=500)
    scopes: str = Field(default="", max_length=2000)
    installed_at: datetime | None = None
    install_stage: str = Field(default="", max_length=120)

    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None

    mis_code: str = Field(default="", max_length=40)
    mis_school_name: str = Field(default="", max_length=200)
    mis_estab: str = Field(default="", max_length=16)
    school_matches: bool | None = None
    school_checked_at: datetime | None = None
    mismatched_at: datetime | None = None

    data_at: datetime | None = None
    first_connected_at: datetime | None = None
    connected_at: datetime | None = None
    problem_at: datetime | None = Field(default=None, index=True)
    problem_kind: str = Field(default="", max_length=60)
    problem_detail: str = Field(default="", max_length=300)
    failures: int = 0
    held_until: datetime | None = None

    checked_at: datetime | None = None
    checking_since: datetime | None = None
    watched_at: datetime | None = None
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = None


class TimelineEvent(Row, table=True):
    """Something that happened on a connection, in the order it happened."""

    __tablename__ = "timeline_events"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    at: datetime
    kind: str = Field(max_length=60)
    by_user_id: int | None = Field(default=None, foreign_key="users.id")
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class ConnectionTest(Row, table=True):
    """One run of Test Connection; `layers` grows while it runs."""

    __tablename__ = "connection_tests"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    started_by: int = Field(foreign_key="users.id")
    started_at: datetime
    finished_at: datetime | None = None
    cancelled_at: datetime | None = None
    layers: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
