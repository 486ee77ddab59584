"""What the stand-in refuses.

StandInError
├── ApiRefused                to a program; `refusals.py` has the words
│   ├── WrongSecret           no such estab, relying party and secret together
│   ├── Paused                the school has not finished choosing people, or paused
│   ├── TokenMissing          no `Idaas` token came with the call
│   ├── TokenUnreadable       altered, or replaced by a newer authorisation
│   ├── TokenTooOld
│   ├── WrongKindOfToken      a management token where a school's is needed
│   ├── ManagementTokenNeeded a school's token where the application's is needed
│   ├── SchoolUnknown         the token is another school's
│   ├── ScopeNotGranted       scope
│   ├── EndpointUnknown
│   ├── ParameterMissing      name
│   ├── ParameterUnreadable   name
│   └── SnapshotUnknown       a `changedRows` hash nobody was given, or too old
└── PortalRefused             to a person; `portal.py` shows a page or a message
    ├── InvitationUnknown     no such link
    ├── NotNow                this step is over, or not yet reached
    ├── AnswersChanged        the summary that was agreed to is not the present one
    └── AnswerMissing         problems: the form must be filled in differently

Errors carry data, never wording.
"""

from __future__ import annotations


class StandInError(Exception):
    """Base of the room's errors."""


class ApiRefused(StandInError):
    """A program is told no."""


class WrongSecret(ApiRefused):
    """No token for this estab, relying party and secret."""


class Paused(ApiRefused):
    """The school's authorisation is on hold."""


class TokenMissing(ApiRefused):
    """The call carries no token."""


class TokenUnreadable(ApiRefused):
    """The token was altered, or what it stood for is over."""


class TokenTooOld(ApiRefused):
    """The token has reached its end."""


class WrongKindOfToken(ApiRefused):
    """Data of schools are not given to the application as such."""


class ManagementTokenNeeded(ApiRefused):
    """What concerns every school is told to the application alone."""


class SchoolUnknown(ApiRefused):
    """The school in the path is not the token's."""


class ScopeNotGranted(ApiRefused):
    """The school has not granted what the call needs."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class EndpointUnknown(ApiRefused):
    """Nothing answers there."""


class ParameterMissing(ApiRefused):
    """The endpoint cannot do without it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ParameterUnreadable(ApiRefused):
    """A number or date that is none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SnapshotUnknown(ApiRefused):
    """No such change tracking hash."""


class PortalRefused(StandInError):
    """A person cannot do this now."""


class InvitationUnknown(PortalRefused):
    """No invitation has this link."""


class NotNow(PortalRefused):
    """The step is over, or others come first."""


class AnswersChanged(PortalRefused):
    """Someone changed the answers since the summary was shown."""


class AnswerMissing(PortalRefused):
    """Fields that cannot be accepted, each with the name of what is wrong with it."""

    def __init__(self, **problems: str) -> None:
        super().__init__(problems)
        self.problems = problems
