"""What can go wrong with a connection.

ConnectorError
├── InvitedJustNow        retry_at
├── InviteUnderWay
├── InviteFailed          kind, fault, detail
├── NoDfeNumber
├── NotViaXporter
├── NotPermitted
├── ServiceHasProblems    since
├── InboxFull
└── SecretUnreadable
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


class ConnectorError(Exception):
    """Base of the room's errors."""


@dataclass
class InvitedJustNow(ConnectorError):
    """An invitation went out moments ago; another may be sent at `retry_at`."""

    retry_at: datetime


class InviteUnderWay(ConnectorError):
    """Somebody else's press of the button is being carried out."""


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


class NotPermitted(ConnectorError):
    """The person is not an admin of the school (any more)."""


@dataclass
class ServiceHasProblems(ConnectorError):
    """Xporter on Demand as a whole has problems; nothing was asked of it."""

    since: datetime


class InboxFull(ConnectorError):
    """Too many callbacks wait to be verified: of this school, or in all."""


class SecretUnreadable(ConnectorError):
    """A stored secret was encrypted with a key that is no longer configured.

    It has a `kind`, and is shown by it, as the client's errors are.
    """

    kind: ClassVar[str] = "secret_unreadable"

    def __str__(self) -> str:
        return self.kind
