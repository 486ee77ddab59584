"""Tables of schools, their members, and the ways of becoming one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, UniqueConstraint

from assembly_ui.db.database import Row, word_column
from assembly_ui.schools.dfe_number import dfe_number_of


class Role(StrEnum):
    """What a member may do: everything, everything but ownership, or look."""

    OWNER = "owner"
    ADMIN = "admin"
    VIEWER = "viewer"

    def includes(self, other: Role) -> bool:
        """Whether it permits everything `other` does."""
        order = list(Role)
        return order.index(self) <= order.index(other)


class OwnerProof(StrEnum):
    """What showed that a school belongs to its owner.

    Their own address at the school's domain, a link mailed to one, data of the right
    school from Xporter on Demand, or an operator.
    """

    ADDRESS = "address"
    LINK = "link"
    CONNECTION = "connection"
    OPERATOR = "operator"


class School(Row, table=True):
    """A school that signed up: a copy of its register record, and its MIS.

    `la_code` + `establishment_number` is the 7-digit DfE number, in England and Wales. A school
    typed in by hand has no `urn` and waits for review. `number_is_shared`: other
    open schools of the register have the same DfE number (see `shared_numbers`).

    While `owner_unverified_since` is set, nobody has shown that the school is its owner's;
    see `ownership`. Where no proof is asked for, it never is.
    """

    __tablename__ = "schools"
    __table_args__ = (Index(None, "la_code", "establishment_number"),)

    id: int | None = Field(default=None, primary_key=True)
    urn: str | None = Field(default=None, unique=True, max_length=20)
    la_code: str = Field(default="", max_length=16)
    establishment_number: str = Field(default="", max_length=16)
    name: str = Field(max_length=200)
    local_authority: str = Field(default="", max_length=120)
    postcode: str = Field(default="", max_length=10)
    town: str = Field(default="", max_length=120)
    phase: str = Field(default="", max_length=80)
    type: str = Field(default="", max_length=120)
    website: str = Field(default="", max_length=300)
    telephone: str = Field(default="", max_length=40)
    mis: str = Field(max_length=40)
    mis_chosen_at: datetime
    wants_news_of_mis_since: datetime | None = None
    created_at: datetime
    needs_review_since: datetime | None = None
    owner_unverified_since: datetime | None = Field(default=None, index=True)
    owner_verified_at: datetime | None = None
    owner_verified_by: str = Field(default="", max_length=20)
    number_is_shared: bool = False

    @property
    def dfe_number(self) -> str:
        """The 7 digits Xporter on Demand calls `estab`; empty when not known."""
        return dfe_number_of(self.la_code, self.establishment_number)


class Membership(Row, table=True):
    """A person's place in a school."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("school_id", "user_id"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    role: Role = Field(sa_type=word_column(Role))
    created_at: datetime


class Invitation(Row, table=True):
    """An invitation of a colleague by email. Only a hash of its token is kept.

    `mail_id` is its message in the outbox.
    """

    __tablename__ = "invitations"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    email: str = Field(max_length=254)
    role: Role = Field(sa_type=word_column(Role))
    token_hash: str = Field(unique=True, max_length=64)
    invited_by: int = Field(foreign_key="users.id")
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None
    mail_id: int | None = None


class JoinRequest(Row, table=True):
    """Somebody asks to join a school that already belongs to someone."""

    __tablename__ = "join_requests"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="users.id")
    approved: bool | None = None


class OwnershipLink(Row, table=True):
    """A single-use link mailed to an address at the school's domain; one for each school.

    It counts only for the owner who asked for it. Only a hash of its token is kept.
    `mail_id` is its message in the outbox.
    """

    __tablename__ = "ownership_links"

    school_id: int = Field(primary_key=True, foreign_key="schools.id")
    user_id: int = Field(foreign_key="users.id")
    email: str = Field(max_length=254)
    token_hash: str = Field(unique=True, max_length=64)
    sent_at: datetime
    expires_at: datetime
    mail_id: int | None = None


class OwnershipDispute(Row, table=True):
    """Somebody tells the operators that a school belongs to the wrong person."""

    __tablename__ = "ownership_disputes"

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    created_at: datetime
    closed_at: datetime | None = None


class SchoolSetupDraft(Row, table=True):
    """How far a person got with School Setup, so any device can go on.

    `unlisted` holds what was typed of a school that is not in the register.
    """

    __tablename__ = "school_setup_drafts"

    user_id: int = Field(primary_key=True, foreign_key="users.id")
    urn: str = Field(default="", max_length=20)
    mis: str = Field(default="", max_length=40)
    unlisted: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    updated_at: datetime
