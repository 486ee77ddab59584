"""Tables of the stand-in: what schools decided, and what it still owes to whom.

There is no status column. `steps.py` reads these facts. Secrets and links stand
here in the clear: nothing behind them is real.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from assembly_ui.db.database import Row, word_column


class People(StrEnum):
    """Whose data a school shares."""

    EVERYONE = "everyone"
    SELECTION = "selection"


class Install(StrEnum):
    """When a school wants Xporter on Demand to be connected to its MIS."""

    NOW = "now"
    QUEUE = "queue"


class Sharing(Row, table=True):
    """One school's sharing with one partner (relying party).

    `asked_at` is set while an answer to an invitation is awaited; the `draft_...`
    are the answers given so far. What is in force stands below `secret`, so a
    school that is asked again keeps sharing as before until it answers.
    `mis_estab` and `mis_school_name` are set when its MIS is that of another school.
    """

    __tablename__ = "simulator_sharings"
    __table_args__ = (UniqueConstraint("relying_party", "estab"),)

    id: int | None = Field(default=None, primary_key=True)
    relying_party: str = Field(max_length=200)
    estab: str = Field(max_length=7)
    school_name: str = Field(max_length=200)
    phone: str = Field(default="", max_length=60)
    partner_name: str = Field(max_length=200)
    partner_email: str = Field(max_length=254)
    scopes_asked: str = Field(max_length=2000)

    asked_at: datetime | None = None
    authority_at: datetime | None = None
    draft_mis: str = Field(default="", max_length=40)
    draft_scopes: str = Field(default="", max_length=2000)
    draft_people: People | None = Field(default=None, sa_type=word_column(People))
    declined_at: datetime | None = None

    secret: str = Field(default="", max_length=36)
    authorised_at: datetime | None = None
    authorised_by: str = Field(default="", max_length=254)
    mis: str = Field(default="", max_length=40)
    scopes: str = Field(default="", max_length=2000)
    people: People | None = Field(default=None, sa_type=word_column(People))
    selection: str = Field(default="", max_length=300)
    selected_at: datetime | None = None
    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None

    install: Install | None = Field(default=None, sa_type=word_column(Install))
    queue_until: datetime | None = None
    install_until: datetime | None = Field(default=None, index=True)
    installed_at: datetime | None = None

    auth_params: str = Field(default="", max_length=300)
    mis_estab: str = Field(default="", max_length=7)
    mis_school_name: str = Field(default="", max_length=200)
    pupils: int | None = None


class Invitation(Row, table=True):
    """An invitation, to the contact the partner named or to a colleague of theirs.

    Its mail is owed until `sent_at` is set.
    """

    __tablename__ = "simulator_invitations"

    id: int | None = Field(default=None, primary_key=True)
    sharing_id: int = Field(foreign_key="simulator_sharings.id", index=True)
    token: str = Field(unique=True, max_length=64)
    to_name: str = Field(max_length=200)
    to_email: str = Field(max_length=254)
    forwarded_by: str = Field(default="", max_length=254)
    created_at: datetime
    opened_at: datetime | None = None
    sent_at: datetime | None = None
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = None
    attempts: int = 0


class Callback(Row, table=True):
    """An authorisation callback owed to the partner until `delivered_at` is set.

    `due_at` is empty while an earlier one of the same school is undelivered, so
    that they arrive in order. One that is `held` waits for the one after it, and
    one that was `dropped_at` some time is never posted. With a `url` it is what a
    data call asked to be told there, in no order.
    """

    __tablename__ = "simulator_callbacks"

    id: int | None = Field(default=None, primary_key=True)
    sharing_id: int = Field(foreign_key="simulator_sharings.id", index=True)
    form: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime
    delivered_at: datetime | None = None
    due_at: datetime | None = Field(default=None, index=True)
    leased_until: datetime | None = None
    attempts: int = 0
    last_answer: str = Field(default="", max_length=60)
    held: bool = False
    dropped_at: datetime | None = None
    url: str = Field(default="", max_length=500)


class FaultSwitch(Row, table=True):
    """A fault that is switched on, see `faults.py`. Without estab or endpoint it hits all."""

    __tablename__ = "simulator_faults"

    id: int | None = Field(default=None, primary_key=True)
    fault: str = Field(max_length=40)
    estab: str = Field(default="", max_length=7)
    endpoint: str = Field(default="", max_length=60)
    seconds: float | None = None
    words: str = Field(default="", max_length=300)
    calls_left: int | None = None
    until: datetime | None = None


class Tracked(Row, table=True):
    """What a `changedRows` hash stands for: the question that was asked, and when.

    The rows themselves are not kept: a school's data are a function of time, so
    they are made again and compared.
    """

    __tablename__ = "simulator_tracked"

    hash: str = Field(primary_key=True, max_length=32)
    relying_party: str = Field(max_length=200)
    estab: str = Field(max_length=7)
    standing: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    asked_at: datetime = Field(index=True)


class Lead(Row, table=True):
    """How far the clock of the schools is ahead of the real one. One row."""

    __tablename__ = "simulator_lead"

    id: int | None = Field(default=None, primary_key=True)
    seconds: float = 0


class Used(Row, table=True):
    """How many calls there were on a day, as counted by Usage."""

    __tablename__ = "simulator_used"
    __table_args__ = (UniqueConstraint("relying_party", "estab", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    relying_party: str = Field(max_length=200)
    estab: str = Field(max_length=7)
    day: date
    calls: int = 0


class LoggedCall(Row, table=True):
    """A call as Logs tells of it; the oldest are forgotten."""

    __tablename__ = "simulator_calls"

    id: int | None = Field(default=None, primary_key=True)
    tracking_id: str = Field(max_length=60, index=True)
    relying_party: str = Field(max_length=200)
    estab: str = Field(max_length=7, index=True)
    endpoint: str = Field(max_length=60)
    status: int
    milliseconds: float
    at: datetime
