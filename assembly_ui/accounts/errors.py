"""What can go wrong in the room of people. Errors carry data, never wording.

AccountsError
├── FieldProblem              one field cannot be used as it stands
│   ├── Missing
│   ├── NotText               something other than text came over the socket
│   ├── TooLong               (limit)
│   ├── NameNotPlain          mark-up or a web address in a name
│   ├── EmailMalformed
│   ├── EmailUndeliverable    (domain)
│   ├── PasswordTooShort      (minimum)
│   ├── PasswordCommon
│   ├── PasswordPersonal
│   ├── PasswordsDiffer
│   └── InviteCodeProblem     (code)
│       ├── InviteCodeUnknown
│       ├── InviteCodeExpired     (expired_at, partner_name)
│       ├── InviteCodeUsedUp      (max_uses, partner_name)
│       └── InviteCodeDisabled    (partner_name)
├── FormRefused               (problems) every field problem of one form
├── LinkProblem               a mailed link that opens nothing
│   ├── LinkUnknown
│   ├── LinkUsed              (used_at)
│   ├── LinkReplaced
│   └── LinkExpired           (expired_at)
├── SignUpProblem             a waiting page that cannot go on
│   ├── SignUpUnknown
│   └── SignUpConfirmed
├── LogInRefused
│   ├── WrongEmailOrPassword
│   └── NotConfirmed          (email) told only to who signed up with this password
├── Throttled                 (retry_at, limit)
└── InviteCodeTaken           (code)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class AccountsError(Exception):
    """Anything this room refuses."""


class FieldProblem(AccountsError):
    """One field cannot be used as it stands."""


class Missing(FieldProblem):
    """A required field was left empty."""


class NotText(FieldProblem):
    """Something other than text came in."""


class TooLong(FieldProblem):
    """More than `limit` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NameNotPlain(FieldProblem):
    """A name with mark-up or a web address in it; names go into mail to strangers."""


class EmailMalformed(FieldProblem):
    """Not the form of an email address."""


class EmailUndeliverable(FieldProblem):
    """The domain takes no mail."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


class PasswordTooShort(FieldProblem):
    """Fewer than `minimum` characters."""

    def __init__(self, minimum: int) -> None:
        super().__init__(minimum)
        self.minimum = minimum


class PasswordCommon(FieldProblem):
    """Among the passwords tried first, or as quickly guessed."""


class PasswordPersonal(FieldProblem):
    """The same as the person's name or email, or as the invite code."""


class PasswordsDiffer(FieldProblem):
    """The confirmation is not the password."""


class InviteCodeProblem(FieldProblem):
    """An invite code that lets nobody in."""

    def __init__(self, code: str, partner_name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.partner_name = partner_name


class InviteCodeUnknown(InviteCodeProblem):
    """No such code."""


class InviteCodeExpired(InviteCodeProblem):
    """The code's time is over."""

    def __init__(self, code: str, partner_name: str, expired_at: datetime) -> None:
        super().__init__(code, partner_name)
        self.expired_at = expired_at


class InviteCodeUsedUp(InviteCodeProblem):
    """The code has let in as many as it may."""

    def __init__(self, code: str, partner_name: str, max_uses: int) -> None:
        super().__init__(code, partner_name)
        self.max_uses = max_uses


class InviteCodeDisabled(InviteCodeProblem):
    """The code was switched off."""


class FormRefused(AccountsError):
    """A form with problems: every one of them, by field."""

    def __init__(self, problems: Mapping[str, FieldProblem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


class LinkProblem(AccountsError):
    """A mailed link that opens nothing."""


class LinkUnknown(LinkProblem):
    """We never sent this link, or it arrived mangled."""


class LinkUsed(LinkProblem):
    """The link has done its work already."""

    def __init__(self, used_at: datetime) -> None:
        super().__init__(used_at)
        self.used_at = used_at


class LinkReplaced(LinkProblem):
    """A newer link, or another address, has taken this one's place."""


class LinkExpired(LinkProblem):
    """The link came too late."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(expired_at)
        self.expired_at = expired_at


class SignUpProblem(AccountsError):
    """A waiting page that cannot go on."""


class SignUpUnknown(SignUpProblem):
    """The ticket belongs to no sign-up."""


class SignUpConfirmed(SignUpProblem):
    """The sign-up is complete; nothing is left to resend or correct."""


class LogInRefused(AccountsError):
    """No session for this email and password."""


class WrongEmailOrPassword(LogInRefused):
    """Deliberately does not say which."""


class NotConfirmed(LogInRefused):
    """This email and password signed up; the address has yet to be confirmed."""

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email


class Throttled(AccountsError):
    """Too often. Worth another try at `retry_at`; `limit` is how often is allowed, if counted."""

    def __init__(self, retry_at: datetime, limit: int = 0) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at
        self.limit = limit


class InviteCodeTaken(AccountsError):
    """A code of this spelling exists already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
