"""Tables of apps: their registration, what they ask, what schools allow, their tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, text
from sqlmodel import Field, Index

from assembly_ui.db.database import Row, word_column


class ClientType(StrEnum):
    """Whether an app can keep a secret (RFC 6749, 2.1)."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"


class GrantType(StrEnum):
    """The grants of RFC 6749 that the token endpoint knows."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"
    CLIENT_CREDENTIALS = "client_credentials"


class App(Row, table=True):
    """An OAuth client (relying party). Only a hash of its secret is kept.

    `requires_pkce`: every authorisation request needs a S256 challenge; off only for apps
    written before PKCE. `grant_types`: the grants it may use, as values of `GrantType`.
    `is_old_client`: its refresh tokens are not rotated (facts file, 2.3). `is_ours` marks
    apps that the product registers by itself in demo mode.
    """

    __tablename__ = "apps"

    id: int | None = Field(default=None, primary_key=True)
    client_id: str = Field(unique=True, max_length=64)
    secret_hash: str = Field(default="", max_length=64)
    client_type: ClientType = Field(
        default=ClientType.CONFIDENTIAL, sa_type=word_column(ClientType)
    )
    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=120)
    summary: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=2000)
    purpose: str = Field(default="", max_length=1000)
    website_uri: str = Field(default="", max_length=500)
    support_uri: str = Field(default="", max_length=500)
    privacy_policy_uri: str = Field(default="", max_length=500)
    install_uri: str = Field(default="", max_length=500)
    redirect_uris: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    required_scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    optional_scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    requires_pkce: bool = True
    grant_types: list[str] = Field(
        default_factory=lambda: [grant.value for grant in GrantType],
        sa_column=Column(JSON, nullable=False),
    )
    listed: bool = True
    sandbox: bool = False
    force_urn_check: bool = False
    is_old_client: bool = False
    is_ours: bool = False
    created_at: datetime
    updated_at: datetime
    secret_rotated_at: datetime | None = None
    disabled_at: datetime | None = None


class Holder(StrEnum):
    """For whom a Data Access Request is kept, which decides how long and how many.

    SIGN_UP: somebody signed up while they had it, for an address that is new or not.
    """

    NOBODY = "nobody"
    SIGN_UP = "sign_up"
    PERSON = "person"


class AccessRequest(Row, table=True):
    """A Data Access Request on its way: it waits until somebody decides, or lapses.

    Its address holds a token of which only a hash is kept. Once a person is known it
    belongs to `user_id`, so that they find it again on any device.
    """

    __tablename__ = "access_requests"
    __table_args__ = (Index("ix_access_requests_holder_id", "holder", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    app_id: int = Field(foreign_key="apps.id", index=True)
    redirect_uri: str = Field(max_length=500)
    asked_scope: str = Field(default="", max_length=4000)
    required_scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    optional_scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: str | None = Field(default=None, max_length=8000)
    urn: str = Field(default="", max_length=20)
    code_challenge: str = Field(default="", max_length=128)
    code_challenge_method: str = Field(default="", max_length=10)
    user_id: int | None = Field(default=None, foreign_key="users.id", index=True)
    holder: Holder = Field(default=Holder.NOBODY, sa_type=word_column(Holder))
    created_at: datetime
    expires_at: datetime = Field(index=True)
    decided_at: datetime | None = None
    authorisation_id: int | None = Field(default=None, foreign_key="authorisations.id")


class Authorisation(Row, table=True):
    """What a school allows an app, from `granted_at` until `revoked_at`.

    `scopes` is what it holds, dependencies included; `optional_scopes` are those of them
    that may be taken away again without revoking, `offered_scopes` the optional ones asked.
    `ends_at`: when the last of its tokens ends for good, unless the school authorises the app
    again before; None while no token was issued.
    """

    __tablename__ = "authorisations"
    __table_args__ = (
        Index(
            "ix_authorisations_in_force",
            "school_id",
            "app_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id", index=True)
    app_id: int = Field(foreign_key="apps.id", index=True)
    required_scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    offered_scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    optional_scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    granted_by: int = Field(foreign_key="users.id")
    granted_at: datetime
    changed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: int | None = Field(default=None, foreign_key="users.id")
    deletion_asked_at: datetime | None = None
    last_used_at: datetime | None = None
    ends_at: datetime | None = None


class Happening(StrEnum):
    """What can happen to an authorisation."""

    AUTHORISED = "authorised"
    CHANGED = "changed"
    DECLINED = "declined"
    REVOKED = "revoked"
    ENDED_BY_APP = "ended_by_app"
    DELETION_ASKED = "deletion_asked"


class AuthorisationEvent(Row, table=True):
    """A line of the Authorisations page; never changed afterwards."""

    __tablename__ = "authorisation_events"
    __table_args__ = (Index("ix_authorisation_events_school_id_at", "school_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="schools.id")
    app_id: int = Field(foreign_key="apps.id", index=True)
    what: Happening = Field(sa_type=word_column(Happening))
    at: datetime
    by_user_id: int | None = Field(default=None, foreign_key="users.id")
    scopes_added: list[str] = Field(sa_column=Column(JSON, nullable=False))
    scopes_removed: list[str] = Field(sa_column=Column(JSON, nullable=False))


class AuthorisationCode(Row, table=True):
    """A code for one exchange (RFC 6749, 4.1.2). `used_at` reveals a second use."""

    __tablename__ = "authorisation_codes"

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(unique=True, max_length=64)
    app_id: int = Field(foreign_key="apps.id")
    authorisation_id: int = Field(foreign_key="authorisations.id", index=True)
    redirect_uri: str = Field(max_length=500)
    code_challenge: str = Field(default="", max_length=128)
    code_challenge_method: str = Field(default="", max_length=10)
    family: str = Field(max_length=32)
    asked_scope: str = Field(default="", max_length=4000)
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class TokenKind(StrEnum):
    """What a token is for."""

    ACCESS = "access"
    REFRESH = "refresh"


class OAuthToken(Row, table=True):
    """An access or a refresh token; only its hash is kept.

    Without `authorisation_id` it is an app token. `family` ties together what descends
    from one code, so that all of it ends when a used refresh token comes again (RFC 9700,
    4.14), and at `family_ends_at` in any case. `asked_scope` of a refresh token is the scope
    parameter of the request that began the family. `answer_nonce`: with the used refresh token
    itself it yields the tokens issued in its place, so that a lost answer can be repeated.
    """

    __tablename__ = "oauth_tokens"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    kind: TokenKind = Field(sa_type=word_column(TokenKind))
    app_id: int = Field(foreign_key="apps.id", index=True)
    authorisation_id: int | None = Field(default=None, foreign_key="authorisations.id", index=True)
    family: str = Field(default="", max_length=32, index=True)
    issued_at: datetime
    expires_at: datetime | None = Field(default=None, index=True)
    family_ends_at: datetime | None = None
    asked_scope: str = Field(default="", max_length=4000)
    answer_nonce: str = Field(default="", max_length=64)
    used_at: datetime | None = None
    revoked_at: datetime | None = None
