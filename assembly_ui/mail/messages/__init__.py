"""Every message of the product: one function here, one folder of words beside it.

The declaration above each function says whom the message goes to, whether an
address that nobody has confirmed may get it (such a message must tell a
stranger what to do), and whether it names the moment its link expires.

To add a message: write its function, and a folder of the same name with
`subject.txt`, `body.mjml` and `body.txt` that use the values by name. Give the
tests an example in tests/factories/mail.py; they check the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.errors import HrefNotAbsolute
from assembly_ui.mail.words import one_line

LONGEST_HREF = 2000
MOST_LINES = 200


@dataclass(frozen=True)
class Message:
    """A message yet to be rendered. Times in `values` are ISO 8601.

    Raises:
        AddressMalformed, HrefNotAbsolute: it could be bent into another message.
    """

    kind: str
    to: str
    values: dict[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", plain_address(self.to))
        object.__setattr__(self, "values", {k: _value(k, v) for k, v in self.values.items()})


@dataclass(frozen=True)
class Declaration:
    """What is promised of a kind of message."""

    recipient: str
    unverified: bool
    shows_expiry: bool


DECLARATIONS: dict[str, Declaration] = {}

_Function = TypeVar("_Function", bound=Callable[..., Message])


def _declare(
    *, recipient: str, unverified: bool = False, shows_expiry: bool = False
) -> Callable[[_Function], _Function]:
    def declared(function: _Function) -> _Function:
        DECLARATIONS[function.__name__] = Declaration(recipient, unverified, shows_expiry)
        return function

    return declared


@_declare(recipient="who signed up", unverified=True, shows_expiry=True)
def confirm_email(*, to: str, name: str, href: str, expires_at: datetime) -> Message:
    """Confirm the address and so activate the account."""
    values = {"name": name, "href": href, "expires_at": expires_at.isoformat()}
    return Message("confirm_email", to, values)


@_declare(recipient="who has an account already", unverified=True)
def address_taken(*, to: str, name: str, log_in_href: str, reset_href: str) -> Message:
    """Someone tried to sign up with an address that has an account."""
    values = {"name": name, "log_in_href": log_in_href, "reset_href": reset_href}
    return Message("address_taken", to, values)


@_declare(recipient="who forgot a password", unverified=True, shows_expiry=True)
def reset_password(*, to: str, name: str, href: str, expires_at: datetime) -> Message:
    """Choose a new password."""
    values = {"name": name, "href": href, "expires_at": expires_at.isoformat()}
    return Message("reset_password", to, values)


@_declare(recipient="whose password was changed")
def password_changed(*, to: str, name: str, help_email: str) -> Message:
    """The password was changed, by its owner one hopes."""
    return Message("password_changed", to, {"name": name, "help_email": help_email})


@_declare(recipient="the colleague who is invited", unverified=True, shows_expiry=True)
def colleague_invited(
    *, to: str, school_name: str, invited_by: str, role: str, href: str, expires_at: datetime
) -> Message:
    """Join a school as an admin or a viewer."""
    values = {
        "school_name": school_name,
        "invited_by": invited_by,
        "role": role,
        "href": href,
        "expires_at": expires_at.isoformat(),
    }
    return Message("colleague_invited", to, values)


@_declare(recipient="the owner of the school")
def join_requested(
    *, to: str, name: str, school_name: str, person_name: str, person_email: str, href: str
) -> Message:
    """Someone asks to join a school that has an owner."""
    values = {
        "name": name,
        "school_name": school_name,
        "person_name": person_name,
        "person_email": person_email,
        "href": href,
    }
    return Message("join_requested", to, values)


@_declare(recipient="who asked to join")
def join_approved(*, to: str, name: str, school_name: str, href: str) -> Message:
    """The owner said yes."""
    return Message("join_approved", to, {"name": name, "school_name": school_name, "href": href})


@_declare(recipient="who asked to join")
def join_declined(*, to: str, name: str, school_name: str, help_email: str) -> Message:
    """The owner said no."""
    values = {"name": name, "school_name": school_name, "help_email": help_email}
    return Message("join_declined", to, values)


@_declare(recipient="the owner before, and the new one")
def ownership_transferred(*, to: str, name: str, school_name: str, new_owner: str) -> Message:
    """A school has a new owner."""
    values = {"name": name, "school_name": school_name, "new_owner": new_owner}
    return Message("ownership_transferred", to, values)


@_declare(recipient="the owner and the admins of the school")
def connection_problem(
    *, to: str, name: str, school_name: str, since: datetime, href: str, help_email: str
) -> Message:
    """The connection worked before, and calls have been failing for a while."""
    values = _of_trouble(name, school_name, since, href, help_email)
    return Message("connection_problem", to, values)


@_declare(recipient="the owner and the admins of the school")
def access_withdrawn(
    *, to: str, name: str, school_name: str, since: datetime, href: str, help_email: str
) -> Message:
    """Xporter on Demand no longer accepts our access to the school's data."""
    return Message("access_withdrawn", to, _of_trouble(name, school_name, since, href, help_email))


@_declare(recipient="the owner and the admins of the school")
def access_paused(
    *, to: str, name: str, school_name: str, since: datetime, href: str, help_email: str
) -> Message:
    """Sharing has been paused for a day."""
    return Message("access_paused", to, _of_trouble(name, school_name, since, href, help_email))


@_declare(recipient="the owner and the admins of the school")
def wrong_school(
    *,
    to: str,
    name: str,
    school_name: str,
    since: datetime,
    href: str,
    help_email: str,
    found: str,
) -> Message:
    """The MIS belongs to another school than the one that was chosen."""
    values = _of_trouble(name, school_name, since, href, help_email) | {"found": found}
    return Message("wrong_school", to, values)


@_declare(recipient="the owner and the admins of the school")
def connection_recovered(*, to: str, name: str, school_name: str, href: str) -> Message:
    """The trouble that was told of is over."""
    values = {"name": name, "school_name": school_name, "href": href}
    return Message("connection_recovered", to, values)


@_declare(recipient="the owner and the admins of the school")
def access_receipt(
    *,
    to: str,
    name: str,
    school_name: str,
    app_name: str,
    what: str,
    by: str,
    at: datetime,
    held: Iterable[str],
    added: Iterable[str],
    removed: Iterable[str],
    href: str,
    help_email: str,
) -> Message:
    """What an app may read of the school was given, changed or taken back.

    `what` is one of authorised, changed, revoked, ended_by_app, deletion_asked; `by` is
    empty when the app itself did it.
    """
    values = {
        "name": name,
        "school_name": school_name,
        "app_name": app_name,
        "what": what,
        "by": by,
        "at": at.isoformat(),
        "held_lines": _lines(held),
        "added_lines": _lines(added),
        "removed_lines": _lines(removed),
        "href": href,
        "help_email": help_email,
    }
    return Message("access_receipt", to, values)


@_declare(recipient="the people behind an app, at the address it gave", unverified=True)
def deletion_requested(
    *,
    to: str,
    app_name: str,
    school_name: str,
    urn: str,
    person_name: str,
    person_email: str,
    since: datetime,
    until: datetime,
    held: Iterable[str],
    support_page: str,
    help_email: str,
) -> Message:
    """A school that revoked access asks for what was read before to be deleted.

    `support_page` is given when the message goes to our help desk instead, to pass on.
    """
    values = {
        "app_name": app_name,
        "school_name": school_name,
        "urn": urn,
        "person_name": person_name,
        "person_email": person_email,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "held_lines": _lines(held),
        "support_page": support_page,
        "help_email": help_email,
    }
    return Message("deletion_requested", to, values)


def _lines(things: Iterable[str]) -> str:
    return "\n".join(things)


def _of_trouble(
    name: str, school_name: str, since: datetime, href: str, help_email: str
) -> dict[str, str]:
    return {
        "name": name,
        "school_name": school_name,
        "since": since.isoformat(),
        "href": href,
        "help_email": help_email,
    }


def _value(name: str, value: str) -> str:
    if name.endswith("_lines"):
        return _lines(one_line(line) for line in value.splitlines()[:MOST_LINES])
    if not name.endswith("href"):
        return one_line(value)
    absolute = value.startswith(("https://", "http://")) and len(value) <= LONGEST_HREF
    if not absolute or one_line(value, LONGEST_HREF) != value or " " in value:
        raise HrefNotAbsolute(name)
    return value
