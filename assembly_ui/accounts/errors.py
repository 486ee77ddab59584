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
│   ├── SignUpConfirmed
│   ├── SignUpPasswordNeeded
│   └── SignUpPasswordWrong
├── LogInRefused
│   ├── WrongEmailOrPassword
│   └── NotConfirmed          (email) told only to who signed up with this password
├── ReauthenticationNeeded    the password has to be given again first
├── PasswordWrong             given again by who is logged in, and not theirs
├── Throttled                 (retry_at, limit)
│   └── TooBusy               (retry_at) no place in the queue at this moment
└── InviteCodeTaken           (code)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.refusal import Refusal


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


class InviteCodeProblem(Refusal, FieldProblem):
    """An invite code that lets nobody in."""

    security_event = SecurityEvent.INVITE_CODE

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


class LinkProblem(Refusal, AccountsError):
    """A mailed link that opens nothing."""

    security_event = SecurityEvent.MAILED_LINK


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


class SignUpPasswordNeeded(SignUpProblem):
    """Nothing shows that the person who confirms is the one who signed up."""


class SignUpPasswordWrong(Refusal, SignUpProblem):
    """The sign-up the link was mailed for has another password."""

    security_event = SecurityEvent.EMAIL_CONFIRMATION
    outcome = Outcome.FAILED


class LogInRefused(AccountsError):
    """No session for this email and password."""


class WrongEmailOrPassword(Refusal, LogInRefused):
    """Deliberately does not say which."""

    security_event = SecurityEvent.LOG_IN
    outcome = Outcome.FAILED


class NotConfirmed(Refusal, LogInRefused):
    """This email and password signed up; the address has yet to be confirmed."""

    security_event = SecurityEvent.LOG_IN

    def __init__(self, email: str) -> None:
        super().__init__(email)
        self.email = email


class ReauthenticationNeeded(AccountsError):
    """What was asked for is grave, and the password was given too long ago."""


class PasswordWrong(Refusal, AccountsError):
    """The person who is logged in gave another password than theirs."""

    security_event = SecurityEvent.REAUTHENTICATION
    outcome = Outcome.FAILED


class Throttled(AccountsError):
    """Too often. Worth another try at `retry_at`; `limit` is how often is allowed, if counted."""

    def __init__(self, retry_at: datetime, limit: int = 0) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at
        self.limit = limit


class TooBusy(Throttled):
    """Too much of this is under way at this moment."""


class InviteCodeTaken(AccountsError):
    """A code of this spelling exists already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
