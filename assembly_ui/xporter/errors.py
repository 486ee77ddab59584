"""What can go wrong between us and Xporter on Demand.

XporterError             kind, fault, detail, status, retry_at
├── Unreachable
│   ├── AddressUnknown        the host name has no address (DNS)
│   ├── ConnectionRefused     nobody listens, or no secure connection
│   └── ConnectionLost        the answer broke off
├── TooSlow                   no answer in the time for this kind of call
├── ServiceDown               5xx; retry_at when the service named a time
├── RateLimited               429; retry_at always set
├── TooLarge                  the answer is longer than we take; detail is our limit
├── Unreadable
│   ├── EmptyAnswer
│   ├── NotJson               a web page, or other text
│   ├── Truncated             JSON that never ends
│   ├── WrongShape            JSON, but not what was asked for
│   └── Redirected
├── Denied
│   ├── NotAuthorised         the school's secret is not (or no longer) good
│   ├── AuthorisationPaused   the school is still choosing people
│   ├── ScopeNotGranted
│   ├── TokenExpired          refused even with a fresh token
│   └── OurCredentialsRefused our management secret or application id
├── NoDataYet                 authorised, but nothing collected from the MIS so far
├── NotFound                  unknown endpoint or school
├── Refused                   any other "no"
├── InviteRefused             SchoolRegister said no; detail is its message
├── NotASchoolNumber          we were asked for an estab that cannot be one
└── CallbackUnreadable        detail is "<field>: <what is wrong>"

Errors carry data, never wording, and never a secret, a token or a body. `kind`
is the short name machines store, `fault` whom it points at: the `school` (it can
act), `groupcall` (the service), or `us` (our set-up or our network).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

Fault = Literal["school", "groupcall", "us"]


class XporterError(Exception):
    """Base of the room's errors.

    `detail` is one cleaned line the service said, if any (see `wire.said`);
    `status` the HTTP status; `retry_at` when to come back, if the service said so.
    """

    kind: ClassVar[str] = "xporter_error"
    fault: ClassVar[Fault] = "groupcall"

    def __init__(
        self, detail: str = "", *, status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.retry_at = retry_at

    def __str__(self) -> str:
        status = f" (HTTP {self.status})" if self.status else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.kind}{status}{detail}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class Unreachable(XporterError):
    """No conversation took place, or it broke off."""

    kind = "unreachable"


class AddressUnknown(Unreachable):
    """The host name has no address: wrong setting, or our own name service."""

    kind = "address_unknown"
    fault = "us"


class ConnectionRefused(Unreachable):
    """No connection could be made."""

    kind = "connection_refused"


class ConnectionLost(Unreachable):
    """The connection broke before the answer was complete."""

    kind = "connection_lost"


class TooSlow(XporterError):
    """No complete answer within the time for this kind of call."""

    kind = "too_slow"


class ServiceDown(XporterError):
    """The service answered with a server error."""

    kind = "service_down"


class RateLimited(XporterError):
    """The service asks us to slow down; do not call before `retry_at`."""

    kind = "rate_limited"
    fault = "us"

    def __init__(self, retry_at: datetime, *, detail: str = "", status: int | None = 429) -> None:
        super().__init__(detail, status=status, retry_at=retry_at)
        self.retry_at: datetime = retry_at


class TooLarge(XporterError):
    """The answer is longer than we take in; `detail` is our limit."""

    kind = "too_large"
    fault = "us"


class Unreadable(XporterError):
    """An answer came and cannot be understood."""

    kind = "unreadable"


class EmptyAnswer(Unreadable):
    """An answer without a body."""

    kind = "empty_answer"


class NotJson(Unreadable):
    """A web page or other text where JSON belongs."""

    kind = "not_json"


class Truncated(Unreadable):
    """JSON that stops before its end."""

    kind = "truncated_answer"


class WrongShape(Unreadable):
    """JSON whose members are not those of the call."""

    kind = "wrong_shape"


class Redirected(Unreadable):
    """We are sent elsewhere; never followed, since the call carries a token."""

    kind = "redirected"
    fault = "us"


class Denied(XporterError):
    """Access is refused."""

    kind = "denied"
    fault: ClassVar[Fault] = "school"


class NotAuthorised(Denied):
    """The school's secret makes no token: never authorised, or withdrawn."""

    kind = "not_authorised"


class AuthorisationPaused(Denied):
    """Authorised, and on hold while the school finishes choosing people."""

    kind = "authorisation_paused"


class ScopeNotGranted(Denied):
    """The school granted other scopes than this call needs."""

    kind = "scope_not_granted"


class TokenExpired(Denied):
    """The token is refused, also after it was renewed."""

    kind = "token_expired"
    fault = "groupcall"


class OurCredentialsRefused(Denied):
    """The application id or the management secret is not accepted."""

    kind = "our_credentials_refused"
    fault = "us"


class NoDataYet(XporterError):
    """The school is authorised, and nothing has been collected from its MIS so far."""

    kind = "no_data_yet"


class NotFound(XporterError):
    """The service knows no such endpoint, or no such school."""

    kind = "not_found"
    fault = "us"


class Refused(XporterError):
    """The service said no in words we have no name for."""

    kind = "refused"


class InviteRefused(XporterError):
    """The invitation was not taken; `detail` is the service's message."""

    kind = "invite_refused"
    fault = "school"


class NotASchoolNumber(XporterError):
    """An estab must be 7 digits: local authority, then establishment."""

    kind = "not_a_school_number"
    fault = "us"


class CallbackUnreadable(XporterError):
    """A posted authorisation that cannot be one."""

    kind = "callback_unreadable"
