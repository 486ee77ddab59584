"""Tables of the connection: facts with times, its timeline, its tests.

There is no status column. `status.derive_status` reads these facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Text
from sqlmodel import Field

from assembly_ui.db.database import Row


class Connection(Row, table=True):
    """What is known of one school's connection to Xporter on Demand.

    Every `_at` is when a fact was learnt; a fact is cleared only by the
    transaction that learns its opposite. `held_until` is when Xporter on Demand
    asked us to come back, `problem_detail` what support needs to know of a problem.
    A school opens by its secret; by a token instead, while its secret has not
    reached us. `secret_at` is when the callback that brought the secret arrived.
    `mis_says` is how the MIS describes the school besides, see `learning.SAID`.
    `xporter_estab` is the school of Xporter on Demand that this school alone may
    hold, since `claimed_at` (see `claims`); no secret or token is kept without it.
    """

    __tablename__ = "connections"
    __table_args__ = (
        CheckConstraint(
            "xporter_estab IS NOT NULL OR (secret_encrypted = '' AND token_encrypted = '')",
            name="key_needs_claim",
        ),
    )

    school_id: int = Field(primary_key=True, foreign_key="schools.id")

    xporter_estab: str | None = Field(default=None, unique=True, max_length=7)
    claimed_at: datetime | None = None

    invited_at: datetime | None = None
    invited_by: int | None = Field(default=None, foreign_key="users.id")
    invited_email: str = Field(default="", max_length=254)
    inviting_until: datetime | None = Field(default=None, index=True)
    invite_failed_at: datetime | None = None
    invite_failure: str = Field(default="", max_length=300)

    authorised_at: datetime | None = None
    secret_encrypted: str = Field(default="", max_length=500)
    secret_at: datetime | None = None
    secret_unreadable_at: datetime | None = None
    token_encrypted: str = Field(default="", sa_type=Text)
    token_expires_at: datetime | None = None
    scopes: str = Field(default="", max_length=2000)
    scopes_asked: str = Field(default="", max_length=2000)
    installed_at: datetime | None = None
    install_stage: str = Field(default="", max_length=120)

    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None

    mis_code: str = Field(default="", max_length=40)
    mis_school_name: str = Field(default="", max_length=200)
    mis_estab: str = Field(default="", max_length=16)
    mis_says: dict[str, str] | None = Field(default=None, sa_column=Column(JSON))
    school_matches: bool | None = None
    school_checked_at: datetime | None = None
    mismatched_at: datetime | None = None

    data_at: datetime | None = None
    collected_at: datetime | None = None
    first_connected_at: datetime | None = None
    connected_at: datetime | None = None
    problem_at: datetime | None = Field(default=None, index=True)
    problem_kind: str = Field(default="", max_length=60)
    problem_detail: str = Field(default="", max_length=300)
    failures: int = 0
    held_until: datetime | None = None

    checked_at: datetime | None = None
    checking_since: datetime | None = None
    watched_at: datetime | None = Field(default=None, index=True)
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = Field(default=None, index=True)

    trouble_told: str = Field(default="", max_length=20)
    trouble_told_at: datetime | None = None
    recovery_told_at: datetime | None = None
    notice_due_at: datetime | None = Field(default=None, index=True)

    @property
    def has_key(self) -> bool:
        """Whether there is anything to open the school's data with."""
        return bool(self.secret_encrypted or self.token_encrypted)


class ServiceHealth(Row, table=True):
    """What is known of Xporter on Demand as a whole; there is one row.

    Schools that failed in a row, none answering between; since when nobody is
    asked (`opened_at`) but for one probe at a time, due at `due_at`.
    """

    __tablename__ = "service_health"

    id: int = Field(default=1, primary_key=True)
    failing_since: datetime | None = None
    failing_kind: str = Field(default="", max_length=60)
    failed_schools: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    probes: int = 0
    fine_at: datetime | None = None
    due_at: datetime | None = None
    leased_until: datetime | None = None


class Reconciliation(Row, table=True):
    """When to ask again which schools authorised us; there is one row."""

    __tablename__ = "reconciliations"

    id: int = Field(default=1, primary_key=True)
    done_at: datetime | None = None
    failures: int = 0
    due_at: datetime | None = None
    leased_until: datetime | None = None


class ReceivedCallback(Row, table=True):
    """A callback on its way to being verified, or refused a moment ago.

    `digest` tells one callback from another; a refused one is kept without its
    secret until `due_at`, and makes room when that is needed. `sender` tells the
    network addresses apart that callbacks came from, and no more.
    """

    __tablename__ = "received_callbacks"

    id: int | None = Field(default=None, primary_key=True)
    estab: str = Field(max_length=7, index=True)
    digest: str = Field(max_length=64, unique=True)
    secret_encrypted: str = Field(default="", max_length=500)
    scopes_granted: str = Field(default="", max_length=2000)
    scopes_asked: str = Field(default="", max_length=2000)
    installed: bool = False
    sender: str = Field(default="", max_length=16)
    received_at: datetime
    refused_at: datetime | None = None
    attempts: int = 0
    last_problem: str = Field(default="", max_length=60)
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = Field(default=None, index=True)


class UnmatchedAuthorisation(Row, table=True):
    """A school that Xporter on Demand lists as authorised, and that no school here may hold.

    `reason` says why: see `claims.Unmatched`. It is kept while it is listed, for an operator.
    """

    __tablename__ = "unmatched_authorisations"

    estab: str = Field(primary_key=True, max_length=7)
    first_seen_at: datetime
    reason: str = Field(max_length=20)
    school_name: str = Field(default="", max_length=200)


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
