"""Tables of the sync: what was read, what it became, and what changed when.

What Xporter on Demand gave is kept as it came (`SourceRow`), in the columns that the
granted scopes need and no others. Records are made from it by pure functions, so the
one can always be told from the other.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Index

from assembly_ui.db.database import Row, word_column


class Reason(StrEnum):
    """Why a sync was asked for."""

    GRANT = "grant"
    REVOCATION = "revocation"
    SCHEDULE = "schedule"
    CALLBACK = "callback"
    APP = "app"
    PERSON = "person"
    MAPPING = "mapping"
    APPROVAL = "approval"


class Outcome(StrEnum):
    """How a sync stands or ended."""

    RUNNING = "running"
    SUCCESS = "success"
    NO_CHANGES = "no_changes"
    HELD = "held"
    FAILURE = "failure"


class Change(StrEnum):
    """What happened to a record."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class SchoolSync(Row, table=True):
    """Where the sync of one school stands. It is due at `due_at`, as a lease.

    `wanted_scopes` is the union of what its apps hold, `synced_scopes` that of the last
    sync that ended well. `purge_at` is when data of scopes nobody holds any more goes.
    `last_status` is success, failure or no_changes (facts file, 1.9). `held_since`: since then
    changes are held back, and its admins were told.
    """

    __tablename__ = "school_syncs"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    wanted_scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    synced_scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    reason: Reason = Field(default=Reason.SCHEDULE, sa_type=word_column(Reason))
    asked_by_user_id: int | None = Field(default=None, foreign_key="users.id")
    asked_by_app_id: int | None = Field(default=None, foreign_key="apps.id")
    asked_at: datetime | None = None
    started_at: datetime | None = None
    last_sync_at: datetime | None = None
    last_changes_at: datetime | None = None
    last_status: str = Field(default="", max_length=20)
    problem_kind: str = Field(default="", max_length=60)
    failures: int = 0
    held_since: datetime | None = None
    purge_at: datetime | None = Field(default=None, index=True)
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = Field(default=None, index=True)


class SourceQuery(Row, table=True):
    """How far one query of a school has been read. `marker` as in `xporter.markers`."""

    __tablename__ = "source_queries"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    name: str = Field(primary_key=True, max_length=60)
    marker: str = Field(default="", max_length=120)
    collected_at: datetime | None = None
    read_at: datetime


class SourceRow(Row, table=True):
    """A row of Xporter on Demand, as it came."""

    __tablename__ = "source_rows"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    query: str = Field(primary_key=True, max_length=60)
    table: str = Field(primary_key=True, max_length=60)
    row_id: str = Field(primary_key=True, max_length=200)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class RecordIdentity(Row, table=True):
    """The integer id by which apps know a record; never changed, never given again.

    `key` is what the MIS calls it. Kept when the record itself is gone.
    """

    __tablename__ = "record_identities"
    __table_args__ = (
        Index("ix_record_identities_number", "school_id", "kind", "number", unique=True),
    )

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    kind: str = Field(primary_key=True, max_length=40)
    key: str = Field(primary_key=True, max_length=200)
    number: int


class Record(Row, table=True):
    """An Assembly record in the shape apps read, whole; who may see what of it is `scopes`'.

    `label` is what people call it. A removed one stays, marked, until its data is purged.
    """

    __tablename__ = "records"
    __table_args__ = (
        Index("ix_records_changed_at", "school_id", "kind", "changed_at"),
        Index("ix_records_removed_in", "school_id", "removed_in"),
        Index("ix_records_added_in", "school_id", "added_in"),
    )

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    kind: str = Field(primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    label: str = Field(default="", max_length=200)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    added_in: int
    changed_at: datetime
    removed_at: datetime | None = None
    removed_in: int | None = None


class RecordKind(Row, table=True):
    """How one kind of record of a school stands.

    `is_stale`: what it is made from has changed since. `held_in` is the changeset that
    would have changed too much of it; `approved_at` is when a person allowed that.
    """

    __tablename__ = "record_kinds"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    kind: str = Field(primary_key=True, max_length=40)
    is_stale: bool = False
    total: int = 0
    held_in: int | None = None
    approved_at: datetime | None = None
    approved_by: int | None = Field(default=None, foreign_key="users.id")


class Changeset(Row, table=True):
    """One sync: when, why, how long, how it ended. `steps_done` of `steps` while it runs.

    `doing` names what it is reading or making at the moment; see `sync.progress`.
    `is_rollover`: it found that a new school year has begun.
    """

    __tablename__ = "changesets"
    __table_args__ = (Index("ix_changesets_school_id_started_at", "school_id", "started_at"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    reason: Reason = Field(sa_type=word_column(Reason))
    by_user_id: int | None = Field(default=None, foreign_key="users.id")
    by_app_id: int | None = Field(default=None, foreign_key="apps.id")
    started_at: datetime
    finished_at: datetime | None = None
    outcome: Outcome = Field(default=Outcome.RUNNING, sa_type=word_column(Outcome))
    problem_kind: str = Field(default="", max_length=60)
    problem_detail: str = Field(default="", max_length=300)
    steps: int = 0
    steps_done: int = 0
    doing: str = Field(default="", max_length=60)
    is_rollover: bool = False


class ChangesetCount(Row, table=True):
    """What one sync did to one kind of record; `total` is how many there were afterwards.

    `is_held`: it did not, since it would have changed too much.
    """

    __tablename__ = "changeset_counts"

    changeset_id: int = Field(primary_key=True, foreign_key="changesets.id")
    kind: str = Field(primary_key=True, max_length=40)
    added: int = 0
    changed: int = 0
    removed: int = 0
    total: int = 0
    is_held: bool = False


class RecordChange(Row, table=True):
    """A record that one sync changed: the fields, each with what it was and is now.

    Added and removed records are found by `Record.added_in` and `Record.removed_in`.
    """

    __tablename__ = "record_changes"

    changeset_id: int = Field(primary_key=True, foreign_key="changesets.id")
    kind: str = Field(primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    fields: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class SubjectMapping(Row, table=True):
    """Which Assembly subject a subject of the MIS is. `subject_code` is empty for none.

    `chosen_by` is empty while it is our suggestion.
    """

    __tablename__ = "subject_mappings"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    mis_subject: str = Field(primary_key=True, max_length=200)
    subject_code: str = Field(default="", max_length=40)
    chosen_by: int | None = Field(default=None, foreign_key="users.id")
    chosen_at: datetime


class AssessmentMapping(Row, table=True):
    """Which Assembly assessment, facet and subject an aspect of the MIS is.

    `assessment_key` is empty for none; `chosen_by` is empty while it is our suggestion.
    """

    __tablename__ = "assessment_mappings"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    aspect: str = Field(primary_key=True, max_length=200)
    assessment_key: str = Field(default="", max_length=60)
    facet: str = Field(default="", max_length=20)
    subject_code: str = Field(default="", max_length=40)
    chosen_by: int | None = Field(default=None, foreign_key="users.id")
    chosen_at: datetime


class MappingChange(Row, table=True):
    """A mapping somebody changed, with what it was before, so it can be undone."""

    __tablename__ = "mapping_changes"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    what: str = Field(max_length=20)
    mis_key: str = Field(max_length=200)
    before: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    after: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    by_user_id: int = Field(foreign_key="users.id")
    at: datetime
    undone_at: datetime | None = None
