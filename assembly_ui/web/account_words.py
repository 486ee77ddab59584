"""What is said about accounts: every error of that room in words.

A sentence about a field stands beside it, and begins the way the field is
called on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from assembly_ui.accounts import errors
from assembly_ui.mail.render import uk_time

HELP = "help@assembly.education"

SIGN_UP_PASSWORD_WRONG = (
    "This is not the password of the sign-up, and nothing was changed. Type it again, or choose a "
    "new one."
)

_ENTER = {
    "invite_code": "Enter your beta invite code.",
    "name": "Enter your full name.",
    "email": "Enter your email address.",
    "password": "Enter a password.",
    "password_confirmation": "Type the password again.",
}
_NAMES = {
    "invite_code": "The beta invite code",
    "name": "Your name",
    "email": "The email address",
    "password": "The password",
    "password_confirmation": "The password confirmation",
}

STRENGTH = ("Guessed at once", "Too weak", "Fair", "Good", "Strong")
"""From 0 to 4, as `password_policy.measure` counts. The first two are refused."""


@dataclass(frozen=True)
class LinkWords:
    """What is said of a link that opens nothing, and the way on."""

    heading: str
    sentence: str
    way_on: str
    href: str


def field_words(field: str, problem: errors.FieldProblem) -> str:
    """The sentence beside a field."""
    match problem:
        case errors.Missing():
            return _ENTER.get(field, "Fill in this field.")
        case errors.NotText():
            return f"{_name(field)} must be text. Type it again."
        case errors.TooLong(limit=limit):
            return f"{_name(field)} must be {limit} characters or fewer."
        case errors.NameNotPlain():
            return "Your name must not contain a web address or any of < > { }."
        case errors.EmailMalformed():
            return "The email address must look like name@school.sch.uk."
        case errors.EmailUndeliverable(domain=domain):
            return f"No email can be sent to {domain}. Check the part after the @."
        case errors.PasswordTooShort(minimum=minimum):
            return f"The password must be {minimum} characters or more."
        case errors.PasswordCommon():
            return (
                "This password is one of the first that anyone would guess. Choose another: "
                "three words that have nothing to do with each other work well."
            )
        case errors.PasswordPersonal():
            return (
                "The password must not be made of your name, your email address, your invite "
                "code, your school or words about this service. Choose another: three words "
                "that have nothing to do with each other work well."
            )
        case errors.PasswordsDiffer():
            return "This is not the same as the password. Type it again."
        case errors.InviteCodeProblem():
            return _invite_code(problem)
    return f"{_name(field)} cannot be used. Try another."


def link_words(problem: errors.LinkProblem, *, resets: bool) -> LinkWords:
    """What to say of a link to confirm an address, or to reset a password, that opens nothing."""
    again = ("Send a new link", "/forgotten-password" if resets else "/resend-confirmation")
    match problem:
        case errors.LinkUsed(used_at=when) if resets:
            return LinkWords(
                "This link has been used",
                f"The password was changed with it on {_at(when)}. A link works once. Log in "
                "with the new password, or have another link sent if you do not know it.",
                *again,
            )
        case errors.LinkUsed(used_at=when):
            return LinkWords(
                "This link has been used",
                f"The email address was confirmed on {_at(when)}. Nothing is left to do here: "
                "log in to go on.",
                "Log in",
                "/log-in",
            )
        case errors.LinkReplaced():
            return LinkWords(
                "A newer link has taken the place of this one",
                "Open the latest message from us and follow the link in that. If you cannot find "
                "it, have a new one sent.",
                *again,
            )
        case errors.LinkExpired(expired_at=when):
            return LinkWords(
                "This link is too old",
                f"It could be used until {_at(when)}. Nothing has changed. Have a new link sent "
                "and follow it soon after.",
                *again,
            )
    return LinkWords(
        "This link is not complete",
        "Some of it may have been lost on the way. Copy the whole link from the message into the "
        "address bar, or have a new one sent.",
        *again,
    )


def words_for(error: errors.AccountsError, *, now: datetime) -> str:
    """What to say of an error that belongs to no single field."""
    match error:
        case errors.TooBusy(retry_at=when):
            return (
                "There is too much to do at once. Nothing you typed is lost, and nothing was "
                f"changed. Try again {wait(when, now)}."
            )
        case errors.Throttled(retry_at=when):
            return f"That was tried too often. You can try again {wait(when, now)}."
        case errors.SignUpUnknown():
            return (
                "We do not know the sign-up of this browser any more. Type your email address "
                "under “Not received confirmation email?”, or sign up again."
            )
        case errors.SignUpConfirmed():
            return "Your email address is confirmed. Log in to go on."
        case errors.SignUpPasswordNeeded():
            return "Type the password you chose when you signed up, or choose a new one."
        case errors.SignUpPasswordWrong():
            return SIGN_UP_PASSWORD_WRONG
        case errors.WrongEmailOrPassword():
            return "The email address or the password is wrong. Check both and try again."
        case errors.NotConfirmed():
            return "Your email address is not confirmed yet. Follow the link we sent to it."
        case errors.ReauthenticationNeeded():
            return "Enter your password to go on. Nothing was changed so far."
        case errors.PasswordWrong():
            return "This is not your password, and nothing was changed. Type it again."
        case errors.InviteCodeTaken(code=code):
            return f"There is an invite code “{code}” already."
        case errors.FormRefused():
            return "Some fields need another look."
        case errors.LinkProblem():
            return link_words(error, resets=False).sentence
        case errors.FieldProblem():
            return field_words("", error)
    return f"That did not work, and nothing was changed. Ask {HELP} if it happens again."


def sent_already(retry_at: datetime, *, now: datetime) -> str:
    """What to say to somebody who wants another message too soon."""
    return (
        "We have sent a message already. Look in the spam folder too; you can send another "
        f"{wait(retry_at, now)}."
    )


def wait(until: datetime, now: datetime) -> str:
    """How long until then: "in 40 seconds", "in 12 minutes"."""
    seconds = max(1, ceil((until - now).total_seconds()))
    amount, unit = (seconds, "second") if seconds < 60 else (ceil(seconds / 60), "minute")
    return f"in {amount} {unit}{'' if amount == 1 else 's'}"


def _name(field: str) -> str:
    return _NAMES.get(field, "This")


def _invite_code(problem: errors.InviteCodeProblem) -> str:
    whom = f"{problem.partner_name} or {HELP}" if problem.partner_name else HELP
    match problem:
        case errors.InviteCodeExpired(code=code, expired_at=when):
            return f"The invite code “{code}” expired on {_at(when)}. Ask {whom} for another."
        case errors.InviteCodeUsedUp(code=code, max_uses=uses):
            people = "the one person" if uses == 1 else f"all {uses} people"
            return (
                f"The invite code “{code}” has let in {people} it was made for. "
                f"Ask {whom} for another."
            )
        case errors.InviteCodeDisabled(code=code):
            return f"The invite code “{code}” was switched off. Ask {whom} for another."
    return (
        f"There is no invite code “{problem.code}”. Check the spelling, or ask {whom} for a code."
    )


def _at(when: datetime) -> str:
    return uk_time(when.isoformat())
