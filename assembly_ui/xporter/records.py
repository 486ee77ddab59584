"""What goes into and comes out of the client: plain values, no wire names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Registration:
    """Who we are in every invitation. `type` is `Live` or `Test` (facts file, section 3)."""

    type: str
    partner_name: str
    partner_email: str


@dataclass(frozen=True)
class SchoolInvitation:
    """The school to invite and the person whom the invitation goes to.

    `la_code` (3 digits) and `dfes_code` (4 digits) together are the estab.
    """

    la_code: str
    dfes_code: str
    school_name: str
    first_name: str
    last_name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Token:
    """A token and when it stops working; None when the service did not say."""

    value: str = field(repr=False)
    expires: datetime | None


Key = str | Token
"""What opens a school's data: its secret, or a token of it that we were given."""


@dataclass(frozen=True)
class AuthorisedSchool:
    """A school whose authorisation of us is in force now, and a token of it."""

    estab: str
    token: Token


@dataclass(frozen=True)
class TokenDetails:
    """What a school's token is good for."""

    estab: str
    name: str
    scopes: tuple[str, ...]
    expires: datetime | None


@dataclass(frozen=True)
class SchoolInfo:
    """The school as its MIS describes it, and how fresh that is.

    Anything the MIS does not say is an empty string. `collected_at` is when the
    data were read from the MIS; `last_updated` when the school's row last changed.
    """

    estab: str
    name: str
    mis: str
    mis_version: str
    collected_at: datetime | None
    head: str = ""
    phase: str = ""
    governance: str = ""
    telephone: str = ""
    email: str = ""
    web: str = ""
    address: str = ""
    academic_year: str = ""
    last_updated: datetime | None = None
