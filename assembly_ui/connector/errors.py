"""What can go wrong with a connection.

ConnectorError
├── InvitedJustNow        retry_at
├── InviteUnderWay        retry_at
├── InvitationUnconfirmed retry_at
├── InviteFailed          kind, fault, detail
├── NoDfeNumber
├── NotViaXporter
├── NumberHeld            estab, name, urn, until
├── CannotMove            why
├── NotPermitted
├── ServiceHasProblems    since
├── InboxFull
└── SecretUnreadable
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.refusal import Refusal


class ConnectorError(Exception):
    """Base of the room's errors."""


@dataclass
class InvitedJustNow(ConnectorError):
    """An invitation went out moments ago; another may be sent at `retry_at`."""

    retry_at: datetime


@dataclass
class InviteUnderWay(ConnectorError):
    """Somebody else's press of the button is being carried out, until `retry_at` at most."""

    retry_at: datetime


@dataclass
class InvitationUnconfirmed(ConnectorError):
    """The last invitation may have been sent or not; another may be sent at `retry_at`."""

    retry_at: datetime


@dataclass
class InviteFailed(ConnectorError):
    """Xporter on Demand did not take the invitation.

    `kind` is the client's name of the error, `fault` whose it is (`school`,
    `groupcall`, `us`), `detail` what the service said, if anything.
    """

    kind: str
    fault: str
    detail: str


class NoDfeNumber(ConnectorError):
    """The school has no 7-digit DfE number, by which Xporter on Demand knows schools."""


class NotViaXporter(ConnectorError):
    """The school's MIS is not connected through Xporter on Demand."""


@dataclass
class NumberHeld(Refusal, ConnectorError):
    """Another school holds this school of Xporter on Demand.

    `name` and `urn` are the register's; `until` is when it may be taken over, if
    the other school does not connect by then. `may_prove`: at once if this school is proved
    to be its owner's, and the other is not.
    """

    security_event = SecurityEvent.SCHOOL_CONFLICT

    estab: str
    name: str
    urn: str
    until: datetime | None = None
    may_prove: bool = False


@dataclass
class CannotMove(ConnectorError):
    """A connection cannot be moved to that school; `why` is a short key."""

    why: str


class NotPermitted(Refusal, ConnectorError):
    """The person is not an admin of the school (any more)."""

    security_event = SecurityEvent.ACCESS


@dataclass
class ServiceHasProblems(ConnectorError):
    """Xporter on Demand as a whole has problems; nothing was asked of it."""

    since: datetime


class InboxFull(Refusal, ConnectorError):
    """Too many callbacks wait to be verified: of this school, or in all."""

    security_event = SecurityEvent.CALLBACK
    outcome = Outcome.THROTTLED


class SecretUnreadable(Refusal, ConnectorError):
    """A stored secret was encrypted with a key that is no longer configured.

    It has a `kind`, and is shown by it, as the client's errors are.
    """

    security_event = SecurityEvent.SECRET_UNREADABLE
    outcome = Outcome.FAILED

    kind: ClassVar[str] = "secret_unreadable"

    def __str__(self) -> str:
        return self.kind
